"""``roundsman-server``: set up an office, serve it, look after it.

Exit codes: 0 done, 1 a check found something or an import rejected rows, 2 it could not be done (the reason is on
standard error).
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import ArgumentError, DBAPIError

from crm.errors import Code, InvalidInput, OfficeFault, RoundsmanError
from crm.rights import Role
from crm.schema import SCHEMA
from sync_server.accounts.devices import CODE_DAYS
from sync_server.app import create_app, open_accounts, open_office
from sync_server.backup import back_up
from sync_server.imports import commands, export_commands
from sync_server.set_up import (
    ADMIN_LOGIN,
    OFFICE_ITSELF,
    NewDivision,
    NewPerson,
    SetUp,
    describe_person,
    not_set_up,
)
from sync_server.settings import DEFAULT_URL, Settings, product_version
from sync_server.store.database import Database
from sync_server.sync.office import Office

log = logging.getLogger(__name__)

DONE: Final = 0
FOUND: Final = 1
FAILED: Final = 2


class Desk:
    """One run of the command line: the open database and what works on it."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.settings = Settings.from_environment()
        self.database = _open(arguments.database, self.settings, may_create=arguments.run is _init)
        self.office = open_office(self.database, self.settings)
        self.set_up = SetUp(self.office, open_accounts(self.database, self.settings))

    def say(self, text: str, **values: object) -> None:
        """Tell the result: as a sentence, or as one JSON line of ``values`` for a program."""
        print(json.dumps(values, ensure_ascii=False) if getattr(self.arguments, "json", False) else text)


def _open(url: str, settings: Settings, *, may_create: bool) -> Database:
    """The database; of SQLite only `init` makes a new file.

    :raises InvalidInput: code 1005 for an address of another kind.
    :raises OfficeFault: code 9005 when there is no such file.
    """
    try:
        database = Database(url, SCHEMA, now_ms=settings.clock)
        path = database.url.database
        if database.is_sqlite and not may_create and not (path and Path(path).is_file()):
            raise not_set_up()
        return database
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(
            Code.BAD_VALUE, "The database is a sqlite: or a postgresql: address.", field="database"
        ) from error


def _init(desk: Desk) -> int:
    divisions = [_division(text) for text in desk.arguments.division]
    password = desk.set_up.begin(divisions)
    desk.say(
        f"The office is set up.\nSign in as: {ADMIN_LOGIN}\nOne-time password: {password}\n"
        "It is shown only now; change it after signing in.",
        login=ADMIN_LOGIN,
        password=password,
    )
    return DONE


