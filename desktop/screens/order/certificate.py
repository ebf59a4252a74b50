"""Why a line costs what it costs: price list, the customer's own price, discount rule, floor, tax (R-102 to R-104)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from crm.catalogue.rules import PriceRule
from crm.changes.entity import Row
from crm.orders.pricing import Certificate
from desktop.kit import words
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.store.reads.certificates import Explanation, Period, explain
from desktop.widgets.labels import Label


class CertificateView(Translated):
    """Shows the certificate of one line at a time. ``allowed_bp`` is the discount the rep may give, where it is known."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._line: Row | None = None
        self._allowed_bp: int | None = None
        self._found: Explanation | None = None
        self._grid = QGridLayout(self)
        spaced(self._grid, gap="hair")
        self._grid.setColumnStretch(1, 1)
        self._labels: list[Label] = []
        self.rows: list[tuple[str, str]] = []
        self.dress()

    def show_line(
        self, line: Row | None, *, rule_id: bytes | None = None, allowed_bp: int | None = None
    ) -> None:
        """Show why a line costs what it costs; None: no line."""
        self._line, self._allowed_bp = line, allowed_bp
        if line is None:
            self._found = None
            self.retranslate()
            return

        def arrived(found: Explanation | None) -> None:
            self._found = found
            self.retranslate()

        query = partial(explain, certificate=str(line["price_certificate"]), rule_id=rule_id)
        self._session.tasks.read(query, arrived, owner=self, slot="explain")

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._grid.setHorizontalSpacing(look().space("medium"))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        rows = self._told()
        if rows == self.rows:
            return
        self.rows = rows
        for label in self._labels:
            label.hide()
            label.deleteLater()
        self._labels = []
        for number, (name, value) in enumerate(self.rows):
            caption = Label(name, self, role="secondary")
            told = Label(value, self, role="small", wraps=True)
            self._grid.addWidget(caption, number, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(told, number, 1, Qt.AlignmentFlag.AlignTop)
            self._labels += [caption, told]

    def _told(self) -> list[tuple[str, str]]:
        line, found = self._line, self._found
        if line is None:
            return [("", self.tr("Go to a line to see why it costs what it costs."))]
        if found is None:
            return [("", self.tr("Nothing is known about this price."))]
        write, certificate = formats(), found.certificate
        currency = certificate.currency

        def money(amount: int | None) -> str:
            return NO_VALUE if amount is None else write.money(amount, currency)

        rows = [(self.tr("Product"), str(line["product_name"]))]
        rows.append((self.tr("Price"), f"{money(certificate.price)} / {line['unit_name']!s}"))
        source = words.price_source(certificate.rule)
        if certificate.rule == PriceRule.MANUAL:
            source = self.tr("{source}, instead of {price}").format(
                source=source, price=money(certificate.book_price)
            )
        rows.append((self.tr("From"), source))
        if found.list_name:
            named = " ".join(filter(None, (found.list_name, certificate.version)))
            rows.append((self.tr("Price list"), f"{named}\n{self._period(found.list_period)}"))
            if certificate.list_price is not None:
                rows.append((self.tr("List price"), money(certificate.list_price)))
        if found.agreed is not None:
            agreed = "\n".join(filter(None, (self._period(found.agreed), found.agreed_note)))
            if agreed:
                rows.append((self.tr("Agreed"), agreed))
        if certificate.from_milli:
            rows.append(
                (
                    self.tr("Scale"),
                    self.tr("from {quantity}").format(quantity=write.quantity(certificate.from_milli)),
                )
            )
        rows += self._discount(line, found)
        rows.append((self.tr("Tax"), self._tax(certificate, found)))
        rows.append((self.tr("Floor price"), self.tr("Known and checked at the office only.")))
        rows.append((self.tr("Priced for"), write.day(date.fromisoformat(certificate.on))))
        return rows

    def _discount(self, line: Row, found: Explanation) -> list[tuple[str, str]]:
        write = formats()
        told = []
        given = cast(int, line["discount_bp"])
        if given:
            told.append((self.tr("Discount"), write.rate(given)))
        if self._allowed_bp is not None:
            allowed = self.tr("up to {rate}").format(rate=write.rate(self._allowed_bp))
            rule = f"\n{found.rule_name}" if found.rule_name else ""
            told.append((self.tr("You may give"), f"{allowed}{rule}"))
        return told

    def _tax(self, certificate: Certificate, found: Explanation) -> str:
        if certificate.tax_bp is None:
            return self.tr("No rate is set.")
        told = [" ".join(filter(None, (formats().rate(certificate.tax_bp), found.tax_name)))]
        if found.tax_period is not None:
            told.append(self._period(found.tax_period))
        return "\n".join(told)

    def _period(self, period: Period | None) -> str:
        if period is None:
            return ""
        write = formats()
        begins = write.day(date.fromisoformat(period.begins)) if period.begins else ""
        ends = write.day(date.fromisoformat(period.ends)) if period.ends else ""
        if begins and ends:
            return self.tr("{begins} to {ends}").format(begins=begins, ends=ends)
        if begins:
            return self.tr("since {begins}").format(begins=begins)
        return self.tr("until {ends}").format(ends=ends) if ends else ""
