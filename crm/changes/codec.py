"""Encoding and decoding of messages, with limits checked before anything is expanded or decoded."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Hashable
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from typing import Any, Final, TypeVar, cast

import msgspec
import zstandard

from crm.changes.entity import Entity, Field
from crm.changes.ops import MAX_CHANGESET_BYTES, MAX_OPS, Block, Changeset, Sealed
from crm.errors import Code, InvalidInput

T = TypeVar("T")

LEVEL: Final = 3
_MAGIC: Final = zstandard.FRAME_HEADER
_WINDOW: Final = 1 << 23
"""What every decoder grants (RFC 8878, 3.1.1.1.2): a few bytes shall not make us set aside more than 8 MB."""
_STEP: Final = 256
"""So few bytes expand to 8 MB at most (a block of 4 bytes holds 128 KB)."""
HASH_BYTES: Final = 32


class Form(StrEnum):
    """The two encodings of every message, by media type."""

    MSGPACK = "application/x-msgpack"
    JSON = "application/json"


_MSGPACK_ENCODER = msgspec.msgpack.Encoder()
_JSON_ENCODER = msgspec.json.Encoder()


@cache
def _decoder(form: Form, kind: type[Any]) -> Any:
    return msgspec.msgpack.Decoder(kind) if form is Form.MSGPACK else msgspec.json.Decoder(kind)


def encode(message: msgspec.Struct, form: Form = Form.MSGPACK) -> bytes:
    """The message as bytes."""
    return _MSGPACK_ENCODER.encode(message) if form is Form.MSGPACK else _JSON_ENCODER.encode(message)


def decode(kind: type[T], data: bytes, form: Form = Form.MSGPACK) -> T:
    """The message in ``data``.

    :raises InvalidInput: code 1001 when the bytes are not such a message.
    """
    try:
        result: T = _decoder(form, cast(Hashable, kind)).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(Code.MALFORMED, f"The message cannot be read: {error}") from error
    return result


def block_of(entity: Entity, rows: list[tuple[Any, ...]]) -> Block:
    """Rows under the entity's wire columns as a block, columns that are the same in every row taken out.

    ``rows`` are tuples in the order of ``entity.wire_columns``; there is at least one.
    """
    names = entity.wire_columns
    columns = list(zip(*rows, strict=True))
    count = len(rows)
    same = {place for place in entity.squeezable if columns[place].count(columns[place][0]) == count}
    if not same:
        return Block(entity.name, names, rows)
    kept = [place for place in range(len(names)) if place not in same]
    squeezed = list(zip(*(columns[place] for place in kept), strict=True))
    return Block(
        entity.name,
        tuple(names[place] for place in kept),
        squeezed,
        {names[place]: columns[place][0] for place in sorted(same)},
    )


def compress(data: bytes) -> bytes:
    """``data`` as one zstd frame that names its expanded size."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(data)


def expand(data: bytes, limit: int) -> bytes:
    """The contents of exactly one zstd frame of at most ``limit`` expanded bytes.

    :raises InvalidInput: code 1002 when it would be larger (found out without expanding it), 1001 when it is no
        frame, is cut short or has something behind it. A frame that does not name its size is expanded in steps
        that stop at the limit.
    """
    parts: list[bytes] = []
    size = 0
    try:
        declared = zstandard.frame_content_size(data)
        if not data.startswith(_MAGIC):
            raise zstandard.ZstdError("a frame to be skipped")
        step = len(data) if 0 <= declared <= limit else _STEP
        frame = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        start = 0
        while declared <= limit and size <= limit and start < len(data) and not frame.eof:
            parts.append(frame.decompress(data[start : start + step]))
            size += len(parts[-1])
            start += step
    except zstandard.ZstdError as error:
        raise InvalidInput(Code.MALFORMED, "The message is not a zstd frame.") from error
    if declared > limit or size > limit:
        raise InvalidInput(Code.TOO_LARGE, "The message expands to more than is allowed.", limit=limit)
    if not frame.eof or frame.unused_data or start < len(data):
        raise InvalidInput(Code.MALFORMED, "The message is not one whole zstd frame.")
    return b"".join(parts)


def body_hash(body: bytes) -> bytes:
    """BLAKE2b-256 of a changeset's encoded body."""
    return blake2b(body, digest_size=HASH_BYTES).digest()


def seal(changeset: Changeset, n: int, form: Form = Form.MSGPACK) -> Sealed:
    """The changeset with its number and hash, ready to be sent.

    :raises InvalidInput: code 1002 when it is over 2,000 operations or 200 KB.
    """
    body = encode_changeset(changeset, form)
    return Sealed(changeset.change_id, n, body_hash(body), body)


def encode_changeset(changeset: Changeset, form: Form = Form.MSGPACK) -> bytes:
    """The changeset's body, within its limits (see `seal`)."""
    if len(changeset.ops) > MAX_OPS:
        raise InvalidInput(Code.TOO_LARGE, f"One change may touch at most {MAX_OPS} rows.", limit=MAX_OPS)
    body = encode(changeset, form)
    if len(body) > MAX_CHANGESET_BYTES:
        raise InvalidInput(Code.TOO_LARGE, "One change is too large.", limit=MAX_CHANGESET_BYTES)
    return body


def open_sealed(sealed: Sealed, form: Form = Form.MSGPACK) -> Changeset:
    """The changeset in an envelope.

    :raises InvalidInput: 1002 too large, 1006 the hash does not match, 1001 not a changeset or another change_id.
    """
    if len(sealed.body) > MAX_CHANGESET_BYTES:
        raise InvalidInput(Code.TOO_LARGE, "One change is too large.", limit=MAX_CHANGESET_BYTES)
    if body_hash(sealed.body) != sealed.hash:
        raise InvalidInput(Code.BAD_HASH, "The change does not match its hash.")
    changeset = decode(Changeset, sealed.body, form)
    if len(changeset.ops) > MAX_OPS:
        raise InvalidInput(Code.TOO_LARGE, f"One change may touch at most {MAX_OPS} rows.", limit=MAX_OPS)
    if changeset.change_id != sealed.change_id:
        raise InvalidInput(Code.MALFORMED, "The change carries another id than its envelope.")
    return changeset


def from_json(field: Field, value: object) -> object:
    """A field's value as it came in JSON, where bytes are base64 text."""
    if field.kind in ("id", "bytes") and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidInput(
                Code.BAD_VALUE, f"The value of {field.name} is not acceptable.", field=field.name
            ) from error
    return value
