"""The import rules of docs/architecture.md hold, and each of them can fail.

The rules themselves are the contracts in pyproject.toml. What an import cannot show (a call of the clock, SQL as
text) is looked for in the syntax tree here.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("crm", "desktop", "sync_server", "demo", "bench")
CONFIGURATION = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {
    contract["id"]: contract["name"] for contract in CONFIGURATION["tool"]["importlinter"]["contracts"]
}

# For every contract the smallest files that break it.
OFFENCES: Mapping[str, Mapping[str, str]] = {
    "changes-alone": {
        "crm/planted/__init__.py": "",
        "crm/changes/planted.py": "import crm.planted",
    },
    "ground": {
        "crm/planted.py": "",
        "crm/clock.py": "import crm.planted",
    },
    "changes-no-outside": {"crm/changes/planted.py": "import socket"},
    "crm-alone": {"crm/planted.py": "from desktop import store"},
    "crm-no-outside": {"crm/planted.py": "from PySide6.QtCore import QObject"},
    "subjects-acyclic": {
        "crm/planted_one/__init__.py": "import crm.planted_two.deep",
        "crm/planted_two/__init__.py": "",
        "crm/planted_two/deep.py": "import crm.planted_one",
    },
    "desktop-store": {"desktop/store/planted.py": "import desktop.vault"},
    "desktop-vault": {"desktop/vault/planted.py": "import desktop.store"},
    "desktop-sync": {"desktop/sync/planted.py": "import desktop.vault"},
    "desktop-no-qt": {"desktop/sync/planted.py": "from PySide6 import QtWidgets"},
    "desktop-kit": {"desktop/kit/planted.py": "import desktop.widgets"},
    "desktop-documents": {"desktop/documents/planted.py": "import desktop.widgets"},
    "desktop-screens": {"desktop/screens/planted.py": "import desktop.shell"},
    "desktop-widgets": {"desktop/widgets/planted.py": "import desktop.screens"},
    "desktop-pictures-no-http": {"desktop/screens/planted.py": "import requests"},
    "desktop-pictures-no-sql": {"desktop/widgets/planted.py": "from sqlalchemy import text"},
    "desktop-shell": {"desktop/screens/planted.py": "import desktop.shell"},
    "server-rooms": {"sync_server/accounts/planted.py": "import sync_server.sync"},
    "server-store": {
        "sync_server/planted.py": "",
        "sync_server/store/planted.py": "import sync_server.planted",
    },
    "server-accounts": {
        "sync_server/planted.py": "",
        "sync_server/accounts/planted.py": "import sync_server.planted",
    },
    "server-sync": {
        "sync_server/planted.py": "",
        "sync_server/sync/planted.py": "import sync_server.planted",
    },
    "server-imports": {
        "sync_server/planted.py": "",
        "sync_server/imports/planted.py": "import sync_server.planted",
    },
    "server-no-framework": {
        # Through a detour: the room itself names no framework.
        "sync_server/planted.py": "import litestar",
        "sync_server/sync/planted.py": "import sync_server.planted",
    },
    "server-api": {
        "sync_server/planted.py": "",
        "sync_server/api/planted.py": "import sync_server.planted",
    },
    "server-console": {
        "sync_server/planted.py": "",
        "sync_server/console/planted.py": "import sync_server.planted",
    },
    "server-doors": {"sync_server/console/planted.py": "import sync_server.api"},
    "two-programs": {"desktop/planted.py": "import sync_server.store"},
    "server-no-qt": {"sync_server/console/planted.py": "from PySide6 import QtGui"},
    "programs-without-demo": {"desktop/shell/planted.py": "import demo"},
    "no-flask": {"bench/planted.py": "import flask"},
}


def lint_imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the import linter on the tree in a folder, with the configuration that lies there."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


@pytest.fixture
def copy_of_the_tree(tmp_path: Path) -> Path:
    """The code alone, in a folder where it may be spoiled."""
    for name in (*ROOMS, "tools"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=only_python)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def only_python(folder: str, names: list[str]) -> list[str]:
    """For copytree: what is neither a folder nor Python stays behind."""
    return [
        name
        for name in names
        if name == "__pycache__" or not (name.endswith(".py") or (Path(folder) / name).is_dir())
    ]


def test_every_import_contract_is_kept() -> None:
    done = lint_imports(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_has_an_offence_that_proves_it() -> None:
    assert set(OFFENCES) == set(CONTRACTS)


@pytest.mark.parametrize("contract", sorted(OFFENCES))
def test_contract_is_broken_by_a_planted_import(contract: str, copy_of_the_tree: Path) -> None:
    for name, line in OFFENCES[contract].items():
        file = copy_of_the_tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(line + "\n", encoding="utf-8")

    done = lint_imports(copy_of_the_tree, "--contract", contract)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout
    assert "planted" in done.stdout


# --- what imports do not show ---


def calls(folder: Path) -> Iterator[tuple[Path, int, str]]:
    """Every call in the Python files of a folder: the file, the line, and the called name as written."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield file, node.lineno, ast.unparse(node.func)


def offending_calls(folder: Path, forbidden: set[str], *, except_in: tuple[str, ...] = ()) -> list[str]:
    """The calls in a folder whose name is forbidden or ends in a forbidden dotted name."""
    return [
        f"{file.relative_to(folder)}:{line} calls {name}"
        for file, line, name in calls(folder)
        if str(file.relative_to(folder)) not in except_in
        and any(name == wrong or name.endswith(f".{wrong}") for wrong in forbidden)
    ]


CLOCK_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
}
ENGINE_CALLS = {"create_engine", "create_async_engine", "engine_from_config"}
SQL_TEXT_CALLS = {"sqlalchemy.text", "sa.text", "exec_driver_sql", "executescript"}


def test_the_business_has_no_clock_of_its_own() -> None:
    assert offending_calls(PROJECT / "crm", CLOCK_CALLS, except_in=("clock.py",)) == []


def test_the_business_makes_no_engine() -> None:
    assert offending_calls(PROJECT / "crm", ENGINE_CALLS) == []


@pytest.mark.parametrize("room", ["crm", "desktop/screens", "desktop/widgets"])
def test_no_sql_is_written_as_text(room: str) -> None:
    assert offending_calls(PROJECT / room, SQL_TEXT_CALLS) == []


def test_forbidden_calls_are_seen(tmp_path: Path) -> None:
    code = "import time\nimport datetime as d\n\nnow = time.time()\nthen = d.datetime.now()\n"
    (tmp_path / "spoiled.py").write_text(code, encoding="utf-8")

    assert offending_calls(tmp_path, CLOCK_CALLS) == [
        "spoiled.py:4 calls time.time",
        "spoiled.py:5 calls d.datetime.now",
    ]
