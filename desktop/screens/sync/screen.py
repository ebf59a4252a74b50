"""The sync centre: how the laptop stands with the office; what waits, what needs the person, what is done; every round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop.kit import icons
from desktop.kit.bus import Changes
from desktop.kit.commands import Command
from desktop.kit.format import formats
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.standing import Part, details, parts
from desktop.kit.theme import look, spaced
from desktop.screens.sync import entries as rows
from desktop.screens.sync.deeds import Deeds, can
from desktop.screens.sync.detail import Act, Detail
from desktop.screens.sync.entries import Entry, EntryList
from desktop.store.reads.captions import Captions
from desktop.store.reads.centre import Centre, read_centre
from desktop.store.reads.conflicts import Line
from desktop.store.reads.outbox import SetAside, Step
from desktop.widgets.buttons import TextButton
from desktop.widgets.empty import Empty
from desktop.widgets.labels import Label

SECTIONS: Final = ("waiting", "needs_you", "done", "log")
GROUP: Final = QT_TRANSLATE_NOOP("Commands", "Sync")
TELL_MS: Final = 20_000
"""The next try is told anew this often."""
_TITLES: Final[Mapping[str, str]] = {
    "waiting": QT_TRANSLATE_NOOP("Commands", "Show what waits"),
    "needs_you": QT_TRANSLATE_NOOP("Commands", "Show what needs you"),
    "done": QT_TRANSLATE_NOOP("Commands", "Show what is done"),
    "log": QT_TRANSLATE_NOOP("Commands", "Show the log of rounds"),
}


class Statements(QWidget):
    """How the laptop stands, in the words of the status line, each with its icon in its colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_parts(self, told: Sequence[Part]) -> None:
        """Say these."""
        self._parts = tuple(told)
        self.setAccessibleName(", ".join(part.text for part in told))
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(look().px(200), look().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them."""
        now = look()
        painter = QPainter(self)
        font = now.font("section")
        painter.setFont(font)
        metrics = QFontMetrics(font)
        left, side = 0.0, now.px(20)
        for part in self._parts:
            colour = now.colour("text_secondary" if part.meaning == "neutral" else part.meaning)
            icons.draw(painter, QRectF(left, (self.height() - side) / 2, side, side), part.icon, colour)
            left += side + now.px(8)
            painter.setPen(now.colour("text"))
            room = QRectF(left, 0, max(self.width() - left, 0), self.height())
            shown = metrics.elidedText(part.text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            left += metrics.horizontalAdvance(shown) + now.px(24)
        painter.end()


class SyncCentre(Screen):
    """See the module. A place: ``{"section": …, "key": …}``."""

    name: ClassVar[str] = "sync"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self._found: Centre | None = None
        self._wanted = ""
        self._is_placed = False
        self.detail = Detail(self._acts, self._drop_step, self._go)
        self.deeds = Deeds(session, shell, self.detail, self._after_deed, self)
        self.lists = {
            name: EntryList(partial(self._section_name, name), empty) for name, empty in self._empties()
        }
        self.statements = Statements()
        self._more = Label(role="secondary", wraps=True)
        self._untold = Label(role="secondary", wraps=True)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self._stack = QStackedWidget()
        for name in SECTIONS:
            self.tabs.addTab("")
            shown = self.lists[name]
            self._stack.addWidget(shown)
            shown.opened.connect(self._open)
            shown.left.connect(self._leave_list)
            shown.chosen.connect(partial(self._on_chosen, name))
        self._lay_out()
        self.tabs.currentChanged.connect(self._on_tab)
        session.bus.changed.connect(self._on_changed)
        session.sync.changed.connect(self._on_sync)
        self._clock = QTimer(self, interval=TELL_MS)
        self._clock.timeout.connect(self._tell_standing)
        self._clock.start()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show)
        self.dress()

    # -- how it is laid out

    def _empties(self) -> list[tuple[str, QWidget]]:
        return [
            ("waiting", Empty("done", lambda: self.tr("Nothing waits"), lambda: self.tr(
                "Everything you did is at the office. What you do next waits here until it was sent."))),
            ("needs_you", Empty("done", lambda: self.tr("Nothing needs you"), lambda: self.tr(
                "Here stands what the office refused, and what two people changed at the same time."))),
            ("done", Empty("history", lambda: self.tr("Nothing was sent yet"), lambda: self.tr(
                "What the office has taken is listed here, with old and new values."))),
            ("log", Empty("sync", lambda: self.tr("No round yet"), lambda: self.tr(
                "Every exchange with the office that did anything is written down here. F5 begins one."))),
        ]  # fmt: skip

    def _lay_out(self) -> None:
        band = QFrame()
        band.setProperty("role", "head")
        row = QHBoxLayout(band)
        spaced(row, "medium", "large", gap="large")
        words = QVBoxLayout()
        spaced(words, gap="hair")
        words.addWidget(self.statements)
        words.addWidget(self._more)
        row.addLayout(words, 1)
        self.now = TextButton(
            lambda: self.tr("Sync now"),
            self.session.sync.now,
            picture="sync",
            tooltip=lambda: self.tr("Exchange with the office what is new on both sides (F5)"),
        )
        row.addWidget(self.now, 0, Qt.AlignmentFlag.AlignTop)
        left = QWidget()
        column = QVBoxLayout(left)
        spaced(column, gap="")
        head = QFrame()
        head.setProperty("role", "head")
        tabs = QHBoxLayout(head)
        spaced(tabs, "", "hair", gap="")
        tabs.addWidget(self.tabs)
        tabs.addStretch(1)
        column.addWidget(head)
        column.addWidget(self._untold)
        column.addWidget(self._stack, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(left)
        self._split.addWidget(self.detail)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 3)
        page = QVBoxLayout(self)
        spaced(page, gap="")
        page.addWidget(band)
        page.addWidget(self._split, 1)

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._stack.setMinimumWidth(look().px(320))
        self._split.setSizes([look().px(460), look().px(620)])
        self.detail.setMinimumWidth(look().px(300))
        self.statements.updateGeometry()

    # -- the screen

    def title(self) -> str:
        """See `Screen.title`."""
        return self.tr("Sync")

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""

        def deed(what: str, title: str, keys: tuple[str, ...], icon: str, hint: str = "") -> Command:
            run = getattr(self.deeds, what)
            return Command(
                f"sync.{what}", title, lambda: self._on_entry(run), keys, icon, hint, GROUP,
                is_offered=lambda: can(self.entry, what),
            )  # fmt: skip

        return [
            *(
                Command(
                    f"sync.show_{name}", title, partial(self.show_section, name), (f"Alt+{number}",), "list",
                    group=GROUP,
                )
                for number, (name, title) in enumerate(_TITLES.items(), start=1)
            ),
            deed("decide", QT_TRANSLATE_NOOP("Commands", "Compare both sides of a conflict"), ("C",), "conflict"),
            deed("open", QT_TRANSLATE_NOOP("Commands", "Open the record"), ("O",), "open"),
            deed("edit", QT_TRANSLATE_NOOP("Commands", "Edit what was not sent"), ("E",), "edit",
                 QT_TRANSLATE_NOOP("Commands", "Open it; a submitted order that was not sent is a draft again")),
            deed("withdraw", QT_TRANSLATE_NOOP("Commands", "Withdraw what was sent"), ("W",), "withdraw",
                 QT_TRANSLATE_NOOP("Commands", "Take back by a new change what the office has already")),
            deed("resend", QT_TRANSLATE_NOOP("Commands", "Send again"), ("R",), "send",
                 QT_TRANSLATE_NOOP("Commands", "Send what was refused again, and what rests on it")),
            deed("drop", QT_TRANSLATE_NOOP("Commands", "Drop this change"), ("Delete",), "delete",
                 QT_TRANSLATE_NOOP("Commands", "Forget a change that was not sent, or that was refused")),
            Command("sync.copy", QT_TRANSLATE_NOOP("Commands", "Copy this entry"), self.copy, ("Ctrl+Shift+C",), "copy",
                    group=GROUP, is_offered=lambda: self.entry is not None),
        ]  # fmt: skip

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        section, key = place.get("section"), place.get("key")
        if isinstance(section, str) and section in SECTIONS:
            self._is_placed = True
            self.tabs.setCurrentIndex(SECTIONS.index(section))
            if isinstance(key, str):
                self._wanted = key
        self.refresh()

    def place(self) -> Place:
        """See `Screen.place`."""
        return {"section": self.section, "key": self.entry.key if self.entry is not None else ""}

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        self.lists[self.section].setFocus()

    # -- what is shown

    @property
    def section(self) -> str:
        """Which list is shown."""
        return SECTIONS[max(self.tabs.currentIndex(), 0)]

    @property
    def entry(self) -> Entry | None:
        """The entry that the person is on."""
        return self.lists[self.section].entry

    def show_section(self, name: str) -> None:
        """Show another list."""
        self._is_placed = True
        self.tabs.setCurrentIndex(SECTIONS.index(name))
        self.take_focus()

    def copy(self) -> None:
        """Put the entry in words into the clipboard."""
        if self.entry is not None:
            QGuiApplication.clipboard().setText(self.entry.spoken)

    def refresh(self) -> None:
        """Read everything again."""
        query = partial(read_centre, rows=self.session.store.rows)
        self.session.tasks.read(query, self._take, owner=self, slot="read")

    def _on_changed(self, _changes: Changes) -> None:
        if self.isVisible():
            self.refresh()

    def _on_sync(self) -> None:
        self._tell_standing()
        if self.isVisible():
            self.refresh()

    def _take(self, found: Centre) -> None:
        self._found = found
        self._show()
        if not self._is_placed:
            # The first time: where there is something to do.
            self._is_placed = True
            if self.lists["needs_you"].rows.entries:
                self.tabs.setCurrentIndex(SECTIONS.index("needs_you"))
                self.take_focus()

    def _show(self) -> None:
        if self._found is None:
            return
        now_ms, written, box = self.session.now_ms(), formats(), self._found.outbox
        shown = {
            name: [rows.of_matter(matter, box.captions, written, now_ms) for matter in getattr(box, name)]
            for name in ("waiting", "needs_you", "done")
        }
        names = self._found.conflict_captions
        shown["needs_you"] += [rows.of_line(one, names, written, now_ms) for one in self._found.conflicts]
        shown["needs_you"] += [rows.of_set_aside(one, written, now_ms) for one in box.set_aside]
        shown["log"] = [rows.of_round(one, written, now_ms) for one in self._found.rounds.rounds]
        for name, found in shown.items():
            self.lists[name].show_entries(found)
        if self._wanted and self.lists[self.section].go_to(self._wanted):
            self._wanted = ""
        self._untold.setVisible(box.untold > 0)
        self._untold.setText(self.tr("%n more change(s) wait and are not listed here.", "", box.untold))
        self._name_tabs()
        self._tell_standing()

    def _name_tabs(self) -> None:
        for number, name in enumerate(SECTIONS):
            count = self._counted(name)
            text = self._section_name(name)
            self.tabs.setTabText(number, f"{text}  {formats().number(count)}" if count else text)

    def _counted(self, name: str) -> int:
        """How many there are to say; what is held back does not go by itself and is not counted."""
        if self._found is None:
            return 0
        if name == "waiting":
            return sum(not matter.is_held_back for matter in self._found.outbox.waiting)
        return len(self.lists[name].rows.entries) if name == "needs_you" else 0

    def _section_name(self, name: str) -> str:
        return {
            "waiting": self.tr("Waiting"),
            "needs_you": self.tr("Needs you"),
            "done": self.tr("Done"),
            "log": self.tr("Log"),
        }[name]

    def _tell_standing(self) -> None:
        now_ms, view = self.session.now_ms(), self.session.sync.view
        known = self._found.standing if self._found is not None else None
        self.statements.show_parts(parts(view, known, now_ms, formats()))
        self._more.setText("   ".join(details(view, known, now_ms, formats())))

    def _on_tab(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        self._on_chosen(self.section, self.entry)

    def _on_chosen(self, section: str, entry: Entry | None) -> None:
        if section != self.section:
            return
        names: Captions = {}
        if self._found is not None:
            is_conflict = entry is not None and isinstance(entry.what, Line)
            names = self._found.conflict_captions if is_conflict else self._found.outbox.captions
        self.detail.setVisible(entry is not None)
        self.detail.show_entry(entry, names, formats())
        self.moved.emit()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.tabs.setAccessibleName(self.tr("Parts of the sync centre"))
        self._name_tabs()
        self._soon.start()
        self.titled.emit()

    # -- what can be done

    def _acts(self, entry: Entry) -> list[Act]:
        deeds: dict[str, tuple[Callable[[], str], str, str, str]] = {
            "decide": (lambda: self.tr("Look at the conflict"), "C", "", "conflict"),
            "resend": (lambda: self.tr("Send again"), "R", "primary", "send"),
            "edit": (lambda: self.tr("Edit"), "E", "", "edit"),
            "open": (lambda: self.tr("Open"), "Return", "", "open"),
            "withdraw": (lambda: self.tr("Withdraw"), "W", "", "withdraw"),
            "drop": (lambda: self.tr("Drop"), "Delete", "danger", "delete"),
        }
        if isinstance(entry.what, Line):
            deeds = {"decide": (lambda: self.tr("Compare and decide"), "Return", "primary", "conflict")}
        elif isinstance(entry.what, SetAside):
            deeds = {"drop": (lambda: self.tr("Close it"), "Delete", "", "done")}
        elif can(entry, "edit"):
            del deeds["open"]
        return [
            Act(text, partial(getattr(self.deeds, what), entry), key, role, picture)
            for what, (text, key, role, picture) in deeds.items()
            if can(entry, what)
        ]

    def _on_entry(self, run: Callable[[Entry], None]) -> None:
        if self.entry is not None:
            run(self.entry)

    def _drop_step(self, step: Step) -> None:
        self.deeds.drop_step(step)

    def _open(self) -> None:
        self._on_entry(self.deeds.open)

    def _leave_list(self) -> None:
        if self.detail.asking is not None:
            self.deeds.keep()
        else:
            self.shell.back()

    def _go(self, table: str, row_id: bytes) -> None:
        caption = self._found.outbox.captions.get((table, row_id)) if self._found is not None else None
        self.deeds.go(table, row_id, caption.customer_id if caption is not None else None)

    def _after_deed(self) -> None:
        self.refresh()
        self.take_focus()
