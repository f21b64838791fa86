"""What tests of all folders share: the samples run once, and a browser (see `browser`)."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE, NARROW = (1280, 800), (390, 844)
BEGIN_WITH = ("contract/test_files.py", "siting/locate/matrix/test_every_rule.py")
SAMPLES = ("helsinki", "riverton")
EFFORT = 0.1
"""How long the samples' halls are searched, against the usual: what is tested is that all of it is made and shown."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, then those with most tests: no process is left alone with one at the end.

    Two processes begin with files that compile most, and other kernels: neither waits for what the other compiles.
    """
    begin = [ROOT / "tests" / file for file in BEGIN_WITH]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    size = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in begin, item.path not in slow, -size[item.path], item.path))


def _run_sample(name: str, factory: pytest.TempPathFactory) -> Path:
    """Run a sample once, whichever of the processes that share the tests comes first."""
    from outlet.cli.main import run_command
    from outlet.lock import locked

    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / "samples" / name, base / f"{name}.done"
    with locked(base / f"{name}.lock"):
        if not done.exists():
            shutil.copytree(ROOT / "datasets" / name, folder, ignore=shutil.ignore_patterns("out"))
            toml = folder / "outlet.toml"
            usual = toml.read_text(encoding="utf-8")
            assert usual.count("# effort = 1.0") == 1
            toml.write_text(usual.replace("# effort = 1.0", f"effort = {EFFORT}"), encoding="utf-8")
            assert run_command(["run", str(folder), "--quiet"]) == 0
            done.touch()
    return folder / "out"


@pytest.fixture(scope="session")
def helsinki_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The out/ folder of `outlet run` on the Helsinki sample."""
    return _run_sample("helsinki", tmp_path_factory)


@pytest.fixture(scope="session")
def riverton_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The out/ folder of `outlet run` on the Riverton sample."""
    return _run_sample("riverton", tmp_path_factory)


@pytest.fixture(scope="session", params=SAMPLES)
def sample_out(request: pytest.FixtureRequest) -> Path:
    """The out/ folder of each sample in turn."""
    out: Path = request.getfixturevalue(f"{request.param}_out")
    return out


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository; the test is skipped where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs ../shared/data, the real data beside the repository")
    return folder


@dataclass
class Visit:
    """One page open in the browser, and what went wrong there: failed or outgoing requests, errors, dialogs."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return width


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skipped where there is none, but a failure under CI=true."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{CHROMIUM} is absent: install Debian's chromium")
        pytest.skip(f"needs {CHROMIUM}: install Debian's package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a file in a window of some size with the network blocked; every trouble is collected in `Visit.troubles`."""
    contexts: list[BrowserContext] = []

    def open_file(file: Path, size: tuple[int, int] = WIDE) -> Visit:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page)

        def on_request(request: Request) -> None:
            if not request.url.startswith(("file:", "data:", "blob:")):
                seen.troubles.append(f"request to {request.url}")

        def on_console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                seen.troubles.append(f"console: {message.text}")

        page.on("request", on_request)
        page.on("requestfailed", lambda request: seen.troubles.append(f"failed request: {request.url[:120]}"))
        page.on("console", on_console)
        page.on("pageerror", lambda error: seen.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (seen.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(file.resolve().as_uri())
        return seen

    yield open_file
    for context in contexts:
        context.close()
