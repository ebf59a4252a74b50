"""The navigation at the left: screens with their counts. In a narrow window only the icons remain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget
from sqlalchemy import Connection

from desktop.kit import icons
from desktop.kit.bus import Changes
from desktop.kit.commands import shown_key
from desktop.kit.format import formats
from desktop.kit.screen import Entry
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced


class RailButton(QAbstractButton):
    """One entry: icon, words, count. The one that is open is marked by a bar at its left, weight and colour."""

    def __init__(
        self, picture: str, text: Callable[[], str], key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._picture = picture
        self._words = text
        self._key = key
        self._count = 0
        self._needs_you = False
        self._is_narrow = False
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._retranslate()

    def show_count(self, count: int, *, needs_you: bool = False) -> None:
        """Show a number; 0 shows none."""
        if (count, needs_you) != (self._count, self._needs_you):
            self._count, self._needs_you = count, needs_you
            self._retranslate()
            self.update()

    @property
    def count(self) -> int:
        """The number that is shown."""
        return self._count

    def show_narrow(self, is_narrow: bool) -> None:
        """Show the icon alone, or with its words."""
        self._is_narrow = is_narrow
        self.updateGeometry()
        self.update()

    def _retranslate(self) -> None:
        words = self._words()
        self.setText(words)
        self.setAccessibleName(f"{words} ({formats().number(self._count)})" if self._count else words)
        self.setToolTip(f"{words} ({shown_key(self._key)})" if self._key else words)

    def sizeHint(self) -> QSize:
        """As high as a row of a list."""
        now = look()
        return QSize(now.px(40) if self._is_narrow else now.px(160), now.px(32))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        now = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        radius = now.size("corner")
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.isDown():
            painter.setBrush(now.colour("selected"))
            painter.drawRoundedRect(box, radius, radius)
        elif self.underMouse():
            painter.setBrush(now.colour("hover"))
            painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(now.colour("focus"))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)
        side = now.px(18)
        left = (box.width() - side) / 2 if self._is_narrow else now.px(8)
        mark = QRectF(left, box.center().y() - side / 2, side, side)
        icons.draw(
            painter, mark, self._picture, now.colour("accent" if self.isChecked() else "text_secondary")
        )
        if self._is_narrow:
            self._draw_dot(painter, mark)
        else:
            self._draw_words(painter, box, mark.right() + now.px(8))
        painter.end()

    def _draw_dot(self, painter: QPainter, mark: QRectF) -> None:
        if self._count:
            now, side = look(), look().px(8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("needs_you" if self._needs_you else "text_secondary"))
            painter.drawEllipse(QRectF(mark.right() - side / 2, mark.top() - side / 2, side, side))

    def _draw_words(self, painter: QPainter, box: QRectF, left: float) -> None:
        now = look()
        right = box.right() - now.px(8)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._count:
            count = formats().number(self._count)
            font = now.font("secondary", is_semibold=self._needs_you, is_tabular=True)
            width = QFontMetrics(font).horizontalAdvance(count) + now.px(12)
            height = now.px(18)
            plate = QRectF(right - width, box.center().y() - height / 2, width, height)
            if self._needs_you:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(now.colour("needs_you_quiet"))
                painter.drawRoundedRect(plate, height / 2, height / 2)
            painter.setFont(font)
            painter.setPen(now.colour("needs_you" if self._needs_you else "text_secondary"))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, count)
            right = plate.left() - now.px(4)
        font = now.font(is_semibold=self.isChecked())
        painter.setFont(font)
        painter.setPen(now.colour("text"))
        rest = QRectF(left, box.top(), right - left, box.height())
        words = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, int(rest.width()))
        painter.drawText(rest, middle | Qt.AlignmentFlag.AlignLeft, words)


class Rail(QFrame):
    """The entries of the screens above, those of the window (settings, help) below."""

    def __init__(
        self,
        session: Session,
        entries: Sequence[Entry],
        go: Callable[[str], None],
        *,
        above: Sequence[RailButton] = (),
        below: Sequence[RailButton] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self._session = session
        self._counters = {entry.name: entry.counter for entry in entries if entry.counter is not None}
        self._is_narrow = False
        self.buttons: Mapping[str, RailButton] = {
            entry.name: self._button(entry, go) for entry in entries if entry.in_rail
        }
        self._others = [*above, *below]
        column = QVBoxLayout(self)
        spaced(column, "medium", "small", gap="hair")
        for widget in above:
            column.addWidget(widget)
        if above:
            column.addSpacing(8)
        for button in self.buttons.values():
            column.addWidget(button)
        column.addStretch(1)
        for button in below:
            column.addWidget(button)
        for button in self._others:
            button.setCheckable(False)
        session.bus.changed.connect(self._on_changed)
        # What the office answered need not have changed a row.
        session.sync.changed.connect(self._on_sync)
        self._phase = session.sync.view.phase
        self._restyle()
        self._count(self._counters)

    def _button(self, entry: Entry, go: Callable[[str], None]) -> RailButton:
        button = RailButton(entry.icon, lambda: entry.text, entry.key)
        button.clicked.connect(lambda _checked: go(entry.name))
        return button

    def mark(self, name: str) -> None:
        """The screen with this name is open."""
        for known, button in self.buttons.items():
            button.setChecked(known == name)

    def show_narrow(self, is_narrow: bool) -> None:
        """Show icons alone, or with their words."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            for button in (*self.buttons.values(), *self._others):
                button.show_narrow(is_narrow)
            self._restyle()

    def _restyle(self) -> None:
        now = look()
        self.setFixedWidth(now.px(56) if self._is_narrow else now.size("rail"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)

    # -- counts

    def _on_changed(self, changes: Changes) -> None:
        self._count({name for name, counter in self._counters.items() if changes.concerns(*counter.tables)})

    def _on_sync(self) -> None:
        was, self._phase = self._phase, self._session.sync.view.phase
        if was is not self._phase:
            self._count(self._counters)

    def _count(self, names: Sequence[str] | set[str] | Mapping[str, object]) -> None:
        if not names:
            return
        wanted = {name: self._counters[name].count for name in names}

        def query(connection: Connection) -> dict[str, int]:
            return {name: count(connection) for name, count in wanted.items()}

        self._session.tasks.read(query, self._take, owner=self, slot=f"count {sorted(names)}")

    def _take(self, counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            if name in self.buttons:
                self.buttons[name].show_count(count, needs_you=self._counters[name].needs_you)
