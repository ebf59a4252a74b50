"""Lists that are here as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.kit.session import Session
from desktop.widgets.fixed import FixedModel
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.table import Table

COLUMNS = (
    ShownColumn("name", lambda: "Name", lambda row: row["name"]),
    ShownColumn("age", lambda: "Age", lambda row: str(row["age"]), is_figure=True),
)
ROWS = [{"id": name.encode(), "name": name, "age": age} for age, name in enumerate(("ann", "ben", "chen"))]


@pytest.fixture
def model(session: Session) -> FixedModel:
    return FixedModel(session.tasks, session.bus, COLUMNS)


@pytest.fixture
def table(model: FixedModel, qtbot: QtBot) -> Iterator[Table]:
    table = Table(model, name="list.test")
    table.setAccessibleName("People")
    qtbot.addWidget(table)
    table.show()
    yield table
    table.close()


def test_model_keeps_its_promises(model: FixedModel, qtmodeltester: ModelTester) -> None:
    model.show_rows(ROWS)
    qtmodeltester.check(model)
    model.show_rows(ROWS[:1])
    qtmodeltester.check(model)


def test_person_stays_on_the_row_with_the_same_id(model: FixedModel, table: Table, qtbot: QtBot) -> None:
    model.show_rows(ROWS)
    table.setCurrentIndex(model.index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_J)
    assert table.current_id == b"ben"
    model.show_rows([ROWS[2], ROWS[0], ROWS[1]])
    assert table.currentIndex().row() == 2
    assert table.current_id == b"ben"


def test_row_that_is_gone_leaves_nobody_behind(model: FixedModel, table: Table) -> None:
    model.show_rows(ROWS)
    table.setCurrentIndex(model.index(2, 0))
    model.show_rows(ROWS[:2])
    assert model.row(2) is None
    assert model.number_of(b"chen") is None
