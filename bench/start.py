"""The program as it starts, in a process of its own: when the window was first painted, and when its list stood.

    python -m bench.start FOLDER BEGAN        (BEGAN: the time at which the process was started, of `time.time`)

One JSON line: ``first_paint_ms`` and ``usable_ms``, from BEGAN on.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def main(folder: Path, began: float) -> int:
    """Start, wait until the list of customers has rows on the screen, and end."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop import program
    from desktop.__main__ import main as roundsman
    from desktop.shell.application import make_application
    from desktop.shell.window import MainWindow

    told: dict[str, float] = {}

    class Eye(QObject):
        """Sees the first paint of anything in the main window."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() is QEvent.Type.Paint and isinstance(watched, QWidget):
                told.setdefault("first_paint_ms", (time.time() - began) * 1000)
                QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            return False

    def see() -> None:
        for window in QApplication.topLevelWidgets():
            bench = window.workbench if isinstance(window, MainWindow) else None
            page = getattr(bench.screen_here, "page", None) if bench is not None else None
            if page is not None and page.model.row(0) is not None and "usable_ms" not in told:
                page.table.viewport().repaint()
                told["usable_ms"] = (time.time() - began) * 1000
                window.close()

    def watched(*arguments: Any) -> QApplication:
        application = make_application(*arguments)
        application.installEventFilter(Eye(application))
        look = QTimer(application, interval=10)
        look.timeout.connect(see)
        look.start()
        QTimer.singleShot(30_000, application.quit)
        return application

    program.__dict__["make_application"] = watched
    code = roundsman(["--data", str(folder)])
    print(json.dumps({name: round(value, 1) for name, value in told.items()}))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
