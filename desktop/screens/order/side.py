"""Beside the lines of a draft: what it comes to, the customer's credit, what is missing, what the office will look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from crm.orders.amounts import NOTHING, OrderAmounts
from crm.orders.drafting import Quote
from crm.orders.looks import Credit
from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.screens.order.telling import Changed, look_text, problem_texts
from desktop.widgets.empty import Picture
from desktop.widgets.labels import Figures, Label, line

WIDTH = 264


class Card(QFrame):
    """A part with a heading."""

    def __init__(self, heading: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "plain")
        self.column = QVBoxLayout(self)
        spaced(self.column, gap="small")
        self.heading = Label(heading, role="section")
        self.column.addWidget(self.heading)


class Totals(Translated):
    """What an order comes to: list, discount, net, tax, and gross in large figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._amounts: OrderAmounts | None = None
        self._currency = "CNY"
        self._is_net = True
        self._grid = QGridLayout(self)
        spaced(self._grid, gap="hair")
        self._names = [QLabel() for _ in range(4)]
        self._figures = [Figures() for _ in range(4)]
        for row, (name, figure) in enumerate(zip(self._names, self._figures, strict=True)):
            name.setProperty("role", "secondary")
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(figure, row, 1)
        self._gross_name = Label(role="strong")
        self._gross = Figures(role="figure")
        self._grid.addWidget(line(), 4, 0, 1, 2)
        self._grid.addWidget(self._gross_name, 5, 0, Qt.AlignmentFlag.AlignBottom)
        self._grid.addWidget(self._gross, 5, 1)
        self._grid.setColumnStretch(1, 1)
        self.dress()

    def show_amounts(self, amounts: OrderAmounts, currency: str, *, is_net: bool) -> None:
        """Show what an order comes to."""
        self._amounts, self._currency, self._is_net = amounts, currency, is_net
        self.retranslate()

    @property
    def gross(self) -> str:
        """The sum as it is shown."""
        return self._gross.text()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        for name, told in zip(
            self._names,
            (self.tr("At list prices"), self.tr("Reduction"), self.tr("Net"), self.tr("Tax")),
            strict=True,
        ):
            name.setText(told)
        self._gross_name.setText(self.tr("Total"))
        amounts = self._amounts
        if amounts is None:
            return
        write = formats()
        paid = amounts.net_total_minor if self._is_net else amounts.gross_total_minor
        shown = (
            amounts.list_total_minor,
            paid - amounts.list_total_minor,
            amounts.net_total_minor,
            amounts.tax_total_minor,
        )
        for figure, amount in zip(self._figures, shown, strict=True):
            figure.setText(write.figures(amount, self._currency))
        has_reduction = amounts.list_total_minor != paid
        for place in (0, 1):
            self._names[place].setVisible(has_reduction)
            self._figures[place].setVisible(has_reduction)
        self._gross.setText(write.money(amounts.gross_total_minor, self._currency))
        self.setAccessibleName(f"{self._gross_name.text()} {self._gross.text()}")


class CreditCard(Translated):
    """The customer's credit: limit, open, and what is left after this order; from when that is."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._credit: Credit | None = None
        self._currency = "CNY"
        self._as_of_ms = 0
        grid = QGridLayout(self)
        spaced(grid, gap="hair")
        self._names = [QLabel() for _ in range(3)]
        self._figures = [Figures() for _ in range(3)]
        for row, (name, figure) in enumerate(zip(self._names, self._figures, strict=True)):
            name.setProperty("role", "secondary")
            grid.addWidget(name, row, 0)
            grid.addWidget(figure, row, 1)
        self._none = Label(role="secondary", wraps=True)
        self._age = Label(role="secondary", wraps=True)
        grid.addWidget(self._none, 3, 0, 1, 2)
        grid.addWidget(self._age, 4, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.dress()

    def show_credit(self, credit: Credit | None, currency: str, as_of_ms: int) -> None:
        """Show how it stands; None: no limit is set in the order's currency."""
        self._credit, self._currency, self._as_of_ms = credit, currency, as_of_ms
        self.retranslate()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        names = (self.tr("Limit"), self.tr("Open"), self.tr("Left after this order"))
        credit, write = self._credit, formats()
        for name, told in zip(self._names, names, strict=True):
            name.setText(told)
            name.setVisible(credit is not None)
        if credit is not None:
            left = credit.limit_minor - credit.open_minor - credit.order_minor
            for figure, amount in zip(
                self._figures, (credit.limit_minor, credit.open_minor, left), strict=True
            ):
                figure.setText(write.figures(amount, self._currency))
            self._figures[2].setProperty("meaning", "needs_you" if credit.is_over else "")
            self._figures[2].style().polish(self._figures[2])
        for figure in self._figures:
            figure.setVisible(credit is not None)
        self._none.setText(self.tr("No limit is set for this customer."))
        self._none.setVisible(credit is None)
        if self._as_of_ms:
            when = write.ago(self._as_of_ms, self._session.now_ms())
            self._age.setText(self.tr("Prices and credit as of {time}").format(time=when))
        self._age.setVisible(bool(self._as_of_ms))


