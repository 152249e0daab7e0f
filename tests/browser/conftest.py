"""A real browser, and pages opened in it from a file, of which is kept what they asked for and complained of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--headless",
    # The browser runs as root in CI, and opens nothing but our own pages.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What is expected of a page may take a cold start of a function on a busy machine.
expect.set_options(timeout=20_000)


@dataclass
class Opened:
    """A page in the browser."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def follow(self, text: str) -> None:
        """Click on a link or a button by its words."""
        self.page.get_by_text(text, exact=True).first.click()

    @property
    def is_as_wide_as_its_window(self) -> bool:
        """Whether nothing makes it scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@dataclass
class Opener:
    """Opens documents from files in the browser."""

    browser: Browser
    folder: Path

    def __call__(
        self, document: str, *, address: str = "", width: int = 1280, scheme: str = "light", script: bool = True
    ) -> Opened:
        """Open a document in a window of its own, when its script has run.

        Args:
            document: As HTML.
            address: What follows the file: ``#test=…``.
            width: Of the window, in pixels.
            scheme: ``light`` or ``dark``.
            script: Whether JavaScript is on.
        """
        file = self.folder / "report.html"
        file.write_text(document, encoding="utf-8")
        context = self.browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.on("console", lambda told: opened.complaints.append(told.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.complaints.append(f"dialog {dialog.message}"))
        opened.page.goto(f"{file.as_uri()}{address}")
        if script:
            opened.page.wait_for_selector("html[data-ready]", state="attached", timeout=10_000)
        return opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, where this machine has it, else the one that Playwright has installed."""
    with sync_playwright() as playwright:
        installed = next(filter(None, map(shutil.which, _NAMES)), None)
        if installed is None and not Path(playwright.chromium.executable_path).exists():
            pytest.fail(
                f"There is no browser: none of {', '.join(_NAMES)} is on the PATH. Run: playwright install chromium"
            )
        started = playwright.chromium.launch(executable_path=installed, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def opening(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """What opens a document in the browser; its windows are closed at the end."""
    yield Opener(browser, tmp_path)
    for context in browser.contexts:
        context.close()
