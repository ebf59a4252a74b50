"""The filters that a person keeps for a list: chips above it, a menu with all of them, and saving the one in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import uuid4

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.kit.icons import icon
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.store.saved_filters import (
    LONGEST_TITLE,
    SavedFilter,
    forget_filter,
    keep_filter,
    saved_filters,
)
from desktop.widgets.dialog import FormDialog
from desktop.widgets.fields import Field, TextInput

MOST_CHIPS: Final = 6
LONGEST_CHIP: Final = 24


@dataclass(frozen=True)
class State:
    """What a saved filter keeps of a list: its filter in English, and its order."""

    query: str
    sort: str = ""
    is_descending: bool = False


class SavedFilters(Translated):
    """Chips: everything, then the pinned filters; behind them a menu with all.

    ``chosen`` carries the `State` to show. ``arrived``: the filters were read for the first time. ``state`` tells what the
    list shows now.
    """

    chosen = Signal(object)
    arrived = Signal()

    def __init__(
        self, session: Session, list_name: str, state: Callable[[], State], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._name = list_name
        self._state = state
        self.filters: list[SavedFilter] = []
        self.have_arrived = False
        self.chips: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        spaced(self._row, gap="hair")
        self.dress()
        self._read()

    @property
    def first(self) -> SavedFilter | None:
        """The filter that the list begins with."""
        return next((kept for kept in self.filters if kept.is_first), None)

    @property
    def current(self) -> SavedFilter | None:
        """The filter that is in force, if it is one of these."""
        now = self._state()
        return next((kept for kept in self.filters if kept.query == now.query), None)

    # -- reading and writing

    def _read(self) -> None:
        query = partial(saved_filters, person=self._session.person, list_name=self._name)
        self._session.tasks.read(query, self._take, self._give_up, owner=self, slot="saved")

    def _take(self, filters: list[SavedFilter]) -> None:
        self.filters = filters
        self.retranslate()
        self._arrive()

    def _give_up(self, error: Exception) -> None:
        """The list goes on without them; whoever tells errors tells this one."""
        self._arrive()
        self._session.tasks.failed.emit(error)

    def _arrive(self) -> None:
        if not self.have_arrived:
            self.have_arrived = True
            self.arrived.emit()

    def keep(self, kept: SavedFilter) -> None:
        """Keep a filter, and show it among the others."""
        work = partial(keep_filter, person=self._session.person, list_name=self._name, kept=kept)
        self._session.tasks.keep(work, lambda _none: self._read(), owner=self)

    def forget(self, kept: SavedFilter) -> None:
        """Forget a filter. The list stays as it is."""
        work = partial(forget_filter, filter_id=kept.id)
        self._session.tasks.keep(work, lambda _none: self._read(), owner=self)

    # -- chips

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        for chip in self.chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        pinned = [kept for kept in self.filters if kept.is_pinned][:MOST_CHIPS]
        if not self.filters:
            return
        self._add(self.tr("All"), State(""), None)
        for kept in pinned:
            self._add(kept.title, _state_of(kept), kept)
        if len(self.filters) > len(pinned):
            more = self._make(self.tr("More"))
            more.setCheckable(False)
            more.setIcon(icon("down", "text_secondary"))
            more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            more.clicked.connect(lambda _checked: self.show_menu())
        self.mark()

    def _add(self, words: str, state: State, kept: SavedFilter | None) -> None:
        chip = self._make(words)
        chip.setProperty("query", state.query)
        chip.clicked.connect(lambda _checked: self._choose(state))
        if kept is not None:
            chip.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            chip.customContextMenuRequested.connect(lambda at: self._show_own(kept, chip.mapToGlobal(at)))

    def _make(self, words: str) -> QPushButton:
        shown = words if len(words) <= LONGEST_CHIP else f"{words[:LONGEST_CHIP]}…"
        chip = QPushButton(shown.replace("&", "&&"), self)
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setAccessibleName(words)
        chip.setToolTip(words if shown != words else "")
        self.chips.append(chip)
        self._row.addWidget(chip)
        return chip

    def _choose(self, state: State) -> None:
        self.chosen.emit(state)
        self.mark()

    def mark(self) -> None:
        """Show which filter is in force."""
        now = self._state().query
        for chip in self.chips:
            if chip.isCheckable():
                chip.setChecked(chip.property("query") == now)

    # -- menus

    def menu(self) -> QMenu:
        """Every filter, the one in force checked, and what can be done with that one."""
        menu = QMenu(self)
        current = self.current
        everything = menu.addAction(self.tr("All"), lambda: self._choose(State("")))
        everything.setCheckable(True)
        everything.setChecked(not self._state().query)
        for kept in self.filters:
            action = menu.addAction(kept.title.replace("&", "&&"), partial(self._choose, _state_of(kept)))
            action.setCheckable(True)
            action.setChecked(kept is current)
        if current is not None:
            menu.addSeparator()
            self._add_own(menu, current)
        menu.addSeparator()
        save = menu.addAction(icon("star"), self.tr("Save this filter…"), self.save)
        save.setEnabled(bool(self._state().query) and current is None)
        return menu

    def show_menu(self) -> None:
        """Open the menu with every filter."""
        self._pop(self.menu(), self.mapToGlobal(QPoint(0, self.height())))

    def own_menu(self, kept: SavedFilter) -> QMenu:
        """What can be done with one filter."""
        menu = QMenu(self)
        self._add_own(menu, kept)
        return menu

    def _show_own(self, kept: SavedFilter, at: QPoint) -> None:
        self._pop(self.own_menu(kept), at)

    def _pop(self, menu: QMenu, at: QPoint) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _add_own(self, menu: QMenu, kept: SavedFilter) -> None:
        now = self._state()
        menu.addAction(icon("edit"), self.tr("Rename…"), partial(self.edit, kept))
        pin = menu.addAction(icon("pin"), self.tr("Show above the list"))
        pin.setCheckable(True)
        pin.setChecked(kept.is_pinned)
        pin.triggered.connect(lambda is_on: self.keep(replace(kept, is_pinned=is_on)))
        first = menu.addAction(self.tr("Begin the list with it"))
        first.setCheckable(True)
        first.setChecked(kept.is_first)
        first.triggered.connect(lambda is_on: self.keep(replace(kept, is_first=is_on)))
        if now.query and now.query != kept.query:
            changed = replace(kept, query=now.query, sort=now.sort, is_descending=now.is_descending)
            menu.addAction(icon("save"), self.tr("Replace by what is shown now"), partial(self.keep, changed))
        menu.addAction(icon("delete"), self.tr("Delete filter"), partial(self.forget, kept))

    # -- saving

    def save(self) -> None:
        """Ask for a name and keep the filter in force."""
        now = self._state()
        if now.query:
            self.edit(SavedFilter(uuid4().bytes, "", now.query, now.sort, now.is_descending))

    def edit(self, kept: SavedFilter) -> None:
        """Ask for a name, whether it stands above the list, and whether the list begins with it."""
        dialog = NameDialog(kept, {other.title for other in self.filters if other.id != kept.id}, self)
        dialog.named.connect(self.keep)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _state_of(kept: SavedFilter) -> State:
    return State(kept.query, kept.sort, kept.is_descending)


class NameDialog(FormDialog):
    """The name of a filter. ``named`` carries the `SavedFilter` to keep; a name stands for one filter only."""

    named = Signal(object)

    def __init__(self, kept: SavedFilter, taken: set[str], parent: QWidget | None = None) -> None:
        self._kept = kept
        self._taken = {title.casefold() for title in taken}
        body = QWidget()
        column = QVBoxLayout(body)
        spaced(column, gap="medium")
        self._title = TextInput(longest=LONGEST_TITLE)
        self._title.setText(kept.title)
        self._field = Field(lambda: self.tr("Name"), self._title, is_required=True)
        self._pinned = QCheckBox()
        self._pinned.setChecked(kept.is_pinned)
        self._first = QCheckBox()
        self._first.setChecked(kept.is_first)
        for part in (self._field, self._pinned, self._first):
            column.addWidget(part)
        super().__init__(self._heading_words, body, parent, width=400)
        self.saved.connect(self._on_saved)
        self._title.returnPressed.connect(self._on_saved)
        self._title.setFocus()

    def _heading_words(self) -> str:
        return self.tr("Rename filter") if self._kept.title else self.tr("Save this filter")

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        super().retranslate()
        self._pinned.setText(self.tr("Show above the list"))
        self._first.setText(self.tr("Begin the list with it"))

    def _on_saved(self) -> None:
        title = " ".join(self._title.text().split())
        if not title:
            self._field.show_problem(self.tr("A filter needs a name."))
        elif title.casefold() in self._taken:
            self._field.show_problem(self.tr("Another filter has this name."))
        else:
            self.named.emit(
                replace(
                    self._kept,
                    title=title,
                    is_pinned=self._pinned.isChecked(),
                    is_first=self._first.isChecked(),
                )
            )
            self.accept()
