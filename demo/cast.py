"""Who plays in the tour, and with what: a made-up company, or one whose files were brought in."""

from __future__ import annotations

from dataclasses import dataclass

from demo.catalogue import SPECIALS
from demo.company import Company
from demo.customers import STORY, STORY_CONTACT
from sync_server.set_up import OFFICE_ITSELF


@dataclass(frozen=True)
class Cast:
    """The people of the story by id, and how the story calls them.

    ``customer`` is the name of the rep's customer that the story is about, ``contact`` that of somebody there,
    ``specials`` are the products that are ordered first. ``reason`` is why an order is returned, ``place`` what the rep
    answers. ``issuer`` gives enrolment codes.
    """

    rep: bytes
    rep_name: str
    rep_short: str
    approver: bytes
    approver_name: str
    approver_login: str
    issuer: bytes
    customer: str
    contact: str
    specials: tuple[str, str]
    mobile_at_office: str
    mobile_of_rep: str
    reason: str
    place: str


def of_made_up(company: Company) -> Cast:
    """The cast of Blue Cape: Lin Xiaodong, and Huang Yan at the order desk."""
    pillar, screen = (special.name for special in SPECIALS)
    return Cast(
        rep=company.reps[0],
        rep_name="Lin Xiaodong 林晓东",
        rep_short="Lin",
        approver=company.approver,
        approver_name="Huang Yan 黄燕, order desk",
        approver_login="huang.yan",
        issuer=company.system_admin,
        customer=STORY.name,
        contact=STORY_CONTACT[0],
        specials=(pillar, screen),
        mobile_at_office="199 0000 8801",
        mobile_of_rep="199 0000 8802",
        reason="第2行请写明发布点位。 Say for line 2 where it goes.",
        place="步行街北口 3 号灯箱 Light box 3, north end of the pedestrian street",
    )


def of_northwind(*, rep: bytes, head: bytes) -> Cast:
    """The cast of Northwind Traders: Nancy Davolio, and Andrew Fuller, to whom the company reports."""
    return Cast(
        rep=rep,
        rep_name="Nancy Davolio",
        rep_short="Nancy",
        approver=head,
        approver_name="Andrew Fuller, vice president of sales",
        approver_login="andrew.fuller",
        issuer=OFFICE_ITSELF,
        customer="Save-a-lot Markets",
        contact="Jose Pavarotti",
        specials=("Chai", "Queso Cabrales"),
        mobile_at_office="(208) 555-8801",
        mobile_of_rep="(208) 555-8802",
        reason="Say for line 2 to which dock it goes.",
        place="Dock 2, at the back",
    )
