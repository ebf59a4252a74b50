"""Enrolling a folder, whatever interrupts it; and opening it again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import keyring
import pytest

from crm.errors import Code, InvalidInput, LocalFault, NotAllowed
from desktop import bootstrap
from desktop.bootstrap import EnrolmentOrder, enrol_again, enrol_folder, open_laptop
from desktop.settings import DAMAGED, OTHER_LIFE, Settings
from desktop.sync.http import REFRESH_TOKEN
from desktop.vault import Vault, exclusive
from desktop.vault.errors import FolderInUse, PassphraseTooShort, VaultExists, WrongPassphrase
from tests.unit.desktop.conftest import PASSPHRASE
from tests.unit.desktop.office import SmallOffice
from tests.unit.desktop.sync.stranger import Reply, Stranger, refusal, stranger
from tests.unit.desktop.vault.conftest import FileBackend

pytestmark = pytest.mark.usefixtures("plain_machine")

CODE = "R4EB-HCR2-JGVZ"
OTHER_CODE = "1111-2222-3333"


@pytest.fixture
def server() -> Iterator[Stranger]:
    """Where the office is."""
    with stranger() as made:
        yield made


@pytest.fixture
def office(server: Stranger) -> SmallOffice:
    """The office that gave the codes."""
    server.always = made = SmallOffice(CODE, OTHER_CODE)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder that does not exist yet."""
    return Settings(tmp_path / "data")


def order(server: Stranger, code: str = CODE) -> EnrolmentOrder:
    """What the person says."""
    return EnrolmentOrder(server.url, code, "laptop")


def enrolled(settings: Settings, server: Stranger, code: str = CODE) -> None:
    """Enrol."""
    enrol_folder(settings, order(server, code), passphrase=lambda: PASSPHRASE)


def left_over(settings: Settings) -> set[str]:
    """The files in the folder, without the lock, the log and the seed of the ids."""
    return {path.name for path in settings.folder.iterdir()} - {"in-use.lock", "log", "enrolling.json"}


# --- enrolling ---------------------------------------------------------------------------------------------------------


def test_an_enrolled_folder_opens_and_syncs(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)

    with open_laptop(settings, passphrase=lambda: PASSPHRASE) as laptop:
        assert laptop.enrolment.device_code == "ND-1"
        assert laptop.store.state().device_code == "ND-1"
        assert laptop.store.state().incarnation == laptop.enrolment.incarnation
        assert laptop.sync.round().code == 0
    assert server.asked[0].body["device_id"] == laptop.enrolment.device_id
    assert settings.enrolling() is None


def test_nothing_of_the_folder_but_encrypted_files_holds_secrets(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)

    (token,) = office.refresh
    for path in settings.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert token.encode() not in content, path
        assert PASSPHRASE.encode() not in content, path
        assert CODE.encode() not in content, path
        assert not content.startswith(b"SQLite format 3"), path
        assert b"Nina" not in content, path


def test_an_enrolled_folder_is_not_enrolled_twice(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)
    before = settings.enrolment()

    with pytest.raises(LocalFault) as caught:
        enrolled(settings, server, OTHER_CODE)

    assert caught.value.code == Code.ALREADY_ENROLLED
    assert settings.enrolment() == before
    assert office.codes["111122223333"] is None


