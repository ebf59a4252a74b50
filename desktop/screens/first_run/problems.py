"""What went wrong while enrolling, in words beside the field that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.errors import Code, RoundsmanError
from desktop.kit import words
from desktop.kit.format import formats
from desktop.kit.marks import QT_TRANSLATE_NOOP

translate: Final = QCoreApplication.translate


class Place(Enum):
    """The fields of the form."""

    CODE = auto()
    SERVER = auto()
    LOGIN = auto()
    PASSWORD = auto()
    NAME = auto()
    PASSPHRASE = auto()
    REPEAT = auto()


@dataclass(frozen=True)
class Problem:
    """``place`` None: it is about none of the fields. ``text`` is asked for again by language."""

    place: Place | None
    text: Callable[[], str]


_ROAD: Final[Mapping[str, str]] = {
    "certificate": QT_TRANSLATE_NOOP(
        "FirstRun",
        "This laptop does not trust the certificate of this address. Ask whoever runs the network.",
    ),
    "proxy": QT_TRANSLATE_NOOP("FirstRun", "The proxy of this network does not let Roundsman through."),
    "redirect": QT_TRANSLATE_NOOP(
        "FirstRun", "Something else answers here. Sign in to this network first, or check the address."
    ),
    "stranger": QT_TRANSLATE_NOOP(
        "FirstRun", "Something else answers here. Sign in to this network first, or check the address."
    ),
    "coding": QT_TRANSLATE_NOOP(
        "FirstRun", "Something else answers here. Sign in to this network first, or check the address."
    ),
    "busy": QT_TRANSLATE_NOOP("FirstRun", "The office cannot answer at the moment. Try again shortly."),
}
_NO_ANSWER: Final = QT_TRANSLATE_NOOP(
    "FirstRun", "Nobody answers at this address. Check it, and whether you are online."
)
_ADDRESS: Final = QT_TRANSLATE_NOOP("FirstRun", "An address looks like https://office.example.com.")
_PLAIN: Final = QT_TRANSLATE_NOOP(
    "FirstRun", "An address that begins with http:// sends everything without encryption. Use https://."
)
_CODE: Final = QT_TRANSLATE_NOOP(
    "FirstRun", "The office does not take this code: it was used, is too old, or has a typing error."
)
_ACCOUNT: Final = QT_TRANSLATE_NOOP("FirstRun", "Account or password is wrong.")
_TRIES: Final = QT_TRANSLATE_NOOP("FirstRun", "Too many tries. Try again in {time}.")
_PASSPHRASE: Final = QT_TRANSLATE_NOOP("FirstRun", "A passphrase is needed.")


def problem_of(error: Exception, *, address: str, has_account: bool) -> Problem:
    """Where an error belongs and what is said there."""
    if not isinstance(error, RoundsmanError):
        return Problem(None, lambda: words.error(error))
    if error.code == Code.PASSPHRASE_NEEDED:
        return _said(Place.PASSPHRASE, _PASSPHRASE)
    if error.code in {Code.PASSPHRASE_TOO_SHORT, Code.WRONG_PASSPHRASE}:
        return Problem(Place.PASSPHRASE, lambda: words.error(error))
    if error.code == Code.UNREACHABLE:
        return _said(Place.SERVER, _ROAD.get(str(error.details.get("reason", "")), _NO_ANSWER))
    if error.code == Code.BAD_VALUE and error.details.get("field") == "server":
        return _said(Place.SERVER, _PLAIN if address.startswith("http://") else _ADDRESS)
    if error.code == Code.BAD_ENROLMENT:
        return _said(None if has_account else Place.CODE, _CODE)
    if error.code == Code.BAD_CREDENTIALS and has_account:
        return _said(Place.PASSWORD, _ACCOUNT)
    if error.code == Code.TOO_MANY_TRIES:
        wait_s = error.details.get("retry_after_s")
        if isinstance(wait_s, int):
            return Problem(
                None, lambda: translate("FirstRun", _TRIES).format(time=formats().duration(wait_s))
            )
    return Problem(None, lambda: words.error(error))


def _said(place: Place | None, text: str) -> Problem:
    return Problem(place, lambda: translate("FirstRun", text))
