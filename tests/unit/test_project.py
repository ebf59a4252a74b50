"""The project's own machinery: the lock, the make targets, the set-up, and what every test is held to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sync_server.imports.maps import MAPS
from tools import setup

PROJECT = Path(__file__).resolve().parents[2]
TARGETS = ("setup", "demo", "test", "check", "simulate", "bench", "build", "lint", "format", "help")


def read_toml(name: str) -> dict[str, Any]:
    """A TOML file of the project."""
    return tomllib.loads((PROJECT / name).read_text(encoding="utf-8"))


def plain_name(requirement: str) -> str:
    """The normal form of the package name that a requirement begins with."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


# --- the lock ---


def test_lock_takes_all_packages_from_one_registry_and_only_ourselves_from_a_folder() -> None:
    sources = {package["name"]: package["source"] for package in read_toml("uv.lock")["package"]}

    assert sources.pop("roundsman") == {"editable": "."}
    assert len({source["registry"] for source in sources.values()}) == 1


def test_lock_knows_every_dependency_that_the_project_declares() -> None:
    project = read_toml("pyproject.toml")
    declared = [
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
    ]
    (ours,) = [package for package in read_toml("uv.lock")["package"] if package["name"] == "roundsman"]
    metadata = ours["metadata"]
    locked_dev = {requirement["name"] for requirement in metadata["requires-dev"]["dev"]}

    assert {requirement["name"] for requirement in metadata["requires-dist"]} == set(
        map(plain_name, declared)
    )
    assert locked_dev == set(map(plain_name, project["dependency-groups"]["dev"]))


def test_every_import_room_is_packaged_and_typed() -> None:
    project = read_toml("pyproject.toml")
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert packages == project["tool"]["importlinter"]["root_packages"]
    assert set(packages) < set(project["tool"]["mypy"]["files"])


def test_import_maps_are_packaged_where_the_program_looks_for_them() -> None:
    included = read_toml("pyproject.toml")["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert str(MAPS.relative_to(PROJECT)) in included.values()
    assert (PROJECT / "resources/import_maps/northwind.toml").is_file()


# --- make ---


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")


def dry_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What make would do. The tests may run below another make, whose settings must not get in."""
    foreign = ("MAKE", "MFLAGS", "ARGS")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@needs_make
@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target(target: str) -> None:
    done = dry_run(target)
    assert done.returncode == 0, done.stderr


@needs_make
def test_make_hands_its_variables_to_the_simulation_and_says_nothing_after_it() -> None:
    done = dry_run("simulate", "SEEDS=7", "FIRST=3", "WITHOUT=receipt")
    last = " ".join(done.stdout.replace("\\\n", " ").splitlines()[-1].split())

    assert last == '.venv/bin/python -m tests.simulation --seeds "7" --first "3" --without "receipt"'


# --- set-up ---


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A folder with the files that decide about the environment, and an environment that is not stamped."""
    for name in setup.DECIDING_FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"content of {name}\n", encoding="utf-8")
    python = setup.program(tmp_path / ".venv", "python")
    python.parent.mkdir(parents=True)
    python.touch()
    return tmp_path


def stamp(project: Path) -> None:
    """Mark the environment of a folder as finished."""
    (project / ".venv" / setup.STAMP_NAME).write_text(setup.stamp_text(project), encoding="utf-8")


def test_environment_without_a_stamp_is_not_ready(small_project: Path) -> None:
    assert not setup.is_ready(small_project)


def test_stamped_environment_is_ready(small_project: Path) -> None:
    stamp(small_project)
    assert setup.is_ready(small_project)


@pytest.mark.parametrize("name", setup.DECIDING_FILES)
def test_a_changed_file_asks_for_another_set_up(small_project: Path, name: str) -> None:
    stamp(small_project)
    (small_project / name).write_text("something else\n", encoding="utf-8")
    assert not setup.is_ready(small_project)


