"""The records that may be the firm that is being entered, beside the form, each with a way to open it (R-017)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.screens.customer.people import Card
from desktop.store.reads.twins import Twin, Why
from desktop.widgets.banner import Banners, Telling
from desktop.widgets.labels import Label

_WHYS: Final[Mapping[Why, str]] = {
    Why.REGISTRY: QT_TRANSLATE_NOOP("Twins", "same tax number"),
    Why.NAME: QT_TRANSLATE_NOOP("Twins", "same name"),
    Why.PHONE: QT_TRANSLATE_NOOP("Twins", "same phone"),
    Why.CONTACT: QT_TRANSLATE_NOOP("Twins", "phone of a contact there"),
    Why.SOUND: QT_TRANSLATE_NOOP("Twins", "sounds the same"),
    Why.SLIP: QT_TRANSLATE_NOOP("Twins", "one character differs"),
    Why.PART: QT_TRANSLATE_NOOP("Twins", "similar name"),
}


def why_text(why: Why) -> str:
    """Why a record may be the same."""
    return QCoreApplication.translate("Twins", _WHYS[why])


class TwinList(Translated):
    """Shows `Twin` records. ``opened`` carries the id of the one to open."""

    opened = Signal(bytes)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[bytes, Card] = {}
        self.twins: Sequence[Twin] = ()
        self._asked = False
        self.banners = Banners(self)
        self._quiet = Label(parent=self, role="secondary", wraps=True)
        self._office = Label(
            lambda: self.tr(
                "This laptop knows your customers. When this one is sent, the office compares it with everybody's and says "
                "on its page when another rep has it too."
            ),
            self,
            role="secondary",
            wraps=True,
        )
        self._column = QVBoxLayout()
        spaced(self._column, gap="small")
        column = QVBoxLayout(self)
        spaced(column, gap="medium")
        column.addWidget(Label(lambda: self.tr("Is it there already?"), self, role="section"))
        column.addWidget(self.banners)
        column.addWidget(self._quiet)
        column.addLayout(self._column)
        column.addWidget(self._office)
        column.addStretch(1)
        self.dress()

    def show_twins(self, twins: Sequence[Twin], *, asked: bool) -> None:
        """Show these; ``asked``: something was typed that could be compared."""
        if list(twins) == list(self.twins) and asked == self._asked:
            return
        self.twins, self._asked = list(twins), asked
        self._build()

    def _build(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cards.clear()
        for twin in self.twins:
            card = self._card(twin)
            self.cards[twin.id] = card
            self._column.addWidget(card)
        sure = [twin for twin in self.twins if twin.is_sure]
        told = (
            [
                Telling(
                    "look", self.tr("%n customer(s) with the same name, phone or tax number", "", len(sure))
                )
            ]
            if sure
            else []
        )
        self.banners.show_all(told)
        self._quiet.setVisible(not self.twins)
        self._quiet.setText(
            self.tr("Nothing like it on this laptop.")
            if self._asked
            else self.tr(
                "While you type, name, phone and tax number are compared with the customers you have."
            )
        )

    def _card(self, twin: Twin) -> Card:
        open_it: Callable[[], None] = partial(self.opened.emit, twin.id)
        lines = [
            ", ".join(why_text(why) for why in twin.whys),
            " · ".join(part for part in (twin.code, twin.city) if part),
            " · ".join(part for part in (twin.phone, twin.owner) if part),
        ]
        card = Card(twin.name, [line for line in lines if line], parent=self)
        card.add_button("open", lambda: self.tr("Open {name}").format(name=twin.name), open_it)
        card.opened.connect(open_it)
        return card

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._build()
