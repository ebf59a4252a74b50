"""An office that enrols, renews tokens and has nothing new, answered by `Stranger`."""

from __future__ import annotations

import secrets

from crm.changes.codec import encode
from crm.changes.ops import PROTOCOL, Page, PushAnswer, Receipt
from crm.errors import Code
from crm.schema import SCHEMA_VERSION
from desktop.sync.http import normal_code
from tests.unit.desktop.sync.stranger import Asked, Reply, message, refusal

PERSON = b"\x01\xa2\x00\x1f" + b"p" * 12


class SmallOffice:
    """Takes the codes it gave, each for one device; ``cut`` loses the next answers."""

    def __init__(self, *codes: str, person: bytes = PERSON) -> None:
        self.codes: dict[str, bytes | None] = {normal_code(code): None for code in codes}
        self.person = person
        self.refresh: set[str] = set()
        self.cut = 0
        self.enrolled = 0

    def __call__(self, asked: Asked) -> Reply:
        reply = self._answer(asked)
        if self.cut:
            self.cut -= 1
            return Reply(resets=True)
        return reply

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/v1/enrol":
            return self._enrol(asked)
        if asked.path == "/v1/refresh":
            if asked.body["refresh_token"] not in self.refresh:
                return refusal(401, Code.NOT_SIGNED_IN)
            return message(**self._tokens(), person=self.person, office_ms=1)
        if asked.path == "/v1/push":
            return Reply(encode(PushAnswer((), 1, 1)))
        if asked.path == "/v1/pull":
            return Reply(encode(Page(True, (), b"", (), office_ms=1, receipt=Receipt(0, ()))))
        return message(news=False)

    def _enrol(self, asked: Asked) -> Reply:
        code, device = normal_code(str(asked.body["code"])), asked.body["device_id"]
        if code not in self.codes or self.codes[code] not in (None, device):
            return refusal(403, Code.BAD_ENROLMENT, "This code is not valid (any more).")
        assert isinstance(device, bytes)
        self.codes[code] = device
        self.enrolled += 1
        return message(
            **self._tokens(),
            device_id=device,
            ordinal=1,
            person=self.person,
            name="Nina Dahl",
            rep_code="ND",
            division_id=None,
            office_ms=1,
            zone="Asia/Shanghai",
            protocol=PROTOCOL,
            schema_version=SCHEMA_VERSION,
        )

    def _tokens(self) -> dict[str, object]:
        refresh = secrets.token_urlsafe(32)
        self.refresh.add(refresh)
        return {"access_token": secrets.token_urlsafe(32), "refresh_token": refresh, "expires_in_s": 900}
