"""The key figures of a customer, and how old they are."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QVBoxLayout, QWidget

from crm.money import exponent, round_half_up
from crm.orders import dealings
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.widgets.figures import KeyFigure, KeyFigures
from desktop.widgets.labels import Label


def whole_money(amount_minor: int, currency: str) -> str:
    """An amount at a glance, without its cents."""
    whole = 10 ** exponent(currency)
    return formats().money_short(round_half_up(amount_minor, whole) * whole, currency)


class Figures(Translated):
    """What was bought, when last, how often, and what is open against the credit limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: dealings.Figures | None = None
        self._today = date.min
        self._as_of = (0, 0)
        self.year = KeyFigure(lambda: self.tr("This year"))
        self.last = KeyFigure(lambda: self.tr("Last order"))
        self.rhythm = KeyFigure(lambda: self.tr("Rhythm"))
        self.open = KeyFigure(lambda: self.tr("Open"))
        self.age = Label(role="secondary")
        column = QVBoxLayout(self)
        spaced(column, gap="small")
        column.addWidget(KeyFigures(self.year, self.last, self.rhythm, self.open))
        column.addWidget(self.age)
        self.dress()

    def show_figures(self, found: dealings.Figures, today: date) -> None:
        """Show these figures."""
        self._found, self._today = found, today
        self._tell()

    def show_age(self, as_of_ms: int, now_ms: int) -> None:
        """Say when this laptop last heard from the office."""
        self._as_of = (as_of_ms, now_ms)
        if as_of_ms:
            text = self.tr(
                "As of {time}, the last time the office answered, with what was entered here since."
            )
            self.age.setText(text.format(time=formats().moment(as_of_ms, now_ms)))
        else:
            self.age.setText(self.tr("Only what was entered on this laptop: the office did not answer yet."))

    def _tell(self) -> None:
        found = self._found
        if found is None:
            return
        amount = whole_money(found.last_year_minor, found.currency) if found.last_year_orders else NO_VALUE
        before = self.tr("{year}: {amount}").format(year=self._today.year - 1, amount=amount)
        self.year.show_value(whole_money(found.this_year_minor, found.currency), before)
        self._tell_rhythm(found)
        self._tell_credit(found)

    def _tell_rhythm(self, found: dealings.Figures) -> None:
        told = formats()
        if found.last_on is None:
            self.last.show_value("", self.tr("nothing ordered yet"))
        else:
            self.last.show_value(
                told.days_from(found.last_on, self._today), told.day_near(found.last_on, self._today)
            )
        if found.rhythm_days is None or found.expected_on is None:
            self.rhythm.show_value("", self.tr("too few orders to tell"))
            return
        late = (self._today - found.expected_on).days
        if late > 0:
            detail, meaning = self.tr("expected %n day(s) ago", "", late), "look"
        else:
            day = told.day_near(found.expected_on, self._today)
            detail, meaning = self.tr("next expected {day}").format(day=day), ""
        self.rhythm.show_value(self.tr("%n day(s)", "", found.rhythm_days), detail, meaning=meaning)

    def _tell_credit(self, found: dealings.Figures) -> None:
        value = whole_money(found.open_minor, found.currency)
        free, limit = found.free_minor, found.limit_minor
        if limit is None or free is None:
            self.open.show_value(value, self.tr("no credit limit set"))
        elif free < 0:
            over = self.tr("{amount} over the limit").format(amount=whole_money(-free, found.currency))
            self.open.show_value(value, over, meaning="needs_you")
        else:
            detail = self.tr("{free} of {limit} free").format(
                free=whole_money(free, found.currency), limit=whole_money(limit, found.currency)
            )
            self.open.show_value(value, detail)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._tell()
        self.show_age(*self._as_of)
