"""A second device, written from docs/sync.md alone. Nothing of ours is imported; what it gets wrong is the page's defect.

It keeps everything in memory and does what a device must: enrol, renew its tokens, keep a journal, push, pull, fold,
replay, compare digests, number and seal orders.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final

import msgspec
import requests
import zstandard

MESSAGE: Final = "application/x-msgpack"
REFUSED: Final = ("rejected", "quarantined")
BIRTH, CHANGE = 0, 1

Row = dict[str, Any]
Key = tuple[str, bytes]


class Refusal(Exception):
    """The office said no: HTTP status and number."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"{status}: {code}")
        self.status = status
        self.code = code


# --- sections 4 and 13 to 15: ids, digests, numbers, amounts, seals ---------------------------------------------------


def new_id() -> bytes:
    """A UUIDv7."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return with_version(value, 7)


def with_version(value: int, version: int) -> bytes:
    value = value & ~(0xF << 76) & ~(0x3 << 62) | version << 76 | 0x2 << 62
    return value.to_bytes(16, "big")


def derived_id(*parts: bytes | str) -> bytes:
    """A UUIDv8 that follows from its parts."""
    hashed = blake2b(digest_size=16)
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hashed.update(len(raw).to_bytes(4, "big") + raw)
    return with_version(int.from_bytes(hashed.digest(), "big"), 8)


def digest_of(rows: Iterator[Row]) -> bytes:
    total = 0
    for row in rows:
        hashed = blake2b(row["id"] + row["version"].to_bytes(8, "big"), digest_size=16)
        total += int.from_bytes(hashed.digest(), "big")
    return (total % (1 << 128)).to_bytes(16, "big")


def order_number(device_code: str, counter: int, row_id: bytes) -> str:
    bits = int.from_bytes(blake2b(row_id, digest_size=3).digest(), "big")
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    check = "".join(alphabet[bits >> shift & 31] for shift in (15, 10, 5, 0))
    return f"{device_code}-{counter:05d}-{check}"


def rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def amounts_of(order: Row, lines: list[Row]) -> tuple[list[list[int]], list[int]]:
    """Net, tax, gross by line; and the totals."""
    shares = [
        rounded(
            line["unit_price_minor"] * line["quantity_milli"] * (10_000 - line["discount_bp"]), 10_000_000
        )
        for line in lines
    ]
    if order["discount_bp"]:
        whole = sum(shares)
        total = rounded(whole * (10_000 - order["discount_bp"]), 10_000)
        weights, shares = shares, [total * share // whole for share in shares]
        by_remainder = sorted(range(len(lines)), key=lambda at: (-(total * weights[at] % whole), at))
        for at in by_remainder[: total - sum(shares)]:
            shares[at] += 1
    found = []
    for line, share in zip(lines, shares, strict=True):
        assert order["is_net"] == 1
        tax = rounded(share * line["tax_rate_bp"], 10_000)
        found.append([share, tax, share + tax])
    net, tax = sum(one[0] for one in found), sum(one[1] for one in found)
    listed = sum(rounded(line["list_price_minor"] * line["quantity_milli"], 1000) for line in lines)
    return found, [listed, net, tax, net + tax]


HEADER = [
    "id",
    "number",
    "revision",
    "rep_id",
    "customer_id",
    "customer_name",
    "contact_id",
    "order_date",
    "wanted_on",
    "ship_to_address_id",
    "delivery_place",
    "payment_terms_id",
    "payment_terms_name",
    "currency",
    "price_list_id",
    "is_net",
    "discount_bp",
    "discount_reason",
    "reference_no",
    "note",
    "submitted_at",
]
LINE = [
    "id",
    "line_no",
    "product_id",
    "product_code",
    "product_name",
    "product_unit_id",
    "unit_name",
    "unit_factor_milli",
    "quantity_milli",
    "list_price_minor",
    "unit_price_minor",
    "discount_bp",
    "tax_rate_bp",
    "wanted_on",
    "delivery_place",
    "note",
    "price_certificate",
]


def sealed_document(order: Row, lines: list[Row]) -> bytes:
    amounts, totals = amounts_of(order, lines)
    return msgspec.msgpack.encode(
        [
            1,
            [order[name] for name in HEADER],
            [[*(line[name] for name in LINE), *some] for line, some in zip(lines, amounts, strict=True)],
            totals,
        ]
    )


# --- the device -------------------------------------------------------------------------------------------------------


class Device:
    """What a device keeps: confirmed rows, the journal, the checkpoint, the clock, the tokens."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.device_id, self.incarnation = new_id(), new_id()
        self.tokens: dict[str, Any] = {}
        self.person, self.device_code = b"", ""
        self.confirmed: dict[Key, Row] = {}
        self.journal: list[dict[str, Any]] = []
        self.cursor: dict[str, Any] = {}
        self.receipt_n = 0
        self.last_stamp = 0
        self.offset_ms: int | None = None
        self.pages = 0

    # -- sections 2 and 5: the road, enrolment, tokens

    def call(self, path: str, message: Row, *, token: bool = True) -> Row:
        body = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(message))
        headers = {"Content-Type": MESSAGE, "Content-Encoding": "zstd", "Accept-Encoding": "zstd"}
        if token:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        answer = requests.post(self.base + path, data=body, headers=headers, timeout=40, stream=True)
        raw = answer.raw.read(decode_content=False)
        if answer.headers.get("Content-Encoding") == "zstd":
            raw = zstandard.ZstdDecompressor().decompress(raw, max_output_size=67_108_864)
        assert answer.headers["Content-Type"] == MESSAGE
        found: Row = msgspec.msgpack.decode(raw)
        if answer.status_code != 200:
            raise Refusal(answer.status_code, found["code"])
        if "office_ms" in found:
            self.contact(found["office_ms"])
        return found

    def enrol(self, code: str) -> Row:
        request = {
            "code": code,
            "device_id": self.device_id,
            "incarnation": self.incarnation,
            "device_name": "a device of another make",
            "client_version": "0",
            "protocol": 1,
        }
        self.tokens = self.call("/v1/enrol", request, token=False)
        self.person = self.tokens["person"]
        self.device_code = f"{self.tokens['rep_code']}-{self.tokens['ordinal']}"
        return self.tokens

    def reborn(self) -> Device:
        """The same device with an empty database: a new incarnation."""
        other = Device(self.base)
        other.tokens, other.person, other.device_code = self.tokens, self.person, self.device_code
        return other

    def refresh(self, token: str | None = None) -> None:
        message = {"refresh_token": token or self.tokens["refresh_token"]}
        self.tokens |= self.call("/v1/refresh", message, token=False)

    # -- section 6: time

    def clock_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def stamp(self) -> int:
        now = self.clock_ms() + (self.offset_ms or 0)
        self.last_stamp = max(now << 16, self.last_stamp + 1)
        return self.last_stamp

    def contact(self, office_ms: int) -> None:
        self.offset_ms = office_ms - self.clock_ms()
        if (self.last_stamp >> 16) - office_ms > 86_400_000:
            self.last_stamp = office_ms << 16
        else:
            self.last_stamp = max(self.last_stamp, office_ms << 16)

    # -- section 8: changesets

    def act(self, intent: str, *ops: list[Any]) -> bytes:
        """Write what the person did into the journal; its id."""
        stamp = self.stamp()
        change_id = new_id()
        changeset = {
            "change_id": change_id,
            "stamp": stamp,
            "business_date": time.strftime("%Y-%m-%d", time.gmtime((stamp >> 16) / 1000)),
            "schema_version": 1,
            "intent": intent,
            "actor": self.person,
            "ops": ops,
        }
        body = msgspec.msgpack.encode(changeset)
        n = len(self.journal) + 1
        sealed = [change_id, n, blake2b(body, digest_size=32).digest(), body]
        self.journal.append({"sealed": sealed, "changeset": changeset, "state": "waiting", "outcome": None})
        return change_id

    def edit(self, table: str, row_id: bytes, **new: Any) -> list[Any]:
        """A change of a row from what is shown now."""
        shown = self.shown()[table, row_id]
        base = self.confirmed.get((table, row_id), {"version": 0})["version"]
        return [table, row_id, CHANGE, base, {name: [shown.get(name), value] for name, value in new.items()}]

    # -- section 9: push

    def push(self) -> Row:
        waiting = [entry for entry in self.journal if entry["state"] == "waiting"]
        return self.send(*(entry["sealed"] for entry in waiting))

    def send(self, *sealed: list[Any]) -> Row:
        request = {"protocol": 1, "incarnation": self.incarnation, "now_ms": self.clock_ms()}
        answer = self.call("/v1/push", {**request, "changesets": sealed})
        for outcome in answer["outcomes"]:
            entry = self.entry(outcome[0])
            entry["outcome"] = outcome
            if entry["state"] == "waiting":
                entry["state"] = "parked" if outcome[2] in REFUSED else "answered"
        return answer

    def entry(self, change_id: bytes) -> dict[str, Any]:
        return next(entry for entry in self.journal if entry["sealed"][0] == change_id)

    def kind(self, change_id: bytes) -> str:
        found: str = self.entry(change_id)["outcome"][2]
        return found

    # -- sections 11 to 13: pull, fold, digests

    def pull(self, rows: int = 5000, refetch: tuple[tuple[bytes, str], ...] = ()) -> list[Key]:
        """Reach a checkpoint; the (unit, table) pairs that differ from the office's afterwards."""
        pages: list[Row] = []
        position = b""
        while not pages or not pages[-1]["complete"]:
            request = {
                "protocol": 1,
                "schema_version": 1,
                "incarnation": self.incarnation,
                "cursor": self.cursor,
                "position": position,
                "receipt_n": self.receipt_n,
                "rows": rows,
                "refetch": refetch,
            }
            pages.append(self.call("/v1/pull", request))
            position = pages[-1]["position"]
        self.pages = len(pages)
        self.fold(pages)
        return self.mismatches(pages)

    def fold(self, pages: list[Row]) -> None:
        receipt = pages[-1]["receipt"]
        for outcome in receipt["outcomes"]:
            self.entry(outcome[0])["outcome"] = outcome
        for entry in self.journal:
            is_contained = entry["sealed"][1] <= receipt["n"] and entry["outcome"] is not None
            if is_contained and entry["state"] in ("waiting", "answered"):
                entry["state"] = "parked" if entry["outcome"][2] in REFUSED else "done"
        self.receipt_n = max(self.receipt_n, receipt["n"])
        again = {(unit, table) for page in pages for unit, table in page["refetched"]}
        for key, row in list(self.confirmed.items()):
            if (row["unit"], key[0]) in again:
                del self.confirmed[key]
        for page in pages:
            for table, columns, rows, same in page["blocks"]:
                for values in rows:
                    row = {**same, **dict(zip(columns, values, strict=True))}
                    here = self.confirmed.get((table, row["id"]))
                    if here is None or here["version"] <= row["version"]:
                        self.confirmed[table, row["id"]] = row
        gone = {unit for page in pages for unit in page["evicted"]}
        self.confirmed = {key: row for key, row in self.confirmed.items() if row["unit"] not in gone}
        self.cursor = pages[-1]["heads"]

    def mismatches(self, pages: list[Row]) -> list[Key]:
        latest = {(unit, table): value for page in pages for unit, table, value, _rows in page["digests"]}
        gone = {unit for page in pages for unit in page["evicted"]}
        return [
            (table, unit)
            for (unit, table), value in latest.items()
            if unit not in gone and value != digest_of(self.rows(table, unit=unit))
        ]

    def rows(self, table: str, **wanted: Any) -> Iterator[Row]:
        """The confirmed rows that hold these values."""
        for (name, _), row in self.confirmed.items():
            if name == table and all(row[column] == value for column, value in wanted.items()):
                yield row

    # -- section 12: replay

    def shown(self) -> dict[Key, Row]:
        """The confirmed rows with the journal's living changesets on top."""
        rows = {key: dict(row) for key, row in self.confirmed.items()}
        for entry in self.journal:
            if entry["state"] == "done":
                continue
            for table, row_id, kind, _base, fields in entry["changeset"]["ops"]:
                if kind == BIRTH:
                    rows.setdefault((table, row_id), {"id": row_id, "deleted": 0, **fields})
                elif (table, row_id) in rows:
                    rows[table, row_id].update({name: pair[1] for name, pair in fields.items()})
        return rows

    # -- things a person does

    def new_customer(self, name: str) -> bytes:
        row_id = new_id()
        values = {"code": f"X-{row_id.hex()[-12:]}", "name": name, "owner_id": self.person}
        self.act("customer.create", ["customer", row_id, BIRTH, 0, values])
        return row_id
