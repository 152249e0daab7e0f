import pytest

from harness.events.times import claim_date, http_date, request_time

LEAP_DAY = 1709164800 + 3661


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (request_time, "29/Feb/2024:01:01:01 +0000"),
        (claim_date, "Thu Feb 29 01:01:01 UTC 2024"),
        (http_date, "Thu, 29 Feb 2024 01:01:01 GMT"),
    ],
)
def test_a_moment_is_written_as_api_gateway_does(write: object, expected: str) -> None:
    """Two digits everywhere, names of days and months in English."""
    assert callable(write)

    assert write(LEAP_DAY) == expected
