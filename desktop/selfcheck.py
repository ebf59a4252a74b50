"""Try every part of this installation and tell it in one JSON line. Touches no data folder.

    {"ok": true, "program": "roundsman", "product_version": …, "schema_version": …, "python": …, "os": …,
     "checks": {name: {"ok": true, value: …, …}, …}}

A check that fails has ``error`` instead of values: the kind of the error, and its text, which at this place can only
speak of the installation.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import TZPATH, ZoneInfo

from crm.schema import RULEBOOK, SCHEMA, SCHEMA_VERSION
from desktop.settings import product_version

Values: TypeAlias = dict[str, object]

QT_PART: Final = "ROUNDSMAN_SELF_CHECK_QT"
"""Names the part of `desktop.selfcheck_window` that a process is to try."""
QT_PLATFORM = "offscreen"
QT_TIMEOUT_S: Final = 60
MARK: Final = "Waldkirch Außenwerbung 测试"
"""A name that is written into the encrypted store and must not be found in its files."""


class CheckFailed(Exception):
    """Something works, but not as it must."""


def main() -> int:
    """Print the line; 0 when all is well, 1 when something is not."""
    part = os.environ.get(QT_PART)
    if part:
        from desktop.selfcheck_window import in_this_process

        print(json.dumps(in_this_process(part)), flush=True)
        return 0
    checks = {name: _tried(check) for name, check in CHECKS.items()}
    is_ok = all(check["ok"] for check in checks.values())
    line = {
        "ok": is_ok,
        "program": "roundsman",
        "product_version": product_version(),
        "schema_version": SCHEMA_VERSION,
        "python": platform.python_version(),
        "os": platform.platform(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "checks": checks,
    }
    print(json.dumps(line, ensure_ascii=True), flush=True)
    return 0 if is_ok else 1


def _tried(check: Callable[[], Values]) -> Values:
    try:
        return {"ok": True, **check()}
    except Exception as error:  # noqa: BLE001 - whatever is wrong with an installation is to be told, not raised
        return {"ok": False, "error": f"{type(error).__name__}: {error}"[:500]}


def _demand(is_true: object, sentence: str) -> None:
    if not is_true:
        raise CheckFailed(sentence)


# --- the checks --------------------------------------------------------------------------------------------------------


def _store() -> Values:
    """Write through a real encrypted store, close it, read back with the kept key; look at the bytes on the disk."""
    from sqlalchemy import func, select

    from crm.changes.actor import Actor
    from crm.ids import IdFactory, PersonId
    from crm.terms.entities import PaymentTerms
    from desktop.bootstrap import CLOCK
    from desktop.store.store import Store
    from desktop.store.tables import journal
    from desktop.vault import Vault, exclusive, open_engine, verify_cipher

    ids = IdFactory(CLOCK.now_ms)
    with tempfile.TemporaryDirectory(prefix="roundsman-check-") as name:
        folder = Path(name)
        path = folder / "check.db"
        with exclusive(folder):
            vault = Vault(folder, passphrase=lambda: "a passphrase for the check", keyring_store=None)
            key = vault.create()
            vault.keep_secret("check", b"kept")
            vault.lock()
            _demand(vault.unlock() == key and vault.secret("check") == b"kept", "the keys did not come back")
            engine = open_engine(path, key, create=True)
            try:
                store = Store(engine, SCHEMA, RULEBOOK, CLOCK, zone="Asia/Shanghai", ids=ids)
                store.enrol(incarnation=ids(), device_code="CHECK-1")
                with store.unit_of_work("check.write", Actor(PersonId(ids()), None, {})) as work:
                    work.session.add(PaymentTerms(id=work.new_id(), code="CHECK", name=MARK))
                store.close()
                on_disk = b"".join(file.read_bytes() for file in folder.glob("check.db*"))
            finally:
                engine.dispose()
            engine = open_engine(path, vault.unlock())
            try:
                facts = verify_cipher(engine)
                with engine.connect() as connection:
                    found = connection.execute(select(PaymentTerms.name)).scalars().all()
                    entries = connection.execute(select(func.count()).select_from(journal)).scalar_one()
            finally:
                engine.dispose()
    _demand(facts.is_sound, "the database file is not encrypted, or not whole")
    _demand(MARK.encode() not in on_disk, "a name can be read in the database file")
    _demand(found == [MARK] and entries == 1, "what was written did not come back")
    return {
        "cipher": "on",
        "cipher_version": facts.cipher_version,
        "sqlite_version": facts.sqlite_version,
        "rows": len(found),
        "journal": entries,
    }


def _keys() -> Values:
    """Where keys would be kept here."""
    from desktop.vault import find_keyring_store

    store = find_keyring_store()
    return {
        "kind": "passphrase" if store is None else "keyring",
        "backend": None if store is None else store.backend_name,
    }


def _time_zones() -> Values:
    noon = datetime(2026, 6, 21, 4, 0, tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    _demand(noon.hour == 12, "Asia/Shanghai is not 8 hours ahead of UTC")
    winter = datetime(2026, 1, 15, 12, 0, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    _demand(winter.hour == 13, "Europe/Berlin is not 1 hour ahead of UTC in winter")
    is_systems = any((Path(folder) / "Asia" / "Shanghai").exists() for folder in TZPATH)
    return {"zone": "Asia/Shanghai", "source": "system" if is_systems else "tzdata"}


def _wire() -> Values:
    """MessagePack and zstd, as messages use them."""
    import msgspec
    import zstandard

    from crm.changes.codec import compress, decode, encode, expand
    from crm.changes.ops import Receipt

    message = Receipt(7, ())
    packed = compress(encode(message))
    _demand(decode(Receipt, expand(packed, 1000)) == message, "a message did not come back")
    return {"msgspec": msgspec.__version__, "zstandard": zstandard.__version__}


def _black_box() -> Values:
    """Sealed boxes of NaCl."""
    import nacl
    from nacl.public import PrivateKey, SealedBox

    key = PrivateKey.generate()
    sealed = SealedBox(key.public_key).encrypt(b"check")
    _demand(SealedBox(key).decrypt(sealed) == b"check", "a sealed box did not open")
    return {"version": nacl.__version__}


def _passwords() -> Values:
    from importlib.metadata import version

    from argon2.low_level import Type, hash_secret_raw

    derived = hash_secret_raw(b"passphrase", b"sixteen bytes sa", 1, 1024, 1, 32, Type.ID)
    _demand(len(derived) == 32, "Argon2id gave no key")
    return {"version": version("argon2-cffi")}


def _certificates() -> Values:
    """The authorities by which the office's certificate will be judged."""
    import ssl

    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    count = len(context.get_ca_certs())
    _demand(count, "no certificate authority is known")
    return {"openssl": ssl.OPENSSL_VERSION, "authorities": count}


def _in_its_own_process(name: str) -> Callable[[], Values]:
    """A check of `desktop.selfcheck_window`: where a part of Qt is missing it aborts, and takes its process along."""

    def check() -> Values:
        program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop"]
        done = subprocess.run(
            [*program, "--self-check"],
            env={**os.environ, QT_PART: name, "QT_QPA_PLATFORM": QT_PLATFORM},
            cwd=None if getattr(sys, "frozen", False) else Path(__file__).resolve().parent.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=QT_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise CheckFailed(f"Qt does not start (exit {done.returncode}): {last}")
        values: Values = json.loads(done.stdout)
        if not values.pop("ok"):
            raise CheckFailed(str(values["error"]))
        return values

    return check


CHECKS: Final[dict[str, Callable[[], Values]]] = {
    "encrypted_store": _store,
    "key_store": _keys,
    "time_zones": _time_zones,
    "wire": _wire,
    "black_box": _black_box,
    "key_derivation": _passwords,
    "certificates": _certificates,
    "qt": _in_its_own_process("qt"),
    "window": _in_its_own_process("window"),
}
