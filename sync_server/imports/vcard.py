"""A contact as a vCard 4.0 (RFC 6350): lines folded at 75 octets, texts escaped, times in UTC (R-046).

A card names what address books show: the person, the firm, how to reach them. It is made to be read by others; no
import takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sync_server.imports.export_shape import Column

ENTITY: Final = "contact"
"""What is written as cards."""
MAX_LINE_BYTES: Final = 75
"""Octets of a line without its break (RFC 6350, 3.2)."""
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})

_OF_CONTACT: Final = (
    "name",
    "title",
    "department",
    "birthday",
    "phone",
    "mobile",
    "sms_number",
    "email",
    "note",
)
_OF_CUSTOMER: Final = ("street", "city", "province", "postcode", "country")

COLUMNS: Final = (
    Column("id", "id", "t.id"),
    *(Column(name, "text", f"t.{name}") for name in _OF_CONTACT),
    Column("changed_at", "int", "t.changed_at"),
    Column("firm", "text", "p0.name"),
    *(Column(name, "text", f"p0.address_{name}") for name in _OF_CUSTOMER),
)
"""What `card` needs of a contact ``t`` and its customer ``p0``."""


def card(contact: Mapping[str, Any]) -> str:
    """The card of a contact, given as texts under the names of `COLUMNS`; ``changed_at`` is UTC milliseconds."""
    return "".join(f"{_folded(line)}\r\n" for line in _lines(contact))


def _lines(contact: Mapping[str, Any]) -> Iterator[str]:
    name = escaped(contact["name"])
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield "PRODID:-//Roundsman//Export//EN"
    yield f"UID:urn:uuid:{contact['id']}"
    yield f"FN:{name}"
    # Which part of a name is the family's differs from people to people: the whole stands in the first place.
    yield f"N:{name};;;;"
    yield f"ORG:{escaped(contact['firm'])}" + _more(";", contact["department"])
    for start, key in (
        ("TITLE:", "title"),
        ("TEL;TYPE=work,voice:", "phone"),
        ("TEL;TYPE=work,cell:", "mobile"),
        ("TEL;TYPE=work,text:", "sms_number"),
        ("EMAIL;TYPE=work:", "email"),
    ):
        if contact[key]:
            yield start + escaped(contact[key])
    parts = [escaped(contact[key]) for key in _OF_CUSTOMER]
    if any(parts[:-1]):
        yield f"ADR;TYPE=work:;;{';'.join(parts)}"
    if contact["birthday"]:
        yield f"BDAY:{contact['birthday'].replace('-', '')}"
    if contact["note"]:
        yield f"NOTE:{escaped(contact['note'])}"
    changed = datetime.fromtimestamp(contact["changed_at"] / 1000, UTC)
    yield f"REV:{changed:%Y%m%dT%H%M%SZ}"
    yield "END:VCARD"


def _more(sign: str, text: str) -> str:
    return sign + escaped(text) if text else ""


def escaped(text: str) -> str:
    """A text as it stands in a value (RFC 6350, 3.4 and 4)."""
    return text.replace("\r\n", "\n").translate(_ESCAPED)


def _folded(line: str) -> str:
    """The line broken before its 76th octet, never within a character; later pieces begin with a space."""
    pieces: list[str] = []
    piece, size = "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > MAX_LINE_BYTES:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += length
    return "\r\n".join([*pieces, piece])
