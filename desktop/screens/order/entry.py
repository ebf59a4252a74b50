"""Writing an order: head, lines, and beside them what it comes to and what is missing. Keeps itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from crm.changes.entity import Row
from crm.orders.drafting import Quote, quote
from crm.orders.editing import OrderFields
from crm.orders.seal import canonical, differences, open_seal
from desktop.kit.commands import Commands
from desktop.kit.format import formats
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.screens.order.finder import ProductFinder
from desktop.screens.order.gathering import Gathering
from desktop.screens.order.grid import LinesGrid
from desktop.screens.order.head import HeadForm
from desktop.screens.order.keeper import Keeper
from desktop.screens.order.lines import Col, Line, LinesModel, line_of
from desktop.screens.order.side import Side
from desktop.screens.order.submission import Submission
from desktop.screens.order.telling import change_texts, line_named
from desktop.store.reads.order import Beginning, beginning
from desktop.widgets.buttons import CommandButton
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import Elided, Label, line
from desktop.widgets.pill import Pill

QUOTE_MS: Final = 40
"""A fast typist is answered once, not for every key."""


class EntryView(Translated):
    """See the module. ``made`` carries the id of the order once it is one; ``submitted`` that of one handed in; ``titled``:
    the title is another one; ``left``: the person goes back.
    """

    made = Signal(bytes)
    submitted = Signal(bytes)
    titled = Signal()
    left = Signal()

    def __init__(
        self, session: Session, shell: Shell, commands: Commands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.shell = session, shell
        self.customer: Row | None = None
        self._begun: Beginning | None = None
        self._quote: Quote | None = None
        self._version = self._quoted_version = 0
        self._kept_ms = 0
        self.lines = LinesModel(session.today, self)
        self._arrange(commands)
        self.keeper = Keeper(session, self._read, self)
        self.gathering = Gathering(session, shell, self.grid, self._on_edited, self)
        self.keeper.made.connect(self.gathering.on_made)
        self.submission = Submission(session, shell, self)
        self.submission.submitted.connect(self._on_submitted)
        self._quote_soon = QTimer(self, singleShot=True, interval=QUOTE_MS)
        self._quote_soon.timeout.connect(self._ask_quote)
        self.lines.edited.connect(self._on_edited)
        self.head.edited.connect(self._on_edited)
        self.note.textEdited.connect(lambda _text: self._on_edited())
        self.grid.left.connect(self.left)
        self.grid.line_changed.connect(lambda _line: self._show_certificate())
        self.keeper.made.connect(self.made)
        self.keeper.kept.connect(self._on_kept)
        self.keeper.changed.connect(self._say_kept)
        self.keeper.failed.connect(shell.tell_error)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        self.dress()

    def _arrange(self, commands: Commands) -> None:
        """Make the parts in the order in which Tab goes. Each is given its parent when it is made: what changes its parent is
        dressed anew with all that is in it.
        """
        self.pill = Pill("draft", self)
        self._number = Label(parent=self, role="strong")
        self._kept = Label(parent=self, role="secondary")
        top = QHBoxLayout()
        spaced(top, gap="small")
        top.addWidget(self.pill)
        top.addWidget(self._number)
        top.addWidget(self._kept)
        top.addStretch(1)
        top.addWidget(CommandButton(commands, "order.customer", self, role="quiet"))
        self.returned = Label(parent=self, role="small", wraps=True)
        self.returned.setProperty("meaning", "needs_you")
        self.returned.hide()
        self.confirm = Label(parent=self, role="small", wraps=True)
        self.confirm.setProperty("meaning", "look")
        self.confirm.hide()
        self._hint = Elided(parent=self, role="secondary")
        self.head = HeadForm(self.session, self)
        self.finder = ProductFinder(self.session, self)
        self.grid = LinesGrid(self.session, self.lines, self.finder, self)
        self.note = TextInput(self, longest=2000, placeholder=lambda: self.tr("Note on the order"))
        bottom = QHBoxLayout()
        spaced(bottom, gap="small")
        bottom.addWidget(self.note, 1)
        bottom.addWidget(CommandButton(commands, "order.repeat", self))
        bottom.addWidget(CommandButton(commands, "order.certificate", self))
        bottom.addWidget(CommandButton(commands, "order.submit", self, role="primary"))
        self.side = Side(self.session, self)
        main = QVBoxLayout()
        spaced(main, "medium", "large", gap="medium")
        main.addLayout(top)
        main.addWidget(self.returned)
        main.addWidget(self.head)
        main.addWidget(line(self))
        main.addWidget(self.grid, 1)
        main.addWidget(self._hint)
        main.addWidget(self.confirm)
        main.addLayout(bottom)
        across = QHBoxLayout(self)
        spaced(across, gap="")
        across.addLayout(main, 1)
        across.addWidget(self.side)

    # -- what is written

    def begin(self, customer_id: bytes | None, order_id: bytes | None) -> None:
        """Write a new order for a customer, or go on with a draft."""
        self._quote, self._kept_ms = None, 0
        self.submission.begin()
        self._begun = self.customer = None
        self.finder.hide()
        self.lines.load([], "CNY")
        query = partial(beginning, customer_id=customer_id, order_id=order_id)
        self.session.tasks.look(query, self._begin, self.shell.tell_error, owner=self, slot="begin")

    def _begin(self, found: Beginning) -> None:
        self._begun, self.customer = found, found.customer
        customer_id = cast(bytes, found.customer["id"])
        facts = found.facts
        self.keeper.begin(customer_id, None if facts is None else facts.id)
        self.finder.of_customer(customer_id, found.usual)
        self.grid.of_customer(customer_id)
        lines, currency = [], "CNY"
        if facts is not None:
            currency = str(facts.order["currency"])
            lines = [made for row in facts.lines if (made := line_of(row, found.products)) is not None]
            self.head.show_order(facts.order, found.places)
            self.note.setText(str(facts.order["note"]))
        else:
            self.note.clear()
        self.lines.load(lines, currency)
        self.gathering.begin(customer_id, self.keeper.order_id)
        self._say_returned()
        self.retranslate()
        self.titled.emit()
        self._version += 1
        self._ask_quote()
        self.shell.commands.refresh()
        if self.isVisible():
            self.take_focus()

    @property
    def order_id(self) -> bytes | None:
        """The order that is written; None while there is none yet."""
        return self.keeper.order_id

    @property
    def last_order(self) -> bytes | None:
        """The order that can be repeated."""
        return self._begun.last if self._begun is not None else None

    @property
    def revision(self) -> int:
        """The revision that is written."""
        facts = self._begun.facts if self._begun is not None else None
        return cast(int, facts.order["revision"]) if facts is not None else 1

    def _fields(self) -> OrderFields:
        return OrderFields(**self.head.values(), note=self.note.text().strip())

    def _read(self) -> tuple[Sequence[Line], OrderFields] | None:
        """For the keeper."""
        lines = self.lines.kept()
        if self.order_id is None and not lines and not self._is_head_typed():
            return None
        return lines, self._fields()

    def _is_head_typed(self) -> bool:
        fields = self._fields()
        return bool(
            fields.get("wanted_on") or fields["note"] or fields["reference_no"] or fields.get("discount_bp")
        )

    def _on_edited(self) -> None:
        self._version += 1
        self.submission.forget()
        self.keeper.touch()
        self._quote_soon.start()

    def _on_kept(self, at_ms: int) -> None:
        self._kept_ms = at_ms
        self.titled.emit()

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None and self.isAncestorOf(before) and (now is None or not self.isAncestorOf(now)):
            self.keeper.keep()

    def leave(self) -> None:
        """Keep everything now."""
        self.grid.finish()
        self.keeper.keep()
        self.gathering.keep()

    # -- what it comes to

    def _ask_quote(self) -> None:
        if self.customer is None:
            return
        lines, version = self.lines.kept(), self._version
        fields = self._fields() if self._quote is not None or self.order_id is not None else OrderFields()
        drafts = [draft for each in lines if (draft := each.draft()) is not None]
        query = partial(
            quote,
            order_id=self.order_id,
            lines=drafts,
            customer_id=cast(bytes, self.customer["id"]),
            rep_id=self.session.person,
            on=self.session.today(),
            **fields,
        )
        self.session.tasks.look(
            query, partial(self._take_quote, version, lines), self.shell.tell_error, owner=self, slot="quote"
        )

    def _take_quote(self, version: int, lines: Sequence[Line], found: Quote) -> None:
        is_first, self._quote, self._quoted_version = self._quote is None, found, version
        begun = self._begun
        if begun is None:
            return
        if is_first:
            self.lines.currency = str(found.order["currency"])
            if begun.facts is None:
                self.head.show_order(found.order, begun.places)
        self.lines.show_quote(lines, found)
        self.side.show_quote(self._as_numbered(found, lines), begun.as_of_ms)
        self._show_changes(found)
        self._show_certificate()
        self.say_hint()
        if version == self._version:
            self.submission.go_on()

    def _as_numbered(self, found: Quote, lines: Sequence[Line]) -> Quote:
        """What is told of lines names them by their number in the grid, where unfinished ones are counted too."""
        numbers = [(self.lines.row_of(each) or 0) + 1 for each in lines]

        def shown(number: object) -> int | None:
            known = isinstance(number, int) and 0 < number <= len(numbers)
            return numbers[cast(int, number) - 1] if known else None

        return replace(
            found,
            problems=tuple(problem._replace(line_no=shown(problem.line_no)) for problem in found.problems),
            looks=tuple(
                replace(look, details={**look.details, "line_no": shown(look.details.get("line_no"))})
                for look in found.looks
            ),
        )

    def _show_changes(self, found: Quote) -> None:
        facts = self._begun.facts if self._begun is not None else None
        if facts is None or facts.changed_from is None or not found.amounts.lines:
            self.side.show_changes(())
            return
        now = open_seal(canonical({**facts.order, **found.order}, found.lines, found.amounts))
        order = {**found.order, **{name: getattr(now, name) for name in _TOTALS}}
        changed = differences(facts.changed_from, now)
        self.side.show_changes(change_texts(changed, facts.changed_from, order, found.lines))

    # -- why a price

    def toggle_certificate(self) -> None:
        """Show why the line costs what it costs, or no more."""
        card = self.side.certificate_card
        card.setVisible(card.isHidden())
        self._show_certificate()

    def _show_certificate(self) -> None:
        if self.side.certificate_card.isHidden():
            return
        here = self.grid.line
        found = self._quote
        place = next((n for n, each in enumerate(self.lines.kept()) if each is here), None)
        if here is None or here.told is None or found is None or place is None or place >= len(found.allowed):
            self.side.certificate.show_line(None)
            return
        allowed = found.allowed[place]
        self.side.certificate.show_line(
            here.told,
            rule_id=allowed.rule_id if allowed is not None else None,
            allowed_bp=allowed.max_bp if allowed is not None else None,
        )

    # -- lines from elsewhere

    def remove_line(self) -> None:
        """Take the line off on which the person is."""
        self.gathering.remove()

    def repeat_last(self) -> None:
        """Add the lines of the customer's last order."""
        if self.last_order is not None:
            self.gathering.repeat(self.last_order)

    # -- submitting

    def submit(self) -> None:
        """Hand the order in (`Submission`)."""
        self.submission.submit()

    @property
    def quote_now(self) -> Quote | None:
        """What the order comes to as it stands; None, and then one is on its way, while that is not known."""
        if self.grid.is_asking or self._quote is None or self._quoted_version != self._version:
            self._quote_soon.start()
            return None
        return self._quote

    def _on_submitted(self, order_id: bytes) -> None:
        self.gathering.finish()
        self.submitted.emit(order_id)

    # -- words

    def say_hint(self) -> None:
        """Say what is typed and not understood."""
        told = []
        for row in self.lines.unfinished():
            each = self.lines.lines[row]
            columns = (Col.PRODUCT, *each.wrong) if each.trouble is not None else tuple(each.wrong)
            wrong = self.lines.wrong_text(each, columns[0]) if columns else self.tr("Choose a product.")
            told.append(f"{line_named(row + 1)}: {wrong}")
        self._hint.setText("   ".join(told))
        self._hint.setProperty("meaning", "needs_you" if told else "")
        self._hint.style().polish(self._hint)
        self._hint.setVisible(bool(told))

    def _say_kept(self) -> None:
        if self._begun is None:
            return
        if self.order_id is None:
            told = self.tr("Not begun yet") if self.keeper.is_kept else self.tr("Being saved …")
        elif not self.keeper.is_kept:
            told = self.tr("Being saved …")
        elif self._kept_ms:
            told = self.tr("Saved {time}").format(time=formats().time(self._kept_ms))
        else:
            told = self.tr("Saved")
        self._kept.setText(told)

    def _say_returned(self) -> None:
        facts = self._begun.facts if self._begun is not None else None
        returned = [step for step in facts.road if step.code == "returned"] if facts is not None else []
        self.returned.setVisible(bool(returned) and self.revision > 1)
        if returned:
            self.returned.setText(
                self.tr("Returned by {name}: {reason}").format(name=returned[-1].by, reason=returned[-1].note)
            )

    @property
    def number(self) -> str:
        """The order's number, once it has one."""
        return self._number.text() if self.order_id is not None else ""

    def show_number(self, number: str) -> None:
        """The number that the order got when it was first kept."""
        self._number.setText(number)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.grid.setAccessibleName(self.tr("Lines of the order"))
        self.note.setAccessibleName(self.tr("Note on the order"))
        self.confirm.setText(
            self.tr("The office will look at this order. Press Ctrl+Enter again to submit it all the same.")
        )
        self.grid.retranslate()
        if self._quote is not None:
            self._show_changes(self._quote)
        facts = self._begun.facts if self._begun is not None else None
        if facts is not None:
            self._number.setText(str(facts.order["number"]))
        elif self.order_id is None:
            self._number.setText(self.tr("New order"))
        self._say_kept()
        self._say_returned()
        self.say_hint()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self.grid.restyle()

    def take_focus(self) -> None:
        """The keyboard goes where the next product is typed, once there is something to write."""
        if self._begun is None:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.grid.begin()


_TOTALS: Final = ("list_total_minor", "net_total_minor", "tax_total_minor", "gross_total_minor")
