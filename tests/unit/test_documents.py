"""What docs/ says about messages, limits, numbers, tables, commands and files is what the code says."""

from __future__ import annotations

import argparse
import ast
import contextlib
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from msgspec import inspect

from crm.changes import ops
from crm.contacts.entities import CommunicationStyle, DecisionRole
from crm.customers.entities import DealType, TaxCategory
from crm.errors import Code
from crm.orders.seal import HEADER_1, LINE_1
from crm.schema import SCHEMA
from desktop import __main__ as laptop
from desktop.sync import backoff
from sync_server import __main__ as server
from sync_server.api import endpoint, messages, routes
from sync_server.api.refusals import status_of
from sync_server.sync import pull
from tools import entities_doc

PROJECT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = PROJECT / "docs"
SYNC: Final = (DOCS / "sync.md").read_text(encoding="utf-8")
PAGES: Final = sorted([*DOCS.rglob("*.md"), *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md"))])


# --- entities.md ---


def test_tables_are_described_as_the_schema_has_them() -> None:
    written = entities_doc.PAGE.read_text(encoding="utf-8")
    assert written == entities_doc.page(), "run `python -m tools.entities_doc`"


# --- sync.md: messages ---

_MESSAGE: Final = re.compile(
    r"^### `(\w+)`: (a map|an array)\n\n\| field \| type \| meaning \|\n\|---\|---\|---\|\n((?:\|.*\n)+)",
    re.MULTILINE,
)


def described() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Message to form and (field, type) pairs, as the page has them."""
    found = {}
    for name, form, table in _MESSAGE.findall(SYNC):
        rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in table.splitlines()]
        found[name] = form, [(field.strip("`"), kind) for field, kind in rows]
    return found


def declared() -> dict[str, inspect.StructType]:
    """Every message of the operations that the page lists, and what they are made of."""
    named = set(re.findall(r"^\| `(?:GET|POST) /v1/\S+` \|.*$", SYNC, re.MULTILINE))
    paths = {line.split("`")[1].split()[1] for line in named}
    found: dict[str, inspect.StructType] = {}
    for operation in routes.OPERATIONS:
        if operation.path in paths and operation.name != "describe":
            for kind in (operation.request, operation.answer):
                if kind is not None:
                    collect(inspect.type_info(kind), found)
    for kind in (messages.ErrorBody, ops.Changeset):
        collect(inspect.type_info(kind), found)
    return found


def collect(kind: Any, found: dict[str, inspect.StructType]) -> None:
    """The struct ``kind`` and those below it."""
    if isinstance(kind, inspect.StructType) and kind.cls.__name__ not in found:
        found[kind.cls.__name__] = kind
        for item in kind.fields:
            collect(item.type, found)
    one = [getattr(kind, name) for name in ("item_type", "value_type") if hasattr(kind, name)]
    for inner in (*one, *getattr(kind, "types", ()), *getattr(kind, "item_types", ())):
        collect(inner, found)


def notation(kind: Any) -> str:
    """A type as the page writes it (section 3)."""
    match kind:
        case inspect.IntType(ge=0, le=le) if le == 1 << 62:
            return "count"
        case inspect.IntType(ge=1, le=le) if le == 1 << 62:
            return "count from 1"
        case inspect.IntType(ge=ge, le=le) if ge == -(1 << 52) and le == 1 << 52:
            return "instant"
        case inspect.IntType():
            return "integer"
        case inspect.FloatType(ge=ge, le=le):
            return f"number from {ge} to {le}"
        case inspect.BoolType():
            return "yes/no"
        case inspect.BytesType(min_length=length):
            return {16: "id", 8: "tag", 32: "hash", None: "bytes"}[length]
        case inspect.StrType(min_length=10, max_length=10):
            return "day"
        case inspect.StrType(min_length=None, max_length=64):
            return "name"
        case inspect.StrType():
            return "text"
        case inspect.NoneType():
            return "null"
        case inspect.AnyType():
            return "any"
        case inspect.StructType(cls=cls):
            return f"`{cls.__name__}`"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list of {notation(item)}"
        case inspect.TupleType(item_types=items):
            return f"[{', '.join(map(notation, items))}]"
        case inspect.DictType(value_type=value):
            return f"map of text to {notation(value)}"
        case inspect.UnionType(types=kinds):
            order = ("integer", "text", "yes/no", "bytes", "`Receipt`", "null")
            *others, last = sorted(map(notation, kinds), key=order.index)
            return f"{', '.join(others)} or {last}"
    raise AssertionError(f"no notation for {kind!r}")


def with_default(item: inspect.Field) -> str:
    """The type of a field with its default."""
    text = notation(item.type)
    default = item.default_factory() if item.default_factory is not msgspec.NODEFAULT else item.default
    if default is msgspec.NODEFAULT:
        return text
    spelled = {b"": "empty", "": '""', False: "no", None: "null", (): "[]"}
    is_plain = isinstance(default, int | float) and not isinstance(default, bool)
    return f"{text} = {default if is_plain or isinstance(default, dict) else spelled[default]}"


def test_every_message_is_described() -> None:
    assert set(described()) == set(declared()) - {"Done"}


@pytest.mark.parametrize("name", sorted(set(declared()) - {"Done"}))
def test_message_is_described_field_by_field(name: str) -> None:
    form, fields = described()[name]
    struct = declared()[name]
    assert form == ("an array" if struct.array_like else "a map")
    assert fields == [(item.encode_name, with_default(item)) for item in struct.fields]


# --- sync.md: numbers ---

LIMITS: Final[Mapping[str, float]] = {
    "operations in a changeset": ops.MAX_OPS,
    "bytes of a changeset's body": ops.MAX_CHANGESET_BYTES,
    "changesets in a push": ops.MAX_BATCH,
    "bytes of bodies in a push, to which a device keeps": ops.MAX_BATCH_BYTES,
    "bytes of a request as sent": ops.MAX_REQUEST_BYTES,
    "bytes of a request when expanded": ops.MAX_EXPANDED_BYTES,
    "bytes of an answer when expanded, beyond which a device gives up": ops.MAX_PAGE_BYTES,
    "rows that a page may be asked for": pull.MAX_ROWS,
    "units and tables compared again in one pull": 200,
    "outcomes in one receipt": pull.RECEIPT_LIMIT,
    "seconds of a long poll": 25,
}


def table_below(beginning: str) -> list[list[str]]:
    """The rows of the table whose head begins so."""
    after = SYNC[SYNC.index(beginning) :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in after]


def test_limits_are_those_of_the_code() -> None:
    written = {name: int(value.replace(",", "")) for name, value in table_below("| limit | value |")}
    assert written == LIMITS


def test_times_of_the_road_are_those_of_the_code() -> None:
    assert f"larger than {endpoint.PAYS_BYTES:,} bytes" in SYNC
    assert f"nothing arrives for {endpoint.STALL_S:.0f} seconds" in SYNC
    assert f"min({backoff.CAP_S:.0f}, 2^(k-1))" in SYNC


def error_numbers() -> set[int]:
    """The numbers that can travel: those of the tree, and those of the subjects."""
    found = {
        value
        for name, value in vars(Code).items()
        if name.isupper() and value // 1000 in (1, 2, 3, 5)
    }  # fmt: skip
    return found | {Code.DATABASE_AWAY, Code.INTERNAL} | set(subject_numbers())


def subject_numbers() -> Iterator[int]:
    """Numbers from 3100 to 3199, wherever a subject names one."""
    for file in (PROJECT / "crm").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if (
                isinstance(value, ast.Constant)
                and isinstance(value.value, int)
                and 3100 <= value.value < 3200
            ):
                yield value.value


def test_error_numbers_are_told_with_their_status() -> None:
    written = {int(row[0]): int(row[1]) for row in table_below("| number | HTTP | meaning |")}
    assert written == {code: status_of(code) for code in error_numbers()}


def test_words_that_a_field_may_hold_are_all_told() -> None:
    rules = {row[0]: row[1] for row in table_below("| table | must hold | else |") if row[0]}
    for table, words in {
        "customer": (TaxCategory, DealType),
        "contact": (DecisionRole, CommunicationStyle),
    }.items():
        told = set(re.findall(r"`(\w+)`", rules[f"`{table}`"])) - set(SCHEMA[table].fields)
        assert told == {word.value for some in words for word in some}


def test_fields_of_a_seal_stand_in_their_order() -> None:
    start, middle = SYNC.index("- *header*, an array of"), SYNC.index("- *lines*, in the order above")
    end = SYNC.index("- *totals*:", middle)
    assert tuple(re.findall(r"`(\w+)`", SYNC[start:middle])) == HEADER_1
    assert tuple(re.findall(r"`(\w+)`", SYNC[middle:end])) == LINE_1
    assert f"an array of {len(HEADER_1)} values" in SYNC[start:middle]
    assert f"an array of {len(LINE_1)} values" in SYNC[middle:end]


# --- all pages ---

_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """The anchors that headings get."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(PROJECT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link} has no such heading"


def commands() -> list[str]:
    """The lines of our two programs in the code blocks of all pages."""
    found = []
    for page in PAGES:
        for line in re.findall(
            r"^ {4}(roundsman(?:-server)? .+)$", page.read_text(encoding="utf-8"), re.MULTILINE
        ):
            found.append(line)
    return found


def test_operations_show_commands() -> None:
    assert len(commands()) > 10


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_command_is_understood_by_its_program(line: str) -> None:
    program, *arguments = shlex.split(line, comments=True)
    parser: argparse.ArgumentParser = (server if program == "roundsman-server" else laptop)._parser()
    with contextlib.suppress(SystemExit):  # what asks for the version or for help ends there
        assert parser.parse_args(arguments) is not None
        return
    assert {"--version", "--help"} & set(arguments), line


def test_decisions_are_numbered_without_a_hole() -> None:
    numbers = sorted(int(page.name[:4]) for page in (DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
