"""What `build.spec` needs beside PyInstaller: a build that lacks something fails instead of warning.

PyInstaller goes on when it finds no library or module, and the program then aborts at somebody's desk. Here two things
are errors: what PyInstaller complains about (`Complaints`), and a library that a file in the finished folder needs and
that neither the folder nor every system has (`missing_libraries`).

PyInstaller takes those modules of Qt that are imported; of Qt's plugins it would take all, here only those that are
used (`QT_PLUGINS`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final


class BuildIncomplete(SystemExit):
    """The build lacks something; the text names it. Ends PyInstaller with exit code 1."""


# --- what PyInstaller complains about ---------------------------------------------------------------------------------

ALLOWED_COMPLAINTS: Final = (
    # PyInstaller's hook for SQLAlchemy names the oldest drivers of three databases; we use none of them.
    r'Hidden import "(pysqlite2|MySQLdb|psycopg2)" not found!',
    # PyInstaller's hook names a module that psycopg had until 3.2.
    r'Hidden import "psycopg_binary\._uuid" not found!',
)
"""What may be missing, as regular expressions over the whole sentence, each with its reason."""

_WEIGHTY: Final = re.compile(
    r"not found|not resolve|could not|cannot|failed|missing|unsupported", re.IGNORECASE
)


class Complaints(logging.Handler):
    """Collects what PyInstaller warns of: everything in it that says something was not found or failed."""

    def __init__(self, allowed: Sequence[str] = ALLOWED_COMPLAINTS) -> None:
        super().__init__(logging.WARNING)
        self._allowed = [re.compile(pattern) for pattern in allowed]
        self.found: list[str] = []

    @classmethod
    def listening(cls) -> Complaints:
        """One that hears PyInstaller from now on."""
        made = cls()
        logging.getLogger("PyInstaller").addHandler(made)
        return made

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a complaint that nobody allowed."""
        sentence = record.getMessage()
        if record.levelno < logging.ERROR and not _WEIGHTY.search(sentence):
            return
        if not any(pattern.fullmatch(sentence) for pattern in self._allowed):
            self.found.append(sentence)

    def demand_none(self) -> None:
        """:raises BuildIncomplete: there were complaints."""
        if self.found:
            raise _incomplete("PyInstaller did not find everything:", self.found)


def _incomplete(what: str, lines: Iterable[str]) -> BuildIncomplete:
    listed = "\n".join(f"  - {line}" for line in dict.fromkeys(lines))
    return BuildIncomplete(f"The build is not complete. {what}\n{listed}")


# --- Qt: only what is used --------------------------------------------------------------------------------------------

QT_PLUGINS: Final = {
    "platforms": ("offscreen", "minimal", "xcb", "windows", "cocoa"),
    "platforminputcontexts": ("composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"),
    "platformthemes": ("xdgdesktopportal",),
    "xcbglintegrations": ("xcb-glx-integration", "xcb-egl-integration"),
    "imageformats": ("gif", "ico", "jpeg", "webp", "icns"),
    "styles": ("modernwindowsstyle", "macstyle"),
}
"""Kind to names. Not among them: the GTK theme, whose libraries GTK brings and nobody else has; the screens of
devices without a desktop; Wayland, whose desktops show X programs too."""

QT_TRANSLATIONS: Final = ("qtbase_en.qm", "qtbase_zh_CN.qm")
"""Qt's own texts: those of buttons in its dialogs, and of menus in text fields."""

ICON_FONT: Final = "phosphor"
"""Of the icon fonts of QtAwesome, the one that is used (`desktop.kit.icons`)."""


def is_wanted(name: str) -> bool:
    """Whether the file that gets this name in the build belongs there: of Qt only the chosen plugins, and of its
    translations those of our languages.
    """
    parts = PurePath(name).parts
    if "plugins" in parts and "PySide6" in parts:
        kind, plugin = parts[parts.index("plugins") + 1], PurePath(parts[-1]).stem
        return plugin.removeprefix("lib").removeprefix("q") in QT_PLUGINS.get(kind, ())
    if "PySide6" in parts and "translations" in parts:
        return parts[-1] in QT_TRANSLATIONS
    return not ("qtawesome" in parts and "fonts" in parts) or parts[-1].startswith(ICON_FONT)


def resources(root: Path, *folders: str) -> list[tuple[str, str]]:
    """(file, folder in the build) of everything in these folders of ``resources``."""
    files = [path for name in folders for path in sorted((root / "resources" / name).rglob("*"))]
    return [(str(path), path.parent.relative_to(root).as_posix()) for path in files if path.is_file()]


