"""Pure decisions about customers: which records mean the same firm, codes, owners, what a field may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Key, Rulebook, View, Want
from crm.customers.entities import DealType, TaxCategory
from crm.customers.states import Library
from crm.errors import Code
from crm.ids import check_characters, derive_id
from crm.people.states import AccountState
from crm.rights import Right
from crm.rules import PlainRules, reject

BAD_FIELD: Final = 3110
CODE_TAKEN: Final = 3111
OTHER_DIVISION: Final = 3112
REASON_MISSING: Final = 3113
OWNER_AWAY: Final = 3114
DELETED: Final = 3115

DUPLICATE: Final = "duplicate"
"""The word of the look that a likely duplicate gets (R-017)."""

# --- the same firm under another spelling (R-017) -------------------------------------------------------------------

_WORDS: Final = re.compile(r"[^\W_]+")
_LATIN_FORMS: Final = frozenset(
    {"co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "limited", "llc", "ltd", "plc"}
)
_CHINESE_FORMS: Final = ("股份有限公司", "有限责任公司", "有限公司", "公司")


def tidy(text: str) -> str:
    """Text as it is stored: composed characters (NFC), no space at either end."""
    return unicodedata.normalize("NFC", text).strip()


def plain_name(name: str) -> str:
    """A firm's name without what does not tell firms apart: width, case, spaces, signs, the legal form at the end.

    ``Ｂright Media Co., Ltd.`` and ``bright media`` are one; so are ``晨光广告有限公司`` and ``晨光广告``. A name that is
    nothing but a legal form stays as it is.
    """
    words = _WORDS.findall(unicodedata.normalize("NFKC", name).casefold())
    while len(words) > 1 and words[-1] in _LATIN_FORMS:
        words.pop()
    plain = "".join(words)
    for form in _CHINESE_FORMS:
        if plain.endswith(form) and plain != form:
            return plain.removesuffix(form)
    return plain


_SECOND_NUMBER: Final = re.compile(r"[/;,、，；]|转|ext|(?<=\d)\s*x|#", re.IGNORECASE)
_SHORTEST_NUMBER: Final = 7


def plain_phone(phone: str) -> str:
    """The digits of the first number in ``phone``, without extension, country code 86 and trunk zeros.

    Empty when fewer than seven digits are left: an inside number tells nothing.
    """
    first = _SECOND_NUMBER.split(unicodedata.normalize("NFKC", phone).strip(), maxsplit=1)[0]
    digits = "".join(sign for sign in first if sign.isdecimal())
    if first.startswith("+") or digits.startswith("00"):
        digits = digits.lstrip("0").removeprefix("86")
    elif len(digits) == 13 and digits.startswith("861"):
        digits = digits.removeprefix("86")  # a mobile number, its country code written without a sign
    digits = digits.lstrip("0")
    return digits if len(digits) >= _SHORTEST_NUMBER else ""


def plain_registry(number: str) -> str:
    """A tax or registry number in capitals without signs; empty when shorter than six."""
    plain = "".join(_WORDS.findall(unicodedata.normalize("NFKC", number).upper()))
    return plain if len(plain) >= 6 else ""


def _key(kind: str, plain: str) -> bytes | None:
    return derive_id("customer", kind, plain.encode(errors="surrogatepass")) if plain else None


def keys_of(row: Mapping[str, Wire]) -> dict[str, bytes | None]:
    """The derived keys of a customer; two records with an equal key are likely one firm. None: nothing to compare."""
    return {
        "name_key": _key("name", plain_name(str(row["name"]))),
        "phone_key": _key("phone", plain_phone(str(row["phone"]))),
        "registry_key": _key("registry", plain_registry(str(row["tax_registration_no"]))),
        "code_key": _key("code", str(row["code"]).strip().upper()),
    }


DUPLICATE_KEYS: Final = {"name_key": "name", "phone_key": "phone", "registry_key": "registry"}

# --- the code (R-020, R-021) ------------------------------------------------------------------------------------------


def customer_code(device_code: str, number: int, row_id: bytes) -> str:
    """The code of a customer, given where the record is born and for ever: ``C-ND-2-00042-K7QD``.

    Rep code, device ordinal, counter, and four characters of the row's id, so that even two copies of one laptop
    give different codes (sync protocol, 14).
    """
    return f"C-{device_code}-{number:05d}-{check_characters(row_id)}"


# --- what a row may hold ----------------------------------------------------------------------------------------------

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNTRY: Final = re.compile(r"(?:[A-Z]{2})?")


def _bad(name: str) -> Finding:
    return reject(BAD_FIELD, f"The value of {name} is not acceptable.", field=name)


def customer_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """What is wrong with a customer by itself: 3110 names the field, 3113 asks for the reason of *invalid*."""
    if not str(row["name"]).strip():
        yield _bad("name")
    if not str(row["code"]).strip():
        yield _bad("code")
    if row["tax_category"] not in set(TaxCategory):
        yield _bad("tax_category")
    if row["deal_type"] not in {"", *DealType}:
        yield _bad("deal_type")
    if not _CURRENCY.fullmatch(str(row["credit_currency"])):
        yield _bad("credit_currency")
    if not _COUNTRY.fullmatch(str(row["address_country"])):
        yield _bad("address_country")
    limit = row["credit_limit_minor"]
    if limit is not None and cast(int, limit) < 0:
        yield _bad("credit_limit_minor")
    if row["library"] == Library.INVALID and not str(row["invalid_reason"]).strip():
        yield reject(REASON_MISSING, "Say why the customer is invalid.")


def address_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """What is wrong with a place of delivery by itself: 3110 names the field."""
    if not str(row["label"]).strip():
        yield _bad("label")
    if not _COUNTRY.fullmatch(str(row["address_country"])):
        yield _bad("address_country")


def owner_findings(
    owner: Mapping[str, Wire] | None, *, division_id: bytes | None, may_assign: bool
) -> Iterator[Finding]:
    """Whether a customer may be given to ``owner``, a row of ``app_user`` (R-024).

    A unit never crosses divisions (sync protocol, 7; BR-09): 3112. It is given only by those who may assign: 2003,
    and only to somebody whose account is not stopped: 3114.
    """
    if not may_assign:
        yield reject(Code.NO_RIGHT, "You have no right to give a customer to somebody else.")
    if owner is None or owner["deleted"] or owner["division_id"] != division_id:
        yield reject(OTHER_DIVISION, "A customer stays in its division; give it to somebody of the same one.")
    elif owner["state"] in (AccountState.FROZEN, AccountState.CLOSED):
        yield reject(OWNER_AWAY, "This person's account is stopped; choose somebody else.")


_CREDIT: Final = frozenset({"credit_limit_minor", "credit_currency", "credit_note_office"})


class CustomerRules(PlainRules):
    """The rules of ``customer``: fields, one code for one customer, owner, credit, and the look for duplicates."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """The records with an equal key, and the owners."""
        found: dict[str, set[bytes]] = {}
        for row in roots:
            for name, key in keys_of(row).items():
                if key is not None:
                    found.setdefault(name, set()).add(key)
            owner_id = row["owner_id"]
            if isinstance(owner_id, bytes):
                found.setdefault("owner", set()).add(owner_id)
        owners = found.pop("owner", None)
        if owners:
            yield Want("app_user", "id", frozenset(owners))
        for name, keys in found.items():
            yield Want("customer", name, frozenset(keys))

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        """The keys; looks are found anew by `judge`."""
        return {("customer", cast(bytes, root["id"])): {**keys_of(root), "looks": ""}}

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects what `customer_findings` and `owner_findings` name, a taken code (3111), credit set without the
        right (2003); a likely duplicate in the same division gets a look."""
        after = change.after
        yield from customer_findings(after)
        yield from self._code(view, change)
        yield from self._owner(view, change)
        if _sets_credit(change) and not _may(view, change, Right.CUSTOMER_CREDIT):
            yield reject(Code.NO_RIGHT, "You have no right to set the credit limit.")
        if not after["deleted"] and after["library"] != Library.MERGED:
            yield from duplicates(view, after)

    def _code(self, view: View, change: Change) -> Iterator[Finding]:
        if change.before is None and any(
            other["id"] != change.after["id"]
            for other in view.children("customer", "code_key", cast(bytes, change.after["code_key"]))
        ):
            yield reject(CODE_TAKEN, "Another customer has this code.")

    def _owner(self, view: View, change: Change) -> Iterator[Finding]:
        after = change.after
        owner_id = cast(bytes, after["owner_id"])
        if change.before is None:
            if owner_id != change.actor.id and not _may(view, change, Right.CUSTOMER_ASSIGN):
                yield reject(Code.NO_RIGHT, "You have no right to enter a customer for somebody else.")
            return
        if "owner_id" in change.fields and owner_id != change.before["owner_id"]:
            standing = view.standing(cast(bytes, after["unit"]))
            yield from owner_findings(
                view.get("app_user", owner_id),
                division_id=standing.division_id if standing is not None else None,
                may_assign=_may(view, change, Right.CUSTOMER_ASSIGN),
            )


