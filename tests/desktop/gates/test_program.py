"""The whole program against a real server over a real socket: first run, first copy, locks, signing out, a second start."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crm.customers.actions import create_customer
from crm.schema import SCHEMA
from desktop.kit.session import Session
from desktop.program import Program
from desktop.screens.first_run.copy import FirstCopy
from desktop.screens.first_run.gate import FirstRun
from desktop.screens.first_run.problems import Place
from desktop.screens.sign_out.dialog import SignOutDialog
from desktop.screens.unlock.gate import Unlock
from desktop.settings import Settings
from desktop.shell.single import Single
from desktop.store.drafts import Draft, put
from sync_server.app import open_accounts, open_office
from sync_server.set_up import SetUp
from sync_server.settings import Settings as OfficeSettings
from sync_server.store.database import Database
from tests.conftest import PROJECT
from tests.contract.backends import Backend, SqliteBackend
from tests.contract.world import CHEAP, password_of, prepare
from tests.desktop.stalls import Watch
from tests.e2e.nursery import Nursery
from tests.unit.desktop.conftest import PASSPHRASE, plain_machine
from tests.unit.desktop.sync.stranger import Reply, stranger

__all__ = ["plain_machine"]
pytestmark = pytest.mark.usefixtures("plain_machine")
LONG_MS = 20_000


@dataclass
class Office:
    """A server process of its own, so that its work is not the window's. ``base`` is its address."""

    base: str
    set_up: SetUp
    end: Callable[[], None]

    def enrolment_code(self, login: str) -> str:
        return self.set_up.enrolment_code(login, days=1)


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery") / "log") as nursery:
        yield nursery


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    return SqliteBackend(tmp_path_factory.mktemp("office"), prepare)


@pytest.fixture
def world(backend: Backend, nursery: Nursery, tmp_path: Path) -> Iterator[Office]:
    """The office, served."""
    with backend.office() as url:
        ready = tmp_path / "ready"
        pid = nursery.start(run="server", url=url, ready=str(ready))
        deadline = time.monotonic() + LONG_MS / 1000
        while not (ready.exists() and ready.read_text().split()):
            assert time.monotonic() < deadline, "the server does not get ready"
            time.sleep(0.01)
        ended: list[None] = []

        def end() -> None:
            if not ended:
                ended.append(None)
                nursery.kill(pid)
                nursery.wait(pid)

        database, settings = Database(url, SCHEMA), OfficeSettings()
        accounts = open_accounts(database, settings, CHEAP)
        yield Office(ready.read_text().split()[-1], SetUp(open_office(database, settings), accounts), end)
        database.close()
        end()


@pytest.fixture
def program(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Program]:
    """The program on a folder that does not exist yet."""
    program = started(qapp, tmp_path / "data")
    yield program
    end(program, qtbot)


def started(qapp: QApplication, folder: Path) -> Program:
    program = Program(Settings(folder), qapp)
    program.preferences.language = "en"
    program.preferences.theme = "light"
    # The application outlives the program here.
    program._leave = lambda: program._worker.shutdown(wait=False)  # type: ignore[method-assign]
    program.start()
    program.window.resize(1280, 800)
    return program


def end(program: Program, qtbot: QtBot) -> None:
    if program._is_ending:
        return
    program.window.close()
    qtbot.waitUntil(lambda: program._worker._shutdown, timeout=LONG_MS)
    program._worker.shutdown(wait=True)
    program.window.deleteLater()


def gate(program: Program) -> QWidget | None:
    return program.window.gate


def first_run(program: Program, qtbot: QtBot) -> FirstRun:
    qtbot.waitUntil(lambda: isinstance(gate(program), FirstRun), timeout=LONG_MS)
    found = gate(program)
    assert isinstance(found, FirstRun)
    return found


def fill(found: FirstRun, qtbot: QtBot, **values: str) -> None:
    """Type into the fields that are seen."""
    qtbot.waitUntil(found.fields[Place.PASSPHRASE].isVisible, timeout=LONG_MS)
    values = {"passphrase": PASSPHRASE, "repeat": PASSPHRASE, **values}
    for name, text in values.items():
        edit = getattr(found, name)
        if edit.isVisible():
            edit.setText(text)
    qtbot.mouseClick(found.button, Qt.MouseButton.LeftButton)


def session_of(program: Program) -> Session:
    bench = program.window.workbench
    assert bench is not None
    return bench.session


def is_open(program: Program) -> Callable[[], bool]:
    return lambda: program.window.workbench is not None