def write_qt_hooks(folder: Path) -> None:
    """Write what PyInstaller asks in place of its own hooks for Qt, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for module in ("QtGui", "QtWidgets"):
        (folder / f"hook-PySide6.{module}.py").write_text(
            "from tools.building import wanted_qt\n\nhiddenimports, binaries, datas = wanted_qt(__file__)\n",
            encoding="ascii",
        )


def wanted_qt(hook: str) -> tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]:
    """What PyInstaller's own hook of that name collects, without the plugins that are not wanted. They must go before
    their libraries are looked for: the GTK theme alone would ask for all of GTK."""
    from PyInstaller.utils.hooks.qt import add_qt6_dependencies  # type: ignore[import-untyped]

    hidden_imports, binaries, datas = add_qt6_dependencies(hook)
    kept = [(source, folder) for source, folder in binaries if is_wanted(f"{folder}/{Path(source).name}")]
    return hidden_imports, kept, datas


# --- which sources a build is of --------------------------------------------------------------------------------------

STAMP: Final = "built-from.txt"
_SOURCES: Final = ("crm", "desktop", "sync_server", "resources", "tools/packaging")
_SINGLE_SOURCES: Final = ("build.spec", "tools/building.py", "uv.lock")


def fingerprint(root: Path) -> str:
    """A digest of everything that decides what a build holds."""
    digest = hashlib.sha256()
    files = [
        path for name in _SOURCES for path in (root / name).rglob("*") if "__pycache__" not in path.parts
    ]
    for path in sorted([*files, *(root / name for name in _SINGLE_SOURCES)]):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


# --- shared libraries --------------------------------------------------------------------------------------------------

EVERY_SYSTEM: Final = re.compile(
    r"(linux-vdso|ld-linux.*|libc|libm|libdl|libpthread|librt|libutil|libresolv|libanl|libnsl)\.so(\.\d+)*"
)
"""What every Linux of today has: the C library, which must fit the kernel and cannot be carried along."""

FALLBACK: Final = ("libxcb.so.1", "libGLdispatch.so.0", "libGLX.so.0", "libGL.so.1", "libEGL.so.1")
"""Carried along, but used only where the system has none of its own (`tools/packaging/fallback_libraries.py`): they talk
to the display and its driver, so the system's own are the right ones wherever there is a display. Each after those
that it needs."""

FALLBACK_FOLDER: Final = "fallback"


def fallback_binaries() -> list[tuple[str, str]]:
    """(file, folder in the build) of the `FALLBACK` libraries of this machine.

    :raises BuildIncomplete: one is not here.
    """
    if not sys.platform.startswith("linux"):
        return []
    known = _loader_cache()
    missing = [name for name in FALLBACK if name not in known]
    if missing:
        raise _incomplete("This machine lacks libraries that the build carries along:", missing)
    return [(known[name], FALLBACK_FOLDER) for name in FALLBACK]


def _loader_cache() -> dict[str, str]:
    """Library name to path, as the loader of this machine would find it."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    told = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=True).stdout
    is_64_bit = sys.maxsize > 1 << 32
    found: dict[str, str] = {}
    for line in told.splitlines():
        left, arrow, path = line.strip().partition(" => ")
        name, _, traits = left.partition(" ")
        if arrow and ("64" in traits) == is_64_bit:
            found.setdefault(name, path)
    return found


def missing_libraries(folder: Path) -> dict[str, list[str]]:
    """Library name to the files below ``folder`` that need it: those that are neither below it nor on every system.

    Needs `objdump` (binutils), as PyInstaller does. Empty on other systems than Linux.
    """
    if not sys.platform.startswith("linux"):
        return {}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_elf(path)]
    here = {path.name for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
    missing: dict[str, list[str]] = {}
    for path in files:
        for name in _needed(path):
            if name not in here and not EVERY_SYSTEM.fullmatch(name):
                missing.setdefault(name, []).append(str(path.relative_to(folder)))
    return missing


def demand_no_missing(folder: Path) -> None:
    """:raises BuildIncomplete: `missing_libraries` found some."""
    missing = missing_libraries(folder)
    if missing:
        lines = [f"{name}, needed by {', '.join(users[:3])}" for name, users in sorted(missing.items())]
        raise _incomplete(f"Libraries that nobody brings, in {folder.name}:", lines)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _needed(path: Path) -> Iterator[str]:
    told = subprocess.run(["objdump", "-p", os.fspath(path)], capture_output=True, text=True, check=True)
    for line in told.stdout.splitlines():
        words = line.split()
        if words[:1] == ["NEEDED"]:
            yield words[1]


# --- the finished program ----------------------------------------------------------------------------------------------


def demand_self_check(program: Path) -> None:
    """Let a finished program try all its parts.

    :raises BuildIncomplete: it does not start, or finds something wrong with itself.
    """
    done = subprocess.run(
        [os.fspath(program), "--self-check"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        said = [*done.stdout.splitlines()[-1:], *done.stderr.splitlines()[-5:]]
        raise _incomplete(f"{program.name} fails its self-check (exit {done.returncode}):", said)