def _serve(desk: Desk) -> int:
    from sync_server.serve import only_server, serve

    logging.basicConfig(
        level=desk.arguments.log_level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if desk.settings.clock_offset_ms:
        log.warning("clock_moved seconds=%d: not for production", desk.settings.clock_offset_ms // 1000)
    with only_server(desk.database):
        desk.set_up.demand_ready()
        app = create_app(desk.office, desk.settings)
        serve(
            app,
            desk.settings,
            host=desk.arguments.host,
            port=desk.arguments.port,
            ready_file=desk.arguments.ready_file,
        )
    return DONE


def _user_add(desk: Desk) -> int:
    arguments = desk.arguments
    password = desk.set_up.add_person(
        NewPerson(
            login=arguments.login,
            name=arguments.name,
            rep_code=arguments.rep_code,
            roles=tuple(arguments.role),
            division=arguments.division,
            superior=arguments.superior,
        )
    )
    code = desk.set_up.enrolment_code(arguments.login, days=CODE_DAYS) if arguments.enrol else None
    text = f"Added {arguments.login}.\nOne-time password: {password}"
    if code is not None:
        text += f"\nEnrolment code, valid for {CODE_DAYS} days and one device: {code}"
    desk.say(text, login=arguments.login, password=password, enrolment_code=code)
    return DONE


def _user_list(desk: Desk) -> int:
    people = desk.set_up.people()
    lines = [
        f"{row.login or '-':20} {row.rep_code:4} {row.division or '-':12} {row.state:9} "
        f"{row.devices} devices  {', '.join(row.roles) or '-'}  {row.name}"
        for row in people
    ]
    desk.say("\n".join(lines), people=[describe_person(row) for row in people])
    return DONE


def _user_freeze(desk: Desk) -> int:
    desk.set_up.freeze(desk.arguments.who)
    desk.say(f"{desk.arguments.who} is frozen and signed out everywhere.", frozen=desk.arguments.who)
    return DONE


def _user_thaw(desk: Desk) -> int:
    desk.set_up.thaw(desk.arguments.who)
    desk.say(f"{desk.arguments.who} may work again.", thawed=desk.arguments.who)
    return DONE


def _user_password(desk: Desk) -> int:
    password = desk.set_up.new_password(desk.arguments.who)
    desk.say(f"One-time password: {password}", login=desk.arguments.who, password=password)
    return DONE


def _user_enrol_code(desk: Desk) -> int:
    code = desk.set_up.enrolment_code(desk.arguments.who, days=desk.arguments.days)
    if desk.arguments.address:
        code = f"{desk.arguments.address.rstrip('/')}/#{code}"
    desk.say(
        f"Enrolment code, valid for {desk.arguments.days} days and one device: {code}",
        who=desk.arguments.who,
        enrolment_code=code,
        days=desk.arguments.days,
    )
    return DONE


def _check(desk: Desk) -> int:
    from sync_server.sync.check import check

    violations = check(desk.database)
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations" if violations else "All invariants hold.")
    return FOUND if violations else DONE


def _backup(desk: Desk) -> int:
    size = back_up(desk.database, desk.arguments.file)
    desk.say(
        f"Backed up to {desk.arguments.file} ({size:,} bytes).", file=str(desk.arguments.file), bytes=size
    )
    return DONE


def _import(desk: Desk) -> int:
    return _answer(desk, commands.run_import)


def _imports(desk: Desk) -> int:
    return _answer(desk, commands.run_imports)


def _export(desk: Desk) -> int:
    from sync_server.imports.export_commands import run_export

    code, text, values = run_export(desk.office, desk.arguments)
    desk.say(text, **values)
    return code


def _answer(
    desk: Desk, run: Callable[[Office, argparse.Namespace, bytes], tuple[int, str, dict[str, Any]]]
) -> int:
    login = desk.arguments.login
    person = OFFICE_ITSELF if login is None else desk.set_up.find(login)
    code, text, values = run(desk.office, desk.arguments, person)
    desk.say(text, **values)
    return code


def _division(text: str) -> NewDivision:
    code, separator, name = text.partition(":")
    if not separator or not code.strip() or not name.strip():
        raise InvalidInput(Code.BAD_VALUE, "A division is given as code:name.", field="division")
    return NewDivision(code.strip(), name.strip())


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 365:
        raise argparse.ArgumentTypeError("days are a number from 1 to 365")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="roundsman-server", description="The office of Roundsman.")
    parser.add_argument("--version", action="version", version=f"roundsman-server {product_version()}")
    parser.add_argument(
        "--self-check", action="store_true", help="say as one JSON line whether the program has all it needs"
    )
    listed = parser.add_subparsers(dest="command", metavar="command")

    def command(
        name: str,
        run: Callable[[Desk], int],
        text: str,
        *,
        to: argparse._SubParsersAction[argparse.ArgumentParser],
    ) -> argparse.ArgumentParser:
        made = to.add_parser(name, help=text, description=text)
        made.add_argument(
            "--database",
            default=DEFAULT_URL,
            metavar="URL",
            help="sqlite:///file or postgresql://… (%(default)s)",
        )
        made.add_argument("--json", action="store_true", help="answer with one JSON line")
        made.set_defaults(run=run, needs_set_up=run not in (_init, _serve))
        return made

    init = command("init", _init, "Set up a new office and print the administrator's password.", to=listed)
    init.add_argument(
        "--division",
        action="append",
        default=[],
        metavar="CODE:NAME",
        help="a first division; may be repeated",
    )

    serve = command("serve", _serve, "Serve the office until stopped.", to=listed)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8765, help="0 takes a free one (%(default)s)")
    serve.add_argument(
        "--ready-file", type=Path, help="written when the server listens, removed when it ends"
    )
    serve.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")

    user = listed.add_parser(
        "user", help="People and their accounts.", description="People and their accounts."
    )
    users = user.add_subparsers(dest="user_command", metavar="command", required=True)
    add = command("add", _user_add, "Add a person and print a one-time password.", to=users)
    add.add_argument("login")
    add.add_argument("--name", required=True)
    add.add_argument("--rep-code", required=True, help="2 to 4 capital letters or digits, never used before")
    add.add_argument("--division", metavar="CODE")
    add.add_argument("--role", action="append", default=[], choices=[role.value for role in Role])
    add.add_argument("--superior", metavar="LOGIN", help="login name or rep's code")
    add.add_argument("--enrol", action="store_true", help="print an enrolment code for a first device too")
    command("list", _user_list, "List everybody.", to=users)
    for name, run, text in (
        ("freeze", _user_freeze, "Stop an account at once."),
        ("thaw", _user_thaw, "Open a frozen account again."),
        ("password", _user_password, "Print a new one-time password."),
        ("enrol-code", _user_enrol_code, "Print a code that enrols one device."),
    ):
        made = command(name, run, text, to=users)
        made.add_argument("who", help="login name or rep's code")
        if name == "enrol-code":
            made.add_argument(
                "--days", type=_days, default=CODE_DAYS, help="how long it is valid (%(default)s)"
            )
            made.add_argument(
                "--address", metavar="URL", help="put the server's address into the code, for typing it once"
            )

    command("check", _check, "Verify the invariants of the database.", to=listed)
    backup = command("backup", _backup, "Copy the database while it is in use.", to=listed)
    backup.add_argument("file", type=Path)

    commands.add_import(command("import", _import, "Bring a company's files in by a map.", to=listed))
    commands.add_imports(command("imports", _imports, "List the imports, or take one back.", to=listed))
    export_commands.add_export(command("export", _export, "Write records into files.", to=listed))
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.self_check:
        from sync_server.self_check import self_check

        is_well, line = self_check()
        print(line)
        return DONE if is_well else FOUND
    if parsed.command is None:
        parser.print_help(sys.stderr)
        return FAILED
    try:
        desk = Desk(parsed)
        try:
            if parsed.needs_set_up:
                desk.set_up.demand_ready()
            run: Callable[[Desk], int] = parsed.run
            return run(desk)
        finally:
            desk.database.close()
    except RoundsmanError as error:
        return _complain(error)
    except DBAPIError as error:
        return _complain(
            OfficeFault(
                Code.DATABASE_AWAY, f"The database cannot be used ({type(error.orig or error).__name__})."
            )
        )


def _complain(error: RoundsmanError) -> int:
    print(f"error {error.code}: {error.message}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
