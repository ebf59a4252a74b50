"""What the status line says: pure words from how sync and the copy stand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.kit import words
from desktop.kit.format import Formats
from desktop.kit.sync import Phase, SyncView
from desktop.store.reads.standing import Standing

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Part:
    """One statement of the status line: an icon, words, and what they mean (a meaning of the tokens)."""

    icon: str
    text: str
    meaning: str = "neutral"


def parts(view: SyncView, standing: Standing | None, now_ms: int, formats: Formats) -> list[Part]:
    """The statements, the most urgent first. There is always one."""
    told = []
    needs = standing.needs_you if standing else 0
    waiting = standing.waiting if standing else 0
    if needs:
        told.append(Part("needs_you", translate("Standing", "%n need(s) you", "", needs), "needs_you"))
    if view.phase is Phase.REFUSED:
        told.append(Part("danger", translate("Standing", "The office refuses this laptop"), "needs_you"))
    elif view.phase is Phase.SYNCING:
        told.append(Part("sync", _syncing(view), "information"))
    elif view.phase is Phase.OFFLINE:
        told.append(Part("offline", translate("Standing", "Offline, working locally")))
    elif view.phase is Phase.OFF:
        told.append(Part("offline", translate("Standing", "Not syncing")))
    elif not waiting:
        told.append(Part("online", _up_to_date(view, now_ms, formats), "done"))
    if waiting and standing:
        told.append(Part("waiting", _waiting(standing, formats), "look"))
    return told


def _syncing(view: SyncView) -> str:
    percent = view.percent
    if view.is_first_copy:
        if percent is None:
            return translate("Standing", "First copy")
        return translate("Standing", "First copy {percent} %").format(percent=percent)
    if percent is None:
        return translate("Standing", "Syncing")
    return translate("Standing", "Syncing {percent} %").format(percent=percent)


def _up_to_date(view: SyncView, now_ms: int, formats: Formats) -> str:
    if not view.contact_ms:
        return translate("Standing", "Up to date")
    return translate("Standing", "Up to date {time}").format(time=formats.moment(view.contact_ms, now_ms))


def _waiting(standing: Standing, formats: Formats) -> str:
    text = translate("Standing", "%n waiting", "", standing.waiting)
    if not standing.worth_minor:
        return text
    worth = " + ".join(
        formats.money_short(amount, currency) for currency, amount in sorted(standing.worth_minor.items())
    )
    return translate("Standing", "{waiting} ({worth})").format(waiting=text, worth=worth)


def details(view: SyncView, standing: Standing | None, now_ms: int, formats: Formats) -> list[str]:
    """The lines of the tooltip."""
    told = []
    if view.code:
        told.append(f"{words.error_number(view.code, view.message)} ({view.code})")
    if view.contact_ms:
        told.append(
            translate("Standing", "The office last answered: {time}").format(
                time=formats.moment(view.contact_ms, now_ms)
            )
        )
    if view.next_try_ms > now_ms:
        told.append(
            translate("Standing", "Next try in {time}").format(
                time=formats.duration((view.next_try_ms - now_ms) / 1000)
            )
        )
    if standing and standing.status.checkpoint_ms:
        told.append(
            translate("Standing", "Prices and credit as of: {time}").format(
                time=formats.moment(standing.status.checkpoint_ms, now_ms)
            )
        )
    if standing and standing.waiting:
        told.append(translate("Standing", "What waits is saved here and is sent by itself."))
    if view.is_clock_wrong and view.clock_offset_ms is not None:
        late = view.clock_offset_ms > 0
        text = (
            translate("Standing", "This laptop's clock is {time} slow.")
            if late
            else translate("Standing", "This laptop's clock is {time} fast.")
        )
        told.append(text.format(time=formats.duration(abs(view.clock_offset_ms) / 1000)))
    elif view.clock_offset_ms is not None:
        told.append(translate("Standing", "This laptop's clock is right."))
    return told
