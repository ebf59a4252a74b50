"""The Qt application: its set-up, and the last door for errors that nobody expected."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

from PySide6.QtCore import QMessageLogContext, QObject, QSize, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.kit.theme import tokens
from desktop.logs import described
from desktop.settings import product_version

log = logging.getLogger(__name__)
qt_log = logging.getLogger("desktop.qt")

SWITCH_S: Final = 0.0005
"""So soon Python lets another thread run. Each call of Qt may hand the turn to a thread that reads or syncs, and by default
the window would wait five milliseconds to get it back, again and again."""
QUIET: Final = ("This plugin does not support",)
"""What Qt says where no screen is, and that means nothing."""


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The application of this process, made where it is not there yet."""
    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    sys.setswitchinterval(SWITCH_S)
    _read_no_sources()
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QGuiApplication.setDesktopFileName("roundsman")
    application = QApplication(["roundsman", *arguments])
    application.setApplicationName("Roundsman")
    application.setApplicationVersion(product_version())
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(program_icon())
    return application


def _read_no_sources() -> None:
    """PySide reads the source of every module that is imported after it and keeps it, for its ``__feature__`` switches.

    There are none here, and it takes a tenth of the start. Its own name for the question is not documented: where that
    is another one, nothing is lost but time.
    """
    switches = sys.modules.get("shibokensupport.feature")
    if hasattr(switches, "_mod_uses_pyside"):
        setattr(switches, "_mod_uses_pyside", lambda _module: False)  # noqa: B010 - no type checker knows it


def program_icon() -> QIcon:
    """The program's sign: a round and its stops, in the accent colour."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(_sign(side))
    return icon


def _sign(side: int) -> QPixmap:
    accent = QColor(
        tokens()["light"]["accent"]
    )  # before painting, in the midst of which nothing may be raised
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / 32, side / 32)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    painter.drawRoundedRect(0, 0, 32, 32, 7, 7)
    pen = painter.pen()
    pen.setStyle(Qt.PenStyle.SolidLine)
    pen.setColor(QColor("white"))
    pen.setWidthF(2.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(8, 8, 16, 16, 110 * 16, -290 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("white"))
    painter.drawEllipse(10, 6, 6, 6)
    painter.end()
    return picture


class LastDoor(QObject):
    """Takes what nobody expected, from any thread: it is logged without its text, and ``opened`` tells the window.

    A context manager; the former hooks come back at its end.
    """

    opened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._former: tuple[Callable[..., object], Callable[..., object]] | None = None

    def __enter__(self) -> LastDoor:
        self._former = sys.excepthook, threading.excepthook
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        qInstallMessageHandler(on_qt_message)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._former is not None:
            sys.excepthook, threading.excepthook = self._former
        qInstallMessageHandler(None)

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        # Frames and kinds only: an error's text may hold a customer's name.
        log.critical("window.broken error=%s\n%s", kind.__name__, described(error.with_traceback(trace)))
        self.opened.emit(error)

    def _on_thread_error(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._on_error(told.exc_type, told.exc_value, told.exc_traceback)


_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def on_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """What Qt has to say goes into the log."""
    if not message.startswith(QUIET):
        qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
