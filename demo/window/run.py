"""The window at the end of the tour: for a person where there is a screen, out of sight and with pictures where there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from demo.cast import Cast
from demo.pictures import ALL, Wear, put_on
from demo.premises import OrderDesk, Premises
from demo.road import Road
from demo.window.gallery import EMPTY, FULL, Gallery
from demo.window.hand import Hand
from demo.window.story import WindowStory
from demo.words import Teller, count
from desktop.kit.preferences import Preferences
from desktop.program import Program
from desktop.screens.unlock.gate import Unlock
from desktop.settings import Settings
from desktop.shell.application import make_application, on_qt_message

OUT_OF_SIGHT = "offscreen"
SETTLE_MS = 50


def has_screen() -> bool:
    """Whether a window would be seen here."""
    if os.environ.get("QT_QPA_PLATFORM", "") in (OUT_OF_SIGHT, "minimal"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def show(teller: Teller, settings: Settings, passphrase: str) -> None:
    """Open the window on the laptop of the tour, unlocked, and wait until it is closed."""
    teller.step("The window")
    teller.say("It is open, signed in to the office of this tour. Close it to end the tour.")
    application = make_application()
    program = Program(settings, application)
    program.window.resize(1280, 800)
    program.start()

    def unlock() -> None:
        program.open(passphrase, program.tell_broken, owner=program)

    QTimer.singleShot(0, unlock)
    application.exec()


def walk_through(
    teller: Teller,
    premises: Premises,
    cast: Cast,
    road: Road,
    *,
    folder: Path,
    passphrase: str,
    pictures: Path,
    looks: Sequence[Wear] = ALL,
) -> list[str]:
    """Play the story in the window, out of sight; then take pictures of everything. Gives what is wrong with them."""
    os.environ["QT_QPA_PLATFORM"] = OUT_OF_SIGHT
    application = make_application()
    qInstallMessageHandler(on_qt_message)
    gallery = Gallery(pictures, looks)
    desk = OrderDesk(premises.address, login=cast.approver_login, password=premises.password)
    with _program(application, folder / "laptop-2") as (program, hand):
        story = WindowStory(
            teller, premises, cast, road, desk, hand, passphrase, lambda name: gallery.snap(hand, name)
        )
        story.run()
        teller.step("Pictures of every screen")
        with teller.bar("Pictures") as bar:
            gallery.walk(hand, FULL, bar)
        program.lock()
        hand.gate(Unlock)
        gallery.snap(hand, "unlock")
        hand.unlock(passphrase)
        hand.sync()
    desk.close()
    with (
        _program(application, folder / "laptop-3") as (_program_3, hand),
        teller.bar("Empty ones") as bar,
    ):
        code = premises.enrolment_code(cast.approver, issuer=cast.issuer)
        hand.enrol(road.url, code, passphrase)
        hand.until("the first copy", lambda: hand.is_in_step() and not hand.session.sync.view.is_first_copy)
        gallery.walk(hand, EMPTY, bar)
    teller.say(
        f"{count(len(gallery.taken), 'picture')} of {count(len(gallery.taken) // len(looks), 'sight')} in "
        f"{count(len(looks), 'look')}: {pictures}"
    )
    return gallery.faults


@contextmanager
def _program(application: QApplication, folder: Path) -> Iterator[tuple[Program, Hand]]:
    """The program in a data folder; closed as locking closes it."""
    folder.mkdir(parents=True, exist_ok=True)
    put_on(Preferences(folder), ALL[0])
    program = Program(Settings(folder), application)
    hand = Hand(program)
    hand.window.resize(1280, 800)
    program.start()
    hand.window.activateWindow()
    try:
        yield program, hand
    finally:
        program.lock()
        program.wait_closed()
        QTest.qWait(SETTLE_MS)
        hand.window.hide()
        hand.window.deleteLater()
        program.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
