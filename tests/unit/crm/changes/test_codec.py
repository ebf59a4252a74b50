"""Messages in both encodings, and what is no message: refused with a number, at no great cost (sync-protocol, 4 and 15)."""

from __future__ import annotations

import base64
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.changes.codec import (
    Form,
    block_of,
    body_hash,
    compress,
    decode,
    encode,
    encode_changeset,
    expand,
    from_json,
    open_sealed,
    seal,
)
from crm.changes.ops import (
    BIRTH,
    CHANGE,
    MAX_CHANGESET_BYTES,
    MAX_OPS,
    Changeset,
    Head,
    Op,
    Outcome,
    Page,
    PullRequest,
    PushAnswer,
    PushRequest,
    Receipt,
    Sealed,
    UnitDigest,
)
from crm.errors import Code, InvalidInput
from tests.unit.crm.changes.subjects import SCHEMA, Books, laptop

ids = st.binary(min_size=16, max_size=16)
text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
counts = st.integers(0, (1 << 62))
wire_values = st.none() | st.integers(-(1 << 62), 1 << 62) | text | st.binary(max_size=20)
ops = st.builds(
    Op,
    text,
    ids,
    st.sampled_from([BIRTH, CHANGE]),
    counts,
    st.dictionaries(text, wire_values | st.lists(wire_values, min_size=2, max_size=2), max_size=3),
)
changesets = st.builds(
    Changeset,
    ids,
    counts,
    st.dates().map(lambda day: day.isoformat()),
    counts,
    text,
    ids,
    st.lists(ops, max_size=4).map(tuple),
)
heads = st.dictionaries(
    ids.map(bytes.hex), st.builds(Head, counts, counts, st.binary(min_size=8, max_size=8)), max_size=2
)


def a_changeset(*operations: Op, **changed: Any) -> Changeset:
    whole = Changeset(b"c" * 16, 1, "2026-05-29", 1, "test", b"a" * 16, operations)
    return msgspec.structs.replace(whole, **changed)


def refused(kind: type[Any], data: bytes, form: Form = Form.MSGPACK) -> int:
    with pytest.raises(InvalidInput) as raised:
        decode(kind, data, form)
    return raised.value.code


def outcome(read: Callable[..., object], *what: object) -> int:
    """0 when something was read, else the number of the refusal; any other error rises."""
    try:
        read(*what)
    except InvalidInput as refusal:
        return refusal.code
    return 0


# --- round trips ------------------------------------------------------------------------------------------------------


@given(changeset=changesets)
def test_a_changeset_survives_the_way_in_messagepack(changeset: Changeset) -> None:
    assert decode(Changeset, encode(changeset)) == changeset


@given(changeset=changesets)
def test_a_changeset_survives_the_way_in_json_with_bytes_as_base64(changeset: Changeset) -> None:
    there = decode(Changeset, encode(changeset, Form.JSON), Form.JSON)
    for sent, came in zip(changeset.ops, there.ops, strict=True):
        assert (came.table, came.id, came.kind, came.base) == (sent.table, sent.id, sent.kind, sent.base)
        for name, value in sent.fields.items():
            expected = base64.b64encode(value).decode() if isinstance(value, bytes) else value
            if not isinstance(value, list):
                assert came.fields[name] == expected
    assert msgspec.structs.replace(there, ops=()) == msgspec.structs.replace(changeset, ops=())


@pytest.mark.parametrize("form", Form)
@given(head=heads, data=st.data())
def test_every_message_survives_the_way(form: Form, head: dict[str, Head], data: st.DataObject) -> None:
    some = data.draw(ids)
    messages: list[msgspec.Struct] = [
        PushRequest(1, some, -5, (Sealed(some, 1, b"h" * 32, b"body"),)),
        PushAnswer((Outcome(some, 1, "rejected", 1005, "text", {"field": "name"}),), 2, 3, fork=True),
        PullRequest(1, 1, some, head, b"position", 5, 100, ((some, "thing"),)),
        Page(
            complete=True,
            blocks=(),
            position=b"",
            entering=(some,),
            office_ms=1,
            evicted=(some,),
            heads=head,
            digests=(UnitDigest(some, "thing", some, 3),),
            receipt=Receipt(4, (Outcome(some, 4, "applied"),), 2),
        ),
    ]
    for message in messages:
        assert decode(type(message), encode(message, form), form) == message


