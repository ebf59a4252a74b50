"""The rows of the four lists, and the list that shows them: two lines each, what it is and what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.kit import icons, words
from desktop.kit.format import Formats
from desktop.kit.theme import look
from desktop.screens.sync import words as told
from desktop.store.reads.captions import Captions
from desktop.store.reads.conflicts import Line
from desktop.store.reads.outbox import Matter, Place, SetAside, Step
from desktop.store.reads.rounds import Round
from desktop.widgets.pill import draw_pill, pill_size

ENTRY_ROLE: Final = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()

_ICONS: Final = {
    "customer": "customer", "contact": "person", "ship_to_address": "deliver", "sales_order": "orders",
    "customer_price": "price", "conflict": "conflict", "quarantine": "attention",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One row. ``what`` is what it stands for; ``pill`` is a word with its meaning, empty for none."""

    key: str
    what: Matter | Line | SetAside | Round
    icon: str
    meaning: str
    title: str
    beside: str
    detail: str
    figure: str
    when: str
    pill: tuple[str, str] = ("", "")

    @property
    def spoken(self) -> str:
        """The whole row, as it is read aloud."""
        parts = (self.title, self.beside, self.detail, self.pill[0], self.figure, self.when)
        return ", ".join(part for part in parts if part)


def of_matter(matter: Matter, captions: Captions, formats: Formats, now_ms: int) -> Entry:
    """The row of something that was done."""
    amount = (
        formats.money(matter.amount_minor, matter.currency)
        if matter.amount_minor is not None and matter.currency
        else ""
    )
    pill, meaning = _pill(matter)
    return Entry(
        key=matter.key,
        what=matter,
        icon=_ICONS.get(matter.table, "document"),
        meaning="needs_you" if matter.place is Place.NEEDS_YOU else "neutral",
        title=told.record(matter.table, matter.title),
        beside=matter.within,
        detail=told.summary(matter, captions, formats),
        figure=amount,
        when=formats.moment(_when(matter), now_ms),
        pill=(pill, meaning),
    )


def _when(matter: Matter) -> int:
    step = matter.last
    return max(step.created_ms, step.answered_ms) if matter.place is Place.DONE else step.created_ms


def _pill(matter: Matter) -> tuple[str, str]:
    if matter.place is Place.NEEDS_YOU and matter.refused is not None:
        return told.step_state(matter.refused)
    if matter.is_held_back:
        return told.translate("SyncCentre", "Held back"), "look"
    if _is_plain(matter.last):
        return "", ""
    return told.step_state(matter.last)


def _is_plain(step: Step) -> bool:
    """Whether there is nothing to say that the list does not say by itself."""
    return step.state == "waiting" or step.outcome in {"applied", "merged"}


def of_line(line: Line, captions: Captions, formats: Formats, now_ms: int) -> Entry:
    """The row of a conflict."""
    return Entry(
        key=f"conflict:{line.row_id.hex()}",
        what=line,
        icon="conflict",
        meaning="needs_you",
        title=told.record(line.table, line.title),
        beside=line.within,
        detail=told.conflict_summary(line, captions, formats),
        figure="",
        when=formats.moment(max(line.mine_by.at_ms, line.theirs_by.at_ms), now_ms),
        pill=(words.state("conflict"), "needs_you"),
    )


def of_set_aside(other: SetAside, formats: Formats, now_ms: int) -> Entry:
    """The row of a change that was set aside and was made on another laptop."""
    return Entry(
        key=f"aside:{other.row_id.hex()}",
        what=other,
        icon="attention",
        meaning="needs_you",
        title=words.intent(other.intent),
        beside="",
        detail=told.translate("SyncCentre", "Made on another laptop"),
        figure="",
        when=formats.moment(other.at_ms, now_ms),
        pill=(told.translate("SyncCentre", "Set aside"), "look"),
    )


def of_round(done: Round, formats: Formats, now_ms: int) -> Entry:
    """The row of a round."""
    has_trouble = bool(done.outcomes.get("rejected") or done.outcomes.get("quarantined") or done.conflicts)
    if done.code:
        icon, meaning = "offline", "look"
        detail = f"{words.error_number(done.code, done.message)} ({done.code})"
    else:
        icon, meaning = ("attention", "look") if has_trouble else ("done", "done")
        detail = told.round_outcomes(done)
    return Entry(
        key=f"round:{done.at_ms}",
        what=done,
        icon=icon,
        meaning=meaning,
        title=told.round_title(done),
        beside="",
        detail=detail,
        figure="",
        when=formats.moment(done.at_ms, now_ms),
    )


class EntryModel(QAbstractListModel):
    """Rows that are all here. Showing others keeps those that are in both where they are selected."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is shown."""
        return self._entries

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these."""
        if tuple(entries) == self._entries:
            return
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def number_of(self, key: str) -> int | None:
        """At which number a row stands."""
        return next((number for number, entry in enumerate(self._entries) if entry.key == key), None)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title, what is read aloud, and the entry itself under `ENTRY_ROLE`."""
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken
        return entry if role == ENTRY_ROLE else None


