"""The item model of every long list: it knows how many rows there are and fetches the pages that are looked at.

Rows that are not here yet have no text; the view draws a quiet bar for them. What is shown stays until what replaces it
has arrived, so sorting and typing into a filter never empty the list.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from desktop.kit.bus import Bus, Changes
from desktop.kit.tasks import Task, Tasks
from desktop.kit.theme import look
from desktop.store.export import Raw
from desktop.store.reads.listing import PAGE, Key, Reading, Row, place

KEPT_PAGES: Final = 40
"""Pages in memory; those seen longest ago are given up."""
POSTS_AFTER_MS: Final = 60
"""After a list was shown, its posts are read."""
AT_ONCE: Final = 3
"""Pages asked for at the same time, the ones looked at last first."""

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The whole `Row`, or None while it is not here."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_FIGURE: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class ShownColumn:
    """A column as it is seen. ``title`` and ``text`` speak the language of the window; ``sort`` names the column of the
    listing it is sorted by, empty where it cannot be. ``is_figure``: right-aligned, tabular. ``width`` is at 100 %.
    ``raw`` is the stored value that an export writes; without it, the text.
    """

    name: str
    title: Callable[[], str]
    text: Callable[[Row], str]
    sort: str = ""
    is_figure: bool = False
    width: int = 140
    is_hidden: bool = False
    raw: Raw | None = None


class KeysetModel(QAbstractTableModel):
    """A `Reading` as an item model. ``shown``: a reading has arrived, empty or not. ``refreshed``: it was read again
    because something changed. ``failed`` carries the exception of a read.
    """

    shown = Signal()
    refreshed = Signal()
    failed = Signal(object)

    def __init__(
        self, tasks: Tasks, bus: Bus, columns: Sequence[ShownColumn], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.reading: Reading | None = None
        self._tasks = tasks
        self._count = 0
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._posts: list[Key] = []
        self._posts_read: Task | None = None
        self._wanted: dict[int, None] = {}
        self._asked: set[int] = set()
        self._generation = 0
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(0)
        self._looking.timeout.connect(self._ask)
        # What is on the screen comes first: who opens a list looks at its beginning or jumps to its end.
        self._posting = QTimer(self)
        self._posting.setSingleShot(True)
        self._posting.setInterval(POSTS_AFTER_MS)
        self._posting.timeout.connect(self._read_posts)
        bus.changed.connect(self._on_changed)

    # -- what is shown

    def show(self, reading: Reading) -> None:
        """Show a list, another order of it or another part. An older answer that is still to come counts for nothing."""
        self._generation += 1
        generation = self._generation
        self._leave_posts()

        def opened(found: tuple[int, list[Row]]) -> None:
            if generation == self._generation:
                self._show(reading, *found)

        self._tasks.read(partial(_open, reading), opened, self.failed.emit, owner=self, slot="open")

    def _show(self, reading: Reading, count: int, rows: list[Row]) -> None:
        self.beginResetModel()
        self.reading, self._count = reading, count
        self._posts = []
        self._pages.clear()
        self._wanted.clear()
        self._asked.clear()
        if rows:
            self._pages[0] = rows
        self.endResetModel()
        self._posting.start()
        self.shown.emit()

    def _read_posts(self) -> None:
        if self.reading is not None and self._count > PAGE:
            self._posts_read = self._tasks.read(
                self.reading.posts, self._take_posts, self.failed.emit, owner=self, slot="posts"
            )

    def _leave_posts(self) -> None:
        """Those of a list that is left would hold up the next one, and not fit it."""
        self._posting.stop()
        if self._posts_read is not None:
            self._posts_read.stop()
            self._posts_read = None

    def _take_posts(self, posts: list[Key]) -> None:
        self._posts = posts
        self._looking.start()

    def row(self, number: int) -> Row | None:
        """A row, if it is here."""
        rows = self._pages.get(number // PAGE, [])
        at = number % PAGE
        return rows[at] if at < len(rows) else None

    def want(self, number: int) -> None:
        """Fetch the page of a row that is looked at and not here."""
        self._want(number // PAGE)

    def number_of(self, row_id: bytes) -> int | None:
        """At which number a row stands, if it is here."""
        for page, rows in self._pages.items():
            for at, row in enumerate(rows):
                if row["id"] == row_id:
                    return page * PAGE + at
        return None

    def find(self, row_id: bytes, then: Callable[[int | None], None]) -> None:
        """Tell at which number a row stands, wherever in the list that is; None when it is not in it."""
        here = self.number_of(row_id)
        if here is not None or self.reading is None:
            then(here)
        else:
            query = partial(self.reading.place_of, row_id=row_id)
            self._tasks.read(query, then, self.failed.emit, owner=self, slot="find")

    # -- QAbstractTableModel

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many rows the list has."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """How many columns it has."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment and font of a cell, and the row under `ROW_ROLE`. Asks for the page where it is not here."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _FIGURE if column.is_figure else _WORDS
        if role == Qt.ItemDataRole.FontRole:
            return look().font(is_tabular=True) if column.is_figure else None
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, ROW_ROLE}:
            return None
        row = self.row(index.row())
        if row is None:
            self._want(index.row() // PAGE)
            return None
        return row if role == ROW_ROLE else column.text(row)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles and their alignment."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _FIGURE if self.columns[section].is_figure else _WORDS
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Read the list in another order. A column that cannot be sorted by changes nothing."""
        if self.reading is None or not 0 <= column < len(self.columns) or not self.columns[column].sort:
            return
        is_descending = order is Qt.SortOrder.DescendingOrder
        old = self.reading
        self.show(replace(old, sort=self.columns[column].sort, is_descending=is_descending))

    def retranslate(self) -> None:
        """The language has changed: titles and texts are asked for again."""
        if self.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
            self._tell_all()

    # -- pages

    def _want(self, page: int) -> None:
        if page in self._asked:
            return
        self._wanted.pop(page, None)
        self._wanted[page] = None
        if not self._looking.isActive():
            self._looking.start()

    def _ask(self) -> None:
        """Ask for the pages that were looked at last; the others are wanted again when they are seen."""
        latest = list(self._wanted)[-AT_ONCE:]
        waiting: dict[int, None] = {}
        for page in latest:
            query = self._query(page)
            if query is None:
                waiting[page] = None
            elif len(self._asked) < AT_ONCE:
                self._asked.add(page)
                take = partial(self._take_page, self._generation, page)
                self._tasks.read(query, take, self.failed.emit, owner=self, slot=f"page {page}")
            else:
                waiting[page] = None
        self._wanted = waiting

    def _query(self, page: int) -> Callable[[Any], list[Row]] | None:
        """How to read a page from where something is known; None: the posts are to come."""
        reading = self.reading
        if reading is None or page * PAGE >= self._count:
            return None
        last = (self._count - 1) // PAGE
        if page == 0:
            return reading.forward
        if page <= len(self._posts):
            return partial(reading.forward, after=self._posts[page - 1])
        if page == last:
            return partial(reading.backward, rows=self._count - last * PAGE)
        before, after = self._pages.get(page - 1), self._pages.get(page + 1)
        if before and len(before) == PAGE:
            return partial(reading.forward, after=place(before[-1]))
        if after:
            return partial(reading.backward, before=place(after[0]))
        return None

    def _take_page(self, generation: int, page: int, rows: list[Row]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(page)
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        first = page * PAGE
        final = min(first + len(rows), self._count) - 1
        if final >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(final, len(self.columns) - 1))
        if self._wanted:
            self._looking.start()

    # -- changes

    def _on_changed(self, changes: Changes) -> None:
        if self.reading is not None and changes.concerns(*self.reading.listing.concerns):
            self.refresh()

    def refresh(self) -> None:
        """Read what is shown again, keeping rows where they are seen and selected ones by their id."""
        if self.reading is None:
            return
        generation = self._generation

        def took(found: tuple[int, list[Key], dict[int, list[Row]]]) -> None:
            if generation == self._generation:
                self._replace(*found)

        query = partial(_again, self.reading, list(self._pages)[-AT_ONCE:])
        self._tasks.read(query, took, self.failed.emit, owner=self, slot="refresh")

    def _replace(self, count: int, posts: list[Key], pages: dict[int, list[Row]]) -> None:
        ids = {
            index.row(): row["id"]
            for index in self.persistentIndexList()
            if (row := self.row(index.row())) is not None
        }
        # What pages under way would bring is older than this.
        self._generation += 1
        self._asked.clear()
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        self.layoutAboutToBeChanged.emit()
        self._posts = posts
        self._pages = OrderedDict(pages)
        places = {row["id"]: page * PAGE + at for page, rows in pages.items() for at, row in enumerate(rows)}
        old = self.persistentIndexList()
        new = [
            self.index(places.get(ids.get(index.row(), b""), index.row()), index.column()) for index in old
        ]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()
        self._tell_all()
        self.refreshed.emit()

    def _tell_all(self) -> None:
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, len(self.columns) - 1))


def _open(reading: Reading, connection: Any) -> tuple[int, list[Row]]:
    return reading.count(connection), reading.forward(connection)


def _again(
    reading: Reading, pages: Sequence[int], connection: Any
) -> tuple[int, list[Key], dict[int, list[Row]]]:
    """Count, posts and pages of a list, all of one state of it."""
    count = reading.count(connection)
    posts = reading.posts(connection) if count > PAGE else []
    found = {
        page: reading.forward(connection, posts[page - 1] if page else None)
        for page in pages
        if page <= len(posts)
    }
    return count, posts, {page: rows for page, rows in found.items() if rows}
