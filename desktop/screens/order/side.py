"""Beside the lines of a draft: what it comes to, the customer's credit, what is missing, what the office will look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

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
from desktop.screens.order.certificate import CertificateView
from desktop.screens.order.telling import Changed, look_text, problem_texts
from desktop.widgets.empty import Picture
from desktop.widgets.labels import Figures, Label, line

WIDTH = 264
W = TypeVar("W", bound=QWidget)


class Card(QFrame):
    """A part with a heading."""

    def __init__(self, heading: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "plain")
        self.column = QVBoxLayout(self)
        spaced(self.column, gap="small")
        self.heading = Label(heading, self, role="section")
        self.column.addWidget(self.heading)

    def hold(self, body: W) -> W:
        """Put something below the heading, and give it back."""
        self.column.addWidget(body)
        return body


class Totals(Translated):
    """What an order comes to: list, discount, net, tax, and gross in large figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._amounts: OrderAmounts | None = None
        self._currency = "CNY"
        self._is_net = True
        self._grid = QGridLayout(self)
        spaced(self._grid, gap="hair")
        self._names = [QLabel(self) for _ in range(4)]
        self._figures = [Figures(parent=self) for _ in range(4)]
        for row, (name, figure) in enumerate(zip(self._names, self._figures, strict=True)):
            name.setProperty("role", "secondary")
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(figure, row, 1)
        self._gross_name = Label(parent=self, role="strong")
        self._gross = Figures(parent=self, role="figure")
        self._grid.addWidget(line(self), 4, 0, 1, 2)
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
        self._names = [QLabel(self) for _ in range(3)]
        self._figures = [Figures(parent=self) for _ in range(3)]
        for row, (name, figure) in enumerate(zip(self._names, self._figures, strict=True)):
            name.setProperty("role", "secondary")
            grid.addWidget(name, row, 0)
            grid.addWidget(figure, row, 1)
        self._none = Label(parent=self, role="secondary", wraps=True)
        self._age = Label(parent=self, role="secondary", wraps=True)
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
        self._rows: list[_Sentence] = []
        self.texts: list[str] = []

    def tell(self, sentences: Sequence[tuple[str, str, str]]) -> None:
        """Show (icon, colour, sentence) for each. Rows that are there are used again: this is told while typing."""
        self.texts = [text for _, _, text in sentences]
        while len(self._rows) < len(sentences):
            row = _Sentence(self)
            self._rows.append(row)
            self._column.addWidget(row)
        for row, (picture, colour, text) in zip(self._rows, sentences, strict=False):
            row.say(picture, colour, text)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(sentences))
        self.setVisible(bool(sentences))


class _Sentence(QWidget):
    """An icon and what it is about."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        across = QHBoxLayout(self)
        spaced(across, gap="small")
        self._icon = Picture("done", self, size=16)
        self._label = Label(parent=self, wraps=True, role="small")
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        across.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(self._label, 1)

    def say(self, picture: str, colour: str, text: str) -> None:
        """Say something."""
        self._icon.show_icon(picture, colour)
        self._label.setText(text)


class SidePanel(QFrame):
    """Cards below each other, scrolled when they are higher than the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "aside")
        scroll = QScrollArea(self)
        self._inside = QWidget(scroll)
        self._column = QVBoxLayout(self._inside)
        spaced(self._column, "large", gap="huge")
        self._column.addStretch(1)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inside)
        around = QVBoxLayout(self)
        spaced(around, gap="")
        around.addWidget(scroll)
        self._restyle()

    def add(self, heading: Callable[[], str]) -> Card:
        """A card below the others; what is put into it is given it as its parent when it is made."""
        card = Card(heading, self._inside)
        self._column.insertWidget(self._column.count() - 1, card)
        return card

    def _restyle(self) -> None:
        self.setFixedWidth(look().px(WIDTH))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)


class Side(Translated):
    """See the module."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quote: Quote | None = None
        self._as_of_ms = 0
        self._changed: Sequence[Changed] = ()
        panel = SidePanel(self)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(panel)
        card = panel.add(lambda: self.tr("This order"))
        self.totals = card.hold(Totals(card))
        card = panel.add(lambda: self.tr("Before you submit"))
        self.told = card.hold(Told(card))
        card = panel.add(lambda: self.tr("Credit"))
        self.credit = card.hold(CreditCard(session, card))
        self._changes_card = card = panel.add(lambda: self.tr("Changed since the version before"))
        self.changes = card.hold(Told(card))
        self.certificate_card = card = panel.add(lambda: self.tr("Why this price"))
        self.certificate = card.hold(CertificateView(session, card))
        card.hide()
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
