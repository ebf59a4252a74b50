"""The log of a data folder."""

from __future__ import annotations

import logging
import re
import stat
import sys
from pathlib import Path

import pytest

from crm.errors import Code, LocalFault
from desktop import logs
from desktop.logs import FILE, log_to


def test_our_events_are_written_as_lines_in_utc(tmp_path: Path) -> None:
    with log_to(tmp_path / "log"):
        logging.getLogger("desktop.sync.engine").info("sync_round pushed=%d", 3)
        logging.getLogger("crm.orders").info("order.priced lines=2")
    logging.getLogger("desktop.sync.engine").info("after the end")

    first, second = (tmp_path / "log" / FILE).read_text().splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO desktop.sync.engine sync_round pushed=3", first
    )
    assert second.endswith("order.priced lines=2")


@pytest.mark.allow_log("urllib3")
def test_other_packages_are_heard_from_warnings_on(tmp_path: Path) -> None:
    with log_to(tmp_path):
        logging.getLogger("urllib3.connectionpool").info("quiet")
        logging.getLogger("urllib3.connectionpool").warning("loud")

    assert "quiet" not in (tmp_path / FILE).read_text()
    assert "loud" in (tmp_path / FILE).read_text()


@pytest.mark.allow_log("desktop")
def test_an_exception_is_told_by_kind_and_frames_never_by_its_text(tmp_path: Path) -> None:
    def fails() -> None:
        try:
            raise KeyError("Waldkirch")
        except KeyError as error:
            raise ValueError("Waldkirch") from error

    with log_to(tmp_path):
        try:
            fails()
        except ValueError:
            logging.getLogger("desktop.store").exception("store.failed")

    text = (tmp_path / FILE).read_text()
    assert "store.failed" in text
    assert "in fails" in text
    assert text.index("ValueError") < text.index("KeyError")
    assert "Waldkirch" not in text


def test_an_error_for_people_is_no_defect(tmp_path: Path) -> None:
    with pytest.raises(LocalFault), log_to(tmp_path):
        raise LocalFault(Code.NOT_ENROLLED, "Not enrolled.")

    assert not (tmp_path / FILE).exists()


def test_the_log_turns_over_before_it_grows_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 1000)
    with log_to(tmp_path):
        for number in range(200):
            logging.getLogger("desktop").info("event number=%d", number)

    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == [FILE, *(f"{FILE}.{number}" for number in range(1, logs.BACKUPS + 1))]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1000 * (logs.BACKUPS + 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_its_owner_reads_the_log(tmp_path: Path) -> None:
    with log_to(tmp_path / "log"):
        pass

    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700
