"""Why a filter cannot be understood, in words, and the words for operators in the builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from desktop.kit.language import language
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.store.search.query import Operator, QueryError, Why
from desktop.store.search.query_words import DAYS, Kind, QueryField, operator_words

CONTEXT: Final = "Filters"
REASONS: Final[Mapping[Why, str]] = {
    Why.CONDITION_MISSING: QT_TRANSLATE_NOOP("Filters", "A condition is missing here."),
    Why.OPERATOR_UNFIT: QT_TRANSLATE_NOOP(
        "Filters", "{field} cannot be asked like this. It knows: {operators}."
    ),
    Why.VALUE_MISSING: QT_TRANSLATE_NOOP("Filters", "A value is missing behind {field}."),
    Why.NO_DAY: QT_TRANSLATE_NOOP(
        "Filters", "{field} needs a day: 2025-09-01, 2025-09, today, 30 days ago, this month."
    ),
    Why.NO_AMOUNT: QT_TRANSLATE_NOOP("Filters", "{field} needs an amount: 5000, ¥5,000, USD 99.50."),
    Why.NO_COUNT: QT_TRANSLATE_NOOP("Filters", "{field} needs a whole number."),
    Why.NO_CHOICE: QT_TRANSLATE_NOOP("Filters", "{field} is one of: {choices}."),
    Why.RANGE_OPEN: QT_TRANSLATE_NOOP(
        "Filters", "The second value is missing: {field} between one and another."
    ),
    Why.LIST_OPEN: QT_TRANSLATE_NOOP("Filters", "The list of values has no closing bracket."),
    Why.BRACKET_OPEN: QT_TRANSLATE_NOOP("Filters", "This bracket is not closed."),
    Why.BRACKET_STRAY: QT_TRANSLATE_NOOP("Filters", "This bracket closes nothing."),
    Why.QUOTE_OPEN: QT_TRANSLATE_NOOP("Filters", "The quotation mark is not closed."),
    Why.QUOTES_MISSING: QT_TRANSLATE_NOOP(
        "Filters", "Several words that are one value stand in quotation marks."
    ),
    Why.TOO_LONG: QT_TRANSLATE_NOOP("Filters", "The filter is too long."),
    Why.TOO_DEEP: QT_TRANSLATE_NOOP("Filters", "There are too many brackets in brackets."),
    Why.FIELD_UNKNOWN: QT_TRANSLATE_NOOP("Filters", "There is no field {field} here."),
}


def reason(error: QueryError, fields: Sequence[QueryField]) -> str:
    """Why a filter cannot be understood, in the language of the window."""
    text = QCoreApplication.translate(CONTEXT, REASONS[error.why])
    field = next((field for field in fields if field.name == error.field), None)
    if field is None:
        return text.format(field=error.field, operators="", choices="")
    code = language()
    separator = QCoreApplication.translate(CONTEXT, QT_TRANSLATE_NOOP("Filters", ", "))
    return text.format(
        field=field.words.written(code),
        operators=separator.join(operator_words(field.kind, one).written(code) for one in field.operators),
        choices=separator.join(choice.words.written(code) for choice in field.choices),
    )


def example(field: QueryField, operator: Operator) -> str:
    """What a value of a field may look like, in the language of the window."""
    if field.kind in DAYS:
        text = QT_TRANSLATE_NOOP("Filters", "2025-09-01, 30 days ago …")
    elif field.kind is Kind.MONEY:
        text = QT_TRANSLATE_NOOP("Filters", "5000, USD 99.50 …")
    elif field.kind is Kind.COUNT:
        text = QT_TRANSLATE_NOOP("Filters", "Whole number")
    elif operator in {Operator.IN, Operator.NOT_IN}:
        text = QT_TRANSLATE_NOOP("Filters", "One, another, …")
    else:
        text = ""
    return QCoreApplication.translate(CONTEXT, text) if text else ""
