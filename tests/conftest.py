"""What every test has: the shared data, and silence. A folder adds its own fixtures in its own conftest.py."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tools.setup import has_chinese_font

# No test needs a screen; somebody who wants to look sets the variable.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

IN_CI = os.environ.get("CI", "") not in {"", "0", "false"}
PROJECT = Path(__file__).resolve().parent.parent

# No deadline and no "too slow": the machine may be busy with something else. In CI the same examples every time,
# so that a change is judged by what it changed.
hypothesis.settings.register_profile(
    "roundsman",
    deadline=None,
    derandomize=IN_CI,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("roundsman")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample data that lies beside the project, `../shared/data`.

    Elsewhere than in CI a test that needs it is skipped, and the summary says so; CI must have it.
    """
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        reason = "the sample data is not here: expected the folder shared/data beside the project"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def chinese_font() -> None:
    """Skip what looks at Chinese texts where no font can draw them; the summary says so."""
    if sys.platform.startswith("linux") and not has_chinese_font():
        pytest.skip("no font here has Chinese characters: apt-get install fonts-noto-cjk")


class Records(logging.Handler):
    """Keeps the warnings and errors that are logged, from whatever thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.records.append(record)


def is_below(logger: str, parents: tuple[str, ...]) -> bool:
    """Whether a logger is one of these or below one of them."""
    return any(logger == parent or logger.startswith(f"{parent}.") for parent in parents)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which a warning or an error was logged that it does not expect.

    `@pytest.mark.allow_log("desktop.sync")` expects them from that logger and those below it; `caplog` can then say
    what exactly must have been logged.
    """
    allowed = tuple(name for mark in request.node.iter_markers("allow_log") for name in mark.args)
    handler = Records()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    unexpected = [record for record in handler.records if not is_below(record.name, allowed)]
    if unexpected:
        lines = "\n".join(f"  {r.levelname} {r.name}: {r.getMessage()}" for r in unexpected)
        pytest.fail(f"logged without being expected:\n{lines}", pytrace=False)
