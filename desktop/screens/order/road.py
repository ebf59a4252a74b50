"""The road of an order: each step with its time and person, and who has it now (R-083)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.screens.order.telling import holder_text, step_text
from desktop.store.reads.order import OrderFacts, Step
from desktop.widgets.empty import Picture
from desktop.widgets.labels import Label
from desktop.widgets.pill import pill_icon


class Road(Translated):
    """Shows the steps of one order."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._facts: OrderFacts | None = None
        self._holder = Label(parent=self, role="small", wraps=True)
        self._steps = QGridLayout()
        spaced(self._steps, gap="small")
        self._steps.setColumnStretch(1, 1)
        self._made: list[QWidget] = []
        self.texts: list[str] = []
        column = QVBoxLayout(self)
        spaced(column, gap="medium")
        column.addWidget(self._holder)
        column.addLayout(self._steps)
        self.dress()

    @property
    def holder(self) -> str:
        """Who has the order, as it is shown."""
        return self._holder.text()

    def show_facts(self, facts: OrderFacts) -> None:
        """Show the road of an order."""
        self._facts = facts
        self.retranslate()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        for widget in self._made:
            widget.hide()
            widget.deleteLater()
        self._made, self.texts = [], []
        facts = self._facts
        if facts is None:
            return
        self._holder.setText(holder_text(facts))
        for number, step in enumerate(facts.road):
            self._add(number, step, is_last=number == len(facts.road) - 1)

    def _add(self, number: int, step: Step, *, is_last: bool) -> None:
        top = Qt.AlignmentFlag.AlignTop
        icon = pill_icon("draft" if step.code == "begun" else step.code)
        meaning = "neutral" if step.code == "begun" else look().pill_meaning(step.code)
        told = QWidget(self)
        picture = Picture(icon, self, size=16, colour=meaning)
        name = Label(step_text(step.code), told, role="strong" if is_last else "")
        when = formats().moment(step.at_ms, self._session.now_ms())
        who = Label(" · ".join(filter(None, (when, step.by))), told, role="secondary", wraps=True)
        column = QVBoxLayout(told)
        spaced(column, gap="")
        column.addWidget(name)
        column.addWidget(who)
        if step.note:
            note = Label(step.note, told, role="small", wraps=True)
            if step.code in {"returned", "rejected"}:
                note.setProperty("meaning", "needs_you")
            column.addWidget(note)
        self._steps.addWidget(picture, number, 0, top)
        self._steps.addWidget(told, number, 1, top)
        self._made += [picture, told]
        self.texts.append(f"{name.text()} {who.text()} {step.note}".strip())
