"""The start of the laptop's program: its window, or a command that works without one.

Exit codes: 0 done; 1 not now (the office cannot be reached; a self-check failed); 2 an error, told on standard error
as ``error 1234: sentence``; 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from crm.errors import Code, RoundsmanError
from desktop.settings import BROKEN, DATABASE, FOLDER, product_version

EXIT_DONE: Final = 0
EXIT_NOT_NOW: Final = 1
EXIT_ERROR: Final = 2
EXIT_INTERRUPTED: Final = 130
NO_SCREEN: Final = 4405
"""There is no screen to show the window on."""

_EPILOG: Final = """\
exit codes: 0 done; 1 not now, try again later; 2 an error, told as "error NUMBER: sentence"

environment:
  ROUNDSMAN_DATA        the data folder, where --data is not given
  ROUNDSMAN_PASSPHRASE  the passphrase of the data folder, where the system has no key store; else it is asked for
  ROUNDSMAN_CLOCK_OFFSET_S
                        seconds by which the clock is moved, for demos and tests only
  HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE
                        the way to the office, as for other programs
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] | None = options.run
    if options.self_check:
        run = _self_check
    if run is None:
        run = _window
    if options.verbose:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    former = signal.signal(signal.SIGTERM, _end)
    try:
        return run(options)
    except RoundsmanError as error:
        return _told(error, verbose=options.verbose)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain about it once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except OSError as error:
        _say(FOLDER, f"The data folder cannot be used: {error.strerror or type(error).__name__}.")
        return EXIT_ERROR
    except Exception as error:  # noqa: BLE001 - the last door: people get a number, the log has the frames
        return _broken(error, verbose=options.verbose)
    finally:
        signal.signal(signal.SIGTERM, former)


def _told(error: RoundsmanError, *, verbose: bool) -> int:
    _say(error.code, error.message)
    if verbose:
        for name, value in sorted(error.details.items()):
            print(f"  {name}: {value}", file=sys.stderr)
    return EXIT_NOT_NOW if error.code == Code.UNREACHABLE else EXIT_ERROR


def _broken(error: Exception, *, verbose: bool) -> int:
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OperationalError):
        # SQLite's own words name no content: "database or disk is full", "disk I/O error".
        _say(DATABASE, f"The local database cannot be used: {error.orig}. What was saved before is safe.")
    else:
        _say(
            BROKEN,
            "Something went wrong in Roundsman itself. What was saved is safe; the log says where it broke.",
        )
    if verbose:
        from desktop.logs import described

        print(described(error), file=sys.stderr)
    return EXIT_ERROR


def _say(code: int, message: str) -> None:
    print(f"error {code}: {message}", file=sys.stderr)


def _end(_number: int, _frame: FrameType | None) -> None:
    # Unwinds like Ctrl+C: what is being written is finished, keys and files are closed.
    raise KeyboardInterrupt


# --- commands: what they need is imported when they run, so that help and errors come at once -------------------------


def _enrol(options: argparse.Namespace) -> int:
    from desktop import commands

    return commands.enrol(
        options.data,
        server=options.server,
        code=options.code,
        name=options.name,
        again=options.again,
        plain_http=options.plain_http,
    )


def _sync(options: argparse.Namespace) -> int:
    from desktop import commands

    return commands.sync(options.data, watch=options.watch, as_json=options.json)


def _status(options: argparse.Namespace) -> int:
    from desktop import commands

    return commands.status(options.data, as_json=options.json)


def _dump(options: argparse.Namespace) -> int:
    from desktop import commands

    return commands.dump(options.data)


def _window(options: argparse.Namespace) -> int:
    if sys.platform not in {"win32", "darwin"} and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        # Qt would abort.
        _say(
            NO_SCREEN,
            "There is no screen here for the window. The commands work without one: roundsman --help",
        )
        return EXIT_ERROR
    gc.disable()  # as long as the start takes, see there
    from desktop import program
    from desktop.settings import Settings

    return program.run(Settings.at(options.data))


def _self_check(_options: argparse.Namespace) -> int:
    from desktop import selfcheck

    return selfcheck.main()


def _parser() -> argparse.ArgumentParser:
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help="show details")
    folder = argparse.ArgumentParser(add_help=False, parents=[every])
    folder.add_argument(
        "--data", metavar="DIR", type=Path, default=argparse.SUPPRESS, help="the data folder of one account"
    )

    parser = argparse.ArgumentParser(
        prog="roundsman",
        description="Roundsman, the rep's program: an encrypted copy of your customers that works without a network. "
        "Without a command it opens its window.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=None, verbose=False, data=None)
    parser.add_argument("--verbose", action="store_true", help="show details")
    parser.add_argument("--data", metavar="DIR", type=Path, help="the data folder of one account")
    parser.add_argument("--version", action="version", version=f"Roundsman {product_version()}")
    parser.add_argument("--self-check", action="store_true", help="the same as the command self-check")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    enrol = commands.add_parser(
        "enrol", parents=[folder], help="make a data folder on this laptop, with a code from the office"
    )
    enrol.add_argument("--server", metavar="URL", required=True, help="the office's address, https://…")
    enrol.add_argument("--code", required=True, help="the code that the office gave; it works once")
    enrol.add_argument(
        "--name", default=_machine_name(), help="what the office calls this laptop (%(default)s)"
    )
    enrol.add_argument("--again", action="store_true", help="renew the sign-in of a folder that is enrolled")
    enrol.add_argument("--plain-http", action="store_true", help="allow http:// on a network that you trust")
    enrol.set_defaults(run=_enrol)

    sync = commands.add_parser(
        "sync", parents=[folder], help="exchange with the office what is new on both sides"
    )
    sync.add_argument("--watch", action="store_true", help="go on until interrupted")
    sync.add_argument("--json", action="store_true", help="one JSON line for each round")
    sync.set_defaults(run=_sync)

    status = commands.add_parser("status", parents=[folder], help="how this laptop stands; needs no network")
    status.add_argument("--json", action="store_true", help="one JSON line")
    status.set_defaults(run=_status)

    dump = commands.add_parser("dump", parents=[folder], help="all tables and the journal, in plain text")
    dump.add_argument("--json", action="store_true", required=True, help="one JSON document")
    dump.set_defaults(run=_dump)

    check = commands.add_parser("self-check", parents=[every], help="try every part of this installation")
    check.set_defaults(run=_self_check)
    return parser


def _machine_name() -> str:
    return socket.gethostname().partition(".")[0][:100] or "laptop"


if __name__ == "__main__":
    sys.exit(main())