class Told(QWidget):
    """Sentences below each other, each with the icon of what it means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        spaced(self._column, gap="small")
        self.texts: list[str] = []

    def tell(self, sentences: Sequence[tuple[str, str, str]]) -> None:
        """Show (icon, colour, sentence) for each."""
        self.texts = [text for _, _, text in sentences]
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for picture, colour, text in sentences:
            row = QWidget()
            across = QHBoxLayout(row)
            spaced(across, gap="small")
            icon = Picture(picture, size=16, colour=colour)
            label = Label(text, wraps=True, role="small")
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            across.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            across.addWidget(label, 1)
            self._column.addWidget(row)
        self.setVisible(bool(sentences))


class SidePanel(QFrame):
    """Cards below each other, scrolled when they are higher than the window."""

    def __init__(self, *cards: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "aside")
        inside = QWidget()
        column = QVBoxLayout(inside)
        spaced(column, "large", gap="huge")
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        around = QVBoxLayout(self)
        spaced(around, gap="")
        around.addWidget(scroll)
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedWidth(look().px(WIDTH))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)


class Side(Translated):
    """See the module."""

    def __init__(self, session: Session, *more: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quote: Quote | None = None
        self._as_of_ms = 0
        self._changed: Sequence[Changed] = ()
        self.totals = Totals()
        self.credit = CreditCard(session)
        self.told = Told()
        self.changes = Told()
        self._totals_card = Card(lambda: self.tr("This order"))
        self._totals_card.column.addWidget(self.totals)
        self._credit_card = Card(lambda: self.tr("Credit"))
        self._credit_card.column.addWidget(self.credit)
        self._told_card = Card(lambda: self.tr("Before you submit"))
        self._told_card.column.addWidget(self.told)
        self._changes_card = Card(lambda: self.tr("Changed since the version before"))
        self._changes_card.column.addWidget(self.changes)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(
            SidePanel(self._totals_card, self._told_card, self._credit_card, self._changes_card, *more)
        )
        self.dress()

    def show_quote(self, quote: Quote, as_of_ms: int) -> None:
        """Show what a draft comes to."""
        self._quote, self._as_of_ms = quote, as_of_ms
        self.retranslate()

    def show_changes(self, changed: Sequence[Changed]) -> None:
        """Show what differs from the version before."""
        self._changed = changed
        self.changes.tell([("edit", "information", told_change(change)) for change in changed])
        self._changes_card.setVisible(bool(changed))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._changes_card.setVisible(bool(self._changed))
        quote = self._quote
        if quote is None:
            return
        currency = str(quote.order["currency"])
        if quote.amounts is not NOTHING:
            self.totals.show_amounts(quote.amounts, currency, is_net=bool(quote.order["is_net"]))
        self.credit.show_credit(quote.credit, currency, self._as_of_ms)
        missing = [("needs_you", "needs_you", told) for told in problem_texts(quote.problems)]
        shown = {problem.gap.value for problem in quote.problems}
        looks = [
            ("attention", "look", look_text(found, currency))
            for found in quote.looks
            if found.details.get("problem") not in shown
        ]
        if not missing and not looks:
            missing = [("done", "done", self.tr("Nothing is missing, and nothing will hold it up."))]
        self.told.tell([*missing, *looks])


def told_change(change: Changed) -> str:
    """A difference in one sentence."""
    arrow = " \N{RIGHTWARDS ARROW} "
    return f"{change.where} · {change.what}: {change.old}{arrow if change.old and change.new else ''}{change.new}"
