"""The program with a window: from the start to the end, through gates, an open laptop, locks and the last door.

Whatever may take time (keys, opening, enrolling, closing) happens in one thread of its own, one after the other, so that
an opening never meets a closing. Its answers come back through one signal.
"""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid

from crm.errors import NotAllowed
from desktop.kit.commands import Command
from desktop.kit.gate import Door, Enrol, Gatekeeper, MakeGate
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.preferences import Preferences
from desktop.kit.sync import Phase, SyncView
from desktop.settings import Settings, product_version
from desktop.shell.application import LastDoor, make_application
from desktop.shell.names import FIRST_COPY, GROUP_WINDOW, Fact
from desktop.shell.single import Single
from desktop.shell.window import MainWindow
from desktop.widgets.buttons import TextButton
from desktop.widgets.empty import Empty

if TYPE_CHECKING:
    from desktop.kit.session import Session
    from desktop.opening import Opened, Opener

T = TypeVar("T")
log = logging.getLogger(__name__)
translate = QCoreApplication.translate
FIRST: Final = "customers"
"""The screen that the window begins with."""
WARM_MS: Final = 500
"""So long after the laptop was opened the other screens are imported: the first one is painted by then."""


def make_first_run(keeper: Gatekeeper) -> QWidget:
    """The gate of a folder that is not enrolled, or was signed out."""
    from desktop.screens.first_run.gate import FirstRun

    return FirstRun(keeper)


def make_unlock(keeper: Gatekeeper) -> QWidget:
    """The gate of a laptop that is locked."""
    from desktop.screens.unlock.gate import Unlock

    return Unlock(keeper)


