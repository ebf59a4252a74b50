"""One conflict: before, mine and theirs, what follows, one key to choose, and the choice can be taken back (R-004)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from crm.conflicts.actions import resolve_conflict, undo_resolution
from crm.conflicts.rules import Choice as Chosen
from crm.schema import RULEBOOK, SCHEMA
from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.commands import Command
from desktop.kit.format import formats
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.screens.conflict import words as told
from desktop.screens.conflict.compare import Choice, Compare
from desktop.store.reads.conflicts import Whole, read_conflict
from desktop.widgets.buttons import IconButton, TextButton
from desktop.widgets.empty import Empty
from desktop.widgets.labels import Elided, Label
from desktop.widgets.pill import Pill

GROUP: Final = QT_TRANSLATE_NOOP("Commands", "Conflict")


class ConflictPage(Screen):
    """See the module. A place: ``{"id": hex}``."""

    name: ClassVar[str] = "conflict"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self._id = b""
        self._whole: Whole | None = None
        self._is_busy = False
        self._gone = Empty(
            "conflict",
            lambda: self.tr("This conflict is not here any more"),
            lambda: self.tr("Its record left this laptop, or was never on it."),
            TextButton(lambda: self.tr("Sync centre"), lambda: shell.open("sync", {"section": "needs_you"})),
        )
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self._gone)
        page = QVBoxLayout(self)
        spaced(page, gap="")
        page.addWidget(self._stack)
        self.buttons: dict[str, TextButton] = {}
        # Not while Qt goes through its widgets to tell them of a language or a look.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._build)
        session.bus.changed.connect(self._on_changed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.dress()

    # -- the screen

    def title(self) -> str:
        """See `Screen.title`."""
        if self._whole is None or not self._whole.line.title:
            return self.tr("Conflict")
        return self.tr("Conflict: {title}").format(title=self._whole.line.title)

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return [
            Command("conflict.mine", QT_TRANSLATE_NOOP("Commands", "Keep mine"), partial(self.keep_side, True), ("M",),
                    "check", group=GROUP, is_offered=lambda: self._can_choose(self._side_of(is_me=True)),
                    hint=QT_TRANSLATE_NOOP("Commands", "Decide for what I wrote")),
            Command("conflict.theirs", QT_TRANSLATE_NOOP("Commands", "Keep theirs"), partial(self.keep_side, False), ("T",),
                    "check", group=GROUP, is_offered=lambda: self._can_choose(self._side_of(is_me=False)),
                    hint=QT_TRANSLATE_NOOP("Commands", "Decide for what the other side wrote")),
            Command("conflict.undo", QT_TRANSLATE_NOOP("Commands", "Take the decision back"), self.undo, ("U",), "undo",
                    group=GROUP, is_offered=lambda: self._can_undo),
            Command("conflict.next", QT_TRANSLATE_NOOP("Commands", "Next conflict"), partial(self._go_on, 1), ("J",), "down",
                    group=GROUP, is_offered=lambda: self._neighbour(1) is not None),
            Command("conflict.previous", QT_TRANSLATE_NOOP("Commands", "Previous conflict"), partial(self._go_on, -1), ("K",),
                    "up", group=GROUP, is_offered=lambda: self._neighbour(-1) is not None),
            Command("conflict.open", QT_TRANSLATE_NOOP("Commands", "Open the record"), self.open_record, ("O",), "open",
                    group=GROUP, is_offered=lambda: self._screen_of_record() is not None),
            Command("conflict.leave", QT_TRANSLATE_NOOP("Commands", "Back"), self.shell.back, ("Escape",), "back",
                    group=GROUP, in_palette=False),
        ]  # fmt: skip

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        wanted = place.get("id")
        self._id = bytes.fromhex(wanted) if isinstance(wanted, str) else b""
        self.refresh()

    def place(self) -> Place:
        """See `Screen.place`."""
        return {"id": self._id.hex()}

    def take_focus(self) -> None:
        """See `Screen.take_focus`: no choice has the keyboard before it was looked at."""
        self.setFocus()

    def refresh(self) -> None:
        """Read it again."""
        query = partial(read_conflict, rows=self.session.store.rows, rulebook=RULEBOOK, conflict_id=self._id)
        self.session.tasks.read(query, self._take, owner=self, slot="read")

    def _on_changed(self, _changes: Changes) -> None:
        if self.isVisible():
            self.refresh()

    def _take(self, whole: Whole | None) -> None:
        if whole == self._whole and self._area.widget() is not None:
            return
        self._whole = whole
        self._build()
        self.titled.emit()
        self.shell.commands.refresh()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._soon.start()
        self.titled.emit()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._soon.start()

    # -- what is shown

    def _build(self) -> None:
        self.buttons = {}
        whole = self._whole
        self._stack.setCurrentWidget(self._area if whole is not None or not self._id else self._gone)
        if whole is None:
            return
        had_focus = self._area.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        page = QWidget()
        column = QVBoxLayout(page)
        spaced(column, "large", "huge", gap="medium")
        mine, theirs = told.seats(whole, self.session.person, formats(), self.session.now_ms())
        column.addWidget(self._head(whole))
        column.addWidget(Label(told.what_happened(whole, theirs), wraps=True))
        if not whole.is_open and whole.state == "resolved":
            column.addWidget(self._decided(whole))
        column.addWidget(
            Compare(
                mine,
                theirs,
                told.comparison(whole, formats()),
                (self._below_mine(whole, mine), self._below_theirs(whole, theirs))
                if self._is_choosable
                else None,
                chosen=whole.resolution if whole.state == "resolved" else "",
            )
        )
        column.addStretch(1)
        former = self._area.takeWidget()
        if former is not None:
            former.deleteLater()
        self._area.setWidget(page)
        if had_focus:
            self.setFocus()

    def _head(self, whole: Whole) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        spaced(row, gap="small")
        kind = words.table(whole.line.table)
        where = f"{kind} \N{MIDDLE DOT} {whole.line.within}" if whole.line.within else kind
        row.addWidget(Elided(where, role="section"), 1)
        if self._screen_of_record() is not None:
            row.addWidget(TextButton(lambda: self.tr("Open the record"), self.open_record, role="link"))
        if len(whole.others) > 1 or (whole.others and not whole.is_open):
            row.addSpacing(look().space("small"))
            row.addWidget(Label(self._count(whole), role="secondary"))
            row.addWidget(
                IconButton("up", lambda: self.tr("Previous conflict (K)"), partial(self._go_on, -1))
            )
            row.addWidget(IconButton("down", lambda: self.tr("Next conflict (J)"), partial(self._go_on, 1)))
        if whole.is_open:
            row.addWidget(Pill("conflict"))
        else:
            row.addWidget(Pill("approved", text=words.state(whole.state), meaning="done"))
        return box

    def _count(self, whole: Whole) -> str:
        if self._id in whole.others:
            return self.tr("{number} of {count}").format(
                number=whole.others.index(self._id) + 1, count=len(whole.others)
            )
        return self.tr("%n more to decide", "", len(whole.others))

    def _decided(self, whole: Whole) -> QWidget:
        box = QFrame()
        box.setProperty("role", "card")
        row = QHBoxLayout(box)
        spaced(row, "small", "medium", gap="medium")
        text = told.resolution(whole, self.session.person, formats(), self.session.now_ms())
        row.addWidget(Label(text, wraps=True), 1)
        undo = TextButton(
            lambda: self.tr("Take back"),
            self.undo,
            picture="undo",
            tooltip=lambda: self.tr("Take the decision back (U)"),
        )
        self.buttons["undo"] = undo
        row.addWidget(undo)
        return box

    def _below_mine(self, whole: Whole, mine: told.Seat) -> QWidget:
        if told.cannot_be_chosen(whole):
            text = (
                told.consequences(whole, formats())[0]
                if whole.is_here
                else self.tr("The record is not on this laptop.")
            )
            return Choice((), None, problem=text)
        return Choice(told.consequences(whole, formats()), self._button("mine", mine), key=self._key("mine"))

    def _below_theirs(self, whole: Whole, theirs: told.Seat) -> QWidget:
        return Choice(
            (told.standing_consequence(whole),), self._button("theirs", theirs), key=self._key("theirs")
        )

    def _button(self, side: str, seat: told.Seat) -> TextButton:
        key = self._key(side)
        button = TextButton(
            self._choice_words(side, seat),
            partial(self.choose, side),
            picture="check",
            tooltip=lambda: f"{self._choice_words(side, seat)()} ({key})",
        )
        self.buttons[side] = button
        return button

    def _key(self, side: str) -> str:
        return "M" if side == self._side_of(is_me=True) else "T"

    def _choice_words(self, side: str, seat: told.Seat) -> Callable[[], str]:
        if seat.is_me and side == "mine":
            return lambda: self.tr("Keep mine")
        if side == "theirs":
            return lambda: self.tr("Keep what stands")
        return lambda: self.tr("Take this one")

    # -- what can be done

    @property
    def _is_choosable(self) -> bool:
        return self._whole is not None and self._whole.state in {"open", "undone", "decided"}

    def _can_choose(self, side: str) -> bool:
        if not self._is_choosable or self._whole is None or self._is_busy:
            return False
        return side == "theirs" or not told.cannot_be_chosen(self._whole)

    @property
    def _can_undo(self) -> bool:
        whole = self._whole
        return whole is not None and whole.state == "resolved" and not self._is_busy

    def _side_of(self, *, is_me: bool) -> str:
        """Which side is the person's own: of the conflict's *mine* and *theirs*, which are the office's words."""
        whole, me = self._whole, self.session.person
        stands_is_mine = (
            whole is not None and whole.line.mine_by.person != me and whole.line.theirs_by.person == me
        )
        return "theirs" if stands_is_mine == is_me else "mine"

    def keep_side(self, is_me: bool) -> None:
        """Decide for the person's own side, or for the other one."""
        self.choose(self._side_of(is_me=is_me))

    def choose(self, side: str) -> None:
        """Decide for ``mine`` (the change that waits) or ``theirs`` (what stands)."""
        if not self._can_choose(side):
            return
        choice: Chosen = "mine" if side == "mine" else "theirs"
        conflict_id = self._id
        self._begin()
        self.session.tasks.write(
            "conflict.resolve",
            lambda work: resolve_conflict(work, SCHEMA, conflict_id, choose=choice).id,
            self._decided_now,
            self._failed,
            owner=self,
        )

    def _decided_now(self, conflict_id: bytes) -> None:
        self._end()
        self.shell.notify(
            Notice(
                self.tr("Decided. The office learns of it with the next sync."),
                Kind.DONE,
                action=(self.tr("Take back"), partial(self._undo_of, conflict_id)),
            )
        )

    def undo(self) -> None:
        """Take the decision back: what was not sent is forgotten, what was is undone by a change of its own."""
        if self._can_undo:
            self._undo_of(self._id)

    def _undo_of(self, conflict_id: bytes) -> None:
        self._begin()
        query = partial(
            read_conflict, rows=self.session.store.rows, rulebook=RULEBOOK, conflict_id=conflict_id
        )
        self.session.tasks.read(query, partial(self._undo_now, conflict_id), self._failed, owner=self)

    def _undo_now(self, conflict_id: bytes, whole: Whole | None) -> None:
        tasks = self.session.tasks
        if whole is not None and whole.unsent is not None:
            change_id = whole.unsent
            tasks.change(lambda store: store.take_back(change_id), self._undone, self._failed, owner=self)
        else:
            tasks.write(
                "conflict.undo_resolution",
                lambda work: undo_resolution(work, SCHEMA, conflict_id).id,
                self._undone,
                self._failed,
                owner=self,
            )

    def _undone(self, _result: object) -> None:
        self._end()
        self.shell.notify(
            Notice(self.tr("The decision was taken back; the conflict is open again."), Kind.DONE)
        )

    def _begin(self) -> None:
        self._is_busy = True

    def _end(self) -> None:
        self._is_busy = False
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self._end()
        self.shell.tell_error(error)

    # -- going on

    def _neighbour(self, way: int) -> bytes | None:
        others = self._whole.others if self._whole is not None else ()
        if self._id in others:
            place = others.index(self._id) + way
            return others[place] if 0 <= place < len(others) else None
        return others[0] if others else None

    def _go_on(self, way: int) -> None:
        wanted = self._neighbour(way)
        if wanted is not None:
            self.shell.open("conflict", {"id": wanted.hex()})

    def _screen_of_record(self) -> tuple[str, bytes] | None:
        whole = self._whole
        if whole is None or not whole.is_here:
            return None
        table, target = whole.line.table, whole.line.target
        if table == "sales_order":
            return "order", target
        if table == "customer":
            return "customer", target
        caption = whole.captions.get((table, target))
        if caption is not None and caption.customer_id is not None:
            return "customer", caption.customer_id
        return None

    def open_record(self) -> None:
        """Go to the record."""
        found = self._screen_of_record()
        if found is not None:
            self.shell.open(found[0], {"id": found[1].hex()})
