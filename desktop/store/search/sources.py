"""What can be found: the tables, and how each of their columns is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from desktop.store.search import tokens


class Way(StrEnum):
    """How a column is found; each is a column of the index."""

    NAME = "name"
    CODE = "code"
    NUMBER = "number"
    TEXT = "text"
    SOUND = "sound"


@dataclass(frozen=True)
class Source:
    """A table whose rows are found. ``columns`` are in the order in which a match counts; the first one is the title,
    and ``owner`` the column that holds the customer to whom a row belongs (empty: none).

    ``number`` tells the kinds apart in the index; it stays for ever.
    """

    table: str
    number: int
    columns: tuple[tuple[str, Way], ...]
    owner: str = ""
    subtitle: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are found, the title first."""
        return tuple(name for name, _ in self.columns)


SOURCES: Final = (
    Source(
        "customer",
        1,
        (
            ("name", Way.NAME),
            ("name_en", Way.NAME),
            ("code", Way.CODE),
            ("phone", Way.NUMBER),
            ("address_city", Way.TEXT),
            ("address_street", Way.TEXT),
            ("address_province", Way.TEXT),
            ("email", Way.TEXT),
            ("tax_registration_no", Way.CODE),
        ),
        owner="id",
        subtitle="code",
    ),
    Source(
        "contact",
        2,
        (
            ("name", Way.NAME),
            ("mobile", Way.NUMBER),
            ("phone", Way.NUMBER),
            ("sms_number", Way.NUMBER),
            ("email", Way.TEXT),
            ("title", Way.TEXT),
        ),
        owner="customer_id",
        subtitle="title",
    ),
    Source(
        "sales_order",
        3,
        (("number", Way.CODE), ("legal_number", Way.CODE), ("reference_no", Way.CODE)),
        owner="customer_id",
        subtitle="customer_name",
    ),
    Source(
        "product",
        4,
        (("name", Way.NAME), ("code", Way.CODE), ("barcode", Way.CODE), ("spec", Way.TEXT)),
        subtitle="code",
    ),
    Source(
        "ship_to_address",
        5,
        (
            ("label", Way.NAME),
            ("recipient", Way.NAME),
            ("phone", Way.NUMBER),
            ("address_city", Way.TEXT),
            ("address_street", Way.TEXT),
        ),
        owner="customer_id",
        subtitle="address_street",
    ),
)
BY_NUMBER: Final = {source.number: source for source in SOURCES}
BY_TABLE: Final = {source.table: source for source in SOURCES}

_TOKENS: Final[dict[Way, Callable[[str], list[str]]]] = {
    Way.NAME: tokens.words,
    Way.CODE: tokens.codes,
    Way.NUMBER: tokens.numbers,
    Way.TEXT: tokens.words,
}


def index_texts(source: Source, values: Sequence[Any]) -> tuple[str, ...]:
    """A row as the index keeps it: a text for each `Way`, in its order. ``values`` are those of ``source.names``.

    Texts of two columns are kept apart, so that no phrase spans them.
    """
    found: dict[Way, list[str]] = {way: [] for way in Way}
    for (_, way), value in zip(source.columns, values, strict=True):
        if value:
            found[way].append(" ".join(_TOKENS[way](str(value))))
            if way is Way.NAME:
                found[Way.SOUND] += tokens.sounds(str(value))
    return tuple((" " if way is Way.SOUND else " . ").join(found[way]) for way in Way)
