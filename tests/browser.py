"""A real, headless Chromium for the tests that need one, where it is installed."""

import base64
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Browser:
    """A page opened from its file, with the browser's answers about it."""

    driver: Any

    def open(self, page: Path, *, width: int = 1280, dark: bool = False) -> None:
        """Open a file in a window of a width in CSS pixels."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.get(page.as_uri())

    def ask(self, expression: str) -> Any:
        """Evaluate a JavaScript expression on the page."""
        return self.driver.execute_script(f"return {expression}")

    def until(self, condition: str, seconds: float = 20) -> bool:
        """Wait for a JavaScript condition, and tell whether it came true in time."""
        end = time.monotonic() + seconds
        while not (met := bool(self.ask(condition))) and time.monotonic() < end:
            time.sleep(0.1)
        return met

    def complaints(self, level: str = "") -> list[str]:
        """Read the messages in the console since the last call, all or of one level."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if level in {"", entry["level"]}]

    def requests(self) -> list[str]:
        """List the addresses requested since the last call, without those that hold their data."""
        events = (
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        )
        addresses = (
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        )
        return [address for address in addresses if not address.startswith("data:")]

    def printed(self) -> bytes:
        """Print the page as PDF, on A4."""
        paper = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
        return base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Start a browser with an empty profile; skip the test where none is installed."""
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no browser: Chromium or ChromeDriver is not installed")
    options = selenium.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (
        "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
        "disable-background-networking", "disable-component-update", "disable-sync",
        "disable-dev-shm-usage", f"user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    service = selenium.ChromeService(executable_path=driver)
    session = selenium.Chrome(options=options, service=service)
    try:
        opened = Browser(session)
        session.get("about:blank")
        # The browser's own first page requests things too.
        opened.requests()
        yield opened
    finally:
        session.quit()
