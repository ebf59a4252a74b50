"""A long list with everything around it: filter, saved filters, count, columns, export; and the screen that is one.

KIND = ListKind("customers", CUSTOMERS, COLUMNS, counted=..., placeholder=..., export_name=..., icon="customers", opens="customer")

class CustomersScreen(ListScreen):
    name = "customers"
    kind = KIND
    def title(self) -> str: return self.tr("Customers")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.kit.commands import Command
from desktop.kit.language import language
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.store.export import ExportColumn, raw_columns
from desktop.store.reads.listing import Condition, Listing, Reading, values_of
from desktop.store.search.query import EVERYTHING, Query, QueryError
from desktop.store.search.query_sql import Viewpoint
from desktop.store.search.query_words import QueryField
from desktop.store.search.query_write import write
from desktop.widgets.buttons import IconButton, TextButton
from desktop.widgets.empty import Empty
from desktop.widgets.keyset import KeysetModel, ShownColumn
from desktop.widgets.labels import Label
from desktop.widgets.lists.export import Exporting
from desktop.widgets.lists.filter_bar import FilterBar
from desktop.widgets.lists.reasons import reason
from desktop.widgets.lists.saved import SavedFilters, State
from desktop.widgets.table import Table

GROUP: Final = QT_TRANSLATE_NOOP("Commands", "List")


@dataclass(frozen=True)
class ListKind:
    """What a list shows and how it is called.

    ``name`` is what its columns and saved filters are kept under. ``counted`` says how many rows there are (``1,240
    customers``), ``placeholder`` what can be typed into the filter, ``export_name`` how a file of it is called. ``opens``
    is the screen that a row opens, with the place ``{"id": …}``.
    """

    name: str
    listing: Listing
    columns: Sequence[ShownColumn]
    counted: Callable[[int], str]
    placeholder: Callable[[], str]
    export_name: Callable[[], str]
    icon: str = "list"
    opens: str = ""


class ListPage(Translated):
    """The list of a `ListKind`, for a screen or a part of one.

    ``condition`` narrows it for good (the orders of one customer). ``actions`` are buttons that stand at the right;
    ``empty`` stands there while there is no row at all. ``moved``: filter, order or row is another one (see `place`);
    ``opened`` carries the id of the row to open; ``left``: Esc.
    """

    moved = Signal()
    opened = Signal(bytes)
    left = Signal()

    def __init__(
        self,
        session: Session,
        shell: Shell,
        kind: ListKind,
        *,
        condition: Condition | None = None,
        actions: Sequence[QWidget] = (),
        empty: Empty | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.shell = shell
        self.kind = kind
        self._condition = condition or Condition()
        self._empty = empty
        self._error: QueryError | None = None
        self._wanted_id: bytes | None = None
        self._waiting: Place | None = None
        self.model = KeysetModel(session.tasks, session.bus, kind.columns, self)
        self._values: dict[str, list[str]] = {}
        self.filter_bar = FilterBar(kind.listing.fields, kind.placeholder, values_of=self.ask_values)
        self.count = Label(role="secondary")
        self.reason = Label(role="wrong")
        self.reason.hide()
        self.table = Table(
            self.model, name=f"list.{kind.name}", preferences=shell.preferences, empty=self._make_empty()
        )
        self.saved = SavedFilters(session, kind.name, self.state)
        self.exporting = Exporting(session, shell)
        self._tools = [
            IconButton("filter", lambda: self.tr("Build a filter"), self.build_filter),
            IconButton("star", lambda: self.tr("Saved filters"), self.show_saved),
            IconButton("export", lambda: self.tr("Export the list"), self.export),
            IconButton("columns", lambda: self.tr("Columns"), self.show_columns),
        ]
        self._lay_out(actions)
        self._connect()
        self.dress()

    def _make_empty(self) -> QStackedWidget:
        self._empties = QStackedWidget()
        self._clear = TextButton(lambda: self.tr("Clear the filter"), self.clear_filter)
        self._nothing = Empty(
            "find",
            lambda: self.tr("Nothing matches"),
            lambda: self.tr("No row fits this filter. Take something out of it, or clear it."),
            self._clear,
        )
        self._empties.addWidget(
            self._empty or Empty(self.kind.icon, lambda: self.tr("Nothing here yet"), lambda: "")
        )
        self._empties.addWidget(self._nothing)
        return self._empties

    def _lay_out(self, actions: Sequence[QWidget]) -> None:
        above = QHBoxLayout()
        spaced(above, "medium", "small", "hair", "small")
        above.addWidget(self.filter_bar, 1)
        for tool in (*self._tools, *actions):
            above.addWidget(tool)
        self._below = QHBoxLayout()
        spaced(self._below, "", "small", "hair", "small")
        self._below.addWidget(self.reason)
        self._below.addWidget(self.saved)
        self._below.addStretch(1)
        self._below.addWidget(self.exporting)
        self._below.addWidget(self.count)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addLayout(above)
        column.addLayout(self._below)
        column.addWidget(self.table, 1)

    def _connect(self) -> None:
        self.filter_bar.asked.connect(self._on_asked)
        self.filter_bar.told.connect(self._on_told)
        self.filter_bar.left.connect(self.focus_list)
        self.saved.chosen.connect(self.show_state)
        self.saved.arrived.connect(self._on_saved_arrived)
        self.table.filter_wanted.connect(self.focus_filter)
        self.table.left.connect(self.left)
        self.table.opened.connect(self._on_opened)
        self.table.current_changed.connect(lambda _id: self.moved.emit())
        self.model.shown.connect(self._on_shown)
        self.model.refreshed.connect(self._on_refreshed)
        self.model.failed.connect(self.shell.tell_error)

    # -- what is shown

    def show_place(self, place: Place) -> None:
        """Show a list as a place says: ``filter`` (as it is kept), ``sort``, ``descending``, ``id`` of the row. A place that
        says nothing is the filter that the person lets this list begin with, or everything.
        """
        if "filter" not in place and not self.saved.have_arrived:
            self._waiting = place
            return
        self._waiting = None
        first = self.saved.first
        if "filter" not in place and first is not None:
            place = {"filter": first.query, "sort": first.sort, "descending": first.is_descending, **place}
        listing = self.kind.listing
        sort = str(place.get("sort") or listing.sort)
        known = {column.name for column in listing.columns if column.is_sortable}
        is_descending = bool(
            place.get("descending", listing.is_descending if sort == listing.sort else False)
        )
        row_id = place.get("id")
        self._wanted_id = bytes.fromhex(row_id) if isinstance(row_id, str) else None
        blocked = self.filter_bar.blockSignals(True)
        self.filter_bar.set_canonical(str(place.get("filter") or ""))
        self.filter_bar.blockSignals(blocked)
        self._on_told(self.filter_bar.error)
        self._read(sort if sort in known else listing.sort, is_descending)

    def place(self) -> Place:
        """Where the person is, for `show_place`."""
        reading = self.model.reading
        found: dict[str, str | bool] = {"filter": self._filter()}
        if reading is not None and reading.sorted_by.name != self.kind.listing.sort:
            found["sort"] = reading.sorted_by.name
        if reading is not None and reading.is_descending != self.kind.listing.is_descending:
            found["descending"] = reading.is_descending
        if self.table.current_id is not None:
            found["id"] = self.table.current_id.hex()
        return found

    def reading(self) -> Reading:
        """What the list reads now."""
        former = self.model.reading
        listing = self.kind.listing
        return self._reading(
            former.sorted_by.name if former else listing.sort,
            former.is_descending if former else listing.is_descending,
        )

    def narrow(self, condition: Condition) -> None:
        """Show the list under another condition for good."""
        self._condition = condition
        reading = self.reading()
        self._read(reading.sort, reading.is_descending)

    def _reading(self, sort: str, is_descending: bool) -> Reading:
        session = self.session
        viewpoint = Viewpoint(session.today(), session.zone, session.person)
        return Reading(self.kind.listing, sort, is_descending, self._condition, self._filter(), viewpoint)

    def _filter(self) -> str:
        return "" if self.filter_bar.query == EVERYTHING else self.filter_bar.canonical

    def state(self) -> State:
        """What a saved filter keeps of the list."""
        reading = self.reading()
        sort = "" if reading.sort == self.kind.listing.sort else reading.sort
        return State(self._filter(), sort, reading.is_descending)

    def show_state(self, state: State) -> None:
        """Show the list as a saved filter says; its order stays where that says none."""
        place: dict[str, str | bool] = {"filter": state.query}
        if state.sort:
            place |= {"sort": state.sort, "descending": state.is_descending}
        else:
            now = self.reading()
            place |= {"sort": now.sort, "descending": now.is_descending}
        self.show_place(place)

    def _on_saved_arrived(self) -> None:
        if self._waiting is not None:
            self.show_place(self._waiting)

    def _read(self, sort: str, is_descending: bool) -> None:
        self.model.show(self._reading(sort, is_descending))

    def _on_asked(self, _query: Query) -> None:
        reading = self.reading()
        self._read(reading.sort, reading.is_descending)

    def _on_told(self, error: QueryError | None) -> None:
        self._error = error
        self.reason.setText(reason(error, self.kind.listing.fields) if error is not None else "")
        self.reason.setVisible(error is not None)
        self.saved.setVisible(error is None)
        self.filter_bar.setAccessibleDescription(self.reason.text())

    def _on_shown(self) -> None:
        is_filtered = self.model.reading is not None and bool(self.model.reading.text)
        self._empties.setCurrentIndex(1 if is_filtered else 0)
        self._tell_count()
        self.saved.mark()
        if self._wanted_id is not None:
            self.table.go_to(self._wanted_id)
            self._wanted_id = None
        self.moved.emit()

    def _tell_count(self) -> None:
        self.count.setText(self.kind.counted(self.model.rowCount()))

    def _on_opened(self, row_id: bytes) -> None:
        self.opened.emit(row_id)
        if self.kind.opens:
            self.shell.open(self.kind.opens, {"id": row_id.hex()})

    def ask_values(self, field: QueryField, then: Callable[[list[str]], None]) -> None:
        """Hand the values that a field has in the list to ``then``; they are read once."""
        if field.name in self._values:
            then(self._values[field.name])
            return

        def took(values: list[str]) -> None:
            self._values[field.name] = values
            then(values)

        query = partial(values_of, listing=self.kind.listing, field=field)
        self.session.tasks.read(query, took, lambda _error: None, owner=self, slot=f"values {field.name}")

    def _on_refreshed(self) -> None:
        self._values.clear()
        self._tell_count()

    # -- what a person does

    def commands(self) -> list[Command]:
        """What can be done with the list, for `Screen.commands`."""
        name = self.kind.name
        return [
            Command(
                f"{name}.filter", QT_TRANSLATE_NOOP("Commands", "Filter the list"), self.focus_filter, ("/", "Ctrl+F"),
                "filter", group=GROUP,
            ),
            Command(
                f"{name}.clear_filter", QT_TRANSLATE_NOOP("Commands", "Clear the filter"), self.clear_filter, (), "close",
                group=GROUP, is_offered=lambda: bool(self.filter_bar.text()),
            ),
            Command(
                f"{name}.build_filter", QT_TRANSLATE_NOOP("Commands", "Build a filter"), self.build_filter,
                ("Ctrl+Shift+F",), "filter", group=GROUP,
                hint=QT_TRANSLATE_NOOP("Commands", "Choose fields, comparisons and values"),
            ),
            Command(
                f"{name}.saved", QT_TRANSLATE_NOOP("Commands", "Saved filters"), self.show_saved, ("Ctrl+Shift+O",), "star",
                group=GROUP,
            ),
            Command(
                f"{name}.save_filter", QT_TRANSLATE_NOOP("Commands", "Save this filter"), self.saved.save,
                ("Ctrl+Shift+S",), "star", group=GROUP, is_offered=lambda: bool(self._filter()),
            ),
            Command(
                f"{name}.export", QT_TRANSLATE_NOOP("Commands", "Export the list"), self.export, ("Ctrl+E",), "export",
                group=GROUP, is_offered=lambda: self.model.rowCount() > 0 and not self.exporting.is_running,
                hint=QT_TRANSLATE_NOOP("Commands", "Write the list as it is shown into a workbook or a CSV file"),
            ),
            Command(
                f"{name}.columns", QT_TRANSLATE_NOOP("Commands", "Choose columns"), self.show_columns, (), "columns",
                group=GROUP,
            ),
            Command(
                f"{name}.copy", QT_TRANSLATE_NOOP("Commands", "Copy the chosen rows"), self.table.copy, (), "copy",
                group=GROUP, is_offered=lambda: bool(self.table.chosen_ids()),
                hint=QT_TRANSLATE_NOOP("Commands", "Copy the chosen rows as text for a spreadsheet"),
            ),
        ]  # fmt: skip

    def take_focus(self) -> None:
        """The keyboard goes to the list."""
        self.table.setFocus()

    def focus_filter(self) -> None:
        """The keyboard goes to the filter, all of it selected."""
        self.filter_bar.setFocus()
        self.filter_bar.selectAll()

    def focus_list(self) -> None:
        """The keyboard goes to the list, on its first row when it was on none."""
        self.table.setFocus()
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, 0))

    def clear_filter(self) -> None:
        """Show everything again."""
        self.filter_bar.set_query(EVERYTHING)

    def build_filter(self) -> None:
        """Open the builder with the filter in force."""
        from desktop.widgets.lists.builder import BuilderDialog  # a program that starts has no need of it

        fields = self.kind.listing.fields
        dialog = BuilderDialog(
            fields,
            self.filter_bar.query,
            lambda query: write(query, fields, language()),
            self,
            values_of=self.ask_values,
        )
        dialog.built.connect(self.filter_bar.set_query)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_saved(self) -> None:
        """Open the menu of saved filters."""
        button = self._tools[1]
        menu = self.saved.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def export(self) -> None:
        """Write the list as it is shown into a file that the person names."""
        self.exporting.ask(
            self.reading(), self.export_columns(), self.kind.export_name(), self.model.rowCount()
        )

    def export_columns(self) -> list[ExportColumn]:
        """The columns of the file: those that are seen, in their order; a currency stands behind its first amount."""
        found: list[ExportColumn] = []
        currencies: set[str] = set()
        for number in self.table.seen_columns():
            column = self.kind.columns[number]
            if column.raw is None:
                found.append(ExportColumn(column.title(), column.text))
            else:
                currency_title = "" if column.raw.currency in currencies else self.tr("Currency")
                currencies.add(column.raw.currency)
                found += raw_columns(
                    column.title(), column.raw, currency_title=currency_title, zone=self.session.zone
                )
        return found

    def show_columns(self) -> None:
        """Let columns be shown and hidden."""
        button = self._tools[-1]
        menu = self.table.column_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    # -- language

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.table.setAccessibleName(self.kind.export_name())
        self._on_told(self._error)
        if self.model.reading is not None:
            self._tell_count()

    def restyle(self) -> None:
        """See `Translated.restyle`: the line below the filter is as high with chips as without."""
        self.count.setMinimumHeight(look().size("target") + 2)


class ListScreen(Screen):
    """A screen that is one list. ``kind`` says which; override `beside` and `empty` for what stands beside and in it."""

    kind: ClassVar[ListKind]

    def __init__(self, session: Session, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(session, shell, parent)
        self.page = ListPage(session, shell, self.kind, actions=self.beside(), empty=self.empty())
        self.page.moved.connect(self.moved)
        self.page.left.connect(shell.back)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(self.page)
        self.setFocusProxy(self.page.table)
        self.dress()

    def beside(self) -> Sequence[QWidget]:
        """Buttons at the right of the filter."""
        return ()

    def empty(self) -> Empty | None:
        """What stands there while there is no row at all."""
        return None

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return self.page.commands()

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        self.page.show_place(place)

    def place(self) -> Place:
        """See `Screen.place`."""
        return self.page.place()

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        self.page.take_focus()
