"""The real window on a real, encrypted copy, offscreen; and a watch over the GUI thread in every test of this folder."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from PySide6.QtCore import QAbstractItemModel, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.kit.language import LANGUAGES, speak
from desktop.kit.preferences import Preferences
from desktop.kit.screen import Entry, Finder
from desktop.kit.session import Session
from desktop.kit.sync import Phase, Sync, SyncView
from desktop.kit.theme import Look, wear
from desktop.shell.application import make_application, on_qt_message
from desktop.shell.names import Fact
from desktop.shell.screens import SCREENS
from desktop.shell.window import MainWindow
from desktop.shell.workbench import Workbench
from desktop.store.store import Store
from tests.desktop.copies import NOW_MS, ZONE, Prepared, StandingClock, prepare
from tests.desktop.stalls import MOST_MS, Control, Watch

STEPS: Final = (
    "keyClick", "keyClicks", "keyPress", "keyRelease", "mouseClick", "mouseDClick", "mouseMove", "mousePress",
    "mouseRelease", "wait", "waitUntil", "waitExposed", "waitActive",
)  # fmt: skip
_watching: dict[str, Any] = {}

LONGEST_S: Final = 120
STALLED: Final = "the window did not answer for"
REPEATED: Final = pytest.mark.flaky(reruns=2, only_rerun=STALLED)
"""What the machine takes from other threads of this process, which hold what the window waits for, cannot be told from a
stall. A stall of the program comes every time, so a test fails when it stalls three times."""


# --- the watch over the GUI thread ------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of this folder are run again when they stalled. One that hangs inside Qt is ended with its process: a signal
    waits for Python there.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(REPEATED)
            known = item.get_closest_marker("timeout")
            item.add_marker(pytest.mark.timeout(known.args[0] if known else LONGEST_S, method="thread"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Watch the GUI thread while the test runs, and fail the test that lets it stall."""
    del item
    if not isinstance(QApplication.instance(), QApplication):
        return (yield)
    if "control" not in _watching:
        _watching["control"] = Control()
    watch = Watch(_watching["control"])
    _watching["watch"] = watch
    watch.start()
    try:
        yield
    finally:
        stalls = watch.finish()
        _watching["watch"] = None
        watch.deleteLater()
    if stalls and stalls[0].ours_ms > MOST_MS:
        worst = stalls[0]
        pytest.fail(
            f"{STALLED} {worst.ours_ms:.0f} ms "
            f"({worst.gap_ms:.0f} ms, of which the machine took {worst.lost_ms:.0f} ms, "
            f"and was {worst.slowness:.1f} times as slow as it can be)",
            pytrace=False,
        )
    return None


def pytest_sessionfinish() -> None:
    """End the control process."""
    control = _watching.pop("control", None)
    if control is not None:
        control.close()


@pytest.fixture
def watch(qapp: QApplication) -> Watch:
    """The watch over this test, for what only the test needs: ``with watch.aside(): …``. Ask for it inside the test."""
    return _Later()  # type: ignore[return-value]


class _Later:
    """The watch begins after the fixtures are made."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_watching["watch"], name)


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Each step on the window begins a new measurement."""
    for name in STEPS:
        if hasattr(qtbot, name):
            setattr(qtbot, name, _breathing(getattr(qtbot, name)))
    return qtbot


