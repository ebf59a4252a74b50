"""Pictures of every screen and dialog, empty and full, in both languages, both themes and two sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication, QWidget

from demo.flaws import texts, without_glyph
from demo.pictures import ALL, SIZE, Wear, put_on, take
from demo.premises import TourFailed
from demo.window.hand import Hand
from demo.words import Bar
from desktop.screens.order.screen import OrderScreen

Show = Callable[[Hand], "QWidget | None"]
"""Brings something before the eyes; gives the dialog, or None for the window."""

NOBODY: Final = "没有这样的客户"
LETTERS: Final = ("hk", "hai")
"""What is typed to find something."""


def _open(name: str, **place: str | int | bool) -> Show:
    def show(hand: Hand) -> None:
        hand.bench.open(name, place)

    return show


def _then(first: Show, *commands: str) -> Show:
    """What ``first`` shows, after these commands."""

    def show(hand: Hand) -> QWidget | None:
        first(hand)
        hand.settle()
        before = set(QApplication.topLevelWidgets())
        for command in commands:
            hand.bench.commands.run(command)
            hand.settle()
        return _dialog(hand, before)

    return show


def _dialog(hand: Hand, before: set[QWidget]) -> QWidget | None:
    """The dialog that came to be seen since ``before``."""
    if hand.window.dialog is not None:
        return hand.window.dialog
    new = [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget not in before and widget.isVisible() and widget is not hand.window
    ]
    return new[-1] if new else None


def _id(hand: Hand, statement: str, *values: str) -> str:
    found = hand.rows(statement, *values)
    if not found:
        raise TourFailed(f"Nothing to take a picture of: {statement}")
    return bytes(found[0][0]).hex()


def _of(name: str, statement: str, *values: str) -> Show:
    """The screen ``name`` with the record that a query finds."""

    def show(hand: Hand) -> None:
        hand.bench.open(name, {"id": _id(hand, statement, *values)})

    return show


def _order(state: str) -> Show:
    return _of(
        "order",
        "SELECT id FROM sales_order WHERE state = ? AND deleted = 0 ORDER BY number DESC LIMIT 1",
        state,
    )


def _new_order(hand: Hand) -> None:
    hand.bench.open("order", {"new_for": _id(hand, CUSTOMER)})
    hand.settle()


def _typing(hand: Hand) -> None:
    """A product is being typed."""
    _new_order(hand)
    hand.write(LETTERS[0])


def _palette(text: str) -> Show:
    def show(hand: Hand) -> None:
        hand.bench.open("customers")
        hand.bench.show_palette()
        hand.bench.palette_.line.setText(text)

    return show


def _history(hand: Hand) -> None:
    hand.bench.open("history", {"table": "customer", "id": _id(hand, CUSTOMER)})


CUSTOMER: Final = "SELECT customer_id FROM sales_order WHERE deleted = 0 GROUP BY customer_id ORDER BY count(*) DESC LIMIT 1"
FULL: Final[Mapping[str, Show]] = {
    "customers": _open("customers"),
    "customers_filtered": _open("customers", filter="orders >= 1"),
    "customers_nothing_found": _open("customers", filter=NOBODY),
    "filter_builder": _then(_open("customers"), "customers.build_filter"),
    "saved_filters": _then(_open("customers"), "customers.saved"),
    "customer": _of("customer", CUSTOMER),
    "customer_edit": _then(_of("customer", CUSTOMER), "customer.edit"),
    "contact": _then(_of("customer", CUSTOMER), "customer.add_contact"),
    "address": _then(_of("customer", CUSTOMER), "customer.add_address"),
    "new_customer": _open("new_customer"),
    "history": _history,
    "orders": _open("orders"),
    "order_new": _new_order,
    "order_typing": _typing,
    "order_approved": _order("approved"),
    "order_withdrawn": _order("withdrawn"),
    "sync_done": _open("sync", section="done"),
    "sync_waiting": _open("sync", section="waiting"),
    "sync_needs_you": _open("sync", section="needs_you"),
    "sync_log": _open("sync", section="log"),
    "conflict": _of("conflict", "SELECT id FROM conflict ORDER BY created_at DESC LIMIT 1"),
    "palette": _palette(""),
    "palette_found": _palette(LETTERS[1]),
    "palette_nothing": _palette(NOBODY),
    "settings": _then(_open("customers"), "window.settings"),
    "keys": _then(_open("customers"), "help.keys"),
    "licences": _then(_open("customers"), "help.licences"),
}
"""Every screen and dialog of an open laptop, by the name of its pictures."""
EMPTY: Final[Mapping[str, Show]] = {
    "customers_empty": _open("customers"),
    "orders_empty": _open("orders"),
    "sync_empty": _open("sync", section="needs_you"),
    "sync_log_empty": _open("sync", section="log"),
}
"""What somebody sees who holds nothing yet."""


class Gallery:
    """Takes pictures into ``folder`` and remembers what is wrong with what it saw."""

    def __init__(self, folder: Path, looks: Sequence[Wear] = ALL) -> None:
        self.folder = folder
        self.looks = tuple(looks)
        self.faults: list[str] = []
        self.taken: list[Path] = []

    def snap(self, hand: Hand, name: str) -> None:
        """What is seen now, in every look."""
        for wear in self._looks(hand):
            self._take(hand, None, name, wear)

    def walk(self, hand: Hand, scenes: Mapping[str, Show], bar: Bar) -> None:
        """Every scene in every look."""
        total = len(scenes) * len(self.looks)
        done = 0
        for wear in self._looks(hand):
            for name, show in scenes.items():
                shown = show(hand)
                hand.settle()
                self._take(hand, shown, name, wear)
                self._tidy(hand, shown)
                done += 1
                bar(done, total)

    def _looks(self, hand: Hand) -> Iterator[Wear]:
        for wear in self.looks:
            put_on(hand.preferences, wear)
            hand.window.resize(SIZE * (wear.percent / 100))
            hand.settle()
            yield wear
        put_on(hand.preferences, self.looks[0])

    def _take(self, hand: Hand, shown: QWidget | None, name: str, wear: Wear) -> None:
        self.taken.append(take(hand.window, self.folder, name, wear, above=shown))
        for _owner, text, font in texts(shown or hand.window):
            missing = without_glyph(text, font)
            if missing:
                self.faults.append(f"{wear.file(name)}: no glyph for {missing!r} in {text!r}")

    def _tidy(self, hand: Hand, shown: QWidget | None) -> None:
        if shown is not None:
            shown.close()
        if hand.bench.palette_.isVisible():
            hand.bench.palette_.hide()
        screen = hand.bench.screen_here
        if isinstance(screen, OrderScreen) and screen.is_writing:
            screen.leave()
        hand.settle()
