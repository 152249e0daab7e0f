"""What every suite and every test of this project shares."""

import pytest

# Steps assert; without this their failures would show no values.
pytest.register_assert_rewrite("steps")
