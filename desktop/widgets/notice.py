"""News shown above the status line. It never takes the keyboard, is read aloud, and goes by itself when it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.kit import icons
from desktop.kit.notices import Kind, Notice
from desktop.kit.theme import look, spaced
from desktop.widgets.buttons import IconButton, TextButton
from desktop.widgets.labels import Label

MOST: Final = 4
"""More at the same time would hide the work: the oldest goes."""
_ICONS: Final = {
    Kind.INFORMATION: "information",
    Kind.DONE: "done",
    Kind.LOOK: "attention",
    Kind.NEEDS_YOU: "needs_you",
}
WIDTH: Final = 360


class _Mark(QWidget):
    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = look().px(20)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.draw(painter, QRectF(self.rect()), _ICONS[self._kind], look().colour(self._kind.value))
        painter.end()


class NoticeCard(QFrame):
    """One notice: icon, words, and buttons that the pointer reaches; the keyboard reaches them by commands."""

    def __init__(self, notice: Notice, close: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        self._close = close
        self.setProperty("role", "raised")
        self.setAccessibleName(notice.text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        text = Label(notice.text, wraps=True)
        row = QHBoxLayout(self)
        spaced(row, "small", "medium")
        row.addWidget(_Mark(notice.kind), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        spaced(column, gap="hair")
        column.addWidget(text)
        if notice.detail:
            column.addWidget(Label(notice.detail, role="secondary"))
        buttons = self._buttons()
        if buttons.count():
            column.addLayout(buttons)
        row.addLayout(column, 1)
        cross = IconButton("close", lambda: self.tr("Close"), close)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)
        for child in self.findChildren(QWidget):
            child.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._end = QTimer(self, singleShot=True)
        self._end.timeout.connect(close)
        self.wait()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        spaced(row, gap="medium")
        if self.notice.action is not None:
            words, _run = self.notice.action
            row.addWidget(TextButton(lambda: words, self.act, role="link"))
        if self.notice.detail:
            row.addWidget(TextButton(lambda: self.tr("Copy details"), self.copy, role="link"))
        if row.count():
            row.addStretch(1)
        return row

    def fit(self) -> None:
        """Be as high as the words need at the width of a notice."""
        width, layout = look().px(WIDTH), self.layout()
        assert layout is not None
        layout.invalidate()
        layout.activate()
        self.setFixedSize(width, layout.totalHeightForWidth(width))

    def act(self) -> None:
        """Do what the notice offers, and go."""
        if self.notice.action is not None:
            self.notice.action[1]()
        self._close()

    def copy(self) -> None:
        """Put words and details into the clipboard."""
        QGuiApplication.clipboard().setText(f"{self.notice.text}\n{self.notice.detail}")

    def wait(self) -> None:
        """Begin to wait for the end."""
        if self.notice.lasts_s:
            self._end.start(round(self.notice.lasts_s * 1000))

    def enterEvent(self, event: QEvent) -> None:
        """Whoever points at it is still reading."""
        self._end.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """They have read it."""
        self.wait()


class Notices(QWidget):
    """Lies over the lower right corner of its parent; only its cards take clicks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cards: list[NoticeCard] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        self.hide()

    def tell(self, notice: Notice) -> NoticeCard:
        """Show a notice. The same words again are not shown twice."""
        for card in self.cards:
            if card.notice.text == notice.text:
                self._drop(card)
                break
        card = NoticeCard(notice, lambda: self._drop(card), self)
        self.cards.append(card)
        card.show()
        for oldest in self.cards[:-MOST]:
            self._drop(oldest)
        self._place()
        self.show()
        self.raise_()
        event = QAccessibleAnnouncementEvent(card, notice.text)
        if notice.kind is Kind.NEEDS_YOU:
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)
        return card

    def close_last(self) -> None:
        """Close the newest notice."""
        if self.cards:
            self._drop(self.cards[-1])

    def act_on_last(self) -> None:
        """Do what the newest notice offers."""
        for card in reversed(self.cards):
            if card.notice.action is not None:
                card.act()
                return

    def _drop(self, card: NoticeCard) -> None:
        if card in self.cards:
            self.cards.remove(card)
            card.hide()
            card.deleteLater()
            self._place()
            self.setVisible(bool(self.cards))

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        top, gap = 0, look().space("small")
        for card in self.cards:
            card.fit()
            card.move(0, top)
            top += card.height() + gap
        self.resize(look().px(WIDTH), max(top - gap, 0))
        edge = look().space("large")
        self.move(QPoint(parent.width() - self.width() - edge, parent.height() - self.height() - edge))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.StyleChange}:
            self._place()
        return False
