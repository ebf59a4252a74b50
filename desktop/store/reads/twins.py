"""Customers that may be the firm that is being entered: by name, phone and tax number, by sound, and with one slip (R-017).

What means the same firm is `crm.customers.rules`; what sounds or looks alike is only found here, where the search index is.
The laptop knows no customers but those it holds: the office compares with all of them when the new one arrives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.customers.entities import Customer
from crm.customers.queries import likely_same
from crm.customers.rules import keys_of, plain_name, plain_phone
from crm.people.entities import User
from desktop.store.search import near
from desktop.store.search.find import search
from desktop.store.search.sound import is_han, syllables

MOST: Final = 8
_CANDIDATES: Final = 20
SHORTEST_PART: Final = 3
"""A name of so many characters is looked for inside longer ones."""


class Why(StrEnum):
    """Why a record may mean the same firm, the surest first."""

    REGISTRY = "registry"
    NAME = "name"
    PHONE = "phone"
    CONTACT = "contact"  # the phone is that of one of its contacts
    SOUND = "sound"  # written differently, sounds the same
    SLIP = "slip"  # one character differs
    PART = "part"  # one name stands in the other


SURE: Final = frozenset({Why.REGISTRY, Why.NAME, Why.PHONE})
"""What makes the office look too (`crm.customers.rules.duplicates`)."""


@dataclass(frozen=True)
class Twin:
    """A record that may be the same. ``whys`` are in the order of `Why`."""

    id: bytes
    name: str
    code: str
    city: str
    phone: str
    owner: str
    whys: tuple[Why, ...]

    @property
    def is_sure(self) -> bool:
        """Whether one key is the same, and not only alike."""
        return not SURE.isdisjoint(self.whys)


def twins(
    session: Session,
    *,
    name: str,
    phone: str = "",
    tax_registration_no: str = "",
    besides: bytes | None = None,
) -> list[Twin]:
    """The records at hand that may be this firm, the likeliest first; at most `MOST`."""
    found: dict[bytes, set[Why]] = {}
    wanted = keys_of({"name": name, "phone": phone, "tax_registration_no": tax_registration_no, "code": ""})
    columns = {"registry_key": Why.REGISTRY, "name_key": Why.NAME, "phone_key": Why.PHONE}
    same = likely_same(name=name, phone=phone, tax_registration_no=tax_registration_no, besides=besides)
    # By key, not by name: a limit with an order would read names until enough of them fit.
    for customer in session.scalars(same.order_by(None).limit(_CANDIDATES)):
        for column, why in columns.items():
            if wanted[column] is not None and getattr(customer, column) == wanted[column]:
                found.setdefault(customer.id, set()).add(why)
    for row_id, why in [*_alike(session, name), *_at_contacts(session, phone)]:
        if row_id != besides and not (why is not Why.CONTACT and Why.NAME in found.get(row_id, ())):
            found.setdefault(row_id, set()).add(why)
    order = list(Why)
    return sorted(
        _described(session, found), key=lambda twin: (order.index(twin.whys[0]), -len(twin.whys), twin.name)
    )[:MOST]


def _alike(session: Session, name: str) -> Iterator[tuple[bytes, Why]]:
    plain = plain_name(name)
    if len(plain) < SHORTEST_PART:
        return
    sound = _sound(plain)
    questions = [plain, *([sound] if sound else [])]
    connection = session.connection()
    for question in questions:
        for hit in search(connection, question, kinds=("customer",), limit=_CANDIDATES):
            other = plain_name(hit.title)
            why = _how_alike(plain, sound, other)
            if why is None and hit.field == "name_en":
                why = _how_alike(plain, "", plain_name(hit.shown))
            if why is not None:
                yield hit.id, why


def _how_alike(plain: str, sound: str, other: str) -> Why | None:
    if sound and sound == _sound(other):
        return Why.SOUND
    if is_one_slip(plain, other):
        return Why.SLIP
    if len(other) >= SHORTEST_PART and (plain in other or other in plain):
        return Why.PART
    return None


def _sound(plain: str) -> str:
    """How a Chinese name sounds; empty for another one."""
    return "".join(syllables(plain)) if plain and all(map(is_han, plain)) else ""


def is_one_slip(one: str, other: str) -> bool:
    """Whether two whole names differ by one character. Short names are too easily alike."""
    shortest = near.SHORTEST_LETTERS if one.isascii() else near.SHORTEST_CHINESE
    if min(len(one), len(other)) < shortest or abs(len(one) - len(other)) > 1:
        return False
    return near.is_near(one, other) and near.is_near(other, one)


def _at_contacts(session: Session, phone: str) -> Iterator[tuple[bytes, Why]]:
    plain = plain_phone(phone)
    if not plain:
        return
    for hit in search(session.connection(), plain, kinds=("contact",), limit=_CANDIDATES):
        if hit.customer_id is not None and not hit.is_near and plain_phone(hit.shown) == plain:
            yield hit.customer_id, Why.CONTACT


def _described(session: Session, found: dict[bytes, set[Why]]) -> Iterator[Twin]:
    rows = session.execute(
        select(
            Customer.id,
            Customer.name,
            Customer.code,
            Customer.address_city,
            Customer.phone,
            User.name.label("owner"),
        )
        .join(User, User.id == Customer.owner_id, isouter=True)
        .where(Customer.id.in_(found), Customer.deleted.is_(False))
    )
    order = list(Why)
    for row in rows:
        whys = tuple(sorted(found[row.id], key=order.index))
        yield Twin(row.id, row.name, row.code, row.address_city, row.phone, row.owner or "", whys)
