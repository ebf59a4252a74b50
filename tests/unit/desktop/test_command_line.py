"""The commands: what they print, where they print it, and how they end."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import OperationalError

from crm.changes.codec import encode
from crm.changes.entity import to_wire
from crm.changes.ops import Block, Head, Page, PullRequest, PushRequest, Receipt
from crm.errors import Code
from crm.ids import COMPANY, id_text
from crm.schema import SCHEMA, SCHEMA_VERSION
from desktop import commands
from desktop.__main__ import main
from desktop.commands import Progressing, needs, sentences
from desktop.settings import Settings
from desktop.store.status import Status
from desktop.sync.engine import RoundReport
from tests.unit.desktop.office import PERSON, SmallOffice
from tests.unit.desktop.sync.stranger import Asked, Reply, Stranger, refusal, stranger

pytestmark = pytest.mark.usefixtures("plain_machine")

CODE = "R4EB-HCR2-JGVZ"


@pytest.fixture
def server() -> Iterator[Stranger]:
    """Where the office is."""
    with stranger() as made:
        made.always = SmallOffice(CODE)
        yield made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def enrolled(server: Stranger, data: Path) -> Path:
    """The folder, enrolled."""
    arguments = ["--server", server.url, "--code", CODE, "--name", "laptop", "--data", str(data)]
    with redirect_stdout(io.StringIO()):
        assert main(["enrol", *arguments]) == 0
    return data


# --- enrol -------------------------------------------------------------------------------------------------------------


def test_enrolling_says_for_whom_and_what_comes_next(
    server: Stranger, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["enrol", "--server", server.url + "/", "--code", CODE, "--data", str(data)])

    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert "Nina Dahl" in out
    assert "ND-1" in out
    assert "roundsman sync" in out
    enrolment = Settings(data).enrolment()
    assert enrolment is not None
    assert enrolment.server == server.url


def test_an_error_is_a_number_and_a_sentence_on_standard_error(
    server: Stranger, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["enrol", "--server", server.url, "--code", "WR0NG", "--data", str(data)])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err == "error 2005: This code is not valid (any more).\n"


def test_an_address_without_encryption_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["enrol", "--server", "http://office.example", "--code", CODE, "--data", str(data)])

    assert code == 2
    assert capsys.readouterr().err.startswith("error 1005: An address that begins with http://")
    assert not data.exists()


def test_without_a_key_store_and_a_terminal_a_passphrase_must_be_given(
    server: Stranger, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROUNDSMAN_PASSPHRASE")
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\n"))

    assert main(["enrol", "--server", server.url, "--code", CODE, "--data", str(data)]) == 2
    assert capsys.readouterr().err.startswith("error 4110: ")
    assert server.asked == []


class Terminal(io.StringIO):
    """Standard input of somebody who can be asked."""

    def isatty(self) -> bool:
        return True


def test_a_new_passphrase_is_asked_for_twice(
    server: Stranger, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["one passphrase", "another one", "one passphrase", "one passphrase", "one passphrase"])
    monkeypatch.delenv("ROUNDSMAN_PASSPHRASE")
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _question: next(answers))
    enrol = ["enrol", "--server", server.url, "--code", CODE, "--data", str(data)]

    assert main(enrol) == 2
    assert "differ" in capsys.readouterr().err
    assert main(enrol) == 0
    assert main(["status", "--data", str(data)]) == 0
    assert next(answers, None) is None


def test_an_enrolled_folder_gets_a_new_sign_in_with_again(
    server: Stranger, enrolled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["enrol", "--server", server.url, "--code", CODE, "--data", str(enrolled)]

    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("error 4003: ")
    assert main([*arguments, "--again"]) == 0
    assert "Signed in again as Nina Dahl" in capsys.readouterr().out


# --- sync --------------------------------------------------------------------------------------------------------------


def test_syncing_ends_in_step(enrolled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--data", str(enrolled)]) == 0

    out, err = capsys.readouterr()
    assert "In step with the office" in out
    assert err == ""


def test_an_office_out_of_reach_is_no_error_of_the_laptop(
    server: Stranger, enrolled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.always = Reply(b"<html>", 502, "text/html")

    assert main(["sync", "--data", str(enrolled)]) == 1
    assert capsys.readouterr().err.startswith("error 4005: ")


@pytest.mark.allow_log("desktop.sync.http")
def test_what_the_office_refuses_is_an_error(
    server: Stranger, enrolled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.always = refusal(403, Code.DEVICE_STATE, "This account is frozen.", state="frozen")

    assert main(["sync", "--data", str(enrolled)]) == 2
    assert capsys.readouterr().err == "error 2006: This account is frozen.\n"


def test_a_round_as_json_is_one_line(enrolled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--json", "--data", str(enrolled)]) == 0

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["complete"] is True


@pytest.mark.allow_log("desktop.sync.http")
def test_watching_goes_on_until_no_waiting_mends_it(
    server: Stranger, enrolled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = server.always
    polls = 0

    def answer(asked: Asked) -> Reply:
        nonlocal polls
        if asked.path == "/v1/wake":
            polls += 1
            if polls == 3:
                server.always = refusal(403, Code.DEVICE_STATE, "This account is frozen.")
            return Reply(b"\x81\xa4news\xc3")
        assert not isinstance(office, Reply)
        return office(asked)

    server.always = answer

    assert main(["sync", "--watch", "--data", str(enrolled)]) == 2
    assert polls == 3
    assert capsys.readouterr().err.startswith("error 2006: ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM")
def test_watching_ends_cleanly_when_it_is_told_to(server: Stranger, enrolled: Path) -> None:
    office = server.always

    def answer(asked: Asked) -> Reply:
        if asked.path == "/v1/wake":
            os.kill(os.getpid(), signal.SIGTERM)
        assert not isinstance(office, Reply)
        return office(asked)

    server.always = answer
    before = signal.getsignal(signal.SIGTERM)

    assert main(["sync", "--watch", "--data", str(enrolled)]) == 130
    assert signal.getsignal(signal.SIGTERM) is before
    assert main(["status", "--data", str(enrolled)]) == 0


def test_what_a_round_did_is_told_in_plain_words() -> None:
    report = RoundReport(
        pushed=3,
        outcomes={"merged": 1, "applied": 2},
        pulled_rows=1234,
        evicted_rows=1,
        held_back=1,
        first_copy=True,
        complete=True,
        seconds=2.0,
        is_clock_wrong=True,
        clock_offset_ms=-3 * 60 * 60 * 1000,
    )

    assert sentences(report, is_news=False) == [
        "Sent 3 changes: 2 applied, 1 merged.",
        "Received 1,234 rows.",
        "Removed 1 row that is no longer yours.",
        "The office took away unusually much; it stays here until somebody there has looked.",
        "The first copy is complete.",
        "This laptop's clock is 180 minutes fast.",
        "In step with the office after 2.0 s.",
    ]
    assert sentences(RoundReport(complete=True), is_news=True) == []
    assert sentences(RoundReport(code=4005, message="No road."), is_news=True) == [
        "Not in step, trying again (4005): No road."
    ]


def test_what_needs_somebody_is_told_in_plain_words() -> None:
    busy = Status(2, 0, 1, 3, (), 1, True, True)

    assert needs(busy) == [
        "2 changes made here wait to be sent.",
        "1 change that the office refused is kept here and needs you.",
        "3 conflicts need you.",
    ]
    assert needs(Status(0, 0, 0, 0, (), 1, True, True)) == []


class Pages:
    """A transport that has three pages."""

    def __init__(self) -> None:
        self.done = 0

    def push(self, request: PushRequest) -> None:
        raise AssertionError

    def pull(self, request: PullRequest) -> Page:
        self.done += 10
        return Page(self.done == 30, (), b"", (), 1, done=self.done if self.done < 30 else 0, total=25)

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        return cursor == {}


def test_a_bar_shows_how_far_a_first_copy_is() -> None:
    progress = Progress(console=Console(file=io.StringIO(), force_terminal=True))
    transport = Progressing(Pages(), progress)  # type: ignore[arg-type]
    request = PullRequest(1, 1, b"i" * 16, {})
    seen = []

    for _ in range(3):
        transport.pull(request)
        seen.append([(task.completed, task.total) for task in progress.tasks])

    assert seen == [[(10, 25)], [(20, 25)], []]
    assert transport.wake({}, 1.0)


# --- status and dump ---------------------------------------------------------------------------------------------------


def test_status_needs_no_network(
    server: Stranger, enrolled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = len(server.asked)

    assert main(["status", "--data", str(enrolled)]) == 0
    words = capsys.readouterr().out
    assert main(["status", "--json", "--data", str(enrolled)]) == 0
    values = json.loads(capsys.readouterr().out)

    assert "ND-1" in words
    assert "first copy is not complete" in words
    assert values["copied"] is False
    assert values["person"] == id_text(PERSON)
    assert values["keys"] == "passphrase"
    assert (values["waiting"], values["parked"], values["conflicts_open"]) == (0, 0, 0)
    assert len(server.asked) == asked


def test_the_folder_may_be_named_by_the_environment(
    enrolled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDSMAN_DATA", str(enrolled))

    assert main(["status"]) == 0
    assert "ND-1" in capsys.readouterr().out


def test_a_folder_without_an_enrolment_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["status"], ["sync"], ["dump", "--json"]):
        assert main([*command, "--data", str(data)]) == 2
        assert capsys.readouterr().err.startswith("error 4002: ")
    assert not data.exists()


def page_with_a_division() -> Page:
    """The first copy of a very small company."""
    entity = SCHEMA["division"]
    row = {
        **entity.blank(),
        "id": b"\x01" * 16,
        "unit": b"\x02" * 16,
        "version": 7,
        "code": "N",
        "name": "诺德",
    }
    block = Block(
        "division", entity.wire_columns, [tuple(to_wire(row[name]) for name in entity.wire_columns)]
    )
    heads = {id_text(COMPANY): Head(1, 7, b"12345678")}
    return Page(True, (block,), b"", (b"\x02" * 16,), 1, heads=heads, receipt=Receipt(0, ()))


def test_a_dump_is_one_document_with_every_table(
    server: Stranger, enrolled: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    office = server.always

    def answer(asked: Asked) -> Reply:
        assert not isinstance(office, Reply)
        return Reply(encode(page_with_a_division())) if asked.path == "/v1/pull" else office(asked)

    server.always = answer
    assert main(["sync", "--data", str(enrolled)]) == 0
    capfdbinary.readouterr()

    assert main(["dump", "--json", "--data", str(enrolled)]) == 0
    first = capfdbinary.readouterr().out
    assert main(["dump", "--json", "--data", str(enrolled)]) == 0
    document = json.loads(first)

    assert first == capfdbinary.readouterr().out
    assert list(document["tables"]) == [entity.name for entity in SCHEMA]
    (division,) = document["tables"]["division"]
    assert (division["id"], division["name"], division["version"]) == ("01" * 16, "诺德", 7)
    assert document["tables"]["customer"] == []
    assert document["journal"] == []
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["device"]["device_code"] == "ND-1"


def test_a_reader_of_the_dump_may_go_early(enrolled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_arguments: object) -> None:
        raise BrokenPipeError

    kept = os.dup(1)
    try:
        monkeypatch.setattr(commands, "write_dump", gone)
        assert main(["dump", "--json", "--data", str(enrolled)]) == 2
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert "broken" not in (enrolled / "log" / "roundsman.log").read_text()


# --- the last door -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="there is always a screen there")
def test_without_a_command_and_a_screen_the_commands_are_pointed_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error 4405: ")
    assert "--help" in err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for command in ("enrol", "sync", "status", "dump", "self-check"):
        assert command in told


@pytest.mark.allow_log("desktop.logs")
def test_a_defect_is_told_without_a_traceback_and_logged_without_content(
    enrolled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise ValueError("Waldkirch Außenwerbung")

    monkeypatch.setattr(commands, "needs", broken)

    assert main(["status", "--data", str(enrolled)]) == 2
    err = capsys.readouterr().err
    log = (enrolled / "log" / "roundsman.log").read_text()

    assert err.startswith("error 4399: ")
    assert "Traceback" not in err
    assert "program.broken error=ValueError" in log
    assert "commands.py" in log
    assert "Waldkirch" not in log + err


@pytest.mark.allow_log("desktop.logs")
def test_a_full_disk_is_told_as_one(
    enrolled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    monkeypatch.setattr(commands, "needs", full)

    assert main(["status", "--data", str(enrolled)]) == 2
    assert capsys.readouterr().err.startswith(
        "error 4304: The local database cannot be used: database or disk"
    )


def test_a_folder_that_is_a_file_is_told_as_one(
    server: Stranger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("x")

    assert main(["enrol", "--server", server.url, "--code", CODE, "--data", str(file / "data")]) == 2
    assert capsys.readouterr().err.startswith("error 4303: ")


def test_verbose_shows_the_details(
    server: Stranger, enrolled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    server.always = refusal(404, Code.NOT_FOUND, "There is no such thing.", field="x")
    try:
        assert (
            main(
                [
                    "enrol",
                    "--again",
                    "--server",
                    server.url,
                    "--code",
                    "C",
                    "--data",
                    str(enrolled),
                    "--verbose",
                ]
            )
            == 2
        )
    finally:
        root.handlers[:], root.level = before
    assert "  field: x" in capsys.readouterr().err
