"""The office of the tour: a real database, a real server process, and the order desk that talks to it over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import requests

from crm.clock import Clock
from crm.contacts.actions import edit_contact
from crm.ids import id_text
from crm.schema import SCHEMA
from demo.company import Company, build_company
from sync_server.accounts.accounts import Accounts
from sync_server.accounts.devices import issue_code
from sync_server.accounts.passwords import Passwords, one_time_password
from sync_server.app import open_office
from sync_server.settings import Settings
from sync_server.store.database import Database
from sync_server.sync.check import Violation, check

PROJECT: Final = Path(__file__).resolve().parent.parent
READY_S: Final = 60.0
CALL_S: Final = 60.0
_LOOK_S: Final = 0.05


class TourFailed(Exception):
    """The tour cannot go on, or found something that must not be. Its text is for the person who runs it."""


class Premises:
    """The office's side. ``folder`` holds its database and the server's log."""

    def __init__(self, folder: Path, *, seed: int, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.database_path = folder / "office.db"
        self.url = f"sqlite:///{self.database_path}"
        self.password = one_time_password()
        self._folder = folder
        self._seed = seed
        self._clock = clock
        self.run("init", "--json")
        settings = Settings.from_environment()
        self.database = Database(self.url, SCHEMA, now_ms=settings.clock)
        self.office = open_office(self.database, settings)
        self.address = ""

    def run(self, *command: str) -> dict[str, Any]:
        """A command of ``roundsman-server`` in a process of its own, and its JSON answer."""
        done = subprocess.run(
            [sys.executable, "-m", "sync_server", *command, "--database", self.url],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            raise TourFailed(f"roundsman-server {command[0]} failed: {done.stderr.strip()}")
        return cast("dict[str, Any]", json.loads(done.stdout)) if "--json" in command else {}

    def settle(
        self,
        *,
        customers: int,
        products: int,
        orders_per_customer: int,
        watch: Callable[[int, int], None],
    ) -> Company:
        """Move the made-up company in."""
        return build_company(
            self.office,
            seed=self._seed,
            clock=self._clock,
            customers=customers,
            products=products,
            orders_per_customer=orders_per_customer,
            watch=watch,
        )

    def let_in(self, person: bytes, login: str) -> None:
        """Give somebody at the office an account with the password of the tour."""
        Accounts(self.database, Passwords()).create(person, login, self.password)

    def enrolment_code(self, person: bytes, *, issuer: bytes) -> str:
        """A code with which a person enrols one laptop."""
        return issue_code(self.database, person, issued_by=issuer)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The server process runs meanwhile; gives its address. It is ended as an operator ends it."""
        ready = self._folder / "ready"
        ready.unlink(missing_ok=True)
        with (self._folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "sync_server", "serve", "--database", self.url),
                    *("--port", "0", "--ready-file", str(ready), "--log-level", "info"),
                ],
                cwd=PROJECT,
                stdout=log,
                stderr=log,
            )
            try:
                self.address = self._wait_for(ready, server)
                yield self.address
            finally:
                server.terminate()
                try:
                    server.wait(timeout=READY_S)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()

    def _wait_for(self, ready: Path, server: subprocess.Popen[bytes]) -> str:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if server.poll() is not None:
                break
            if ready.exists():
                return ready.read_text().rsplit(maxsplit=1)[-1]
            time.sleep(_LOOK_S)
        raise TourFailed(f"The server did not start; see {self._folder / 'server.log'}.")

    def host_and_port(self) -> tuple[str, int]:
        """Where the server listens."""
        parts = urlsplit(self.address)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def correct_mobile(self, person: bytes, contact_id: bytes, mobile: str) -> None:
        """Somebody at the office corrects a contact's mobile number: the action that every side calls."""
        self.office.act(
            person,
            "contact.edit",
            lambda work: edit_contact(work, contact_id, mobile=mobile),
            touching=[("contact", contact_id)],
        )

    def violations(self) -> Sequence[Violation]:
        """What the office's own check finds."""
        return check(self.database)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


class OrderDesk:
    """The order desk: signed in with a password, over HTTP, in JSON, without a laptop."""

    def __init__(self, address: str, *, login: str, password: str) -> None:
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False
        answer = self._call("POST", "/v1/sign-in", {"login": login, "password": password})
        self._session.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _call(self, method: str, path: str, message: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._session.request(method, self._address + path, json=message, timeout=CALL_S)
        body = cast("dict[str, Any]", answer.json())
        if answer.status_code != requests.codes.ok:
            raise DeskRefused(int(body["code"]), str(body["message"]))
        return body

    def waiting(self) -> list[dict[str, Any]]:
        """Every order that waits for a decision, those that wait longest first."""
        found: list[dict[str, Any]] = []
        path = "/v1/orders?limit=200"
        while True:
            page = self._call("GET", path)
            found += page["orders"]
            if page["next"] is None:
                return found
            path = f"/v1/orders?limit=200&after={page['next']}"

    def read(self, order_id: bytes) -> dict[str, Any]:
        """An order with its lines and the seal that stands."""
        return self._call("GET", f"/v1/orders/{id_text(order_id)}")

    def approve(self, order_id: bytes, seal_hash: str, note: str = "") -> dict[str, Any]:
        """Approve the document that was read."""
        message = {"seal_hash": seal_hash, "note": note}
        return self._call("POST", f"/v1/orders/{id_text(order_id)}/approve", message)

    def give_back(self, order_id: bytes, seal_hash: str, reason: str) -> dict[str, Any]:
        """Return the document that was read."""
        message = {"seal_hash": seal_hash, "note": reason}
        return self._call("POST", f"/v1/orders/{id_text(order_id)}/return", message)


class DeskRefused(Exception):
    """The office said no, with a number and a sentence."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def without_proxies() -> None:
    """What stays on this machine goes by no proxy, in this process and those it starts."""
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        os.environ[name] = ",".join(filter(None, (known, "127.0.0.1", "localhost")))
