"""What takes time between the window and the copy: enrolling, opening, signing out. For the program's own thread.

Importing this imports the database, the schema and HTTP, which takes longer than painting the window. So the program does
it in that thread, when the window is seen.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread

from crm.changes.actor import Actor
from crm.errors import Code, NotAllowed
from desktop import bootstrap
from desktop.bootstrap import CLOCK, EnrolmentOrder, Laptop, open_laptop
from desktop.kit.gate import Door, Enrol
from desktop.kit.session import Session, read_actor
from desktop.settings import Settings
from desktop.shell.syncing import SyncThread, Watched
from desktop.sync.line import office_url
from desktop.vault.errors import PassphraseNeeded


@dataclass
class Opened:
    """An open laptop, and what closes it. ``sync`` lives in the thread of the window."""

    laptop: Laptop
    stack: ExitStack
    sync: SyncThread
    actor: Actor
    is_first_copy: bool
    session: Session | None = None

    def begin(self, parent: QObject) -> Session:
        """Begin the session. In the thread of the window."""
        enrolment = self.laptop.enrolment
        self.sync.setParent(parent)
        self.session = Session(
            self.laptop.store,
            CLOCK,
            person=enrolment.person,
            zone=enrolment.zone,
            device_code=enrolment.device_code,
            server=enrolment.server,
            sync=self.sync,
            actor=self.actor,
            parent=parent,
        )
        return self.session

    def close(self) -> None:
        """End sync and close the copy. The key leaves the memory with it."""
        self.sync.stop()
        self.stack.close()


class Opener:
    """Opens one data folder. ``home`` is the thread of the window."""

    def __init__(self, settings: Settings, home: QThread) -> None:
        self._settings = settings
        self._home = home
        self._codes: dict[tuple[str, str], str] = {}

    def look(self) -> Door:
        """See `Gatekeeper.look`."""
        enrolment = self._settings.enrolment()
        is_guarded = bootstrap.needs_passphrase(self._settings)
        if enrolment is None:
            return Door(is_guarded)
        return Door(is_guarded, enrolment.server, enrolment.device_name)

    def open(self, passphrase: str | None) -> Opened:
        """See `Gatekeeper.open`.

        :raises NotAllowed: the laptop was signed out.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="roundsman-first") as beside:
            return self._open(passphrase, beside.submit(_import_first))

    def _open(self, passphrase: str | None, first: Future[None]) -> Opened:
        sync = SyncThread(CLOCK)
        sync.moveToThread(self._home)
        stack = ExitStack()
        try:
            laptop = stack.enter_context(
                open_laptop(
                    self._settings,
                    passphrase=lambda: _given(passphrase or ""),
                    around=lambda transport: Watched(transport, sync),
                    tell=sync.on_report,
                )
            )
            if not bootstrap.is_signed_in(laptop):
                raise NotAllowed(
                    Code.NOT_SIGNED_IN, "This laptop was signed out. Sign in again to open its copy."
                )
            actor = read_actor(laptop.store, laptop.enrolment.person)
            is_first_copy = not laptop.store.state().copied
            first.result()
        except BaseException:
            stack.close()
            raise
        return Opened(laptop, stack, sync, actor, is_first_copy)

    def enrol(self, order: Enrol) -> Opened:
        """See `Gatekeeper.enrol`."""
        server = office_url(order.server, allow_plain=order.allows_plain_http)
        asked = EnrolmentOrder(
            server=server, code=order.code or self._code_for(server, order), device_name=order.device_name
        )
        is_enrolled = self._settings.enrolment() is not None
        enrol = bootstrap.enrol_again if is_enrolled else bootstrap.enrol_folder
        try:
            enrol(self._settings, asked, passphrase=lambda: _given(order.passphrase))
        except NotAllowed:
            # A code that was not taken is not tried again.
            self._codes.clear()
            raise
        self._codes.clear()
        return self.open(order.passphrase or None)

    def _code_for(self, server: str, order: Enrol) -> str:
        """A code for this account: the one that was given before, when only an answer was lost since."""
        account = (server, order.login)
        if account not in self._codes:
            self._codes[account] = bootstrap.ask_for_code(server, order.login, order.password)
        return self._codes[account]

    def sign_out(self, laptop: Laptop) -> None:
        """End the sign-in."""
        bootstrap.sign_out(laptop)

    def remove_copy(self) -> None:
        """Destroy the key and the copy."""
        bootstrap.remove_copy(self._settings)


def _import_first() -> None:
    """What the window shows first. Imported when it is shown, it would keep the window from answering."""
    import desktop.screens.customers.screen
    import desktop.shell.finder
    import desktop.shell.workbench  # noqa: F401


def _given(passphrase: str) -> str:
    if not passphrase:
        raise PassphraseNeeded()
    return passphrase