def test_a_sealed_changeset_opens_to_what_was_sealed() -> None:
    changeset = a_changeset(Op("thing", b"i" * 16, BIRTH, 0, {"title": "北京"}))
    for form in Form:
        sealed = seal(changeset, 7, form)
        assert (sealed.change_id, sealed.n, sealed.hash) == (b"c" * 16, 7, body_hash(sealed.body))
        assert open_sealed(sealed, form) == changeset


def test_the_hash_of_a_body_is_the_same_for_ever() -> None:
    assert body_hash(b"") == bytes.fromhex("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")


# --- blocks -----------------------------------------------------------------------------------------------------------


@given(
    titles=st.lists(st.sampled_from("ab"), min_size=1, max_size=4),
    amount=st.integers(0, 1),
    spread=st.booleans(),
)
def test_a_block_says_of_every_row_what_the_row_says(titles: list[str], amount: int, spread: bool) -> None:
    books = Books()
    for place, title in enumerate(titles):
        books.born(laptop(1), title=title, amount=amount + place * spread)
    entity = SCHEMA["thing"]
    rows = [
        tuple(row[name] for name in entity.wire_columns)
        for (table, _), row in books.everything().items()
        if table == "thing"
    ]
    block = decode(type(block_of(entity, rows)), encode(block_of(entity, rows)))
    again = [{**block.same, **dict(zip(block.columns, row, strict=True))} for row in block.rows]
    assert again == [dict(zip(entity.wire_columns, row, strict=True)) for row in rows]
    assert {"id", "unit", "version", "owner_id", "friend_id"} <= set(block.columns)
    assert not {"secret", "margin", "stamps", "feed_id"} & {*block.columns, *block.same}


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_changeset_has_room_for_so_many_rows_and_no_more() -> None:
    op = Op("thing", b"i" * 16, BIRTH, 0, {})
    assert encode_changeset(a_changeset(*[op] * MAX_OPS))
    with pytest.raises(InvalidInput) as refusal:
        encode_changeset(a_changeset(*[op] * (MAX_OPS + 1)))
    assert refusal.value.code == Code.TOO_LARGE


def test_a_changeset_has_room_for_so_many_bytes_and_no_more() -> None:
    def of(size: int) -> Changeset:
        return a_changeset(Op("thing", b"i" * 16, BIRTH, 0, {"picture": b"x" * size}))

    room = MAX_CHANGESET_BYTES - len(encode(of(70_000))) + 70_000
    sealed = seal(of(room), 1)
    assert len(sealed.body) == MAX_CHANGESET_BYTES
    assert open_sealed(sealed) == of(room)
    with pytest.raises(InvalidInput) as refusal:
        seal(of(room + 1), 1)
    assert refusal.value.code == Code.TOO_LARGE


