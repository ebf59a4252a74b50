"""The self-check tells the truth: all is well here, and it says so when something is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop import selfcheck
from desktop.__main__ import main

pytestmark = pytest.mark.usefixtures("plain_machine")


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that was printed."""
    (text,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(text)
    return found


def test_every_part_of_this_installation_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--self-check"]) == 0

    told = line(capsys)
    assert told["ok"] is True
    assert set(told["checks"]) == set(selfcheck.CHECKS)
    assert told["checks"]["encrypted_store"]["cipher"] == "on"
    assert told["checks"]["key_store"] == {"ok": True, "kind": "passphrase", "backend": None}
    assert told["checks"]["qt"]["platform"] == "offscreen"
    assert told["checks"]["window"]["languages"] == ["en", "zh_CN"]
    assert {"customers.en", "customers.zh_CN", "orders.zh_CN"} <= set(told["checks"]["window"]["screens"])
    assert told["checks"]["time_zones"]["zone"] == "Asia/Shanghai"
    assert {"product_version", "schema_version", "python", "os"} < set(told)


def test_what_fails_is_named_and_hides_nothing_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> dict[str, object]:
        raise OSError("libsodium is gone")

    monkeypatch.setattr(selfcheck, "CHECKS", {"black_box": broken, "wire": selfcheck.CHECKS["wire"]})

    assert main(["self-check"]) == 1
    told = line(capsys)
    assert told["ok"] is False
    assert told["checks"]["black_box"] == {"ok": False, "error": "OSError: libsodium is gone"}
    assert told["checks"]["wire"]["ok"] is True


def test_a_qt_that_aborts_is_a_failed_check_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfcheck, "QT_PLATFORM", "no-such-platform")

    with pytest.raises(selfcheck.CheckFailed, match=r"Qt does not start \(exit -\d+\)"):
        selfcheck.CHECKS["qt"]()


def test_a_library_without_encryption_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(_engine: object) -> object:
        from desktop.vault import CipherFacts

        return CipherFacts("", "3.53", True, ())

    monkeypatch.setattr("desktop.vault.verify_cipher", plain)

    with pytest.raises(selfcheck.CheckFailed, match="not encrypted"):
        selfcheck.CHECKS["encrypted_store"]()
