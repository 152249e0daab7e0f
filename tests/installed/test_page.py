"""The report's style and program are in the wheel."""

from harness.report.page import page
from harness.report.record import RunRecord


def test_page_is_whole() -> None:
    """The page of the installed package has all of its parts."""
    document = page(RunRecord(), verdicts=())

    assert document.startswith("<!DOCTYPE html>")
    assert "Main.start();" in document
    assert ".timeline {" in document