@pytest.mark.parametrize(
    ("sealed", "code"),
    [
        (Sealed(b"c" * 16, 1, b"h" * 32, b"x" * (MAX_CHANGESET_BYTES + 1)), Code.TOO_LARGE),
        (Sealed(b"c" * 16, 1, b"h" * 32, b"x"), Code.BAD_HASH),
        (Sealed(b"c" * 16, 1, body_hash(b"x"), b"x"), Code.MALFORMED),
        (msgspec.structs.replace(seal(a_changeset(), 1), change_id=b"d" * 16), Code.MALFORMED),
    ],
)
def test_an_envelope_that_does_not_hold_what_it_says_is_refused(sealed: Sealed, code: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        open_sealed(sealed)
    assert refusal.value.code == code


def test_an_envelope_with_too_many_rows_is_refused() -> None:
    body = encode(a_changeset(*[Op("t", b"i" * 16, BIRTH, 0, {})] * (MAX_OPS + 1)))
    with pytest.raises(InvalidInput) as refusal:
        open_sealed(Sealed(b"c" * 16, 1, body_hash(body), body))
    assert refusal.value.code == Code.TOO_LARGE


# --- zstd -------------------------------------------------------------------------------------------------------------


def undeclared(data: bytes) -> bytes:
    """A frame that does not say how large its contents are."""
    compressor = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return compressor.compress(data) + compressor.flush()


@given(data=st.binary(max_size=3000), times=st.integers(1, 50))
def test_what_is_compressed_expands_to_itself(data: bytes, times: int) -> None:
    whole = data * times
    assert expand(compress(whole), len(whole)) == whole
    assert expand(undeclared(whole), len(whole)) == whole


@pytest.mark.parametrize("frame", [compress, undeclared])
def test_a_bomb_is_refused_before_it_goes_off(frame: Any) -> None:
    bomb = frame(bytes(200_000_000))
    assert len(bomb) < 25_000
    tracemalloc.start()
    with pytest.raises(InvalidInput) as refusal:
        expand(bomb, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.code == Code.TOO_LARGE
    assert peak < 40_000_000


def test_a_frame_that_lies_about_its_size_is_refused() -> None:
    frame = bytearray(compress(bytes(100_000)))
    assert zstandard.frame_content_size(bytes(frame)) == 100_000
    place = bytes(frame).index((100_000).to_bytes(4, "little"))
    frame[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InvalidInput):
        expand(bytes(frame), 1000)


def test_a_frame_that_wants_a_window_of_many_megabytes_is_refused() -> None:
    greedy = zstandard.ZstdCompressionParameters.from_level(1, window_log=27, write_content_size=False)
    compressor = zstandard.ZstdCompressor(compression_params=greedy).compressobj()
    with pytest.raises(InvalidInput) as refusal:
        expand(compressor.compress(b"x") + compressor.flush(), 1000)
    assert refusal.value.code == Code.MALFORMED


@pytest.mark.parametrize("frame", [compress, undeclared])
def test_a_message_cut_short_anywhere_is_refused(frame: Any) -> None:
    whole = frame(bytes(range(256)) * 8)
    for length in range(len(whole)):
        with pytest.raises(InvalidInput):
            expand(whole[:length], 100_000)


def test_a_message_is_one_frame_and_nothing_behind_it() -> None:
    whole = compress(b"message")
    skippable = struct.pack("<II", 0x184D2A50, 4) + b"abcd"
    for data in (
        whole + b"x",
        whole + whole,
        undeclared(b"message") + b"x" * 600,
        skippable,
        b"",
        b"\xff" * 40,
    ):
        with pytest.raises(InvalidInput) as refusal:
            expand(data, 1000)
        assert refusal.value.code == Code.MALFORMED


@given(data=st.binary(max_size=200))
def test_whatever_is_no_frame_is_refused_with_a_number(data: bytes) -> None:
    for attempt in (data, compress(data)[: len(data)] + data, b"\x28\xb5\x2f\xfd" + data):
        assert outcome(expand, attempt, 1000) in {0, Code.MALFORMED, Code.TOO_LARGE}


# --- what is no message -----------------------------------------------------------------------------------------------

KINDS = [Changeset, PushRequest, PushAnswer, PullRequest, Page]


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_message_or_are_refused_with_a_number(
    kind: type[Any], form: Form, data: bytes
) -> None:
    assert outcome(decode, kind, data, form) in {0, Code.MALFORMED}


@settings(max_examples=300)
@given(changeset=changesets, place=st.integers(0, 400), byte=st.integers(0, 255), form=st.sampled_from(Form))
def test_a_message_with_one_wrong_byte_is_a_message_or_is_refused_with_a_number(
    changeset: Changeset, place: int, byte: int, form: Form
) -> None:
    data = bytearray(encode(changeset, form))
    data[place % len(data)] = byte
    assert outcome(decode, Changeset, bytes(data), form) in {0, Code.MALFORMED}


def with_value(raw: bytes) -> bytes:
    """A changeset in MessagePack whose one field holds these bytes."""
    mark = a_changeset(Op("thing", b"i" * 16, BIRTH, 0, {"f": "MARK"}))
    return encode(mark).replace(msgspec.msgpack.encode("MARK"), raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x81\x80\x01",  # a map whose key is a map
        b"\x81\x91\x80\x01",  # a map whose key is a list of a map
        b"\xc7\x0c\xff" + b"\xff" * 12,  # a moment that never was
        b"\x91" * 100_000 + b"\x01",  # a hundred thousand lists in each other
        b"\xa2\xc3\x28",  # text that is no UTF-8
        b"\xa3\xed\xa0\x80",  # half of a pair of surrogates
        b"\xc1",  # a byte that MessagePack never uses
        b"\xdd\xff\xff\xff\xff",  # four thousand million values, none of them there
    ],
)
def test_values_that_messagepack_cannot_hold_are_refused(raw: bytes) -> None:
    assert refused(Changeset, with_value(raw)) == Code.MALFORMED


@pytest.mark.parametrize("raw", [b"\xd4\x05\x01", b"\xd6\xff\x00\x00\x00\x00", b"\xcb\x7f\xf8" + bytes(6)])
def test_values_of_a_strange_kind_are_read_and_then_refused_by_the_field(raw: bytes) -> None:
    [op] = decode(Changeset, with_value(raw)).ops
    books = Books()
    fields = {"owner_id": b"a" * 16, "title": op.fields["f"]}
    decision = books.take(laptop(1), Op("thing", b"i" * 16, BIRTH, 0, fields))
    assert (decision.kind, decision.code) == ("rejected", Code.BAD_VALUE)


@pytest.mark.parametrize(
    "raw", [b"1" * 5000, b"1e400", b'"\\ud800"', b"[" * 100_000, b"NaN", b"'x'", b"{1:2}", b'"\xff"']
)
def test_values_that_json_cannot_hold_are_refused(raw: bytes) -> None:
    whole = encode(a_changeset(Op("thing", b"i" * 16, BIRTH, 0, {"f": 1})), Form.JSON)
    assert refused(Changeset, whole.replace(b'{"f":1}', b'{"f":' + raw + b"}"), Form.JSON) == Code.MALFORMED


@pytest.mark.parametrize(
    "changed",
    [
        {"change_id": b"short"},
        {"actor": b"x" * 17},
        {"stamp": -1},
        {"stamp": 1 << 63},
        {"schema_version": -1},
        {"intent": "x" * 65},
        {"intent": "a\x00b"},
        {"intent": "a\nb"},
        {"business_date": "2026-5-29"},
        {"business_date": "2026-05-29 "},
        {"business_date": "yesterday!"},
        {"business_date": "2026-05\x0029"},
        {"business_date": "２０２６-05-29"},
        {"ops": (Op("a\x00b", b"i" * 16, BIRTH, 0, {}),)},
        {"ops": (Op("thing", b"i", BIRTH, 0, {}),)},
        {"ops": (Op("thing", b"i" * 16, -1, 0, {}),)},
        {"ops": (Op("thing", b"i" * 16, BIRTH, -1, {}),)},
    ],
)
def test_a_changeset_out_of_its_bounds_is_refused(changed: dict[str, Any]) -> None:
    assert refused(Changeset, encode(a_changeset(**changed))) == Code.MALFORMED


def test_bytes_in_json_are_base64_and_nothing_else() -> None:
    picture, title = SCHEMA["thing"].fields["picture"], SCHEMA["thing"].fields["title"]
    assert from_json(picture, base64.b64encode(b"\xff\x00").decode()) == b"\xff\x00"
    assert from_json(title, "////") == "////"
    assert from_json(picture, None) is None
    for text_ in ("*", "AAA", "AA=A", "ＡＡＡＡ"):
        with pytest.raises(InvalidInput) as refusal:
            from_json(picture, text_)
        assert refusal.value.code == Code.BAD_VALUE
