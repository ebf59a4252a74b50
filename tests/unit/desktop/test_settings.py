"""Where the data lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crm.errors import LocalFault
from desktop.settings import DAMAGED, Enrolling, Enrolment, Settings

ENROLMENT = Enrolment(
    server="https://office.example",
    device_id=b"d" * 16,
    incarnation=b"i" * 16,
    person=b"p" * 16,
    device_code="ND-1",
    division_id=None,
    zone="Asia/Shanghai",
    device_name="laptop",
)


def test_the_named_folder_goes_before_the_environment(tmp_path: Path) -> None:
    environment = {"ROUNDSMAN_DATA": str(tmp_path / "b")}

    assert Settings.at(tmp_path / "a", environment).folder == tmp_path / "a"
    assert Settings.at(None, environment).folder == tmp_path / "b"


def test_a_folder_below_the_current_one_is_kept_as_a_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings.at(Path("data"), {}).folder == tmp_path / "data"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the rule of this system")
def test_without_a_name_it_is_where_the_system_keeps_a_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Settings.at(None, {"XDG_DATA_HOME": "/data"}).folder == Path("/data/roundsman")
    assert Settings.at(None, {"XDG_DATA_HOME": "data"}).folder == tmp_path / ".local/share/roundsman"
    assert Settings.at(None, {}).folder == tmp_path / ".local/share/roundsman"


def test_an_enrolment_is_kept_and_ends_the_one_under_way(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    assert (settings.enrolment(), settings.enrolling()) == (None, None)

    settings.keep_enrolling(Enrolling(seed=b"s" * 16))
    assert settings.enrolling() == Enrolling(seed=b"s" * 16)
    settings.keep_enrolment(ENROLMENT)

    assert settings.enrolment() == ENROLMENT
    assert settings.enrolling() is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"server": 1}', b"\xff"])
def test_a_file_that_is_not_ours_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "enrolment.json").write_bytes(content)

    with pytest.raises(LocalFault) as caught:
        Settings(tmp_path).enrolment()
    assert caught.value.code == DAMAGED
    assert "enrolment.json" in caught.value.message


def test_the_files_of_the_database_are_those_of_sqlite(tmp_path: Path) -> None:
    names = [path.name for path in Settings(tmp_path).database_files]

    assert names == ["roundsman.db", "roundsman.db-wal", "roundsman.db-shm"]
