"""Contacts as cards: what a strict reader of RFC 6350 makes of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_server.imports.vcard import COLUMNS, MAX_LINE_BYTES, card

UID = "01a20102-69d4-764c-a546-16ffd29a8c9b"
EMPTY: dict[str, Any] = {
    **{column.name: "" for column in COLUMNS},
    "id": UID,
    "birthday": None,
    "changed_at": 1_780_000_000_123,
}
LINE = re.compile(r"([A-Z]+)((?:;[A-Z]+=[a-z,]+)*):(.*)", re.S)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters=[chr(n) for n in range(32) if n not in (10, 13)])
)


def read(text: str) -> list[tuple[str, str, list[str]]]:
    """The properties of one card: name, parameters, and the components of the value with nothing escaped."""
    assert text.endswith("\r\n")
    physical = text[:-2].split("\r\n")
    for line in physical:
        assert len(line.encode()) <= MAX_LINE_BYTES
        assert "\n" not in line
        assert "\r" not in line
    found = []
    for line in text[:-2].replace("\r\n ", "").split("\r\n"):
        match = LINE.fullmatch(line)
        assert match is not None, line
        found.append((match[1], match[2], components(match[3])))
    return found


def components(value: str) -> list[str]:
    """A value at its bare semicolons; a comma must be escaped, and nothing else than the RFC allows is."""
    pieces, piece, at = [], "", 0
    while at < len(value):
        sign = value[at]
        if sign == "\\":
            assert value[at + 1] in "\\,;n"
            piece += {"n": "\n"}.get(value[at + 1], value[at + 1])
            at += 1
        elif sign == ";":
            pieces.append(piece)
            piece = ""
        else:
            assert sign != ","
            piece += sign
        at += 1
    return [*pieces, piece]


def test_a_card_holds_what_address_books_show() -> None:
    full = {
        **EMPTY, "name": "Maria Anders", "title": "Buyer", "department": "Food", "birthday": "1960-02-29",
        "phone": "030-0074321", "mobile": "+49 170 1", "sms_number": "170", "email": "m@alfki.example",
        "note": "a;b\nc", "firm": "Alfreds, Futterkiste", "street": "Obere Str. 57", "city": "Berlin",
        "postcode": "12209", "country": "DE",
    }  # fmt: skip
    assert read(card(full)) == [
        ("BEGIN", "", ["VCARD"]),
        ("VERSION", "", ["4.0"]),
        ("PRODID", "", ["-//Roundsman//Export//EN"]),
        ("UID", "", [f"urn:uuid:{UID}"]),
        ("FN", "", ["Maria Anders"]),
        ("N", "", ["Maria Anders", "", "", "", ""]),
        ("ORG", "", ["Alfreds, Futterkiste", "Food"]),
        ("TITLE", "", ["Buyer"]),
        ("TEL", ";TYPE=work,voice", ["030-0074321"]),
        ("TEL", ";TYPE=work,cell", ["+49 170 1"]),
        ("TEL", ";TYPE=work,text", ["170"]),
        ("EMAIL", ";TYPE=work", ["m@alfki.example"]),
        ("ADR", ";TYPE=work", ["", "", "Obere Str. 57", "Berlin", "", "12209", "DE"]),
        ("BDAY", "", ["19600229"]),
        ("NOTE", "", ["a;b\nc"]),
        ("REV", "", ["20260528T202640Z"]),
        ("END", "", ["VCARD"]),
    ]


def test_what_is_empty_is_left_out() -> None:
    names = [name for name, _, _ in read(card({**EMPTY, "name": "X", "firm": "Y", "country": "CN"}))]
    assert names == ["BEGIN", "VERSION", "PRODID", "UID", "FN", "N", "ORG", "REV", "END"]


@settings(max_examples=60)
@given(name=TEXTS, note=TEXTS, firm=TEXTS)
def test_any_text_is_folded_and_escaped(name: str, note: str, firm: str) -> None:
    found = {
        name: pieces for name, _, pieces in read(card({**EMPTY, "name": name, "note": note, "firm": firm}))
    }
    assert found["FN"] == [_breaks(name)]
    assert found["ORG"] == [_breaks(firm)]
    assert found.get("NOTE", [""]) == [_breaks(note)]


@pytest.mark.parametrize("text", ["x" * 200, "晨" * 100, "👩🏽‍🚀" * 30, ", ;" * 50])
def test_long_texts_are_broken_between_characters(text: str) -> None:
    found = {name: pieces for name, _, pieces in read(card({**EMPTY, "name": text}))}
    assert found["FN"] == [text]


def _breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "")