def test_a_moved_project_asks_for_another_set_up(small_project: Path, tmp_path: Path) -> None:
    stamp(small_project)
    moved = tmp_path / "moved"
    shutil.copytree(small_project, moved, ignore=shutil.ignore_patterns("moved"))
    assert not setup.is_ready(moved)


@pytest.mark.skipif(sys.platform == "win32", reason="a shim is a shell script")
def test_a_python_on_path_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 'python3.12: command not found' >&2\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)

    assert setup.answer(str(shim), "print(1)") is None
    assert setup.answer(sys.executable, "print(1)") == "1"


def test_the_python_that_is_found_is_new_enough_and_lies_outside_of_the_environment() -> None:
    found = setup.find_python()
    version = setup.answer(found, "import sys; print(*sys.version_info[:2])")

    assert version is not None
    assert tuple(map(int, version.split())) >= setup.OLDEST_PYTHON
    assert setup.answer(found, "import sys; print(sys.prefix == sys.base_prefix)") == "True"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of Linux libraries")
def test_a_missing_library_is_named_by_its_package() -> None:
    libraries = [
        setup.Library("libc.so.6", "libc6"),
        setup.Library("libroundsman-has-none.so.1", "libnone1"),
    ]
    assert setup.missing_packages(libraries) == ["libnone1"]


def test_who_may_not_install_is_told_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(setup, "is_root", lambda: False)

    with pytest.raises(setup.SetupError, match=r"\n    sudo apt-get install --yes libegl1 libgl1$"):
        setup.install_packages(["libegl1", "libgl1"], reason="Qt needs them.")


def test_a_failed_command_shows_what_it_said() -> None:
    code = "import sys; print('the disk is full'); sys.exit(3)"
    with pytest.raises(setup.SetupError, match=r"(?s)the disk is full.*Copying did not work \(exit 3\)"):
        setup.run([sys.executable, "-c", code], doing="Copying")


# --- what every test is held to ---

INNER_TESTS = """
import logging
import pytest

def test_quiet(): logging.getLogger("desktop.sync").info("round done=1")
def test_loud(): logging.getLogger("desktop.sync").warning("round failed=1")
@pytest.mark.allow_log("desktop")
def test_loud_as_expected(): logging.getLogger("desktop.sync").warning("round failed=1")
@pytest.mark.allow_log("desktop.store")
def test_loud_elsewhere(): logging.getLogger("desktop.sync").error("round failed=1")
def test_shared(shared_data): assert shared_data.is_dir()
"""


def outcomes(folder: Path, *, ci: str) -> dict[str, set[str]]:
    """Run the inner tests in a project of their own under our conftest.py; the outcomes of each by name."""
    (folder / "tests").mkdir()
    shutil.copy(PROJECT / "tests" / "conftest.py", folder / "tests")
    shutil.copy(PROJECT / "pyproject.toml", folder)
    (folder / "tests" / "test_inner.py").write_text(INNER_TESTS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:randomly", "-rA", "-v", "--color=no"],
        cwd=folder,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    found: dict[str, set[str]] = {}
    for name, outcome in re.findall(r"::(test_\w+) (PASSED|FAILED|ERROR|SKIPPED)", done.stdout):
        found.setdefault(name, set()).add(outcome)
    return found


def test_unexpected_log_lines_fail_a_test_and_missing_data_skips_it(tmp_path: Path) -> None:
    assert outcomes(tmp_path, ci="") == {
        "test_quiet": {"PASSED"},
        "test_loud": {"PASSED", "ERROR"},
        "test_loud_as_expected": {"PASSED"},
        "test_loud_elsewhere": {"PASSED", "ERROR"},
        "test_shared": {"SKIPPED"},
    }


def test_missing_data_is_an_error_in_ci(tmp_path: Path) -> None:
    assert outcomes(tmp_path, ci="true")["test_shared"] == {"ERROR"}
