"""The vectors of docs/sync.md: the code yields them, and the page quotes them as they are.

A vector once published is never changed: whoever wrote a device in another language has tested against it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import pytest
import zstandard

from crm.changes import codec, ops
from crm.changes.clock import HybridClock, effective, instant_of, stamp_of
from crm.changes.codec import Form
from crm.changes.digest import digest, row_hash
from crm.changes.entity import Row
from crm.customers.rules import customer_code
from crm.errors import InvalidInput
from crm.ids import IdFactory, derive_id, id_text, parse_id
from crm.orders.amounts import LineFigures, OrderAmounts, order_amounts
from crm.orders.completeness import line_figures
from crm.orders.number import order_number, parse_number
from crm.orders.seal import HEADER_1, LINE_1, canonical, open_seal, seal_hash

FOLDER: Final = Path(__file__).parent / "vectors"
PAGE: Final = Path(__file__).parents[2] / "docs" / "sync.md"
NAMES: Final = (
    "amounts",
    "changeset",
    "digest",
    "hashes",
    "ids",
    "numbers",
    "page",
    "seal",
    "stamps",
    "zstd",
)

Case = dict[str, Any]


def bytes_for(value: Any) -> Any:
    """A value of a file with bytes in place of what is written 0x…"""
    if isinstance(value, str) and value.startswith("0x"):
        return bytes.fromhex(value[2:])
    if isinstance(value, dict):
        return {name: bytes_for(item) for name, item in value.items()}
    if isinstance(value, list):
        return [bytes_for(item) for item in value]
    return value


def cases(name: str) -> dict[str, Case]:
    """The cases of a file by name."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    by_name = {case["name"]: case for case in cast(list[Case], bytes_for(found))}
    assert len(by_name) == len(found), "two cases of one name"
    return by_name


def of(name: str) -> Any:
    """Parametrize over the cases of a file."""
    return pytest.mark.parametrize("case", cases(name).values(), ids=list(cases(name)))


def test_every_file_is_tried() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NAMES)


# --- the code yields them ---


@of("ids")
def test_ids(case: Case) -> None:
    if "parts" in case:
        assert derive_id(*case["parts"]) == case["id"]
    else:
        make = IdFactory(lambda: case["now_ms"], lambda _size: case["random"])
        assert make() == case["id"]
    assert id_text(case["id"]) == case["text"]
    assert parse_id(case["text"]) == case["id"]


@of("hashes")
def test_hashes(case: Case) -> None:
    data = case["input"]
    if case["function"] == "BLAKE2b-256":
        assert codec.body_hash(data) == case["digest"]
    elif case["function"] == "BLAKE2b-128":
        hashed = row_hash(data[:16], int.from_bytes(data[16:], "big"))
        assert hashed.to_bytes(16, "big") == case["digest"]
    else:
        assert case["function"] == "SHA-256"
        assert seal_hash(data) == case["digest"]


@of("digest")
def test_digests(case: Case) -> None:
    rows = [(row_id, version) for row_id, version in case["rows"]]
    assert digest(rows) == digest(reversed(rows)) == case["digest"]


@of("stamps")
def test_stamps(case: Case) -> None:
    if "steps" in case:
        now = [0]

        class Clock:
            def now_ms(self) -> int:
                return now[0]

        clock = HybridClock(Clock())
        for step in case["steps"]:
            now[0] = step["local_ms"]
            if step["do"] == "stamp":
                assert clock.stamp() == step["stamp"]
                continue
            contact = clock.contact(step["office_ms"])
            assert (contact.offset_ms, contact.jumped) == (step["offset_ms"], step["jumped"])
            assert clock.last == step["last"]
    elif "effective" in case:
        assert effective(case["stamp"], case["office_ms"]) == case["effective"]
    else:
        assert instant_of(case["stamp"]) == case["instant_ms"]
        assert stamp_of(case["instant_ms"]) == case["stamp"] >> 16 << 16


def test_changeset_in_messagepack() -> None:
    case = cases("changeset")["a changeset in MessagePack"]
    changeset = msgspec.convert(case["changeset"], ops.Changeset, strict=True)
    assert codec.encode_changeset(changeset) == case["body"]
    assert codec.body_hash(case["body"]) == case["hash"]


def test_changeset_in_json_says_the_same() -> None:
    packed = cases("changeset")["a changeset in MessagePack"]
    case = cases("changeset")["the same changeset in JSON"]
    body = case["body_text"].encode()
    changeset = msgspec.convert(packed["changeset"], ops.Changeset, strict=True)
    assert codec.encode_changeset(changeset, Form.JSON) == body
    assert codec.body_hash(body) == case["hash"]
    opened = codec.open_sealed(ops.Sealed(changeset.change_id, 7, case["hash"], body), Form.JSON)
    assert opened.ops[0] == changeset.ops[0]


