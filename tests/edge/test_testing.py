"""How pytest is run as a child, and what is said of its end."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from harness.cli.ending import Ending
from harness.cli.testing import Ended, pytest_ran
from harness.report.record import RunRecord, TestRecord

STUBBORN = """
import signal, time
from pathlib import Path

def test_is_stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path("begun").touch()
    time.sleep(60)
"""
BROKEN = RunRecord(tests=(TestRecord(test="test_it", system="shop", mode="http", outcome="error"),))


@pytest.mark.parametrize("code", [0, 1, 5])
def test_an_end_in_order_needs_no_words(code: int) -> None:
    """All passed, a test failed, none was there."""
    assert "" == Ended(code=code, run=BROKEN).sentence


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (1, "pytest ended with code 1, and no test that it tells of is broken: its output says what failed"),
        (2, "pytest ended with code 2: it was interrupted, or tests could not be collected"),
        (3, "pytest ended with code 3: an error within pytest"),
        (4, "pytest ended with code 4: it was called wrongly, or the project is set up wrongly"),
        (6, "pytest ended with code 6: the environment must be put right"),
        (77, "pytest ended with code 77"),
        (-signal.SIGSEGV, "pytest was ended by SIGSEGV"),
    ],
)
def test_any_other_end_is_told(code: int, sentence: str) -> None:
    """In words that stand under the condition of the tests."""
    assert sentence == Ended(code=code, run=RunRecord()).sentence


def test_what_pytest_knows_itself_is_told() -> None:
    """As of a worker that crashed, though a test is broken, too."""
    run = RunRecord(tests=BROKEN.tests, ended="a worker crashed")

    assert "a worker crashed" == Ended(code=1, run=run).sentence


def test_a_missing_report_is_told() -> None:
    """As where the plugin was switched off."""
    assert "pytest has written no report" == Ended(code=0, run=RunRecord(), reported=False).sentence


class Asked(Ending):
    """Somebody asks for the end as soon as a file is there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property  # type: ignore[override]
    def asked(self) -> bool:
        return self._path.exists()


def test_a_pytest_that_does_not_end_is_killed(tmp_path: Path) -> None:
    """It was told to, and had its time."""
    (tmp_path / "test_stubborn.py").write_text(STUBBORN)
    began = time.monotonic()

    code = pytest_ran(["-p", "no:cacheprovider"], folder=tmp_path, ending=Asked(tmp_path / "begun"), patience=0.5)

    assert -signal.SIGKILL == code
    assert time.monotonic() - began < 50
