"""Papers as PDF files and on printers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter

from crm.errors import LocalFault
from desktop.documents.copying import put_right, usual
from desktop.documents.layout import Sheet, paper_font
from desktop.documents.order import Paper

NOT_WRITTEN: Final = 4403
"""A document could not be written: no room, no right, or the folder is gone."""
NOT_PRINTED: Final = 4404
"""A document could not be printed."""
RESOLUTION: Final = 600

Told = Callable[[int, int], None]


def _untold(_done: int, _total: int) -> None:
    return None


def write_pdf(paper: Paper, path: Path, told: Told = _untold) -> int:
    """Write a paper as PDF, fonts embedded; gives the number of pages. A file that was there is replaced only by a whole one.

    :raises LocalFault: code 4403 when it cannot be written; what was there is as it was.
    """
    descriptor, name = -1, ""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(descriptor)
        pages = _write(paper, name, told)
        Path(name).replace(path)
    except OSError as error:
        if name:
            with suppress(OSError):
                Path(name).unlink()
        raise LocalFault(
            NOT_WRITTEN, "The file could not be written. Nothing was changed; choose another folder."
        ) from error
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return pages


def _write(paper: Paper, name: str, told: Told) -> int:
    writer = QPdfWriter(name)
    writer.setResolution(RESOLUTION)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
    writer.setTitle(f"{paper.title} {paper.number}")
    writer.setCreator("Roundsman")
    pages = Sheet(paper, writer).draw(told)
    path = Path(name)
    path.write_bytes(put_right(path.read_bytes(), usual(paper.texts, paper_font())))
    return pages


def draw_on(paper: Paper, device: QPagedPaintDevice, told: Told = _untold) -> int:
    """Draw a paper on a printer that a person chose; gives the number of pages.

    :raises LocalFault: code 4404 when it cannot be printed.
    """
    try:
        return Sheet(paper, device).draw(told)
    except OSError as error:
        raise LocalFault(NOT_PRINTED, "The printer did not take the document. Choose it again.") from error