class EntryRows(QStyledItemDelegate):
    """Draws a row: icon, title and what it belongs to, the amount; below what happened, the state, the time."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines."""
        return QSize(look().px(200), look().px(52))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """See `QStyledItemDelegate.paint`."""
        entry = index.data(ENTRY_ROLE)
        if not isinstance(entry, Entry):
            return
        now = look()
        painter.save()
        box = QRectF(option.rect)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, now.colour("selected" if is_chosen else "hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRectF(box.left(), box.top(), now.px(2), box.height()), now.colour("focus"))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), now.colour("hairline"))
        side, edge = now.px(18), now.px(12)
        mark = QRectF(box.left() + edge, box.top() + now.px(8), side, side)
        colour = now.colour("text_secondary" if entry.meaning == "neutral" else entry.meaning)
        icons.draw(painter, mark, entry.icon, colour)
        left, right = mark.right() + now.px(8), box.right() - edge
        upper = QRectF(left, box.top() + now.px(6), right - left, now.px(20))
        lower = QRectF(left, box.top() + now.px(26), right - left, now.px(20))
        self._upper(painter, upper, entry)
        self._lower(painter, lower, entry)
        painter.restore()

    def _upper(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        now = look()
        figure = entry.figure or entry.when
        is_figure = bool(entry.figure)
        font = now.font("body" if is_figure else "secondary", is_tabular=True)
        room = _right(painter, box, figure, font, "text" if is_figure else "text_secondary")
        bold = now.font(is_semibold=True)
        title = _left(painter, room, entry.title, bold, "text")
        if entry.beside:
            rest = QRectF(room)
            rest.setLeft(room.left() + title + now.px(8))
            _left(painter, rest, entry.beside, now.font("secondary"), "text_secondary")

    def _lower(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        now = look()
        room = QRectF(box)
        if entry.figure:
            room = _right(painter, room, entry.when, now.font("secondary", is_tabular=True), "text_secondary")
        word, meaning = entry.pill
        if word:
            size = pill_size(word)
            place = QRectF(room.right() - size.width(), room.top(), size.width(), room.height())
            draw_pill(painter, place, _pill_code(meaning), word, meaning)
            room.setRight(place.left() - now.px(8))
        _left(painter, room, entry.detail, now.font("secondary"), "text_secondary")


def _pill_code(meaning: str) -> str:
    """A state whose icon goes with a meaning."""
    return {"needs_you": "parked", "look": "waiting", "done": "approved", "information": "submitted"}.get(
        meaning, "withdrawn"
    )


def _left(painter: QPainter, box: QRectF, text: str, font: Any, colour: str) -> int:
    """Write at the left, with dots where it does not fit; gives the width it took."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(int(box.width()), 0))
    painter.setFont(font)
    painter.setPen(look().colour(colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)


def _right(painter: QPainter, box: QRectF, text: str, font: Any, colour: str) -> QRectF:
    """Write at the right; gives the room that is left of it."""
    rest = QRectF(box)
    if not text:
        return rest
    painter.setFont(font)
    painter.setPen(look().colour(colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    rest.setRight(box.right() - QFontMetrics(font).horizontalAdvance(text) - look().px(12))
    return rest


class EntryList(QListView):
    """The view of one list. ``opened``: Enter or a double click; ``chosen``: another row; ``left``: Esc."""

    opened = Signal()
    chosen = Signal(object)
    left = Signal()

    def __init__(self, name: Callable[[], str], empty: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = name
        self._key = ""
        self.rows = EntryModel(self)
        self._empty = empty
        self.setModel(self.rows)
        self.setItemDelegate(EntryRows(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        empty.setParent(self.viewport())
        empty.hide()
        self.activated.connect(lambda _index: self.opened.emit())
        self.selectionModel().currentChanged.connect(self._on_current)
        self.setAccessibleName(name())

    @property
    def entry(self) -> Entry | None:
        """The row that the person is on."""
        found = self.currentIndex().data(ENTRY_ROLE)
        return found if isinstance(found, Entry) else None

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; the person stays on the row they were on, or comes to its neighbour."""
        key, number = self._key, max(self.currentIndex().row(), 0)
        self.rows.show(entries)
        self._empty.setVisible(not entries)
        self._place_empty()
        here = self.rows.number_of(key)
        place = here if here is not None else min(number, len(entries) - 1)
        if entries:
            self.setCurrentIndex(self.rows.index(place, 0))
        self.chosen.emit(self.entry)

    def go_to(self, key: str) -> bool:
        """Put the person on a row; whether it is there."""
        self._key = key
        number = self.rows.number_of(key)
        if number is not None:
            self.setCurrentIndex(self.rows.index(number, 0))
        return number is not None

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        entry = current.data(ENTRY_ROLE)
        if isinstance(entry, Entry):
            self._key = entry.key
            self.chosen.emit(entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """``J`` and ``K`` move, ``Enter`` opens, ``Esc`` goes back."""
        is_plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if event.matches(QKeySequence.StandardKey.Copy):
            if self.entry is not None:
                QGuiApplication.clipboard().setText(self.entry.spoken)
        elif is_plain and event.key() in {Qt.Key.Key_J, Qt.Key.Key_K}:
            self._step(1 if event.key() == Qt.Key.Key_J else -1)
        elif is_plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
        elif is_plain and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def _step(self, way: int) -> None:
        number = self.currentIndex().row() + way
        if 0 <= number < self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(number, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what stands in an empty list in its middle."""
        super().resizeEvent(event)
        self._place_empty()

    def _place_empty(self) -> None:
        self._empty.setGeometry(self.viewport().rect())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() is QEvent.Type.LanguageChange:
            self.setAccessibleName(self._words())
        elif event.type() is QEvent.Type.StyleChange and hasattr(self, "rows"):
            self.scheduleDelayedItemsLayout()
        super().changeEvent(event)
