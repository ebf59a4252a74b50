"""The details of a customer: every field that a person may know, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from crm.changes.entity import Wire
from desktop.kit import words
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.screens.customer.facts import Fact, FactList
from desktop.store.reads.customer import Whole
from desktop.widgets.labels import Label

_BASICS: Final = ("name", "name_en", "grade", "deal_type", "industry", "region", "source")
_REACH: Final = ("phone", "email", "website", "wanted_channel", "wanted_frequency")
_ADDRESS: Final = (
    "address_province",
    "address_city",
    "address_street",
    "address_postcode",
    "address_country",
)
_MONEY: Final = ("tax_registration_no", "tax_category", "payment_terms_id", "credit_limit_minor")
_CARE: Final = ("preferences", "former_supplier", "note", "last_verified_on")
_OFFICE: Final = ("code", "owner_id")
_GIVEN: Final = frozenset({"credit_limit_minor", "last_verified_on", "code", "owner_id"})
"""What is not edited here: the office's, given once, or set by a step of its own."""
_CHOICES: Final = frozenset({"deal_type", "tax_category", "grade"})


class Details(Translated):
    """The facts of one customer."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: Whole | None = None
        self._list = FactList(self)
        self.facts = self._list.facts
        groups = (
            (lambda: self.tr("Customer"), _BASICS),
            (lambda: self.tr("How to reach"), _REACH),
            (lambda: self.tr("Address"), _ADDRESS),
            (lambda: self.tr("Tax and payment"), _MONEY),
            (lambda: self.tr("What to know"), _CARE),
            (lambda: self.tr("At the office"), _OFFICE),
        )
        for heading, names in groups:
            self._list.add_group(heading, self._facts(names))
        column = QVBoxLayout(self)
        spaced(column, gap="")
        title = Label(lambda: self.tr("Details"), self, role="section")
        title.setContentsMargins(8, 0, 8, 0)
        column.addWidget(title)
        column.addWidget(self._list)
        self.dress()

    def _facts(self, names: Sequence[str]) -> list[Fact]:
        return [
            Fact(
                "customer",
                name,
                partial(self._shown, name),
                today=None if name in _GIVEN else self._session.today,
                options=self._terms if name == "payment_terms_id" else None,
                parent=self._list,
            )
            for name in names
        ]

    def _terms(self) -> list[tuple[str, str]]:
        offers = self._found.offers if self._found is not None else ()
        here = self._found.row["payment_terms_id"] if self._found is not None else None
        known = [("", NO_VALUE), *((row_id.hex(), name) for row_id, name in offers)]
        if here is not None and self._found is not None and here.hex() not in dict(known):
            known.append((here.hex(), self._found.terms))
        return known

    def _shown(self, name: str, value: Wire) -> str:
        found = self._found
        if value is None or value == "" or found is None:
            return ""
        if name == "payment_terms_id":
            return dict(self._terms()).get(value.hex() if isinstance(value, bytes) else "", NO_VALUE)
        if name == "owner_id":
            return found.owner
        if name == "credit_limit_minor" and isinstance(value, int):
            return formats().money_short(value, found.figures.currency)
        if name == "last_verified_on" and isinstance(value, str):
            return formats().day(date.fromisoformat(value))
        return words.choice(name, str(value)) if name in _CHOICES else str(value)

    def show_customer(self, found: Whole) -> None:
        """Show a customer; what is being edited stays as it was typed."""
        self._found = found
        for name, fact in self.facts.items():
            fact.may_edit = found.may_edit and name not in _GIVEN
            fact.show_value(found.row[name])

    @property
    def drafts(self) -> dict[str, Wire] | None:
        """What is typed into fields that are being edited, by field; None when none is."""
        return {name: fact.draft for name, fact in self.facts.items() if fact.is_open} or None

    def close_all(self) -> None:
        """Another customer comes: nothing is edited any more."""
        for fact in self.facts.values():
            if fact.is_open:
                fact.close_editor()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        if self._found is not None:
            self.show_customer(self._found)