def enrolled(program: Program, world: Office, qtbot: QtBot) -> None:
    found = first_run(program, qtbot)
    fill(found, qtbot, code=f"{world.base}/#{world.enrolment_code('lin')}")
    qtbot.waitUntil(is_open(program), timeout=LONG_MS)
    session = session_of(program)
    qtbot.waitUntil(lambda: not session.sync.view.is_first_copy, timeout=LONG_MS)
    # The rights come with the directory.
    qtbot.waitUntil(lambda: session.actor().division_id is not None, timeout=LONG_MS)


def enter_customer(program: Program, qtbot: QtBot) -> None:
    """A customer that the office does not have: the line is cut first."""
    done: list[bytes] = []
    session_of(program).tasks.write(
        "customer.create",
        lambda work: create_customer(work, name="海口椰风").id,
        done.append,
        owner=program.window,
    )
    qtbot.waitUntil(lambda: bool(done), timeout=LONG_MS)


# --- first run --------------------------------------------------------------------------------------------------------


def test_code_that_holds_the_address_is_all_that_is_typed(
    world: Office, program: Program, qtbot: QtBot
) -> None:
    found = first_run(program, qtbot)
    found.code.setText(f"{world.base}/#{world.enrolment_code('lin')}")
    assert not found.fields[Place.SERVER].isVisible()
    enrolled(program, world, qtbot)
    bench = program.window.workbench
    assert bench is not None
    qtbot.waitUntil(lambda: isinstance(bench.screen_here, FirstCopy), timeout=LONG_MS)
    qtbot.waitUntil(lambda: bench.screen_here.counts["product"].text() == "3", timeout=LONG_MS)  # type: ignore[union-attr]
    qtbot.keyClick(bench.screen_here, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench.rail.buttons["customers"].isChecked()


def test_account_and_password_do_as_well(world: Office, program: Program, qtbot: QtBot) -> None:
    found = first_run(program, qtbot)
    qtbot.mouseClick(found.way, Qt.MouseButton.LeftButton)
    fill(found, qtbot, server=world.base, login="lin", password=password_of("lin"))
    qtbot.waitUntil(is_open(program), timeout=LONG_MS)
    assert session_of(program).device_code == "LN-1"


@pytest.mark.parametrize(
    ("values", "place", "said"),
    [
        ({"code": "0000-0000-0000"}, Place.CODE, "The office does not take this code"),
        ({"code": ""}, Place.CODE, "This is needed."),
        ({"code": "0000-0000-0000", "server": "ftp://x"}, Place.SERVER, "An address looks like"),
        ({"code": "0000-0000-0000", "server": "http://127.0.0.1:9"}, Place.SERVER, "Nobody answers"),
        ({"code": "0000-0000-0000", "server": "http://office.test"}, Place.SERVER, "An address that begins with http://"),
        ({"code": "0000-0000-0000", "passphrase": "short", "repeat": "short"}, Place.PASSPHRASE, "The passphrase is too short"),
        ({"code": "0000-0000-0000", "repeat": "another one"}, Place.REPEAT, "The two are not the same."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    world: Office, program: Program, qtbot: QtBot, values: dict[str, str], place: Place, said: str
) -> None:
    found = first_run(program, qtbot)
    fill(found, qtbot, **{"server": world.base, **values})
    qtbot.waitUntil(lambda: found.fields[place].problem.startswith(said), timeout=LONG_MS)
    assert [each for each, field in found.fields.items() if field.problem] == [place]
    assert found.button.isEnabled()
    assert QApplication.focusWidget() is found.fields[place].control


def test_wrong_password_is_said_beside_it(world: Office, program: Program, qtbot: QtBot) -> None:
    found = first_run(program, qtbot)
    qtbot.mouseClick(found.way, Qt.MouseButton.LeftButton)
    fill(found, qtbot, server=world.base, login="lin", password="guess guess")
    wrong = found.fields[Place.PASSWORD]
    qtbot.waitUntil(lambda: wrong.problem == "Account or password is wrong.", timeout=LONG_MS)


def test_sign_in_page_of_a_hotel_is_not_the_office(program: Program, qtbot: QtBot) -> None:
    with stranger() as portal:
        portal.always = Reply(b"<html>Welcome! Room number, please</html>", 200, "text/html")
        found = first_run(program, qtbot)
        fill(found, qtbot, server=portal.url, code="0000-0000-0000")
        server = found.fields[Place.SERVER]
        qtbot.waitUntil(lambda: server.problem.startswith("Something else answers here."), timeout=LONG_MS)


# --- locks ------------------------------------------------------------------------------------------------------------


def test_lock_takes_the_copy_away_and_the_passphrase_brings_it_back(
    world: Office, program: Program, qtbot: QtBot, watch: Watch
) -> None:
    enrolled(program, world, qtbot)
    store = session_of(program).store
    program.lock()
    locked = gate(program)
    assert isinstance(locked, Unlock)
    assert program.window.workbench is None
    qtbot.waitUntil(locked.field.isVisible, timeout=LONG_MS)
    locked.passphrase.setText("not the right one")
    qtbot.keyClick(locked.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: locked.field.problem != "", timeout=LONG_MS)
    with watch.aside():
        world.end()
    locked.passphrase.setText(PASSPHRASE)
    qtbot.keyClick(locked.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(is_open(program), timeout=LONG_MS)
    assert session_of(program).store is not store


def test_lock_keeps_what_was_typed(world: Office, program: Program, qtbot: QtBot) -> None:
    enrolled(program, world, qtbot)
    session = session_of(program)
    ended: list[None] = []
    session.ending.connect(lambda: ended.append(None))
    program.lock()
    assert ended == [None]


# --- signing out ------------------------------------------------------------------------------------------------------


def sign_out_dialog(program: Program, qtbot: QtBot) -> SignOutDialog:
    bench = program.window.workbench
    assert bench is not None
    assert bench.commands.run("window.sign_out")
    dialog = program.window.dialog
    assert isinstance(dialog, SignOutDialog)
    qtbot.waitUntil(lambda: dialog._unsent is not None, timeout=LONG_MS)
    return dialog


def test_signing_out_lists_what_is_unsent_and_keeps_it(
    world: Office, program: Program, qtbot: QtBot, watch: Watch
) -> None:
    enrolled(program, world, qtbot)
    with watch.aside():
        program._open.sync.stop()  # type: ignore[union-attr]
    enter_customer(program, qtbot)
    schema = session_of(program).store.schema
    session_of(program).store.keep(lambda connection: put(connection, schema, Draft("customer.new"))).result()
    dialog = sign_out_dialog(program, qtbot)
    assert [figure.text() for figure in dialog.counts] == ["1", "0", "1"]
    dialog.remove.setChecked(True)
    assert not dialog.done_button.isEnabled()
    dialog.keep.setChecked(True)
    qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)

    found = first_run(program, qtbot)
    qtbot.waitUntil(lambda: found._door.is_enrolled, timeout=LONG_MS)
    fill(found, qtbot, code=world.enrolment_code("lin"))
    qtbot.waitUntil(is_open(program), timeout=LONG_MS)
    session = session_of(program)
    assert session.device_code == "LN-1"
    qtbot.waitUntil(
        lambda: session.store.outgoing(max_changesets=9, max_bytes=9999)[1] == [], timeout=LONG_MS
    )


def test_copy_that_was_signed_out_does_not_open_by_itself(
    world: Office, program: Program, qtbot: QtBot, qapp: QApplication
) -> None:
    enrolled(program, world, qtbot)
    dialog = sign_out_dialog(program, qtbot)
    assert dialog._nothing.isVisible()
    qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)
    first_run(program, qtbot)
    end(program, qtbot)
    again = started(qapp, program.folder)
    qtbot.waitUntil(lambda: isinstance(gate(again), Unlock), timeout=LONG_MS)
    locked = gate(again)
    assert isinstance(locked, Unlock)
    qtbot.waitUntil(locked.field.isVisible, timeout=LONG_MS)
    locked.passphrase.setText(PASSPHRASE)
    qtbot.keyClick(locked.passphrase, Qt.Key.Key_Return)
    first_run(again, qtbot)
    assert again.window.workbench is None
    end(again, qtbot)


def test_removing_the_copy_leaves_nothing_and_the_folder_can_be_set_up_anew(
    world: Office, program: Program, qtbot: QtBot
) -> None:
    enrolled(program, world, qtbot)
    dialog = sign_out_dialog(program, qtbot)
    dialog.remove.setChecked(True)
    qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not (program.folder / "enrolment.json").exists(), timeout=LONG_MS)
    found = first_run(program, qtbot)
    qtbot.waitUntil(found.fields[Place.NAME].isVisible, timeout=LONG_MS)
    left = {path.name for path in program.folder.iterdir()}
    assert left <= {"in-use.lock", "log", "window.ini"}
    fill(found, qtbot, server=world.base, code=world.enrolment_code("lin"))
    qtbot.waitUntil(is_open(program), timeout=LONG_MS)
    assert session_of(program).device_code == "LN-2"


# --- a second start ---------------------------------------------------------------------------------------------------


def test_second_start_raises_the_first_window(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    first = Single(tmp_path)
    first.listen()
    asked: list[None] = []
    first.asked.connect(lambda: asked.append(None))
    start = (
        "import sys, pathlib; from desktop.shell.single import Single; "
        "sys.exit(not Single(pathlib.Path(sys.argv[1])).call_first())"
    )
    second = subprocess.Popen([sys.executable, "-c", start, str(tmp_path)], cwd=PROJECT)
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=LONG_MS)
    assert (second.returncode, asked) == (0, [None])
    first.close()
    assert Single(tmp_path).call_first() is False
