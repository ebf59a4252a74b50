"""Screens for a window that is tried without the program's own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from crm.changes.work import Work
from crm.customers.actions import create_customer
from desktop.kit.commands import Command
from desktop.kit.screen import Counter, Entry, Place, Screen, Shell
from desktop.kit.session import Session
from tests.desktop.conftest import Desk, MakeDesk


class Page(Screen):
    """A screen with a text field that notes what is asked of it."""

    name = "page"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self.opened: list[Place] = []
        self.done: list[str] = []
        self.left = 0
        self.where = ""
        self.field = QLineEdit()
        self.field.setAccessibleName("海口")
        self.surface = QWidget()
        self.surface.setFocusPolicy(self.field.focusPolicy())
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.surface, 1)

    def title(self) -> str:
        return f"{self.name} {self.where}".strip()

    def commands(self) -> Sequence[Command]:
        return [
            Command(f"{self.name}.down", "Down", lambda: self.done.append("down"), ("J",), group="Go"),
            Command(
                f"{self.name}.send", "Send", lambda: self.done.append("send"), ("Ctrl+Return",), group="Go"
            ),
        ]

    def open(self, place: Place) -> None:
        self.opened.append(place)
        self.where = str(place.get("id", ""))

    def place(self) -> Place:
        return {"id": self.where} if self.where else {}

    def take_focus(self) -> None:
        self.surface.setFocus()

    def leave(self) -> None:
        self.left += 1


def page(name_: str) -> type[Page]:
    """A screen class with a name of its own."""

    class Named(Page):
        name = name_

    return Named


ENTRIES = (
    Entry("first", "First", "home", page("first"), key="Ctrl+1"),
    Entry(
        "second",
        "Second",
        "orders",
        page("second"),
        key="Ctrl+2",
        counter=Counter(
            lambda connection: int(
                connection.exec_driver_sql(
                    "SELECT count(*) FROM journal WHERE state = 'waiting'"
                ).scalar_one()
            ),
            frozenset({"customer"}),
        ),
    ),
    Entry("hidden", "Hidden", "document", page("hidden"), in_rail=False),
)


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The window with three small screens, the first one open."""
    desk = make_desk(ENTRIES)
    desk.bench.open("first")
    return desk


def here(desk: Desk) -> Page:
    """The screen that is open."""
    screen = desk.bench.screen_here
    assert isinstance(screen, Page)
    return screen


@pytest.fixture
def customer(desk: Desk) -> bytes:
    """A customer that the rep enters, waiting to be sent."""
    made: list[bytes] = []

    def enter(work: Work) -> bytes:
        return create_customer(work, name="海口椰风").id

    desk.session.tasks.write("customer.create", enter, made.append, owner=desk.window)
    while not made:
        QApplication.processEvents()
    return made[0]
