"""Dates, numbers, money and times as people read and write them in the language of the window.

`formats` is what is in force. Amounts are whole minor units, quantities thousandths, rates basis points; nothing here
passes through floating point. Instants are shown in the laptop's own time zone.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from crm.money import MILLI, exponent

MINUS: Final = "\N{MINUS SIGN}"
NO_VALUE: Final = "\N{EN DASH}"
"""What stands where a value is not known."""
_SYMBOLS: Final = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$", "INR": "₹", "KRW": "₩"}
_HOUR_S: Final = 3600
_PATTERNS: Final = {
    "en": {"date": "d MMM yyyy", "near": "d MMM", "day": "ddd d MMM", "month": "MMMM yyyy"},
    "zh_CN": {"date": "yyyy年M月d日", "near": "M月d日", "day": "M月d日 ddd", "month": "yyyy年M月"},
}


translate: Final = QCoreApplication.translate


@dataclass(frozen=True)
class Formats:
    """How one language writes. ``zone`` None is the laptop's own."""

    language: str = "en"
    zone: tzinfo | None = None

    # -- numbers

    def number(self, value: int) -> str:
        """A whole number: ``12,400``."""
        return f"{value:,}".replace("-", MINUS)

    def scaled(self, value: int, digits: int, *, least: int = 0) -> str:
        """A whole number of 10^-digits: ``scaled(12500, 3)`` is ``12.5``; at least ``least`` digits after the point."""
        sign, figures = (MINUS if value < 0 else ""), str(abs(value)).rjust(digits + 1, "0")
        whole, rest = (figures[:-digits], figures[-digits:]) if digits else (figures, "")
        while len(rest) > least and rest.endswith("0"):
            rest = rest[:-1]
        return f"{sign}{int(whole):,}{'.' + rest if rest else ''}"

    def quantity(self, milli: int) -> str:
        """A quantity: ``12.5``."""
        return self.scaled(milli, 3)

    def rate(self, basis_points: int) -> str:
        """A rate: ``12.5%``."""
        return f"{self.scaled(basis_points, 2)}%"

    def figures(self, amount_minor: int, currency: str) -> str:
        """An amount without its currency: ``12,400.00``."""
        digits = exponent(currency)
        return self.scaled(amount_minor, digits, least=digits)

    def symbol(self, currency: str) -> str:
        """The sign of a currency, or its code with a space behind it."""
        return _SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")

    def money(self, amount_minor: int, currency: str) -> str:
        """An amount: ``¥12,400.00``."""
        figures = self.figures(abs(amount_minor), currency)
        return f"{MINUS if amount_minor < 0 else ''}{self.symbol(currency)}{figures}"

    def money_short(self, amount_minor: int, currency: str) -> str:
        """An amount in a sentence: ``¥12,400``, with cents only where there are any."""
        whole = 10 ** exponent(currency)
        if amount_minor % whole:
            return self.money(amount_minor, currency)
        sign = MINUS if amount_minor < 0 else ""
        return f"{sign}{self.symbol(currency)}{self.number(abs(amount_minor) // whole)}"

    # -- dates

    def _written(self, day: date, pattern: str) -> str:
        return QLocale(self.language).toString(
            QDate(day.year, day.month, day.day), _PATTERNS[self.language][pattern]
        )

    def day(self, day: date) -> str:
        """A day: ``3 Nov 2026``, ``2026年11月3日``."""
        return self._written(day, "date")

    def day_near(self, day: date, today: date) -> str:
        """A day, without the year when it is this one."""
        return self._written(day, "near" if day.year == today.year else "date")

    def weekday(self, day: date) -> str:
        """A day with its weekday, without the year: ``Tue 3 Nov``."""
        return self._written(day, "day")

    def month(self, day: date) -> str:
        """The month of a day: ``November 2026``."""
        return self._written(day, "month")

    def days_from(self, day: date, today: date) -> str:
        """How far a day is: ``today``, ``tomorrow``, ``in 3 days``, ``2 days ago``."""
        distance = (day - today).days
        if distance == 0:
            return translate("Format", "today")
        if distance == 1:
            return translate("Format", "tomorrow")
        if distance == -1:
            return translate("Format", "yesterday")
        if distance > 0:
            return translate("Format", "in %n day(s)", "", distance)
        return translate("Format", "%n day(s) ago", "", -distance)

    # -- instants

    def local(self, at_ms: int) -> datetime:
        """An instant in the zone in which it is shown."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone)

    def time(self, at_ms: int) -> str:
        """The time of day: ``09:41``."""
        return f"{self.local(at_ms):%H:%M}"

    def moment(self, at_ms: int, now_ms: int) -> str:
        """An instant as short as it stays clear: ``09:41``, ``yesterday 09:41``, ``3 Nov 09:41``, ``3 Nov 2025``."""
        at, now = self.local(at_ms), self.local(now_ms)
        if at.date() == now.date():
            return self.time(at_ms)
        if at.date() == now.date() - timedelta(days=1):
            return translate("Format", "yesterday {time}").format(time=self.time(at_ms))
        if at.year == now.year:
            return f"{self._written(at.date(), 'near')} {self.time(at_ms)}"
        return self.day(at.date())

    def instant(self, at_ms: int) -> str:
        """An instant in full: ``3 Nov 2026 09:41``."""
        return f"{self.day(self.local(at_ms).date())} {self.time(at_ms)}"

    def ago(self, at_ms: int, now_ms: int) -> str:
        """How long ago: ``just now``, ``5 min ago``, ``2 h ago``, from a day on the instant itself."""
        seconds = max(now_ms - at_ms, 0) // 1000
        if seconds < 60:
            return translate("Format", "just now")
        if seconds < _HOUR_S:
            return translate("Format", "%n min ago", "", seconds // 60)
        if seconds < 24 * _HOUR_S:
            return translate("Format", "%n h ago", "", seconds // _HOUR_S)
        return self.moment(at_ms, now_ms)

    def duration(self, seconds: float) -> str:
        """A time that something takes, roughly: ``40 s``, ``3 min``, ``2 h 10 min``."""
        whole = max(round(seconds), 0)
        if whole < 90:
            return translate("Format", "%n s", "", whole)
        minutes = round(whole / 60)
        if minutes < 90:
            return translate("Format", "%n min", "", minutes)
        return translate("Format", "{hours} h {minutes} min").format(
            hours=minutes // 60, minutes=minutes % 60
        )


_formats = Formats()


def formats() -> Formats:
    """The formats in force."""
    return _formats


def use(new: Formats) -> None:
    """Write so from now on."""
    global _formats  # noqa: PLW0603 - as there is one language, there is one way to write
    _formats = new


# --- reading what a person typed -------------------------------------------------------------------------------------


def read_scaled(text: str, digits: int) -> int | None:
    """A number as typed, in 10^-digits; None when it is none, or finer than that.

    Full-width figures (typed with a Chinese input method), group commas, spaces and currency signs are understood.
    """
    plain = unicodedata.normalize("NFKC", text).translate({ord(c): None for c in ", _'¥€£$\u00a0"})
    plain = plain.replace("。", ".").replace(MINUS, "-")
    sign = -1 if plain.startswith("-") else 1
    whole, point, rest = plain.lstrip("+-").partition(".")
    if not (whole or rest) or not (whole + rest).isascii() or not (whole + rest).isdigit():
        return None
    if point and len(rest.rstrip("0")) > digits:
        return None
    return sign * int((whole or "0") + rest.rstrip("0").ljust(digits, "0"))


def read_money(text: str, currency: str) -> int | None:
    """An amount as typed, in minor units."""
    return read_scaled(text, exponent(currency))


def read_quantity(text: str) -> int | None:
    """A quantity as typed, in thousandths."""
    return read_scaled(text, len(str(MILLI)) - 1)


def read_rate(text: str) -> int | None:
    """A rate in per cent as typed, in basis points."""
    return read_scaled(unicodedata.normalize("NFKC", text).replace("%", ""), 2)
