"""Error numbers are what people quote: none may mean two things."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.conftest import PROJECT

ROOMS = ("crm", "desktop", "sync_server")
NO_CODE = re.compile(r"^_|MAX|MIN|LIMIT|BYTES|ROWS|_MS$|_S$|DAYS|SIZE|CHUNK|TOUCHES|LEVEL|PORT")


def _numbers(path: Path) -> list[tuple[int, str]]:
    """Constants of a module, of `Code`, and ``number`` of error classes, that look like an error number."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.AnnAssign):
            target: ast.expr = node.target
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        else:
            continue
        if not isinstance(target, ast.Name) or not isinstance(node.value, ast.Constant):
            continue
        name, number = target.id, node.value.value
        is_code = (name.isupper() and not NO_CODE.search(name)) or name == "number"
        if is_code and isinstance(number, int) and 1000 < number < 10_000:
            found.append((number, f"{path.relative_to(PROJECT)}:{node.lineno} {name}"))
    return found


def test_every_error_number_is_given_once() -> None:
    meanings: dict[int, list[str]] = defaultdict(list)
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            for number, where in _numbers(path):
                meanings[number].append(where)
    assert len(meanings) > 40, "the numbers were not found"
    assert {number: places for number, places in meanings.items() if len(places) > 1} == {}
