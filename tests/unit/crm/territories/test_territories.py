"""Territories, and who works in them."""

from __future__ import annotations

import pytest

from crm.errors import Code, NotAllowed, RuleBroken
from crm.ids import DIRECTORY
from crm.territories import actions, queries, rules
from crm.territories.entities import UserTerritory, user_territory_id
from tests.unit.crm.desk import ADMIN, Desk, MemoryView, change_of

ONE, TWO = b"1" * 16, b"2" * 16


def territory(desk: Desk, code: str, name: str, region: str = "Eastern") -> bytes:
    with desk.work() as work:
        return actions.create_territory(work, code=code, name=name, region=region).id


def test_territories_stand_region_by_region(desk: Desk) -> None:
    bedford, atlanta = territory(desk, "01730", "Bedford"), territory(desk, "30346", "Atlanta", "Southern")
    boston, gone = territory(desk, "02116", " Boston "), territory(desk, "02139", "Cambridge")
    with desk.work() as work:
        actions.delete_territory(work, gone)
    listed = desk.session.scalars(queries.territories()).all()
    assert [row.id for row in listed] == [bedford, boston, atlanta]
    assert listed[1].name == "Boston"


def test_a_person_has_a_territory_once_however_often_it_is_given(desk: Desk) -> None:
    anna = desk.person("Anna", division_id=desk.division("N"))
    boston, bedford = territory(desk, "02116", "Boston"), territory(desk, "01730", "Bedford")
    for _ in range(2):
        with desk.work() as work:
            actions.assign_territory(work, anna, boston)
    with desk.work() as work:
        actions.assign_territory(work, anna, bedford)
    assert [row.id for row in desk.session.scalars(queries.territories_of(anna))] == [bedford, boston]
    with desk.work() as work:
        actions.withdraw_territory(work, anna, boston)
        actions.withdraw_territory(work, anna, boston)
    assert [row.id for row in desk.session.scalars(queries.territories_of(anna))] == [bedford]
    with desk.work() as work:
        again = actions.assign_territory(work, anna, boston)
    assert again.id == user_territory_id(anna, boston)
    assert desk.session.query(UserTerritory).count() == 2


def test_an_edit_leaves_what_is_not_given(desk: Desk) -> None:
    territory_id = territory(desk, "02116", "Boston")
    with desk.work() as work:
        row = actions.edit_territory(work, territory_id, region="Northern")
    assert work.fields_of(row) == {"region": ["Eastern", "Northern"]}
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.edit_territory(work, territory_id, name=" ")
    assert (refused.value.code, refused.value.details) == (rules.BAD_FIELD, {"field": "name"})


def test_a_code_is_given_once(desk: Desk) -> None:
    territory(desk, "02116", "Boston")
    with pytest.raises(RuleBroken) as refused:
        territory(desk, "02116", "Boston again")
    assert refused.value.code == rules.CODE_TAKEN


def test_a_territory_or_person_that_is_not_there_is_not_linked(desk: Desk) -> None:
    anna = desk.person("Anna", division_id=desk.division("N"))
    boston = territory(desk, "02116", "Boston")
    for person, place in ((anna, ONE), (ONE, boston)):
        with pytest.raises(NotAllowed) as refused, desk.work() as work:
            actions.assign_territory(work, person, place)
        assert refused.value.code == Code.NOT_FOUND


def test_a_rep_makes_no_territories(desk: Desk) -> None:
    rep = desk.actor(desk.person("Anna", division_id=desk.division("N")))
    with pytest.raises(NotAllowed) as refused, desk.work(rep) as work:
        actions.create_territory(work, code="02116", name="Boston")
    assert refused.value.code == Code.NO_RIGHT


def test_the_office_refuses_a_taken_code_and_a_link_with_an_id_of_its_own() -> None:
    view = MemoryView()
    view.add("territory", id=ONE, unit=DIRECTORY, code="1", name="T")
    row = view.add("territory", id=TWO, unit=DIRECTORY, code="1", name="U")
    judge = rules.TerritoryRules()
    found = judge.judge(view, change_of("territory", None, row, ADMIN))
    assert [finding.code for finding in found] == [rules.CODE_TAKEN]
    (want,) = judge.wants(view, [row])
    assert want.values == {bytes(DIRECTORY)}

    links = rules.UserTerritoryRules()
    good = view.add("user_territory", id=user_territory_id(ONE, TWO), user_id=ONE, territory_id=TWO)
    assert list(links.judge(view, change_of("user_territory", None, good, ADMIN))) == []
    bad = view.add("user_territory", id=ONE, user_id=ONE, territory_id=TWO)
    codes = [finding.code for finding in links.judge(view, change_of("user_territory", None, bad, ADMIN))]
    assert codes == [rules.BAD_LINK]