class Program(QObject):
    """One window on one data folder. It is the `desktop.kit.gate.Gatekeeper` of the gates."""

    _done = Signal(object)

    def __init__(self, settings: Settings, application: QApplication) -> None:
        super().__init__()
        self.settings = settings
        self._application = application
        self._preferences = Preferences(settings.folder, self)
        self._open: Opened | None = None
        self._known_opener: Opener | None = None
        self._is_ending = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="roundsman-door")
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)
        self.window = MainWindow(
            application, self._preferences, facts=self._facts, on_lock=self.lock, on_end=self.end
        )

    # -- what gates may ask

    @property
    def folder(self) -> Path:
        """See `Gatekeeper.folder`."""
        return self.settings.folder

    @property
    def preferences(self) -> Preferences:
        """See `Gatekeeper.preferences`."""
        return self._preferences

    def open(self, passphrase: str | None, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        """See `Gatekeeper.open`."""

        def refused(error: Exception) -> None:
            if isinstance(error, NotAllowed):
                self._show_gate(make_first_run)
            else:
                failed(error)

        self._elsewhere(lambda: self._opener().open(passphrase), self._begin, refused, owner)

    def look(
        self, then: Callable[[Door], None], failed: Callable[[Exception], None], *, owner: QObject
    ) -> None:
        """See `Gatekeeper.look`."""

        def answered(door: Door) -> None:
            if isValid(owner):
                then(door)

        self._elsewhere(lambda: self._opener().look(), answered, failed, owner)

    def enrol(self, order: Enrol, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        """See `Gatekeeper.enrol`."""
        self._elsewhere(lambda: self._opener().enrol(order), self._begin, failed, owner)

    def sign_out(self, *, removes_copy: bool, failed: Callable[[Exception], None], owner: QObject) -> None:
        """See `Gatekeeper.sign_out`."""
        opened = self._open
        if opened is None:
            return

        def then(_none: None) -> None:
            if not removes_copy:
                self.sign_in_again()
                return
            waiting = _waiting(lambda: translate("Gate", "Removing the copy from this laptop"))
            self.window.show_gate(waiting)
            self._close()
            self._elsewhere(
                lambda: self._opener().remove_copy(),
                lambda _none: self._show_gate(make_first_run),
                self._on_closed_door,
                waiting,
            )

        self._elsewhere(lambda: self._opener().sign_out(opened.laptop), then, failed, owner)

    def quit(self) -> None:
        """See `Gatekeeper.quit`."""
        self.window.close()

    # -- from start to end

    def start(self) -> None:
        """Show the window: the gate of the first run, or the laptop."""
        self.window.show()
        if self.settings.enrolment() is None:
            self._show_gate(make_first_run)
            return
        waiting = _waiting(lambda: translate("Gate", "Opening your copy"))
        self.window.show_gate(waiting)

        def go() -> None:
            self.open(None, self._on_closed_door, owner=waiting)
            _meet_widgets()

        # Painted first: importing what opens the copy keeps the window from it.
        QTimer.singleShot(0, waiting, go)

    def lock(self) -> None:
        """Close the laptop and show the gate that opens it again. The key leaves the memory with it."""
        if self._open is not None:
            self._show_gate(make_unlock)
            self._close()

    def end(self) -> None:
        """The window was closed: close the laptop, then end."""
        if self._is_ending:
            return
        self._is_ending = True
        self._close()
        self._worker.submit(lambda: None).add_done_callback(lambda _future: self._done.emit(self._leave))

    def wait_closed(self) -> None:
        """Wait until a laptop that is being closed is closed. For those who go on without the program: the tour, tests."""
        self._worker.submit(lambda: None).result()

    def tell_broken(self, error: BaseException) -> None:
        """Something went wrong that nobody expected."""
        bench = self.window.workbench
        if bench is not None and isinstance(error, Exception):
            bench.tell_error(error)

    # -- inside

    def _show_gate(self, make: MakeGate) -> None:
        self.window.show_gate(make(self))

    def _on_closed_door(self, error: Exception) -> None:
        """At the start: a passphrase is asked for, anything else is told."""
        from desktop.vault.errors import PassphraseNeeded

        if isinstance(error, PassphraseNeeded):
            self._show_gate(make_unlock)
        else:
            self._show_gate(lambda keeper: _closed(keeper, error))

    def _opener(self) -> Opener:
        """In the worker's thread."""
        from desktop.opening import Opener

        if self._known_opener is None:
            self._known_opener = Opener(self.settings, self.thread())
        return self._known_opener

    def _begin(self, opened: Opened) -> None:
        from desktop.shell.finder import find_records
        from desktop.shell.screens import SCREENS, warm

        session = opened.begin(self)
        self._open = opened
        bench = self.window.begin(session, SCREENS, finder=find_records, more=self._commands(session))
        first = FIRST_COPY if opened.is_first_copy else FIRST
        opened.sync.show(SyncView(Phase.IDLE, is_first_copy=opened.is_first_copy))

        def go() -> None:
            # In turns of their own: all at once would keep the window from answering for too long.
            bench.open(first)
            QTimer.singleShot(
                0, bench, lambda: opened.sync.start(opened.laptop.sync, is_first_copy=opened.is_first_copy)
            )

        QTimer.singleShot(0, bench, go)
        QTimer.singleShot(WARM_MS, bench, lambda: self._worker.submit(warm))

    def _commands(self, session: Session) -> list[Command]:
        """What only the program can do."""
        return [
            Command(
                "window.sign_out", QT_TRANSLATE_NOOP("Commands", "Sign out"), self.ask_sign_out, (), "sign_out",
                hint=QT_TRANSLATE_NOOP("Commands", "See what is not sent yet, and end this laptop's sign-in"),
                group=GROUP_WINDOW,
            ),
            Command(
                "window.sign_in", QT_TRANSLATE_NOOP("Commands", "Sign in again"), self.sign_in_again, (), "key",
                hint=QT_TRANSLATE_NOOP("Commands", "With a new code from the office; your data and what waits stay here"),
                group=GROUP_WINDOW, is_offered=lambda: session.sync.view.phase is Phase.REFUSED,
            ),
        ]  # fmt: skip

    def ask_sign_out(self) -> None:
        """Show what is not sent, before anything is done."""
        if self._open is not None and self._open.session is not None:
            from desktop.screens.sign_out.dialog import SignOutDialog

            self.window.show_dialog(SignOutDialog(self._open.session, self, self.window))

    def sign_in_again(self) -> None:
        """Close the laptop and ask for a new code."""
        self._show_gate(make_first_run)
        self._close()

    def _close(self) -> None:
        opened, self._open = self._open, None
        self.window.end()
        if opened is None:
            return
        session = opened.session
        if session is not None:
            session.ending.emit()
            session.tasks.close()
            session.bus.close()
            session.deleteLater()

        self._worker.submit(opened.close).add_done_callback(_log_failure)

    @Slot(object)
    def _on_done(self, work: Callable[[], None]) -> None:
        work()

    def _leave(self) -> None:
        self._worker.shutdown(wait=False)
        self._application.quit()

    def _elsewhere(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None],
        owner: QObject,
    ) -> None:
        wanted = weakref.ref(owner)

        def done(future: Future[T]) -> None:
            error = future.exception()

            def answer() -> None:
                here = wanted()
                if error is None:
                    then(future.result())
                elif isinstance(error, Exception) and here is not None and isValid(here):
                    failed(error)

            self._done.emit(answer)

        self._worker.submit(work).add_done_callback(done)

    def _facts(self) -> list[Fact]:
        enrolment = self.settings.enrolment()
        told: list[Fact] = []
        if enrolment is not None:
            told += [
                (lambda: translate("Facts", "Server"), enrolment.server),
                (lambda: translate("Facts", "Way to the server"), _road(enrolment.server)),
                (lambda: translate("Facts", "This laptop at the office"), enrolment.device_name),
                (lambda: translate("Facts", "Numbers begin with"), enrolment.device_code),
            ]
        told += [
            (lambda: translate("Facts", "Data folder"), str(self.settings.folder)),
            (lambda: translate("Facts", "Version"), product_version()),
        ]
        return told


def _meet_widgets() -> None:
    """Whoever is first given a widget of no known kind waits 20 ms, in which every kind of it is made. Here nobody waits."""
    QScrollArea().viewport()


def _log_failure(future: Future[Any]) -> None:
    error = future.exception()
    if error is not None:
        log.error("close_failed error=%s", type(error).__name__)


def _road(server: str) -> str:
    """The proxy on the way, without what it is signed in with."""
    from requests.utils import get_environ_proxies

    proxies = get_environ_proxies(server)
    proxy = proxies.get(urlsplit(server).scheme) or proxies.get("all")
    if not proxy:
        return translate("Facts", "direct")
    there = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return translate("Facts", "through {proxy}").format(proxy=f"{there.hostname}:{there.port or 80}")


def _waiting(words: Callable[[], str]) -> QWidget:
    return Empty("lock", words, lambda: translate("Gate", "This takes a moment and needs no network."))


def _closed(keeper: Any, error: Exception) -> QWidget:
    from desktop.kit import words

    return Empty(
        "danger",
        lambda: translate("Gate", "Your copy cannot be opened"),
        lambda: words.error(error),
        TextButton(lambda: translate("Gate", "Quit"), keeper.quit),
    )


# --- the start --------------------------------------------------------------------------------------------------------

SECOND: Final = 0
START_MS: Final = 3_000
"""After this the window stands, and Python looks for what can go again."""


def _started() -> None:
    gc.freeze()
    gc.enable()


def run(settings: Settings) -> int:
    """Open the window and stay until it is closed; gives the exit code."""
    # Nothing of what a start imports goes again: Python need not look through it, neither now nor later.
    gc.disable()
    application = make_application()
    QTimer.singleShot(START_MS, _started)
    single = Single(settings.folder)
    if single.call_first():
        return SECOND
    with LastDoor() as door:
        program = Program(settings, application)
        single.asked.connect(program.window.come_forward)
        single.listen()
        door.opened.connect(program.tell_broken, Qt.ConnectionType.QueuedConnection)
        # Python looks at signals (Ctrl+C) only while it runs.
        pulse = QTimer(interval=500)
        pulse.timeout.connect(lambda: None)
        pulse.start()
        program.start()
        try:
            return application.exec()
        finally:
            single.close()
