"""Writing a list into a file while the person goes on: how far it is, and a way to stop it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDir, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QWidget

from desktop.kit.format import formats
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.kit.tasks import Job
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.store.export import ExportColumn, Form, write_rows
from desktop.store.reads.listing import Reading
from desktop.widgets.buttons import TextButton
from desktop.widgets.labels import Label

Choose = Callable[[QWidget, str, str, str], str]
"""Asks for a place: (parent, heading, place to begin with, kinds of file); empty when the person chose none."""
_NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def ask_for_place(parent: QWidget, heading: str, begin: str, kinds: str) -> str:
    """The system's own dialog."""
    return QFileDialog.getSaveFileName(parent, heading, begin, kinds)[0]


class Exporting(Translated):
    """Seen while a file is written: how many rows are, a bar, and a button that stops it."""

    def __init__(
        self, session: Session, shell: Shell, parent: QWidget | None = None, *, choose: Choose = ask_for_place
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._shell = shell
        self.choose = choose
        self._job: Job | None = None
        self._done, self._total = 0, 0
        self._words = Label(role="secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = TextButton(lambda: self.tr("Stop"), self.stop, role="link")
        row = QHBoxLayout(self)
        spaced(row)
        row.addWidget(self._words)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._stop)
        self.hide()
        self.dress()

    @property
    def is_running(self) -> bool:
        """Whether a file is being written."""
        return self._job is not None

    def ask(self, reading: Reading, columns: Sequence[ExportColumn], name: str, rows: int) -> None:
        """Ask for a place and write the list there."""
        if self.is_running:
            return
        plain = _NOT_IN_NAMES.sub(" ", f"{name} {self._session.today().isoformat()}").strip()
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        kinds = ";;".join([self.tr("Workbook (*.xlsx)"), self.tr("Text with commas (*.csv)")])
        begin = str(Path(folder or QDir.homePath()) / f"{plain}{Form.XLSX.value}")
        chosen = self.choose(self, self.tr("Export the list"), begin, kinds)
        if chosen:
            path = Path(chosen)
            known = {form.value for form in Form}
            self.write(
                reading,
                columns,
                path if path.suffix.lower() in known else Path(f"{chosen}{Form.XLSX.value}"),
                rows,
            )

    def write(self, reading: Reading, columns: Sequence[ExportColumn], path: Path, rows: int) -> None:
        """Write the list to a place. ``rows`` is how many there are about."""

        def work(job: Job) -> int:
            with self._session.store.reading() as connection:
                total = reading.count(connection)
                return write_rows(path, columns, reading.everything(connection), total=total, tell=job.tell)

        self._show_progress(0, rows)
        self.show()
        self._job = self._session.tasks.run(
            work,
            lambda done: self._finish(path, done),
            self._fail,
            owner=self,
            progress=self._show_progress,
            slot="export",
        )

    def stop(self) -> None:
        """Stop it; nothing is left behind."""
        if self._job is not None:
            self._job.stop()
            self._end()

    def _show_progress(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self.retranslate()

    def _finish(self, path: Path, done: int) -> None:
        self._end()
        words = self.tr("%n row(s) written to {file}.", "", done).format(file=path.name)

        def show_folder() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

        self._shell.notify(Notice(words, Kind.DONE, action=(self.tr("Show folder"), show_folder), lasts_s=10))

    def _fail(self, error: Exception) -> None:
        self._end()
        self._shell.tell_error(error)

    def _end(self) -> None:
        self._job = None
        self.hide()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        said = formats()
        self._words.setText(
            self.tr("Exporting {done} of {total}").format(
                done=said.number(self._done), total=said.number(self._total)
            )
        )
        self._bar.setAccessibleName(self.tr("Progress of the export"))

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._bar.setFixedWidth(look().px(120))
