"""The customers of this laptop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crm.changes.actor import Extent
from crm.customers.states import Library
from crm.rights import Right
from desktop.kit import words
from desktop.kit.commands import Command
from desktop.kit.format import formats
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.store.export import As, Raw
from desktop.store.reads.customers import CUSTOMERS
from desktop.store.reads.listing import Row
from desktop.widgets.buttons import TextButton
from desktop.widgets.empty import Empty
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.lists.page import ListKind, ListScreen
from desktop.widgets.pill_cells import PillCells, Told

translate: Final = QCoreApplication.translate
MEANINGS: Final = {
    Library.POTENTIAL.value: "information",
    Library.PUBLIC.value: "neutral",
    Library.INVALID.value: "look",
    Library.MERGED.value: "neutral",
}
"""What the pill of a library means."""


def _last_order(row: Row) -> str:
    return formats().day(date.fromisoformat(row["last_order"])) if row["last_order"] else ""


def _bought(row: Row) -> str:
    return formats().money(row["bought_minor"], row["currency"]) if row["orders"] else ""


COLUMNS: Final = (
    ShownColumn("name", lambda: words.field("customer", "name"), lambda row: row["name"], "name", width=200),
    ShownColumn("code", lambda: words.field("customer", "code"), lambda row: row["code"], "code", width=88),
    ShownColumn(
        "grade", lambda: translate("Customers", "Tier"),
        lambda row: words.choice("grade", row["grade"]) if row["grade"] else "", "grade", width=72,
    ),
    ShownColumn(
        "library", lambda: translate("Customers", "Status"), lambda row: words.state(row["library"]), "library", width=84
    ),
    ShownColumn(
        "city", lambda: words.field("customer", "address_city"), lambda row: row["address_city"], "address_city", width=72
    ),
    ShownColumn("main_contact", lambda: translate("Customers", "Main contact"), lambda row: row["main_contact"] or "", width=120),
    ShownColumn("main_phone", lambda: words.field("customer", "phone"), lambda row: row["main_phone"] or row["phone"], width=112),
    ShownColumn("last_order", lambda: translate("Customers", "Last order"), _last_order, width=124, raw=Raw("last_order", As.DAY)),
    ShownColumn(
        "orders", lambda: translate("Customers", "Orders"), lambda row: formats().number(row["orders"]), is_figure=True,
        width=68, raw=Raw("orders", As.COUNT),
    ),
    ShownColumn("bought", lambda: translate("Customers", "Ordered in all"), _bought, is_figure=True, width=112, raw=Raw("bought_minor", As.MONEY, "currency")),
    ShownColumn("owner", lambda: words.field("customer", "owner_id"), lambda row: row["owner"] or "", width=112, is_hidden=True),
    ShownColumn("name_en", lambda: words.field("customer", "name_en"), lambda row: row["name_en"], "name_en", width=176, is_hidden=True),
    ShownColumn("industry", lambda: words.field("customer", "industry"), lambda row: row["industry"], "industry", width=112, is_hidden=True),
    ShownColumn("region", lambda: words.field("customer", "region"), lambda row: row["region"], "region", width=96, is_hidden=True),
    ShownColumn(
        "street", lambda: words.field("customer", "address_street"), lambda row: row["address_street"], "address_street",
        width=200, is_hidden=True,
    ),
    ShownColumn("email", lambda: words.field("customer", "email"), lambda row: row["email"], "email", width=176, is_hidden=True),
    ShownColumn(
        "changed_at", lambda: translate("Customers", "Changed"), lambda row: formats().instant(row["changed_at"]), "changed_at",
        width=144, is_hidden=True, raw=Raw("changed_at", As.INSTANT),
    ),
)  # fmt: skip

KIND: Final = ListKind(
    "customers",
    CUSTOMERS,
    COLUMNS,
    counted=lambda count: translate("Customers", "%n customer(s)", "", count),
    placeholder=lambda: translate(
        "Customers", "Name, pinyin, phone, code, or a filter: tier is VIP and city is 海口"
    ),
    export_name=lambda: translate("Customers", "Customers"),
    icon="customers",
    opens="customer",
)


class CustomersScreen(ListScreen):
    """The list; a new customer begins with N."""

    name = "customers"
    kind = KIND

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        place = [column.name for column in COLUMNS].index("library")
        self.page.table.setItemDelegateForColumn(place, PillCells(self.page.table, _pill))
        session.sync.changed.connect(self._tell_empty)
        session.actor_changed.connect(self._follow_rights)
        self._follow_rights()

    def title(self) -> str:
        """See `Screen.title`."""
        return self.tr("Customers")

    def beside(self) -> Sequence[QWidget]:
        """See `ListScreen.beside`."""
        self._new = TextButton(
            lambda: self.tr("New customer"),
            self.new_customer,
            role="primary",
            picture="add",
            tooltip=lambda: self.tr("New customer (N)"),
        )
        return [self._new]

    def empty(self) -> Empty:
        """See `ListScreen.empty`."""
        self._first = TextButton(lambda: self.tr("New customer"), self.new_customer, picture="add")
        self._none = Empty("customers", self._empty_title, self._empty_text, self._first)
        return self._none

    def _may_enter(self) -> bool:
        return self.session.actor().extent(Right.CUSTOMER_EDIT) is not Extent.NONE

    def _follow_rights(self) -> None:
        """Before the directory has come nobody may enter anything."""
        for button in (self._new, self._first):
            button.setEnabled(self._may_enter())

    def _empty_title(self) -> str:
        if self.session.sync.view.is_first_copy:
            return self.tr("Your customers are on their way")
        return self.tr("No customers yet")

    def _empty_text(self) -> str:
        if self.session.sync.view.is_first_copy:
            return self.tr(
                "The first copy is running. Each customer appears here as soon as it has come whole."
            )
        return self.tr(
            "Enter the first one, or ask the office to give you some: they come with the next sync."
        )

    def _tell_empty(self) -> None:
        self._none.say(self._empty_title, self._empty_text)

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return [
            Command(
                "customers.new", QT_TRANSLATE_NOOP("Commands", "New customer"), self.new_customer, ("N",), "add",
                group=QT_TRANSLATE_NOOP("Commands", "Customer"), is_offered=self._may_enter,
            ),
            *super().commands(),
        ]  # fmt: skip

    def new_customer(self) -> None:
        """Begin a new customer."""
        self.shell.open("new_customer")


def _pill(row: Row) -> Told | None:
    """Those that trade are the rule, and need no mark."""
    library = row["library"]
    return None if library == Library.TRADING else (library, "", MEANINGS.get(library, "neutral"))
