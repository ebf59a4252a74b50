"""What stands beside the list: the whole of one entry, what to do about it, and its details to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.kit import icons, words
from desktop.kit.commands import shown_key
from desktop.kit.format import Formats
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.screens.sync import words as told
from desktop.screens.sync.entries import Entry
from desktop.screens.sync.sheet import Kind as RowKind
from desktop.screens.sync.sheet import Sheet, SheetRow
from desktop.screens.sync.words import Plight, translate
from desktop.store.reads.captions import Captions
from desktop.store.reads.conflicts import Line
from desktop.store.reads.outbox import Matter, SetAside, Step, Touched
from desktop.store.reads.rounds import Round
from desktop.widgets.buttons import TextButton
from desktop.widgets.labels import Elided, Figures, Label, line
from desktop.widgets.pill import Pill

MOST_ROWS = 100
"""An order has up to 300 lines; more than these are counted."""


@dataclass(frozen=True)
class Act:
    """A button: its words, what it does, its key (portable) and its role."""

    text: Callable[[], str]
    run: Callable[[], None]
    key: str = ""
    role: str = ""
    icon: str = ""


class Sign(QWidget):
    """A small icon in the colour of a meaning."""

    def __init__(self, name: str, meaning: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._meaning = name, meaning
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(look().px(20), look().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        icons.draw(painter, QRectF(self.rect()), self._name, look().colour(self._meaning))
        painter.end()


class Detail(Translated):
    """Shows one entry. ``acts`` gives the buttons of an entry, ``drop`` drops a step, ``go`` opens another record."""

    def __init__(
        self,
        acts: Callable[[Entry], Sequence[Act]],
        drop: Callable[[Step], None],
        go: Callable[[str, bytes], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._acts, self._drop, self._go = acts, drop, go
        self._entry: Entry | None = None
        self._captions: Captions = {}
        self._formats = Formats()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(self._area)
        self.asking: Asking | None = None
        # Not while Qt goes through its widgets to tell them of a language or a look.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._build)
        self.dress()

    def show_entry(self, entry: Entry | None, captions: Captions, formats: Formats) -> None:
        """Show this one; the same again changes nothing, so that nobody is disturbed in reading."""
        if entry == self._entry and self._area.widget() is not None:
            return
        self._entry, self._captions, self._formats = entry, captions, formats
        self._soon.start()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._area.setAccessibleName(self.tr("Details"))
        self._soon.start()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._soon.start()

    def _build(self) -> None:
        self.asking = None
        page = QWidget()
        column = QVBoxLayout(page)
        spaced(column, "large", "huge", gap="medium")
        if self._entry is not None:
            for part in self._parts(self._entry):
                column.addWidget(part)
        column.addStretch(1)
        former = self._area.takeWidget()
        if former is not None:
            former.deleteLater()
        self._area.setWidget(page)

    def ask(self, question: Asking) -> None:
        """Ask before something that cannot be taken back."""
        page = self._area.widget()
        layout = page.layout() if page is not None else None
        if isinstance(layout, QVBoxLayout):
            self.stop_asking()
            self.asking = question
            layout.insertWidget(min(2, layout.count()), question)
            question.setFocus()

    def stop_asking(self) -> None:
        """Take the question away."""
        if self.asking is not None:
            self.asking.hide()
            self.asking.deleteLater()
            self.asking = None

    # -- parts

    def _parts(self, entry: Entry) -> Iterator[QWidget]:
        yield self._heading(entry)
        acts = self._acts(entry)
        if acts:
            yield _buttons(acts)
        match entry.what:
            case Matter() as matter:
                yield from self._of_matter(matter)
            case Line() as found:
                yield _plight(_of_conflict(found), "conflict", "needs_you")
            case SetAside():
                yield _plight(told.set_aside_plight(), "attention", "look")
            case Round() as done:
                yield from self._of_round(done)

    def _heading(self, entry: Entry) -> QWidget:
        heading = QWidget()
        column = QVBoxLayout(heading)
        spaced(column, gap="hair")
        first = QHBoxLayout()
        spaced(first, gap="small")
        first.addWidget(Elided(entry.title, role="section"), 1)
        if entry.pill[0]:
            code = "approved" if entry.pill[1] == "done" else "waiting"
            code = "parked" if entry.pill[1] == "needs_you" else code
            first.addWidget(Pill(code, text=entry.pill[0], meaning=entry.pill[1]))
        column.addLayout(first)
        second = QHBoxLayout()
        spaced(second, gap="small")
        kind = words.table(entry.what.table) if isinstance(entry.what, Matter | Line) else ""
        named = entry.title if entry.title == kind else ""
        beside = told.DOT.join(part for part in (kind if not named else "", entry.beside) if part)
        second.addWidget(Elided(beside or entry.when, role="secondary"), 1)
        if entry.figure:
            second.addWidget(Figures(entry.figure))
        column.addLayout(second)
        return heading

    def _of_matter(self, matter: Matter) -> Iterator[QWidget]:
        plight = told.plight(matter)
        if plight is not None and matter.refused is not None:
            is_aside = matter.refused.outcome == "quarantined"
            yield _plight(
                plight, "attention" if is_aside else "needs_you", "look" if is_aside else "needs_you"
            )
        if matter.waits_for:
            yield self._waits_for(matter)
        yield line()
        yield from self._steps(matter)
        yield _copy(partial(self._details, matter))

    def _details(self, matter: Matter) -> str:
        """All of it in words, and the numbers that help somebody else to find it."""
        shown = [sheet.accessibleName() for sheet in self.findChildren(Sheet)]
        return "\n\n".join([*shown, *(told.step_details(step) for step in matter.steps)])

    def _waits_for(self, matter: Matter) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        spaced(row, gap="small")
        row.addWidget(Sign("waiting", "look"))
        row.addWidget(Label(translate("SyncCentre", "Goes after:")))
        for table, row_id, title in matter.waits_for[:3]:
            name = told.record(table, title)
            row.addWidget(
                TextButton(lambda name=name: name, lambda t=table, i=row_id: self._go(t, i), role="link")  # type: ignore[misc]
            )
        row.addStretch(1)
        return box

    def _steps(self, matter: Matter) -> Iterator[QWidget]:
        left = MOST_ROWS
        is_first = True
        for intent, group in groupby(matter.steps, key=lambda step: (step.intent, told.step_state(step))):
            steps = list(group)
            yield self._step_heading(intent[0], steps, can_drop=not is_first)
            is_first = False
            rows = [row for step in steps for row in step.rows]
            body = self._rows(matter, rows[:left])
            if body is not None:
                yield body
            if len(rows) > left:
                more = translate("SyncCentre", "and %n more record(s)", "", len(rows) - left)
                yield Label(more, role="secondary")
            left = max(left - len(rows), 0)

    def _step_heading(self, intent: str, steps: Sequence[Step], *, can_drop: bool) -> QWidget:
        last = steps[-1]
        heading = QWidget()
        row = QHBoxLayout(heading)
        spaced(row, gap="small")
        count = f" \N{MULTIPLICATION SIGN}{len(steps)}" if len(steps) > 1 else ""
        row.addWidget(Label(words.intent(intent) + count, role="strong"))
        row.addWidget(Label(told.step_state(last)[0], role="secondary"))
        row.addStretch(1)
        if can_drop and steps[0].is_unsent:
            drop = TextButton(
                lambda: translate("SyncCentre", "Drop from here on"),
                lambda: self._drop(steps[0]),
                role="link",
            )
            row.addWidget(drop)
        row.addWidget(Figures(self._formats.instant(last.created_ms), role="secondary"))
        return heading

    def _rows(self, matter: Matter, rows: Sequence[Touched]) -> Sheet | None:
        found: list[SheetRow] = []
        for row in rows:
            short = told.line_text(row, self._captions, self._formats, currency=matter.currency)
            if short:
                found.append(SheetRow(RowKind.FIGURE, row.title, short))
                continue
            changes = told.told_changes(row, self._captions, self._formats, currency=matter.currency)
            if changes and row.title and row.title != matter.title:
                found.append(SheetRow(RowKind.TITLE, told.record(row.table, row.title)))
            found += [SheetRow(RowKind.CHANGE, one.field, one.after, one.before) for one in changes]
        return Sheet(found) if found else None

    def _of_round(self, done: Round) -> Iterator[QWidget]:
        if done.code:
            happened = f"{words.error_number(done.code, done.message)} ({done.code})"
            yield _plight(
                Plight(
                    happened,
                    translate(
                        "SyncCentre",
                        "Everything that was done until then stays done, and your work is saved here.",
                    ),
                    translate("SyncCentre", "Usually nothing: it is tried again by itself."),
                ),
                "offline",
                "look",
            )
        yield line()
        facts = told.round_facts(done, self._formats)
        if done.code:
            facts.append((translate("SyncCentre", "Error"), f"{done.code} {done.message}".strip()))
        yield Sheet([SheetRow(RowKind.PAIR, name, value) for name, value in facts])
        yield _copy(lambda: told.facts_text(facts))


def _text(text: str, *, role: str = "") -> QLabel:
    label = Label(text, role=role, wraps=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return _top(label)


def _top(label: QLabel) -> QLabel:
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return label


def _buttons(acts: Sequence[Act]) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    spaced(row, gap="small")
    for act in acts:
        row.addWidget(TextButton(act.text, act.run, role=act.role, picture=act.icon, tooltip=_with_key(act)))
    row.addStretch(1)
    return box


def _with_key(act: Act) -> Callable[[], str]:
    return lambda: f"{act.text()} ({shown_key(act.key)})" if act.key else act.text()


def _plight(plight: Plight, picture: str, meaning: str) -> QWidget:
    card = QFrame()
    card.setProperty("role", "card")
    row = QHBoxLayout(card)
    spaced(row, "medium", gap="medium")
    row.addWidget(Sign(picture, meaning), 0, Qt.AlignmentFlag.AlignTop)
    grid = QGridLayout()
    spaced(grid, gap="small")
    grid.setColumnStretch(1, 1)
    heads = (
        translate("SyncCentre", "What happened"),
        translate("SyncCentre", "What is safe"),
        translate("SyncCentre", "What to do"),
    )
    for number, (head, text) in enumerate(
        zip(heads, (plight.happened, plight.safe, plight.todo), strict=True)
    ):
        grid.addWidget(_top(Label(head, role="secondary")), number, 0)
        grid.addWidget(_text(text), number, 1)
    row.addLayout(grid, 1)
    return card


def _of_conflict(found: Line) -> Plight:
    other = found.theirs_by.name or translate("SyncCentre", "somebody else")
    return Plight(
        translate("SyncCentre", "This was changed on two sides; the other side is {name}.").format(
            name=other
        ),
        translate(
            "SyncCentre", "Both are kept. What came first to the office stands until somebody decides."
        ),
        translate("SyncCentre", "Look at both side by side and choose one. The choice can be taken back."),
    )


def _copy(text: Callable[[], str]) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    spaced(row)
    row.addWidget(
        TextButton(
            lambda: translate("SyncCentre", "Copy details"),
            lambda: QGuiApplication.clipboard().setText(text()),
            role="link",
        )
    )
    row.addStretch(1)
    return box


class Asking(QFrame):
    """A question in the page: two buttons, Esc is the careful answer."""

    def __init__(self, question: str, yes: str, run: Callable[[], None], keep: Callable[[], None]) -> None:
        super().__init__()
        self._keep = keep
        self.setProperty("role", "card")
        self.setAccessibleName(question)
        row = QHBoxLayout(self)
        spaced(row, "medium", gap="medium")
        row.addWidget(Sign("question", "look"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(question, wraps=True), 1)
        self.yes = TextButton(lambda: yes, run, role="danger")
        self.no = TextButton(lambda: translate("SyncCentre", "Keep it"), keep)
        row.addWidget(self.yes, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.no, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self.yes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc keeps it."""
        if event.key() == Qt.Key.Key_Escape:
            self._keep()
        else:
            super().keyPressEvent(event)