def _sets_credit(change: Change) -> bool:
    before = change.before if change.before is not None else change.entity.blank()
    return any(change.after[name] != before[name] for name in change.fields & _CREDIT)


def _may(view: View, change: Change, right: Right) -> bool:
    standing = view.standing(cast(bytes, change.after["unit"]))
    return standing is not None and change.actor.may(right, standing)


def duplicates(view: View, row: Row) -> Iterator[Finding]:
    """One look when other living records of the same division look like the same firm (R-017).

    It says how many and by what they match, and nothing of the records themselves: whoever reads it may hold none of
    them.
    """
    matched: dict[bytes, set[str]] = {}
    for column, word in DUPLICATE_KEYS.items():
        key = row[column]
        if not isinstance(key, bytes):
            continue
        for other in view.children("customer", column, key):
            if (
                other["id"] != row["id"]
                and not other["deleted"]
                and other["library"] != Library.MERGED
                and other["feed_id"] == row["feed_id"]
            ):
                matched.setdefault(cast(bytes, other["id"]), set()).add(word)
    if matched:
        by = sorted({word for words in matched.values() for word in words})
        yield Finding(
            "look",
            DUPLICATE,
            "This may be a customer that is there already.",
            {"records": len(matched), "by": ",".join(by)},
        )


class ShipToRules(PlainRules):
    """The rules of ``ship_to_address``."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects what `address_findings` names."""
        yield from address_findings(change.after)


RULES: Final[Rulebook] = {"customer": CustomerRules(), "ship_to_address": ShipToRules()}
"""The rules of this subject, by table."""
