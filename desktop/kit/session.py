"""An open laptop as the window sees it: the store, who works, tasks, the bus of changes, and sync."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal
from sqlalchemy.orm import Session as OrmSession

from crm.changes.actor import Actor
from crm.clock import Clock, business_date
from crm.errors import Code, NotAllowed
from crm.ids import PersonId
from crm.people.queries import actor_for
from desktop.kit.bus import Bus, Changes
from desktop.kit.sync import Sync
from desktop.kit.tasks import Tasks
from desktop.store.store import Store

_DIRECTORY = ("app_user", "user_role", "data_grant", "division")


class Session(QObject):
    """Made in the GUI thread after unlocking; `close` it before the store is closed.

    ``person`` is whose laptop it is, ``device_code`` begins the numbers given here (``ND-2``), ``zone`` is the company's
    time zone (IANA name), ``server`` the office's address; ``actor`` who was read already (`read_actor`). ``actor_changed``: the directory gave or took rights. ``ending``:
    the session is about to close, and this is the last moment to write.
    """

    actor_changed = Signal()
    ending = Signal()

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        person: bytes,
        zone: str,
        device_code: str = "",
        server: str = "",
        sync: Sync | None = None,
        actor: Actor | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = store
        self.clock = clock
        self.person = person
        self.zone = zone
        self.device_code = device_code
        self.server = server
        self.bus = Bus(store, self)
        self.tasks = Tasks(store, self.bus, self.actor, self)
        self.sync = sync or Sync(self)
        self._actor = actor or read_actor(store, person)
        self.bus.changed.connect(self._on_changed)

    def actor(self) -> Actor:
        """The person at work. Before the first copy has brought the directory: with no rights at all."""
        return self._actor

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return self.clock.now_ms()

    def today(self) -> date:
        """The day in the company's time zone."""
        return business_date(self.clock.now_ms(), self.zone)

    def close(self) -> None:
        """Stop sync, stop what runs, listen no more."""
        self.ending.emit()
        self.sync.stop()
        self.tasks.close()
        self.bus.close()

    def _on_changed(self, changes: Changes) -> None:
        if changes.concerns(*_DIRECTORY):
            self.tasks.look(
                partial(_actor_for, person=self.person), self._take_actor, owner=self, slot="actor"
            )

    def _take_actor(self, actor: Actor) -> None:
        if actor != self._actor:
            self._actor = actor
            self.actor_changed.emit()


def read_actor(store: Store, person: bytes) -> Actor:
    """The person with the rights that the directory gives. From any thread."""
    with store.session() as reading:
        return _actor_for(reading, person)


def _actor_for(reading: OrmSession, person: bytes) -> Actor:
    try:
        return actor_for(reading, person, office=False)
    except NotAllowed as error:
        if error.code != Code.NOT_FOUND:
            raise
        return Actor(PersonId(person), None, {})
