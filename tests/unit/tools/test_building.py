"""A build that lacks something fails, and says what."""

from __future__ import annotations

import logging
import shutil
import sys
from pathlib import Path

import PySide6
import pytest

from tools import building
from tools.building import BuildIncomplete, Complaints

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the rule of this system")
needs_objdump = pytest.mark.skipif(shutil.which("objdump") is None, reason="binutils are not installed here")
PLUGINS = Path(PySide6.__file__).parent / "Qt" / "plugins"


# --- complaints --------------------------------------------------------------------------------------------------------


def complaints_of(*sentences: str, level: int = logging.WARNING) -> list[str]:
    """What is kept of these."""
    heard = Complaints()
    for sentence in sentences:
        heard.handle(logging.LogRecord("PyInstaller.x", level, "", 0, sentence, None, None))
    return heard.found


def test_a_library_or_module_that_was_not_found_is_a_complaint() -> None:
    library = "Library not found: could not resolve 'libxcb-cursor.so.0', dependency of 'libqxcb.so'."
    module = 'Hidden import "desktop.screens.today" not found!'

    assert complaints_of(library, module) == [library, module]


def test_an_error_is_a_complaint_whatever_its_words() -> None:
    assert complaints_of("It is raining.") == []
    assert complaints_of("It is raining.", level=logging.ERROR) == ["It is raining."]


def test_what_is_known_to_be_optional_is_none() -> None:
    assert complaints_of('Hidden import "MySQLdb" not found!') == []
    assert complaints_of('Hidden import "MySQLdb" not found! And more') != []


@pytest.mark.allow_log("PyInstaller")
def test_the_build_ends_and_names_each_complaint_once() -> None:
    heard = Complaints.listening()
    logger = logging.getLogger("PyInstaller.depend")
    try:
        heard.demand_none()
        logger.warning("Hidden import %r not found!", "x")
        logger.warning("Hidden import %r not found!", "x")
    finally:
        logging.getLogger("PyInstaller").removeHandler(heard)

    with pytest.raises(BuildIncomplete, match="Hidden import 'x' not found!") as caught:
        heard.demand_none()
    assert str(caught.value).count("Hidden import") == 1


# --- Qt ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/plugins/platforms/qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so", True),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/Qt/translations/qt_de.qm", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("litestar/plugins/base.py", True),
    ],
)
def test_only_the_plugins_that_are_used_are_built_in(name: str, is_wanted: bool) -> None:
    assert building.is_wanted(name) is is_wanted


@linux
def test_the_plugins_that_a_desktop_needs_exist_under_these_names() -> None:
    files = [f"PySide6/Qt/plugins/{path.relative_to(PLUGINS).as_posix()}" for path in PLUGINS.rglob("*.so")]
    wanted = {Path(name).parts[-2] for name in files if building.is_wanted(name)}

    assert wanted == {
        "platforms",
        "platforminputcontexts",
        "platformthemes",
        "xcbglintegrations",
        "imageformats",
    }


def test_the_hooks_are_named_after_the_modules_they_are_for(tmp_path: Path) -> None:
    building.write_qt_hooks(tmp_path / "hooks")

    assert sorted(path.name for path in (tmp_path / "hooks").iterdir()) == [
        "hook-PySide6.QtGui.py",
        "hook-PySide6.QtWidgets.py",
    ]


# --- libraries ---------------------------------------------------------------------------------------------------------


@linux
@needs_objdump
def test_a_library_that_neither_the_folder_nor_every_system_has_is_missing(tmp_path: Path) -> None:
    shutil.copy(PLUGINS / "platformthemes" / "libqgtk3.so", tmp_path)
    for name in ("libQt6Gui.so.6", "libQt6Core.so.6"):
        (tmp_path / name).touch()

    missing = building.missing_libraries(tmp_path)

    assert missing["libgtk-3.so.0"] == ["libqgtk3.so"]
    assert not {"libc.so.6", "libm.so.6", "libQt6Gui.so.6"} & set(missing)
    with pytest.raises(BuildIncomplete, match=r"libgtk-3\.so\.0, needed by libqgtk3\.so"):
        building.demand_no_missing(tmp_path)


@linux
@needs_objdump
def test_a_folder_without_libraries_lacks_none(tmp_path: Path) -> None:
    (tmp_path / "readme").write_text("x")

    building.demand_no_missing(tmp_path)


@linux
def test_libraries_of_the_display_that_are_not_here_end_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "FALLBACK", ("libno-such-thing.so.9",))

    with pytest.raises(BuildIncomplete, match=r"libno-such-thing\.so\.9"):
        building.fallback_binaries()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_a_program_that_finds_something_wrong_with_itself_is_no_build(tmp_path: Path) -> None:
    program = tmp_path / "roundsman"
    program.write_text("#!/bin/sh\necho '{\"ok\": false}'\necho 'no module named yaml' >&2\nexit $CODE\n")
    program.chmod(0o755)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODE", "0")
        building.demand_self_check(program)
        patch.setenv("CODE", "1")
        with pytest.raises(BuildIncomplete, match=r"(?s)exit 1.*no module named yaml"):
            building.demand_self_check(program)


# --- which sources -----------------------------------------------------------------------------------------------------


def test_a_changed_source_is_another_build(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "a.py").write_text("1")
    (tmp_path / "build.spec").write_text("1")
    first = building.fingerprint(tmp_path)

    (tmp_path / "crm" / "__pycache__").mkdir()
    (tmp_path / "crm" / "__pycache__" / "a.pyc").write_text("1")
    (tmp_path / "docs.md").write_text("1")
    assert building.fingerprint(tmp_path) == first

    (tmp_path / "crm" / "a.py").write_text("2")
    assert building.fingerprint(tmp_path) != first
