"""Facts: what is known of a customer, one line each, edited where it stands.

F2, Enter or a double click edits; Enter and Ctrl+Enter keep what is typed (Ctrl+Enter alone in several lines), Esc gives back
what was there. What comes in meanwhile is said beside the field, and nothing typed is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from crm.changes.entity import Wire
from desktop.kit import words
from desktop.kit.format import NO_VALUE
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.screens.customer.editors import Editor, NoteInput, Options
from desktop.widgets.labels import Label

CAPTION: Final = 112
"""The width of captions at 100 %: values stand below each other."""
_ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
Shown = Callable[[Wire], str]


class Fact(Translated):
    """One field: its caption, its value in words, and while it is edited its control with what is wrong below.

    ``shown`` writes a stored value. Without ``today`` it is never edited: the office's, or given once.
    ``kept``: the person wants this value (as actions take it) kept; answer with `accept` or `refuse`. ``typed``: something
    was typed, or what was typed is gone.
    """

    kept = Signal(object)
    typed = Signal()
    stepped = Signal(int)

    def __init__(
        self,
        table: str,
        name: str,
        shown: Shown,
        *,
        today: Callable[[], date] | None = None,
        options: Options | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.table, self.name = table, name
        self.is_open = False
        self.may_edit = today is not None
        self._shown, self._today, self._options = shown, today, options
        self._value: Wire = None
        self._editor: Editor | None = None
        self._caption = Label(parent=self, role="secondary", wraps=True)
        self._text = Label(parent=self, wraps=True)
        self._problem: Label | None = None
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout(self)
        spaced(self._grid, "hair", "small", gap="small")
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(self._caption, 0, 0, top)
        self._grid.addWidget(self._text, 0, 1, top)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.dress()

    # -- what is shown

    @property
    def value(self) -> Wire:
        """The stored value."""
        return self._value

    @property
    def problem(self) -> str:
        """What is said below the control."""
        return self._problem.text() if self._problem is not None else ""

    @property
    def draft(self) -> Wire:
        """What is typed, as it is stored. While it is edited."""
        assert self._editor is not None
        return self._editor.value

    @property
    def editor(self) -> QWidget | None:
        """The control, while it is edited."""
        return self._editor.widget if self._editor is not None and self.is_open else None

    def show_value(self, value: Wire) -> None:
        """Show a stored value. While it is edited: say that it came, and keep what is typed."""
        former, self._value = self._value, value
        if self.is_open and value != former:
            self._say(
                self.tr("Changed meanwhile to: {value}. Keeping yours replaces it, Esc takes it.").format(
                    value=self._shown(value) or NO_VALUE
                )
            )
        self._tell()

    def _tell(self) -> None:
        text = self._shown(self._value) if self._value not in (None, "") else ""
        self._text.setText(text or NO_VALUE)
        role = "" if text else "secondary"
        if self._text.property("role") != role:
            self._text.setProperty("role", role)
            if self.isVisible():
                self._text.style().polish(self._text)
        self.setAccessibleName(f"{self._caption.text()}: {text or NO_VALUE}")

    def _say(self, text: str) -> None:
        if self._problem is None:
            if not text:
                return
            self._problem = Label(parent=self, role="wrong", wraps=True)
            self._grid.addWidget(self._problem, 1, 1)
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        if self._editor is not None:
            self._editor.widget.setAccessibleDescription(text)

    # -- editing

    def edit(self) -> None:
        """Begin to edit."""
        if self.is_open or not self.may_edit:
            return
        self._open()
        if self._editor is not None:
            self._editor.widget.setFocus(Qt.FocusReason.OtherFocusReason)
            select = getattr(self._editor.widget, "selectAll", None)
            if select is not None:
                select()

    def edit_draft(self, typed: Wire) -> None:
        """Go on with what was typed before; the keyboard stays where it is."""
        if self.may_edit:
            self._open()
            if self._editor is not None:
                self._editor.set_value(typed)

    def _open(self) -> None:
        if self._today is None:
            return
        self.is_open = True
        if self._editor is None:
            self._editor = Editor(
                self.table, self.name, today=self._today, options=self._options, changed=self.typed.emit
            )
            self._editor.widget.installEventFilter(self)
            self._grid.addWidget(self._editor.widget, 0, 1)
            self._name_editor()
        self._editor.set_value(self._value)
        self._say("")
        self._text.hide()
        self._editor.widget.show()

    def keep(self) -> None:
        """Ask for what is typed to be kept; nothing happens when it is what was there."""
        if self._editor is None or not self.is_open:
            return
        if self._editor.problem:
            self._say(self._editor.problem)
        elif self._editor.value == self._value:
            self._give_up()
        else:
            self.kept.emit(self._editor.typed)

    def accept(self) -> None:
        """What was typed is kept."""
        if self._editor is not None and self.is_open:
            self._value = self._editor.value
            self._give_up()

    def _give_up(self) -> None:
        """Nothing is typed here any more."""
        self.close_editor()
        self.typed.emit()

    def refuse(self, why: str) -> None:
        """What was typed cannot be kept; it stays there."""
        self._say(why)
        if self._editor is not None:
            self._editor.widget.setFocus()

    def close_editor(self) -> None:
        """Show the value again."""
        had_focus = self._editor is not None and self._editor.widget.hasFocus()
        self.is_open = False
        self._say("")
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._editor is not None:
            self._editor.widget.hide()
        self._text.show()
        self._tell()

    # -- keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and F2 edit, arrows go to the next fact."""
        if event.key() in {*_ENTER, Qt.Key.Key_F2} and self.may_edit:
            self.edit()
        elif event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click edits."""
        del event
        self.edit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc, Enter and Ctrl+Enter in the control."""
        if event.type() is not QEvent.Type.KeyPress or self._editor is None:
            return False
        assert isinstance(event, QKeyEvent)
        is_long = isinstance(watched, NoteInput)
        with_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        elif event.key() in _ENTER and (with_ctrl or not is_long):
            self.keep()
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring around the fact that has the keyboard; a quiet ground under the pointer."""
        super().paintEvent(event)
        if not self.hasFocus() and not (self.underMouse() and self.may_edit and not self.is_open):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corner = look().size("corner")
        if self.hasFocus():
            painter.setPen(QPen(look().colour("focus"), look().size("focus_ring")))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), corner, corner)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look().colour("hover"))
            painter.drawRoundedRect(self.rect(), corner, corner)
        painter.end()

    def enterEvent(self, event: QEvent) -> None:
        """See `paintEvent`."""
        del event
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """See `paintEvent`."""
        del event
        self.update()

    # -- words and sizes

    def _name_editor(self) -> None:
        if self._editor is not None:
            self._editor.widget.setAccessibleName(self._caption.text())

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._caption.setText(words.field(self.table, self.name))
        self.setToolTip(self.tr("Edit (F2)") if self.may_edit else "")
        self._name_editor()
        self._tell()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._caption.setFixedWidth(look().px(CAPTION))


class FactList(QWidget):
    """Facts below each other under headings; the arrows go from one to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts: dict[str, Fact] = {}
        self._column = QVBoxLayout(self)
        spaced(self._column, gap="")

    def add_group(self, heading: Callable[[], str], facts: Sequence[Fact]) -> None:
        """A heading and its facts."""
        title = Label(heading, self, role="strong")
        title.setContentsMargins(look().space("small"), look().space("medium"), 0, look().space("hair"))
        self._column.addWidget(title)
        for fact in facts:
            self.facts[fact.name] = fact
            fact.stepped.connect(lambda way, fact=fact: self._step(fact, way))
            self._column.addWidget(fact)

    def _step(self, fact: Fact, way: int) -> None:
        facts = list(self.facts.values())
        place = facts.index(fact) + way
        if 0 <= place < len(facts):
            facts[place].setFocus(Qt.FocusReason.OtherFocusReason)