def _breathing(step: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(step)
    def measured(*arguments: Any, **named: Any) -> Any:
        watch = _watching.get("watch")
        if watch is not None:
            watch.breathe()
        try:
            return step(*arguments, **named)
        finally:
            if watch is not None:
                watch.breathe()

    return measured


@pytest.fixture
def qtmodeltester(qtmodeltester: Any) -> Any:
    """What it asks of a model in one go is more than any window asks."""
    check = qtmodeltester.check

    def aside(model: QAbstractItemModel, *, force_py: bool = False) -> None:
        with _watching["watch"].aside():
            check(model, force_py=force_py)

    qtmodeltester.check = aside
    return qtmodeltester


# --- the application --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application, with fonts and style loaded, as after its start."""
    application = make_application()
    for code in reversed(LANGUAGES):
        speak(application, code)
    for is_dark in (True, False):
        wear(application, Look(is_dark))
    _load_fonts()
    # What is there by now stays: looking through it for garbage again and again costs what a stall costs.
    gc.collect()
    gc.freeze()
    return application


def _load_fonts() -> None:
    """The first text in a font costs what reading the font costs; the program pays it once, at its start."""
    from PySide6.QtGui import QFontMetrics

    from desktop.kit.icons import icon
    from desktop.kit.theme import look

    icon("home").pixmap(16, 16)
    for role in ("body", "secondary", "section", "title", "figure"):
        for is_semibold in (True, False):
            metrics = QFontMetrics(look().font(role, is_semibold=is_semibold))
            metrics.horizontalAdvance("Customers 0123 海口椰风 ¥ − · – …")


@pytest.fixture(autouse=True)
def plain_look(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test begins in English, light, at 100 %, whatever the one before chose."""
    yield
    application = QApplication.instance()
    if isinstance(application, QApplication):
        from desktop.kit.language import language
        from desktop.kit.theme import follow_system, look

        if language() != "en":
            speak(application, "en")
        if look() != Look():
            follow_system(application, "light")
            wear(application, Look())


@pytest.fixture(autouse=True)
def qt_warnings_fail() -> Iterator[None]:
    """What Qt warns of goes into the log, where an unexpected warning fails the test."""
    from PySide6.QtCore import qInstallMessageHandler

    former = qInstallMessageHandler(on_qt_message)
    yield
    qInstallMessageHandler(former)


# --- a laptop and its window ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The copy of the made-up company on the laptop of its first rep."""
    return prepare(tmp_path_factory.mktemp("company"))


@pytest.fixture
def clock() -> StandingClock:
    """It stands at 3 November 2026, 09:41 in Shanghai."""
    return StandingClock()


@pytest.fixture
def store(prepared: Prepared, clock: StandingClock, tmp_path: Path) -> Iterator[Store]:
    """The copy, open."""
    store = prepared.open(tmp_path / "copy.db", clock)
    yield store
    store.close()
    store.engine.dispose()


@pytest.fixture
def session(qapp: QApplication, store: Store, clock: StandingClock, prepared: Prepared) -> Iterator[Session]:
    """The laptop as the window sees it. Sync does nothing; it says that it is up to date."""
    sync = Sync()
    session = Session(
        store,
        clock,
        person=prepared.actor.id,
        zone=ZONE,
        device_code=prepared.device_code,
        server="https://office.example.com",
        sync=sync,
    )
    sync.show(SyncView(Phase.IDLE, contact_ms=NOW_MS, clock_offset_ms=0))
    yield session
    session.close()


@pytest.fixture
def preferences(qapp: QApplication, tmp_path: Path) -> Preferences:
    """English, light, 100 %."""
    preferences = Preferences(tmp_path)
    preferences.language = "en"
    preferences.theme = "light"
    return preferences


@dataclass
class Desk:
    """The window with everything behind it. ``locked`` counts how often it was asked to lock."""

    window: MainWindow
    bench: Workbench
    session: Session
    preferences: Preferences
    clock: StandingClock
    locked: list[None] = field(default_factory=list)


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(
    qapp: QApplication, qtbot: QtBot, session: Session, preferences: Preferences, clock: StandingClock
) -> Iterator[MakeDesk]:
    """Opens the window with the screens that a test names."""
    windows: list[MainWindow] = []

    def make(
        entries: Sequence[Entry] = SCREENS, *, finder: Finder | None = None, facts: Sequence[Fact] = ()
    ) -> Desk:
        locked: list[None] = []
        window = MainWindow(qapp, preferences, facts=lambda: facts, on_lock=lambda: locked.append(None))
        windows.append(window)
        bench = window.begin(session, entries, finder=finder)
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window).__enter__()
        window.activateWindow()
        return Desk(window, bench, session, preferences, clock, locked)

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    settle(session)
    # A window that stays would be dressed anew by every later test.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The real window with the program's own screens."""
    return make_desk()


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    """The real window with the program's own screens."""
    return desk.window


def settle(session: Session) -> None:
    """Let everything that is under way arrive."""
    while session.tasks.is_busy:
        QApplication.processEvents()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
