"""The application without sockets: everything is built here, from a database address or from parts given by tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy import Connection

from crm.changes.actor import Actor
from crm.changes.codec import Form, encode
from crm.errors import Code, InvalidInput, NotAllowed, RoundsmanError
from crm.schema import RULEBOOK, SCHEMA
from sync_server.accounts.accounts import Accounts
from sync_server.accounts.actors import actor_for
from sync_server.accounts.passwords import Passwords
from sync_server.accounts.tokens import Lifetimes
from sync_server.api import refusals
from sync_server.api.endpoint import SECURITY_HEADERS
from sync_server.api.operation import Services
from sync_server.api.routes import routes
from sync_server.listening import listening
from sync_server.settings import Settings, product_version
from sync_server.store.database import Database
from sync_server.sync.office import Office

SERVICES: Final = "services"


def open_office(database: Database | str, settings: Settings) -> Office:
    """The office over a database with the schema of this version."""
    if isinstance(database, str):
        database = Database(database, SCHEMA)
    return Office(database, RULEBOOK, partial(_actor, database), zone=settings.zone)


def open_accounts(database: Database, settings: Settings, passwords: Passwords | None = None) -> Accounts:
    """The accounts in the same database."""
    lifetimes = Lifetimes(access_s=settings.access_s, refresh_s=settings.refresh_s)
    return Accounts(database, passwords or Passwords(), lifetimes)


def create_app(
    office: Office | str, settings: Settings | None = None, *, passwords: Passwords | None = None
) -> Litestar:
    """The whole server as an ASGI application.

    ``office`` is one that somebody else closes, or the address of a database, which the application closes itself.
    The schema must be there already.
    """
    settings = settings or Settings()
    owned = isinstance(office, str)
    opened = open_office(office, settings) if isinstance(office, str) else office
    threads = ThreadPoolExecutor(max_workers=settings.threads, thread_name_prefix="office")
    services = Services(
        opened,
        open_accounts(opened.database, settings, passwords),
        threads,
        product_version=product_version(),
        look_s=settings.look_s,
        wake_s=settings.wake_s,
    )

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        try:
            with listening(opened):
                yield
        finally:
            services.stopping.set()
            threads.shutdown(wait=True, cancel_futures=True)
            if owned:
                opened.database.close()

    app = Litestar(
        routes(services),
        lifespan=[lifespan],
        exception_handlers={HTTPException: _refuse, Exception: _refuse},
        openapi_config=None,
        logging_config=None,
    )
    app.state[SERVICES] = services
    return app


def _actor(database: Database, connection: Connection, person: bytes, at_office: bool) -> Actor:
    return actor_for(database, connection, person, office=at_office)


def _refuse(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What the router itself refuses, in the same words as everything else."""
    told: RoundsmanError
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        told = NotAllowed(Code.NOT_FOUND, "There is nothing at this address.")
    elif status < 500:
        told = InvalidInput(Code.MALFORMED, "The request cannot be understood.")
    else:
        told = refusals.known(error, "router")
        status = refusals.status_of(told.code)
    return Response(
        encode(refusals.body_of(told), Form.JSON),
        status_code=status,
        media_type=Form.JSON.value,
        headers={name.decode(): value.decode() for name, value in SECURITY_HEADERS},
    )
