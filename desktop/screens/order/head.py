"""The head of a draft: when, where, the customer's reference, a discount with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from crm.changes.entity import Row
from crm.orders.editing import OrderFields
from desktop.kit import words
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.store.reads.order import Place
from desktop.widgets.fields import ChoiceInput, DateInput, Field, RateInput, TextInput

_WIDTHS: Final = {
    "wanted_on": 144,
    "ship_to_address_id": 124,
    "delivery_place": 0,
    "reference_no": 120,
    "discount_bp": 68,
    "discount_reason": 120,
}
"""The fields from left to right, as wide as this at 100 %; the place has what is left."""


class HeadForm(Translated):
    """``edited``: something was typed that is understood, or stands no more."""

    edited = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: Sequence[Place] = ()
        self.wanted = DateInput(session.today)
        self.place = ChoiceInput(self._place_choices)
        self.address = TextInput(longest=500)
        self.reference = TextInput(longest=80)
        self.discount = RateInput()
        self.reason = TextInput(longest=500)

        def named(name: str, control: QWidget, *, is_required: bool = False) -> Field:
            return Field(lambda: words.field("sales_order", name), control, self, is_required=is_required)

        self.fields = {
            "wanted_on": named("wanted_on", self.wanted, is_required=True),
            "ship_to_address_id": named("ship_to_address_id", self.place),
            "delivery_place": named("delivery_place", self.address, is_required=True),
            "reference_no": named("reference_no", self.reference),
            "discount_bp": named("discount_bp", self.discount),
            "discount_reason": named("discount_reason", self.reason),
        }
        grid = QGridLayout(self)
        spaced(grid, gap="medium")
        for column, name in enumerate(_WIDTHS):
            grid.addWidget(self.fields[name], 0, column)
        grid.setColumnStretch(2, 1)
        self.place.setSizeAdjustPolicy(ChoiceInput.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for text in (self.address, self.reference, self.reason):
            text.textEdited.connect(lambda _text: self._on_edited())
        self.wanted.valued.connect(self._on_edited)
        self.discount.valued.connect(self._on_edited)
        self.place.activated.connect(self._on_place)
        self.dress()

    def show_order(self, order: Row, places: Sequence[Place]) -> None:
        """Show the head of an order."""
        self._places = places
        self.place.refill()
        chosen = order["ship_to_address_id"]
        self.place.set_value(chosen.hex() if isinstance(chosen, bytes) else "")
        self.wanted.set_value(_day(order["wanted_on"]))
        self.address.setText(str(order["delivery_place"] or ""))
        self.address.setCursorPosition(0)
        self.address.setToolTip(self.address.text())
        self.reference.setText(str(order["reference_no"] or ""))
        discount = order["discount_bp"]
        self.discount.set_value(discount if isinstance(discount, int) and discount else None)
        self.reason.setText(str(order["discount_reason"] or ""))
        for field in self.fields.values():
            field.show_problem("")
        self.retranslate()

    def values(self) -> OrderFields:
        """The fields as they stand; what is not understood is left out."""
        found = OrderFields(
            ship_to_address_id=bytes.fromhex(self.place.value) if self.place.value else None,
            delivery_place=self.address.text().strip(),
            reference_no=self.reference.text().strip(),
            discount_reason=self.reason.text().strip(),
        )
        if self.wanted.is_understood:
            found["wanted_on"] = self.wanted.value
        discount = self.discount.value
        if self.discount.is_understood and 0 <= (discount or 0) <= 10_000:
            found["discount_bp"] = discount or 0
        return found

    @property
    def is_understood(self) -> bool:
        """Whether everything that is typed is."""
        return "wanted_on" in (values := self.values()) and "discount_bp" in values

    def _on_edited(self) -> None:
        values = self.values()
        wrong = "" if "wanted_on" in values else self.tr("Not a day.")
        self.fields["wanted_on"].show_problem(wrong)
        wrong = "" if "discount_bp" in values else self.tr("0% to 100%.")
        self.fields["discount_bp"].show_problem(wrong)
        self.edited.emit()

    def _on_place(self) -> None:
        chosen = next((place for place in self._places if place.id.hex() == self.place.value), None)
        if chosen is not None:
            self.address.setText(chosen.text)
            self.address.setCursorPosition(0)
        self._on_edited()

    def _place_choices(self) -> Sequence[tuple[str, str]]:
        if not hasattr(self, "_places"):
            return ()
        return [*((place.id.hex(), place.label) for place in self._places), ("", self.tr("Elsewhere"))]

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        for name, width in _WIDTHS.items():
            if width:
                self.fields[name].setFixedWidth(look().px(width))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.place.refill()
        self.reason.setPlaceholderText(self.tr("Why it is given"))


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
