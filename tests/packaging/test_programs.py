"""The built programs work: here, and where there is neither Python nor anything else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import Bare, absent, run

PROGRAMS = ("roundsman", "roundsman-server")
pytestmark = pytest.mark.timeout(600)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one line of a self-check that found all in order."""
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    assert found["ok"] is True
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_built_program_passes_its_own_check(dist: Path, program: str) -> None:
    told(run([dist / program / program, "--self-check"]))


def test_the_built_client_is_what_it_says(dist: Path) -> None:
    found = told(run([dist / "roundsman" / "roundsman", "self-check"]))

    assert found["frozen"] is True
    assert found["checks"]["encrypted_store"]["cipher"] == "on"
    assert "libqxcb" in found["checks"]["qt"]["loadable_platforms"]
    assert found["checks"]["window"]["languages"] == ["en", "zh_CN"]
    assert "customers.zh_CN" in found["checks"]["window"]["screens"]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("resources/translations/roundsman_zh_CN.qm", "4402"),
        ("resources/styles/tokens.toml", "tokens.toml"),
        ("qtawesome/fonts/phosphor-1.3.0.ttf", "4401"),
    ],
)
def test_a_damaged_client_says_what_it_lacks(dist: Path, tmp_path: Path, part: str, said: str) -> None:
    damaged = tmp_path / "roundsman"
    shutil.copytree(dist / "roundsman", damaged, symlinks=True)
    (damaged / "_internal" / part).unlink()

    done = run([damaged / "roundsman", "--self-check"])

    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert not found["ok"]
    assert said in found["checks"]["window"]["error"]
    assert found["checks"]["encrypted_store"]["ok"]


def test_the_built_server_without_a_command_shows_its_help(dist: Path) -> None:
    done = run([dist / "roundsman-server" / "roundsman-server"])
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_the_built_client_without_a_command_or_a_screen_says_so(dist: Path) -> None:
    done = run([dist / "roundsman" / "roundsman"])
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no screen here for the window." in done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_built_program_needs_nothing_but_a_bare_system(bare: Bare, program: str) -> None:
    told(bare([f"/opt/{program}/{program}", "--self-check"]))


def test_the_built_client_brings_its_own_time_zones(bare: Bare) -> None:
    zones = bare.root / "usr/share/zoneinfo"
    zones.rename(bare.root / "zoneinfo.away")
    try:
        found = told(bare(["/opt/roundsman/roundsman", "--self-check"]))
        told(bare(["/opt/roundsman-server/roundsman-server", "--self-check"]))
    finally:
        (bare.root / "zoneinfo.away").rename(zones)

    assert found["checks"]["time_zones"]["source"] == "tzdata"


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of our own, reachable from the bare root."""
    if shutil.which("Xvfb") is None:
        absent("Xvfb is missing: apt-get install --yes xvfb", is_ours=False)
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "800x600x24"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as file:
        number = file.readline().strip()  # comes when the server is ready
    yield f":{number}"
    server.terminate()
    server.wait(30)


def test_the_built_client_opens_a_window_on_a_bare_system(bare: Bare, display: str) -> None:
    done = bare(
        ["/opt/roundsman/roundsman", "--self-check"],
        DISPLAY=display,
        LC_ALL="C.UTF-8",
        QT_QPA_PLATFORM="xcb",
        ROUNDSMAN_SELF_CHECK_QT="window",
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ok"], found
    assert found["platform"] == "xcb"
    assert {"customers.en", "orders.zh_CN"} <= set(found["screens"])


def test_the_built_programs_exchange_on_a_bare_system(bare: Bare) -> None:
    office = ["/opt/roundsman-server/roundsman-server"]
    database = ["--database", "sqlite:////srv/office.db"]
    client = ["/opt/roundsman/roundsman"]
    secret = {"ROUNDSMAN_PASSPHRASE": "a long passphrase"}
    assert bare([*office, "init", *database, "--division", "N:North"]).returncode == 0
    person = ["nd", "--name", "Nina Dahl", "--rep-code", "ND", "--division", "N", "--role", "sales_rep"]
    added = bare([*office, "user", "add", *person, "--enrol", "--json", *database])
    code = json.loads(added.stdout)["enrolment_code"]
    ready = bare.root / "srv/ready"
    server = subprocess.Popen(
        ["chroot", bare.root, *office, "serve", *database, "--port", "0", "--ready-file", "/srv/ready"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not get ready"
            time.sleep(0.05)
        url = ready.read_text().split()[-1]
        enrol = [*client, "enrol", "--server", url, "--code", code, "--data", "/srv/data"]
        assert bare(enrol, **secret).returncode == 0
        synced = bare([*client, "sync", "--data", "/srv/data"], **secret)
        assert "The first copy is complete." in synced.stdout
        dumped = bare([*client, "dump", "--json", "--data", "/srv/data"], **secret)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)

    assert [row["name"] for row in json.loads(dumped.stdout)["tables"]["app_user"]][1:] == ["Nina Dahl"]
