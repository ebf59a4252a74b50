"""The language of the window: Chinese or English, switched while it runs.

Texts are English in the code. Their translations are Qt Linguist files in ``resources/translations``, one per part of the
program, compiled to one ``roundsman_<language>.qm``: when the program is built, or, from source, when a file is newer than
what was compiled from it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import PySide6
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QStandardPaths, QTranslator

from crm.errors import LocalFault
from desktop.kit import format as formats
from desktop.kit.resources import resource

log = logging.getLogger(__name__)

LANGUAGES: Final = ("en", "zh_CN")
NAMES: Final = {"en": "English", "zh_CN": "简体中文"}
"""Each language in its own words: whoever looks for it reads it."""
NO_TRANSLATION: Final = 4402
"""The translations are missing or cannot be compiled."""

_installed: list[QTranslator] = []
_language = "en"


def language() -> str:
    """The language in force."""
    return _language


def chosen_language(setting: str) -> str:
    """One of `LANGUAGES`, for a setting that may be ``system`` or unknown."""
    if setting in LANGUAGES:
        return setting
    return "zh_CN" if QLocale.system().language() is QLocale.Language.Chinese else "en"


def speak(application: QCoreApplication, code: str) -> None:
    """Use a language from now on: texts, Qt's own texts, dates and numbers. Every widget gets LanguageChange.

    :raises LocalFault: code 4402 when the translations of this installation are missing.
    """
    global _language  # noqa: PLW0603 - as there is one application, there is one language
    translators = [_loaded(str(compiled(code)))]
    qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{code}.qm"
    if qt.is_file():
        translators.insert(0, _loaded(str(qt)))
    _language = code
    QLocale.setDefault(QLocale(code))
    formats.use(formats.Formats(code))
    former = list(_installed)
    _installed[:] = translators
    # Those installed last are asked first. Only now do widgets hear of it, and once for each.
    for translator in translators:
        application.installTranslator(translator)
    for translator in former:
        application.removeTranslator(translator)


def _loaded(path: str) -> QTranslator:
    translator = QTranslator()
    if not translator.load(path):
        raise _missing(path)
    return translator


def _missing(path: str) -> LocalFault:
    return LocalFault(
        NO_TRANSLATION,
        "The translations of this installation are missing. Your data is safe; install Roundsman again.",
        file=Path(path).name,
    )


# --- compiling -------------------------------------------------------------------------------------------------------


def sources(code: str) -> list[Path]:
    """The Linguist files of a language; none in a built program."""
    return sorted(resource("translations").glob(f"*.{code}.ts"))


def compiled(code: str) -> Path:
    """The compiled translations of a language, made anew where a source is newer.

    :raises LocalFault: code 4402 when there are none and none can be made.
    """
    beside = resource("translations", f"roundsman_{code}.qm")
    files = sources(code)
    if not files or getattr(sys, "frozen", False):
        return beside
    newest = max(file.stat().st_mtime_ns for file in files)
    cache = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    places = (beside, Path(cache) / "roundsman" / beside.name)
    for place in places:
        if place.is_file() and place.stat().st_mtime_ns >= newest:
            return place
    for place in places:
        try:
            release(files, place)
        except OSError:
            continue
        return place
    raise _missing(str(beside))


def release(files: Sequence[Path], target: Path) -> None:
    """Compile Linguist files into one; another process that does the same does no harm.

    :raises OSError: the place cannot be written. :raises LocalFault: code 4402 when the compiler refuses them.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".qm")
    os.close(descriptor)
    try:
        done = subprocess.run(
            [str(linguist("lrelease")), "-silent", *map(str, files), "-qm", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            log.warning("translations_not_compiled exit=%d", done.returncode)
            raise _missing(str(target))
        Path(name).chmod(0o644)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def linguist(program: str) -> Path:
    """A program of Qt Linguist that comes with PySide6: lrelease or lupdate."""
    folder = Path(PySide6.__file__).parent
    return next(
        (path for path in (folder / program, folder / f"{program}.exe") if path.is_file()), folder / program
    )
