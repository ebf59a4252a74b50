"""An order that is read: its lines and sums, its road and decisions, what changed, why a price, and its seal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.kit import words
from desktop.kit.commands import Commands
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.screens.order.certificate import CertificateView
from desktop.screens.order.papers import PapersButton
from desktop.screens.order.road import Road
from desktop.screens.order.side import SidePanel, Told, Totals, told_change
from desktop.screens.order.telling import change_texts
from desktop.store.reads.listing import Row
from desktop.store.reads.order import OrderFacts
from desktop.widgets.buttons import CommandButton
from desktop.widgets.fixed import FixedModel
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.labels import Elided, Label
from desktop.widgets.pill import Pill
from desktop.widgets.table import Table

BUTTONS: Final = (
    ("order.conflict", "danger"),
    ("order.take_back", ""),
    ("order.withdraw", ""),
    ("order.revise", "primary"),
    ("order.cancel", ""),
)
"""What can be done with an order, and how its button looks; those that cannot are not shown."""
_HEAD: Final = (
    "order_date",
    "wanted_on",
    "payment_terms_name",
    "reference_no",
    "discount_bp",
    "delivery_place",
    "note",
)
_LONG: Final = frozenset({"delivery_place", "note"})
_OWN: Final = ("wanted_on", "delivery_place")
"""Columns that are shown when a line says something of its own there."""


class PageView(Translated):
    """See the module."""

    def __init__(
        self, session: Session, shell: Shell, commands: Commands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self._commands = session, commands
        self.facts: OrderFacts | None = None
        self._pill = Pill("draft", self)
        self._outbox = Pill("waiting", self)
        self._number = Label(parent=self, role="strong")
        self._revision = Label(parent=self, role="secondary")
        to_customer = CommandButton(commands, "order.customer", self, role="quiet")
        self.buttons = {name: CommandButton(commands, name, self, role=role) for name, role in BUTTONS}
        self.papers = PapersButton(commands, self)
        top = QHBoxLayout()
        spaced(top, gap="small")
        for part in (self._pill, self._outbox, self._number, self._revision):
            top.addWidget(part)
        top.addStretch(1)
        top.addWidget(to_customer)
        for button in self.buttons.values():
            top.addWidget(button)
        top.addWidget(self.papers)
        self._head = QGridLayout()
        spaced(self._head, gap="hair")
        self._head.setColumnStretch(1, 1)
        self._head.setColumnStretch(3, 1)
        self._told: list[QWidget] = []
        self.model = FixedModel(session.tasks, session.bus, self._columns(), self)
        self.table = Table(self.model, name="list.order_lines", parent=self)
        self.table.current_changed.connect(self._on_line)
        self.table.left.connect(shell.back)
        main = QVBoxLayout()
        spaced(main, "medium", "large", gap="medium")
        main.addLayout(top)
        main.addLayout(self._head)
        main.addWidget(self.table, 1)
        side = SidePanel(self)
        card = side.add(lambda: self.tr("This order"))
        self.totals = card.hold(Totals(card))
        card = side.add(lambda: self.tr("Road of the order"))
        self.road = card.hold(Road(session, card))
        self._changes_card = card = side.add(lambda: self.tr("Changed since the version before"))
        self.changes = card.hold(Told(card))
        card = side.add(lambda: self.tr("Why this price"))
        self.certificate = card.hold(CertificateView(session, card))
        self._seal_card = card = side.add(lambda: self.tr("Sealed document"))
        self._seal = card.hold(Label(parent=card, role="secondary", wraps=True))
        self._seal.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        across = QHBoxLayout(self)
        spaced(across, gap="")
        across.addLayout(main, 1)
        across.addWidget(side)
        self.dress()

    def _columns(self) -> list[ShownColumn]:
        def money(name: str) -> Callable[[Row], str]:
            return lambda row: formats().figures(row[name], row["currency"])

        return [
            ShownColumn("line_no", lambda: "#", lambda row: str(row["number"]), is_figure=True, width=36),
            ShownColumn(
                "product", lambda: self.tr("Product"),
                lambda row: f"{row['product_code']}  {row['product_name']}", width=250,
            ),
            ShownColumn(
                "quantity", lambda: self.tr("Quantity"), lambda row: formats().quantity(row["quantity_milli"]),
                is_figure=True, width=72,
            ),
            ShownColumn("unit", lambda: self.tr("Unit"), lambda row: str(row["unit_name"]), width=72),
            ShownColumn("price", lambda: self.tr("Price"), money("unit_price_minor"), is_figure=True, width=96),
            ShownColumn(
                "discount", lambda: self.tr("Discount"),
                lambda row: formats().rate(row["discount_bp"]) if row["discount_bp"] else "", is_figure=True, width=72,
            ),
            ShownColumn(
                "tax_rate", lambda: self.tr("Tax rate"), lambda row: formats().rate(row["tax_rate_bp"]),
                is_figure=True, width=68,
            ),
            ShownColumn("net", lambda: self.tr("Net"), money("net_minor"), is_figure=True, width=104),
            ShownColumn("wanted_on", lambda: self.tr("Delivery"), _wanted, width=92),
            ShownColumn("delivery_place", lambda: self.tr("Place"), lambda row: str(row["delivery_place"]), width=140),
        ]  # fmt: skip

    def show_facts(self, facts: OrderFacts) -> None:
        """Show an order."""
        self.facts = facts
        currency = facts.order["currency"]
        self.model.show_rows(
            [{**line, "currency": currency, "number": n} for n, line in enumerate(facts.lines, start=1)]
        )
        for number, column in enumerate(self.model.columns):
            if column.name in _OWN:
                self.table.setColumnHidden(number, not any(line[column.name] for line in facts.lines))
        self.road.show_facts(facts)
        self.retranslate()
        if facts.lines:
            self.table.setCurrentIndex(self.model.index(0, 0))
            self._on_line(cast(bytes, facts.lines[0]["id"]))
        else:
            self.certificate.show_line(None)

    def _on_line(self, line_id: object) -> None:
        facts = self.facts
        line = next((row for row in facts.lines if row["id"] == line_id), None) if facts is not None else None
        self.certificate.show_line(line)

    def show_buttons(self) -> None:
        """Show what can be done now."""
        for name, button in self.buttons.items():
            button.setVisible(self._commands[name].is_offered())

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._head.setHorizontalSpacing(look().space("medium"))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.table.setAccessibleName(self.tr("Lines of the order"))
        facts = self.facts
        if facts is None:
            return
        order = facts.order
        self._pill.show_state(facts.state.value)
        self._outbox.setVisible(bool(facts.waiting) or facts.refused)
        self._outbox.show_state("parked" if facts.refused else "waiting")
        self._number.setText(str(order["number"]))
        revision = cast(int, order["revision"])
        self._revision.setText(self.tr("Version {number}").format(number=revision) if revision > 1 else "")
        self._show_head()
        self.totals.show_amounts(facts.amounts, str(order["currency"]), is_net=bool(order["is_net"]))
        changed = (
            change_texts(facts.changed, facts.changed_from, order, facts.lines)
            if facts.changed_from is not None
            else []
        )
        self.changes.tell([("edit", "information", told_change(change)) for change in changed])
        self._changes_card.setVisible(bool(changed))
        self._say_seal()
        self.show_buttons()

    def _show_head(self) -> None:
        """What is said of the order as a whole; long texts have a row of their own."""
        for widget in self._told:
            widget.hide()
            widget.deleteLater()
        self._told = []
        place = 0
        for name in _HEAD:
            text = self._head_text(name)
            if not text:
                continue
            caption, value = (
                Label(words.field("sales_order", name), self, role="secondary"),
                Elided(text, self),
            )
            is_long = name in _LONG
            place += place % 2 if is_long else 0
            self._head.addWidget(caption, place // 2, place % 2 * 2)
            self._head.addWidget(value, place // 2, place % 2 * 2 + 1, 1, 3 if is_long else 1)
            place += 2 if is_long else 1
            self._told += [caption, value]

    def _head_text(self, name: str) -> str:
        assert self.facts is not None
        value = self.facts.order[name]
        if name == "discount_bp":
            reason = str(self.facts.order["discount_reason"])
            return " · ".join(filter(None, (formats().rate(cast(int, value)), reason))) if value else ""
        if name in {"order_date", "wanted_on"}:
            return formats().day(date.fromisoformat(str(value))) if value else NO_VALUE
        return " ".join(str(value or "").split())

    def _say_seal(self) -> None:
        assert self.facts is not None
        seals = self.facts.seals
        self._seal_card.setVisible(bool(seals))
        told = []
        stands = self.tr("stands")
        for seal in seals:
            mark = f" · {stands}" if seal.hash == self.facts.order["seal_hash"] else ""
            text = self.tr("Version {number}, {time}").format(
                number=seal.revision, time=formats().instant(seal.at_ms)
            )
            told.append(f"{text}\n{seal.hash.hex()[:16]}{mark}")
        self._seal.setText("\n".join(told))

    def take_focus(self) -> None:
        """The keyboard goes to the lines."""
        self.table.setFocus()


def _wanted(row: Row) -> str:
    return str(row["wanted_on"] or "")
