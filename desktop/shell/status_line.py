"""The line at the bottom: how the laptop stands with the office, in words. A click opens the sync centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from desktop.kit import icons
from desktop.kit.bus import Changes
from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.kit.standing import Part, details, parts
from desktop.kit.sync import Phase, SyncView
from desktop.kit.theme import look, spaced
from desktop.store.reads.standing import Standing, standing
from desktop.widgets.labels import Label

CALM_MS: Final = 400
"""A round that is over sooner is not announced: one comes with every look for news."""
MINUTE_MS: Final = 60_000


class StateButton(QAbstractButton):
    """The statements, each with its icon in its colour. The tooltip says more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_parts(self, told: Sequence[Part], more: Sequence[str]) -> None:
        """Say these."""
        self._parts = tuple(told)
        words = " \N{MIDDLE DOT} ".join(part.text for part in told)
        self.setText(words)
        self.setAccessibleName(words)
        self.setAccessibleDescription("\n".join(more))
        self.setToolTip("\n".join(more))
        self.updateGeometry()
        self.update()

    def _width(self, part: Part) -> int:
        metrics = QFontMetrics(look().font("secondary"))
        return look().px(16 + 4 + 16) + metrics.horizontalAdvance(part.text)

    def sizeHint(self) -> QSize:
        """As wide as the words."""
        return QSize(sum(map(self._width, self._parts)), look().size("target"))

    def minimumSizeHint(self) -> QSize:
        """The first statement is never cut off."""
        return QSize(self._width(self._parts[0]) if self._parts else 0, look().size("target"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the statements, and the ring of the focus."""
        now = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = now.size("corner")
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if self.underMouse() or self.isDown():
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
        painter.setFont(now.font("secondary"))
        left, side = box.left() + now.px(8), now.size("icon")
        for part in self._parts:
            colour = now.colour("text_secondary" if part.meaning == "neutral" else part.meaning)
            icons.draw(painter, QRectF(left, box.center().y() - side / 2, side, side), part.icon, colour)
            painter.setPen(now.colour("text") if part.meaning == "neutral" else colour)
            words = QRectF(left + side + now.px(4), box.top(), box.right() - left, box.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, part.text)
            left += self._width(part)
        painter.end()


class StatusLine(QFrame):
    """Follows the session's sync and its store."""

    def __init__(self, session: Session, on_click: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "status")
        self._session = session
        self._standing: Standing | None = None
        self._shown: SyncView = session.sync.view
        self.state = StateButton()
        self.state.clicked.connect(lambda _checked: on_click())
        self._device = Label(session.device_code, role="secondary")
        self._device.setAccessibleName(session.device_code)
        row = QHBoxLayout(self)
        spaced(row, "hair", "small")
        row.addWidget(self.state)
        row.addStretch(1)
        row.addWidget(self._device)
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._show_view)
        self._clock = QTimer(self, interval=MINUTE_MS)
        self._clock.timeout.connect(self._tell)
        self._clock.start()
        session.sync.changed.connect(self._on_sync)
        session.bus.changed.connect(self._on_changed)
        self._show_view()
        self._count()

    @property
    def standing(self) -> Standing | None:
        """What the copy's numbers were when they were last read."""
        return self._standing

    def _on_changed(self, _changes: Changes) -> None:
        self._count()

    def _on_sync(self) -> None:
        view = self._session.sync.view
        is_quiet = view.phase is Phase.SYNCING and view.percent is None
        if is_quiet and self._shown.phase is not Phase.SYNCING:
            if not self._calm.isActive():
                self._calm.start()
            return
        self._calm.stop()
        was = self._shown
        self._show_view()
        if was.phase is not view.phase:
            self._count()

    def _show_view(self) -> None:
        self._shown = self._session.sync.view
        self._tell()

    def _count(self) -> None:
        self._session.tasks.read(
            partial(standing, rows=self._session.store.rows), self._take, owner=self, slot="standing"
        )

    def _take(self, found: Standing) -> None:
        self._standing = found
        self._tell()

    def _tell(self) -> None:
        now_ms = self._session.now_ms()
        self.state.show_parts(
            parts(self._shown, self._standing, now_ms, formats()),
            details(self._shown, self._standing, now_ms, formats()),
        )

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._tell()
        super().changeEvent(event)