def test_a_refused_code_leaves_no_keys_and_another_code_enrols(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    with pytest.raises(NotAllowed) as caught:
        enrolled(settings, server, "WR0NG")
    assert caught.value.code == Code.BAD_ENROLMENT
    assert left_over(settings) == set()

    enrolled(settings, server)


def test_an_answer_that_was_lost_is_repeated_under_the_same_ids(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    office.cut = 1
    with pytest.raises(LocalFault) as caught:
        enrolled(settings, server)
    assert caught.value.code == Code.UNREACHABLE
    assert left_over(settings) == set()

    enrolled(settings, server, CODE.lower().replace("-", " "))

    first, second = server.asked
    assert first.body["device_id"] == second.body["device_id"]
    assert first.body["incarnation"] == second.body["incarnation"]


def test_a_mistyped_code_after_a_lost_answer_spoils_nothing(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    office.cut = 1
    with pytest.raises(LocalFault):
        enrolled(settings, server)
    with pytest.raises(NotAllowed):
        enrolled(settings, server, "WR0NG")

    enrolled(settings, server)


def test_a_code_of_somebody_else_after_a_lost_answer_makes_another_device(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    office.cut = 1
    with pytest.raises(LocalFault):
        enrolled(settings, server)

    enrolled(settings, server, OTHER_CODE)

    assert server.asked[0].body["device_id"] != server.asked[1].body["device_id"]


def test_a_short_passphrase_is_refused_before_the_code_is_used(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    with pytest.raises(PassphraseTooShort):
        enrol_folder(settings, order(server), passphrase=lambda: "short")
    assert server.asked == []
    assert left_over(settings) == set()

    enrolled(settings, server)


def test_the_key_store_of_the_system_is_preferred_and_left_clean_after_a_failure(
    server: Stranger, office: SmallOffice, settings: Settings, tmp_path: Path
) -> None:
    backend = FileBackend(tmp_path / "keys.json")
    keyring.set_keyring(backend)

    with pytest.raises(NotAllowed):
        enrolled(settings, server, "WR0NG")
    assert backend.entries == {}
    enrol_folder(settings, order(server), passphrase=lambda: pytest.fail("asked for a passphrase"))

    assert len(backend.entries) == 2
    with open_laptop(settings, passphrase=lambda: pytest.fail("asked for a passphrase")) as laptop:
        assert laptop.vault.kind == "keyring"


def test_keys_that_somebody_else_made_are_not_cleared_away(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    vault = Vault(settings.folder, passphrase=lambda: PASSPHRASE, keyring_store=None)
    key = vault.create()

    with pytest.raises(VaultExists):
        enrolled(settings, server)

    assert vault.unlock() == key
    assert server.asked == []


STEPS = {
    "the seed is kept": "desktop.settings.Settings.keep_enrolling",
    "the keys are made": "desktop.vault.vault.Vault.create",
    "the office has answered": "desktop.bootstrap.enrol",
    "the token is kept": "desktop.vault.vault.Vault.keep_secret",
    "the database is made": "desktop.bootstrap.open_engine",
    "the copy knows who it is": "desktop.store.store.Store.enrol",
    "the enrolment is written": "desktop.settings._write",
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_after_any_step_can_be_repeated(
    server: Stranger, office: SmallOffice, settings: Settings, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = os.fork()
    if child == 0:
        # Nothing of this process may go on in the child, whatever happens.
        try:
            die_after(monkeypatch, STEPS[step])
            enrolled(settings, server)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 99

    enrolled(settings, server)

    assert len({asked.body["device_id"] for asked in server.asked}) == 1
    with open_laptop(settings, passphrase=lambda: PASSPHRASE) as laptop:
        assert laptop.sync.round().code == 0


def die_after(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """End this process without a farewell when the named function has returned."""
    real: Callable[..., Any] = resolve_name(name)

    def dying(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        os._exit(99)

    monkeypatch.setattr(name, dying)


# --- enrolling again ---------------------------------------------------------------------------------------------------


@pytest.mark.allow_log("desktop.sync.http")
def test_a_laptop_whose_sign_in_ended_goes_on_with_a_new_code(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)
    before = settings.enrolment()
    office.refresh.clear()
    office.codes["111122223333"] = before.device_id if before else None
    with open_laptop(settings, passphrase=lambda: PASSPHRASE) as laptop:
        assert laptop.sync.round().code == Code.NOT_SIGNED_IN

    enrol_again(settings, order(server, OTHER_CODE), passphrase=lambda: PASSPHRASE)

    assert settings.enrolment() == before
    with open_laptop(settings, passphrase=lambda: PASSPHRASE) as laptop:
        assert laptop.sync.round().code == 0


def test_a_code_of_another_person_does_not_take_over_a_laptop(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)
    kept = Vault(settings.folder, passphrase=lambda: PASSPHRASE).secret(REFRESH_TOKEN)
    office.person = b"q" * 16

    with pytest.raises(NotAllowed) as caught:
        enrol_again(settings, order(server, OTHER_CODE), passphrase=lambda: PASSPHRASE)

    assert caught.value.code == Code.BAD_ENROLMENT
    assert Vault(settings.folder, passphrase=lambda: PASSPHRASE).secret(REFRESH_TOKEN) == kept


def test_only_an_enrolled_folder_is_enrolled_again(server: Stranger, settings: Settings) -> None:
    with pytest.raises(LocalFault) as caught:
        enrol_again(settings, order(server), passphrase=lambda: PASSPHRASE)

    assert caught.value.code == Code.NOT_ENROLLED
    assert not settings.folder.exists()


# --- opening -----------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_enrolled_is_not_touched(settings: Settings) -> None:
    with pytest.raises(LocalFault) as caught, open_laptop(settings, passphrase=lambda: PASSPHRASE):
        pass

    assert caught.value.code == Code.NOT_ENROLLED
    assert not settings.folder.exists()


def test_one_process_at_a_time_uses_a_folder(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)

    with exclusive(settings.folder):
        with pytest.raises(FolderInUse), open_laptop(settings, passphrase=lambda: PASSPHRASE):
            pass
        with pytest.raises(FolderInUse):
            enrol_again(settings, order(server), passphrase=lambda: PASSPHRASE)


def test_a_wrong_passphrase_opens_nothing(server: Stranger, office: SmallOffice, settings: Settings) -> None:
    enrolled(settings, server)

    with pytest.raises(WrongPassphrase), open_laptop(settings, passphrase=lambda: "something else"):
        pass


def test_a_database_of_another_enrolment_is_found_out(
    server: Stranger, office: SmallOffice, settings: Settings, tmp_path: Path
) -> None:
    other = Settings(tmp_path / "other")
    enrolled(settings, server)
    enrolled(other, server, OTHER_CODE)
    (settings.folder / "enrolment.json").write_bytes((other.folder / "enrolment.json").read_bytes())

    with pytest.raises(LocalFault) as caught, open_laptop(settings, passphrase=lambda: PASSPHRASE):
        pass

    assert caught.value.code == OTHER_LIFE


def test_a_damaged_enrolment_is_named_and_left_alone(
    server: Stranger, office: SmallOffice, settings: Settings
) -> None:
    enrolled(settings, server)
    path = settings.folder / "enrolment.json"
    path.write_text("{")

    for attempt in (
        lambda: enrolled(settings, server, OTHER_CODE),
        lambda: open_laptop(settings, passphrase=lambda: PASSPHRASE).__enter__(),
    ):
        with pytest.raises(LocalFault) as caught:
            attempt()
        assert (caught.value.code, caught.value.details["file"]) == (DAMAGED, "enrolment.json")
    assert path.read_text() == "{"


def test_what_the_office_finds_wrong_with_the_request_leaves_no_keys(
    server: Stranger, settings: Settings
) -> None:
    server.then(refusal(400, Code.BAD_VALUE), Reply(b"<html>", 200, "text/html"))

    with pytest.raises(InvalidInput):
        enrolled(settings, server)
    with pytest.raises(LocalFault):
        enrolled(settings, server)

    assert left_over(settings) == set()


def test_the_machines_clock_gives_milliseconds() -> None:
    before = bootstrap.CLOCK.now_ms()
    assert 0 <= bootstrap.CLOCK.now_ms() - before < 60_000
    assert before > 1_700_000_000_000


def test_the_clock_of_a_laptop_can_be_moved_for_demos() -> None:
    moved = bootstrap.SystemClock({"ROUNDSMAN_CLOCK_OFFSET_S": "-3600"})
    assert abs(bootstrap.SystemClock({}).now_ms() - moved.now_ms() - 3_600_000) < 2000
    with pytest.raises(InvalidInput):
        bootstrap.SystemClock({"ROUNDSMAN_CLOCK_OFFSET_S": "yesterday"}).now_ms()


@pytest.mark.usefixtures("office")
@pytest.mark.allow_log("desktop.bootstrap")
def test_a_laptop_says_in_its_log_that_its_clock_was_moved(settings: Settings, server: Stranger) -> None:
    enrolled(settings, server)
    clock = bootstrap.SystemClock({"ROUNDSMAN_CLOCK_OFFSET_S": "-3600"})
    with open_laptop(settings, passphrase=lambda: PASSPHRASE, clock=clock):
        pass
    assert any("clock_moved seconds=-3600" in path.read_text() for path in settings.logs.iterdir())
