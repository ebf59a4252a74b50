"""The first copy while it is made: how far it is, and what can be used already. It goes on when this page is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.kit.bus import Changes
from desktop.kit.commands import Command
from desktop.kit.format import formats
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Screen, Shell
from desktop.kit.session import Session
from desktop.kit.sync import Phase
from desktop.kit.theme import look, spaced
from desktop.store.reads.first_copy import COUNTED, count_copied
from desktop.widgets.buttons import CommandButton
from desktop.widgets.labels import Figures, Label, line

WIDTH: Final = 480
COUNT_MS: Final = 1000
"""What is here is counted at most so often."""


class FirstCopy(Screen):
    """Follows sync and the copy."""

    name = "first_copy"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self._heading = Label(role="title")
        self._text = Label(role="secondary", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.far = Label()
        self.rows = Figures()
        self._section = Label(role="section")
        self._names = {table: Label() for table in COUNTED}
        self.counts = {table: Figures("\N{EN DASH}") for table in COUNTED}
        self._note = Label(role="secondary", wraps=True)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        spaced(column, gap="large")
        head = QVBoxLayout()
        spaced(head, gap="hair")
        head.addWidget(self._heading)
        head.addWidget(self._text)
        column.addLayout(head)
        progress = QVBoxLayout()
        spaced(progress, gap="small")
        said = QHBoxLayout()
        said.addWidget(self.far, 1)
        said.addWidget(self.rows)
        progress.addWidget(self.bar)
        progress.addLayout(said)
        column.addLayout(progress)
        column.addWidget(line())
        column.addWidget(self._section)
        grid = QGridLayout()
        spaced(grid, gap="small")
        for place, table in enumerate(COUNTED):
            grid.addWidget(self._names[table], place, 0)
            grid.addWidget(self.counts[table], place, 1)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        column.addWidget(self._note)
        self._buttons = QHBoxLayout()
        column.addLayout(self._buttons)
        around = QVBoxLayout(self)
        spaced(around, "huge")
        around.addStretch(2)
        around.addWidget(self._column, 0, Qt.AlignmentFlag.AlignHCenter)
        around.addStretch(3)
        self._soon = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._soon.timeout.connect(self._count)
        session.sync.changed.connect(self._tell)
        session.bus.changed.connect(self._on_changed)
        self.dress()
        self._count()

    def title(self) -> str:
        """See `Screen.title`."""
        return self.tr("First copy")

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return [
            Command(
                "first_copy.work", QT_TRANSLATE_NOOP("Commands", "Begin to work"), self._work, ("Ctrl+Return",), "right",
                hint=QT_TRANSLATE_NOOP("Commands", "The copy goes on in the background"),
                group=QT_TRANSLATE_NOOP("Commands", "Go"),
            )
        ]  # fmt: skip

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        if self._buttons.count() == 0:
            self.button = CommandButton(self.shell.commands, "first_copy.work", role="primary")
            self._buttons.addWidget(self.button)
            self._buttons.addStretch(1)
        self.button.setFocus()

    def _work(self) -> None:
        self.shell.open("customers")

    # -- what is here

    def _on_changed(self, _changes: Changes) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _count(self) -> None:
        self.session.tasks.read(count_copied, self._take, owner=self, slot="count")

    def _take(self, found: Mapping[str, int]) -> None:
        for table, count in found.items():
            self.counts[table].setText(formats().number(count))

    def _tell(self) -> None:
        view = self.session.sync.view
        if not view.is_first_copy:
            self._heading.setText(self.tr("Your copy is complete"))
            self._text.setText(
                self.tr("Everything that you may see is on this laptop, encrypted, also without a network.")
            )
            self.bar.setValue(1000)
            self.far.setText(self.tr("Done"))
            self.rows.setText("")
            self._note.setText("")
            return
        self._heading.setText(self.tr("Your copy is being made"))
        self._text.setText(
            self.tr("What the office has for you comes onto this laptop, encrypted. This happens once.")
        )
        total = view.total
        self.bar.setValue(view.done * 1000 // total if total else 0)
        self.rows.setText(
            self.tr("{done} of {total} rows").format(
                done=formats().number(view.done), total=formats().number(total)
            )
            if total
            else ""
        )
        if view.phase in {Phase.OFFLINE, Phase.OFF}:
            self.far.setText(self.tr("The office cannot be reached. The copy goes on by itself from here."))
        elif view.phase is Phase.REFUSED:
            self.far.setText(self.tr("The office refuses this laptop. What is here stays usable."))
        elif view.percent is None:
            self.far.setText(self.tr("Asking the office …"))
        else:
            self.far.setText(f"{view.percent} %")
        self._note.setText(
            self.tr("What is here can be used already. Lists and sums grow until the copy is complete.")
        )

    # -- words and sizes

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        words = {
            "customer": self.tr("Customers"),
            "contact": self.tr("Contacts"),
            "ship_to_address": self.tr("Delivery addresses"),
            "product": self.tr("Products"),
            "sales_order": self.tr("Orders"),
        }
        for table, label in self._names.items():
            label.setText(words[table])
            self.counts[table].setAccessibleName(words[table])
        self._section.setText(self.tr("Here already"))
        self.bar.setAccessibleName(self.title())
        self._tell()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._column.setFixedWidth(look().px(WIDTH))
