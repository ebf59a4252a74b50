"""The part of the self-check that needs Qt: libraries and plugins, languages, icons, and the real window with every screen.

Each part runs in a process of its own: where something of Qt is missing it aborts, and takes its process along.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication

    from desktop.kit.session import Session

Values = dict[str, object]

SETTLE_S: Final = 10.0
"""How long a screen may take to show itself on a slow machine."""
FEW_PARTS: Final = 10
"""A build without the metadata of its packages knows itself alone."""
FEW_COLOURS: Final = 8
"""A picture of a screen with no more colours than this shows nothing."""


class WindowFailed(Exception):
    """A part of the window is there, but does not do what it must."""


def qt() -> Values:
    """Qt starts and draws; which platforms' libraries can be loaded."""
    from PySide6.QtCore import QLibraryInfo, QPoint, qVersion
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtWidgets import QApplication, QLabel

    application = QApplication([])
    label = QLabel("Roundsman")
    image = QImage(200, 50, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    label.render(painter, QPoint())
    painter.end()
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    loadable = sorted(file.stem for file in folder.iterdir() if _is_loadable(file))
    name = QGuiApplication.platformName()
    del label
    application.shutdown()
    return {"version": qVersion(), "platform": name, "loadable_platforms": loadable}


def window() -> Values:
    """The window as it is, with every screen of the navigation, in each language, on an empty encrypted copy."""
    from PySide6.QtGui import QFontDatabase, QGuiApplication
    from shiboken6 import delete

    from desktop.kit.icons import GLYPHS, icon
    from desktop.kit.language import LANGUAGES, speak
    from desktop.kit.preferences import Preferences
    from desktop.kit.theme import Look, wear
    from desktop.parts import parts
    from desktop.shell.application import make_application
    from desktop.shell.screens import SCREENS
    from desktop.shell.window import MainWindow
    from desktop.store.search.sound import syllables

    _demand(syllables("海口椰风") == ["hai", "kou", "ye", "feng"], "the sounds of Chinese names are missing")
    application = make_application()
    for name in GLYPHS:
        icon(name).pixmap(16, 16)
    screens: list[str] = []
    with _empty_session() as (session, folder):
        preferences = Preferences(folder)
        main = MainWindow(application, preferences)
        try:
            bench = main.begin(session, SCREENS)
            main.resize(1280, 800)
            main.show()
            for code in LANGUAGES:
                speak(application, code)
                wear(application, Look(code != LANGUAGES[0]))
                for entry in SCREENS:
                    if entry.in_rail:
                        bench.open(entry.name)
                        _settle(application)
                        _demand(_colours(main.grab().toImage()) > FEW_COLOURS, f"{entry.name} shows nothing")
                        _demand(code == "en" or _is_chinese(entry.text), f"{entry.name} is not translated")
                        screens.append(f"{entry.name}.{code}")
        finally:
            main.close()
            delete(main)
            delete(preferences)  # else it would write its file when the folder is gone
    found = parts()
    _demand(len(found) > FEW_PARTS, "what this program is made of cannot be told")
    families = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    values: Values = {
        "platform": QGuiApplication.platformName(),
        "languages": list(LANGUAGES),
        "screens": screens,
        "icons": len(GLYPHS),
        "chinese_fonts": len(families),
        "parts_with_licence": sum(1 for part in found if part.licence),
    }
    application.shutdown()
    return values


CHECKS: Final[dict[str, Callable[[], Values]]] = {"qt": qt, "window": window}


def in_this_process(name: str) -> Values:
    """One of `CHECKS`; what it finds wrong is told as an error.

    :raises KeyError: there is no such check.
    """
    try:
        return {"ok": True, **CHECKS[name]()}
    except Exception as error:  # noqa: BLE001 - whatever is wrong with an installation is to be told, not raised
        return {"ok": False, "error": f"{type(error).__name__}: {error}"[:500]}


# --- inside -----------------------------------------------------------------------------------------------------------


@contextmanager
def _empty_session() -> Iterator[tuple[Session, Path]]:
    """A laptop that is enrolled nowhere: an empty encrypted copy, and nobody's session on it."""
    from crm.ids import IdFactory
    from crm.schema import RULEBOOK, SCHEMA
    from desktop.bootstrap import CLOCK
    from desktop.kit.session import Session
    from desktop.store.store import Store
    from desktop.store.writer import ThreadWriter
    from desktop.vault.database import open_engine
    from desktop.vault.keys import DatabaseKey

    ids = IdFactory(CLOCK.now_ms)
    with tempfile.TemporaryDirectory(prefix="roundsman-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        engine = open_engine(folder / "check.db", DatabaseKey(os.urandom(32)), create=True)
        store = Store(engine, SCHEMA, RULEBOOK, CLOCK, zone="Asia/Shanghai", ids=ids, writer=ThreadWriter())
        try:
            store.enrol(incarnation=ids(), device_code="CHECK-1")
            session = Session(
                store,
                CLOCK,
                person=ids(),
                zone="Asia/Shanghai",
                device_code="CHECK-1",
                server="https://office.example.com",
            )
            yield session, folder
            session.close()
        finally:
            store.close()
            engine.dispose()


def _settle(application: QApplication) -> None:
    """Let the screen read what it shows."""
    deadline = time.monotonic() + SETTLE_S
    quiet = 0
    while quiet < 5 and time.monotonic() < deadline:
        before = time.monotonic()
        application.processEvents()
        quiet = quiet + 1 if time.monotonic() - before < 0.005 else 0
        time.sleep(0.01)


def _colours(picture: QImage) -> int:
    """How many colours a picture has, looked at in a raster."""
    step = 4
    return len(
        {
            picture.pixel(x, y)
            for x in range(0, picture.width(), step)
            for y in range(0, picture.height(), step)
        }
    )


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _is_loadable(file: Path) -> bool:
    try:
        ctypes.CDLL(str(file))
    except OSError:
        return False
    return True


def _demand(is_true: object, sentence: str) -> None:
    if not is_true:
        raise WindowFailed(sentence)
