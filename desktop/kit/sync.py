"""How the exchange with the office stands, as screens may know it. What runs it is handed in by the shell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Phase(StrEnum):
    """What the exchange is doing."""

    IDLE = "idle"  # in step, listening for news
    SYNCING = "syncing"
    OFFLINE = "offline"  # the office cannot be reached; the next try is timed
    REFUSED = "refused"  # the office answered, and waiting will not mend what it said
    OFF = "off"  # nothing runs: before the start, after the end


@dataclass(frozen=True)
class SyncView:
    """The state of the exchange at one moment.

    ``done`` of ``total`` rows are here (0 of 0: nobody knows). ``is_first_copy`` while the first copy is made.
    ``contact_ms`` is when the office last answered, ``next_try_ms`` when it is asked again (0: not timed); both UTC
    milliseconds. ``code`` and ``message`` are of the error that ended the last round, 0 and empty when none did.
    ``clock_offset_ms`` is office minus laptop; ``is_clock_wrong`` when a person should look at it.
    """

    phase: Phase = Phase.OFF
    done: int = 0
    total: int = 0
    is_first_copy: bool = False
    contact_ms: int = 0
    next_try_ms: int = 0
    code: int = 0
    message: str = ""
    clock_offset_ms: int | None = None
    is_clock_wrong: bool = False

    @property
    def is_offline(self) -> bool:
        """Whether the last try met no office."""
        return self.phase is Phase.OFFLINE

    @property
    def percent(self) -> int | None:
        """How far the copy under way is, 0 to 100; None when nobody knows."""
        return min(self.done * 100 // self.total, 100) if self.total > 0 else None


class Sync(QObject):
    """The exchange with the office. This one does nothing: for laptops in tests and pictures.

    ``changed`` is emitted in the GUI thread whenever `view` is another one.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = SyncView()

    @property
    def view(self) -> SyncView:
        """How it stands."""
        return self._view

    def show(self, view: SyncView) -> None:
        """It stands so from now on. In the GUI thread."""
        if view != self._view:
            self._view = view
            self.changed.emit()

    def now(self) -> None:
        """Begin a round at once."""

    def stop(self) -> None:
        """End after the message that is under way, and wait for it."""
