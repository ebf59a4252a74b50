"""An order as a PDF file and on a printer, in either language whatever the window speaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from desktop.documents.order import order_paper
from desktop.documents.writing import draw_on, write_pdf
from desktop.kit.commands import Command, Commands
from desktop.kit.icons import button_size, icon
from desktop.kit.language import language
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.kit.tasks import Job
from desktop.store.reads.order import OrderFacts

CHINESE: Final = "zh_CN"
ENGLISH: Final = "en"
COMMANDS: Final = ("order.print", "order.pdf", "order.pdf_zh", "order.pdf_en")


class Papers(QObject):
    """Writes and prints. Both run beside the window, which tells when they are done."""

    def __init__(self, session: Session, shell: Shell, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._shell = shell
        self._window = parent

    def commands(self, facts: Callable[[], OrderFacts | None], group: str) -> list[Command]:
        """What can be done with the order that ``facts`` gives; None: there is none."""

        def is_there() -> bool:
            return facts() is not None

        def pdf(spoken: str | None) -> Callable[[], None]:
            return lambda: self._with(facts, lambda found: self.ask_file(found, spoken or language()))

        return [
            Command(
                "order.print", QT_TRANSLATE_NOOP("Commands", "Print order"),
                lambda: self._with(facts, lambda found: self.ask_printer(found, language())),
                ("Ctrl+P",), "print", group=group, is_offered=is_there,
            ),
            Command(
                "order.pdf", QT_TRANSLATE_NOOP("Commands", "Save as PDF"), pdf(None), ("Ctrl+Shift+S",), "document",
                group=group, is_offered=is_there,
            ),
            Command(
                "order.pdf_zh", QT_TRANSLATE_NOOP("Commands", "Save as PDF in Chinese"), pdf(CHINESE), (), "document",
                group=group, is_offered=is_there,
            ),
            Command(
                "order.pdf_en", QT_TRANSLATE_NOOP("Commands", "Save as PDF in English"), pdf(ENGLISH), (), "document",
                group=group, is_offered=is_there,
            ),
        ]  # fmt: skip

    def _with(self, facts: Callable[[], OrderFacts | None], do: Callable[[OrderFacts], None]) -> None:
        found = facts()
        if found is not None:
            do(found)

    # -- PDF

    def ask_file(self, facts: OrderFacts, spoken: str) -> None:
        """Ask where the file shall be, and write it."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self._window, self.tr("Save as PDF"), folder, self.tr("PDF documents (*.pdf)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{facts.order['number']!s}.pdf")
        dialog.fileSelected.connect(lambda name: self.write(facts, spoken, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, facts: OrderFacts, spoken: str, path: Path) -> None:
        """Write the order as a PDF file."""

        def work(job: Job) -> int:
            return write_pdf(order_paper(facts, spoken), path, job.tell)

        def done(_pages: int) -> None:
            opened = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(path)))
            self._shell.notify(
                Notice(
                    self.tr("Saved: {file}").format(file=path.name),
                    Kind.DONE,
                    action=(self.tr("Open"), lambda: _ignore(opened())),
                )
            )

        self._session.tasks.run(work, done, self._shell.tell_error, owner=self)

    # -- printer

    def ask_printer(self, facts: OrderFacts, spoken: str) -> None:
        """Ask which printer, and print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(str(facts.order["number"]))
        printer.setFullPage(True)
        dialog = QPrintDialog(printer, self._window)
        dialog.accepted.connect(lambda: self.print(facts, spoken, printer))
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()

    def print(self, facts: OrderFacts, spoken: str, printer: QPrinter) -> None:
        """Print the order."""

        def work(job: Job) -> int:
            return draw_on(order_paper(facts, spoken), printer, job.tell)

        def done(pages: int) -> None:
            self._shell.notify(Notice(self.tr("%n page(s) handed to the printer", "", pages), Kind.DONE))

        self._session.tasks.run(work, done, self._shell.tell_error, owner=self)


def _ignore(_result: bool) -> None:
    return None


class PapersButton(QPushButton):
    """Offers printing and PDF in both languages."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menu = QMenu(self)
        for name in COMMANDS:
            self._menu.addAction(commands.action(name))
        self.setMenu(self._menu)
        self.setIcon(icon("print"))
        self._retranslate()

    def _retranslate(self) -> None:
        self.setText(self.tr("Print"))
        self.setAccessibleName(self.tr("Print, or save as PDF"))
        self.setToolTip(self.tr("Print, or save as PDF"))
        self._menu.setAccessibleName(self.tr("Print, or save as PDF"))
        self.setIconSize(button_size())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() in {QEvent.Type.LanguageChange, QEvent.Type.StyleChange} and hasattr(self, "_menu"):
            self._retranslate()
        super().changeEvent(event)