@pytest.mark.parametrize(
    ("name", "kind"), [("a push request", ops.PushRequest), ("its answer", ops.PushAnswer)]
)
def test_push_messages(name: str, kind: type[msgspec.Struct]) -> None:
    assert_message(cases("changeset")[name], kind)


@pytest.mark.parametrize(
    ("name", "kind"), [("a pull request", ops.PullRequest), ("a complete page", ops.Page)]
)
def test_pull_messages(name: str, kind: type[msgspec.Struct]) -> None:
    assert_message(cases("page")[name], kind)


def assert_message(case: Mapping[str, Any], kind: type[msgspec.Struct]) -> None:
    """The message in a case encodes to its bytes, and back."""
    message = msgspec.convert(case["message"], kind, strict=True)
    assert codec.encode(message) == case["bytes"]
    assert codec.decode(kind, case["bytes"]) == message


def test_rows_of_a_block_have_what_is_the_same_in_all_of_them() -> None:
    case = cases("page")["a complete page"]
    page = codec.decode(ops.Page, case["bytes"])
    (block,) = page.blocks
    assert block.same
    assert [{**block.same, **dict(zip(block.columns, row, strict=True))} for row in block.rows] == case[
        "rows"
    ]
    (unit_digest,) = page.digests
    assert digest((row["id"], row["version"]) for row in case["rows"]) == unit_digest.digest


@of("zstd")
def test_zstd_frames(case: Case) -> None:
    content = case["content_text"].encode()
    assert codec.expand(case["frame"], len(content)) == content
    declared = zstandard.frame_content_size(case["frame"])
    assert (None if declared == -1 else declared) == case["declared_bytes"]
    with pytest.raises(InvalidInput, match="1002"):
        codec.expand(case["frame"], len(content) - 1)


@of("amounts")
def test_amounts(case: Case) -> None:
    lines = [LineFigures(*line) for line in case["lines"]]
    amounts = order_amounts(lines, case["discount_bp"], is_net=bool(case["is_net"]))
    assert_amounts(amounts, case)


def assert_amounts(amounts: OrderAmounts, case: Case) -> None:
    """The amounts are those of the case, and add up."""
    assert [list(line) for line in amounts.lines] == case["line_amounts"]
    assert list(amounts[:4]) == case["totals"]
    assert amounts.gross_total_minor == sum(line.gross_minor for line in amounts.lines)


@of("seal")
def test_seals(case: Case) -> None:
    header, lines = cast(Row, case["header"]), cast(list[Row], case["lines"])
    assert tuple(header) == HEADER_1
    assert all(tuple(line) == LINE_1 for line in lines)
    amounts = order_amounts(
        [line_figures(line) for line in lines],
        cast(int, header["discount_bp"]),
        is_net=bool(header["is_net"]),
    )
    assert_amounts(amounts, case)
    assert canonical(header, lines, amounts) == case["content"]
    assert seal_hash(case["content"]) == hashlib.sha256(case["content"]).digest() == case["hash"]
    assert open_seal(case["content"]).header == header


@of("numbers")
def test_numbers(case: Case) -> None:
    if "number" in case:
        assert order_number(case["device_code"], case["counter"], case["row_id"]) == case["number"]
        assert parse_number(case["number"]).belongs_to(case["row_id"])
    else:
        assert customer_code(case["device_code"], case["counter"], case["row_id"]) == case["code"]


# --- the page quotes them as they are ---

_QUOTE: Final = re.compile(r"<!-- vector ([a-z]+): (.+?) -->\n```json\n(.*?)\n```", re.DOTALL)


def quotes() -> list[tuple[str, str, Case]]:
    """(file, case, what is quoted) of every quotation in the page."""
    found = _QUOTE.findall(PAGE.read_text(encoding="utf-8"))
    return [(file, name, json.loads(text)) for file, name, text in found]


def raw_cases(name: str) -> dict[str, Case]:
    """As `cases`, with bytes as they are written."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return {case["name"]: case for case in found}


def test_page_quotes_every_file() -> None:
    assert {file for file, _name, _quoted in quotes()} == set(NAMES)


def test_page_quotes_as_it_is() -> None:
    for file, name, quoted in quotes():
        case = raw_cases(file)[name]
        assert quoted, f"{file}: {name} is quoted empty"
        wrong = {key: value for key, value in quoted.items() if case.get(key) != value}
        assert not wrong, f"docs/sync.md quotes {file}: {name} wrongly: {wrong}"


def test_every_quotation_is_found() -> None:
    """A quotation that is not closed, or of another form, would be passed over in silence."""
    assert len(quotes()) == PAGE.read_text(encoding="utf-8").count("<!-- vector ")
