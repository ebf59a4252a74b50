"""The orders of this laptop, newest first: where each stands, what it comes to, what still waits to be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from desktop.kit import words
from desktop.kit.commands import Command
from desktop.kit.format import formats
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.store.export import As, Raw
from desktop.store.reads.listing import Row
from desktop.store.reads.orders import ORDERS
from desktop.widgets.buttons import TextButton
from desktop.widgets.empty import Empty
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.lists.page import ListKind, ListScreen
from desktop.widgets.pill_cells import PillCells, Told

translate: Final = QCoreApplication.translate


def _day(name: str) -> Callable[[Row], str]:
    return lambda row: formats().day(date.fromisoformat(row[name])) if row[name] else ""


def _figures(name: str) -> Callable[[Row], str]:
    return lambda row: formats().figures(row[name], row["currency"])


def _money(name: str) -> Callable[[Row], str]:
    return lambda row: formats().money(row[name], row["currency"])


def _outbox(row: Row) -> str:
    return words.state(row["outbox"]) if row["outbox"] else ""


COLUMNS: Final = (
    ShownColumn("number", lambda: translate("Orders", "Number"), lambda row: row["number"], "number", width=160),
    ShownColumn(
        "customer", lambda: translate("Orders", "Customer"), lambda row: row["customer_name"], "customer_name", width=220
    ),
    ShownColumn("order_date", lambda: translate("Orders", "Day"), _day("order_date"), "order_date", width=120, raw=Raw("order_date", As.DAY)),
    ShownColumn("state", lambda: translate("Orders", "Status"), lambda row: words.state(row["state"]), "state", width=116),
    ShownColumn("outbox", lambda: translate("Orders", "Sending"), _outbox, width=88),
    ShownColumn(
        "lines", lambda: translate("Orders", "Lines"), lambda row: formats().number(row["lines"]), is_figure=True, width=56,
        raw=Raw("lines", As.COUNT),
    ),
    ShownColumn(
        "net", lambda: translate("Orders", "Net"), _figures("net_total_minor"), "net_total_minor", is_figure=True, width=104,
        raw=Raw("net_total_minor", As.MONEY, "currency"),
    ),
    ShownColumn("tax", lambda: translate("Orders", "Tax"), _figures("tax_total_minor"), is_figure=True, width=92, raw=Raw("tax_total_minor", As.MONEY, "currency")),
    ShownColumn(
        "gross", lambda: translate("Orders", "Total"), _money("gross_total_minor"), "gross_total_minor", is_figure=True,
        width=116, raw=Raw("gross_total_minor", As.MONEY, "currency"),
    ),
    ShownColumn(
        "wanted_on", lambda: words.field("sales_order", "wanted_on"), _day("wanted_on"), "wanted_on", width=120, is_hidden=True,
        raw=Raw("wanted_on", As.DAY),
    ),
    ShownColumn(
        "reference_no", lambda: words.field("sales_order", "reference_no"), lambda row: row["reference_no"], "reference_no",
        width=128, is_hidden=True,
    ),
    ShownColumn(
        "revision", lambda: translate("Orders", "Version"), lambda row: str(row["revision"]), "revision", is_figure=True,
        width=64, is_hidden=True, raw=Raw("revision", As.COUNT),
    ),
    ShownColumn(
        "changed_at", lambda: translate("Orders", "Changed"), lambda row: formats().instant(row["changed_at"]), "changed_at",
        width=144, is_hidden=True, raw=Raw("changed_at", As.INSTANT),
    ),
)  # fmt: skip

KIND: Final = ListKind(
    "orders",
    ORDERS,
    COLUMNS,
    counted=lambda count: translate("Orders", "%n order(s)", "", count),
    placeholder=lambda: translate(
        "Orders", "Number, reference, or a filter: status is returned and total > 10000"
    ),
    export_name=lambda: translate("Orders", "Orders"),
    icon="orders",
    opens="order",
)


class OrdersScreen(ListScreen):
    """The list; a new order begins with N, for a customer that is chosen first."""

    name = "orders"
    kind = KIND

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        table = self.page.table
        names = [column.name for column in COLUMNS]
        self._cells = (PillCells(table, _state_pill), PillCells(table, _outbox_pill))
        for name, cells in zip(("state", "outbox"), self._cells, strict=True):
            table.setItemDelegateForColumn(names.index(name), cells)
        session.sync.changed.connect(self._tell_empty)

    def title(self) -> str:
        """See `Screen.title`."""
        return self.tr("Orders")

    def beside(self) -> Sequence[QWidget]:
        """See `ListScreen.beside`."""
        return [
            TextButton(
                lambda: self.tr("New order"), self.new_order, role="primary", picture="add",
                tooltip=lambda: self.tr("New order (N)"),
            )
        ]  # fmt: skip

    def empty(self) -> Empty:
        """See `ListScreen.empty`."""
        self._none = Empty(
            "orders",
            self._empty_title,
            self._empty_text,
            TextButton(lambda: self.tr("New order"), self.new_order, picture="add"),
        )
        return self._none

    def _empty_title(self) -> str:
        if self.session.sync.view.is_first_copy:
            return self.tr("Your orders are on their way")
        return self.tr("No orders yet")

    def _empty_text(self) -> str:
        if self.session.sync.view.is_first_copy:
            return self.tr("The first copy is running. The orders of a customer come with the customer.")
        return self.tr("Begin the first one: choose the customer, then type products and quantities.")

    def _tell_empty(self) -> None:
        self._none.say(self._empty_title, self._empty_text)

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return [
            Command(
                "orders.new", QT_TRANSLATE_NOOP("Commands", "New order"), self.new_order, ("N",), "add",
                group=QT_TRANSLATE_NOOP("Commands", "Order"),
            ),
            *super().commands(),
        ]  # fmt: skip

    def new_order(self) -> None:
        """Begin a new order."""
        self.shell.open("order", {"new": True})


def _state_pill(row: Row) -> Told | None:
    return row["state"], "", ""


def _outbox_pill(row: Row) -> Told | None:
    return (row["outbox"], "", "") if row["outbox"] else None
