"""`breaking_hits_commitment`: whom a merge request that breaks a contract hits, from which day on, and what is told of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.change import Change, Level, Verdict, unjudged
from syncd.contracts.judging import verdict_to_json
from syncd.decide import plain_text
from syncd.detect.breaking_hits_commitment import DETECTOR
from syncd.model.contract import Compared, Contract
from syncd.model.finding import SEVERITIES, Finding, Quote
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest, Milestone, Person, Row
from syncd.model.snapshot import Snapshot
from tests.detect.finding_given import found
from tests.model_builders import item, link, milestone, ref
from tests.schedule.team_builders import away, company, team

REQUEST = Ref("code", "pulls", "7", key="acme/api#7", url="https://code.example/acme/api/pull/7")
FILE = Ref("code", "contract_files", "f1")
CONTRACT = Contract(
    name="pay", connection="code", repository="acme/api", paths=("api.yaml",), producer="api", milestones=("SHOP-1", "MAIL-1")
)
TEAMS = (
    team("api", "Ada", owns=("API-*",)),
    team("shop", "Bo", owns=("SHOP-*",)),
    team("mail", "Cy", owns=("MAIL-*",)),
)
SEVERE = {severity: number for number, severity in enumerate(SEVERITIES)}


def change(number: int = 0, level: Level = "breaking") -> Change:
    place = f"GET /pay/{number}"
    return Change("operation-removed", level, "both", place, place, None, None, f"{place} is gone")


def request(**fields: Any) -> MergeRequest:
    given: dict[str, Any] = {"title": "Leave it out", "mergeable": True, "audience": "scope", "scope_id": "api"}
    return MergeRequest(ref=REQUEST, **given | fields)


def world(
    *rows: Row,
    changes: Iterable[Change] = (change(),),
    contract: Contract = CONTRACT,
    of: MergeRequest | None = None,
    **given: Any,
) -> Snapshot:
    model = company(of or request(), *rows, **({"teams": TEAMS} | given))
    verdict = verdict_to_json(Verdict.of(changes))
    one = Compared(contract="pay", revision="merge_request", name="7", of=REQUEST, verdict=verdict, sources=frozenset({FILE}))
    return replace(model, contracts=(contract,), compared=(one,))


def shop(due: str | None, **fields: Any) -> Milestone:
    return milestone("SHOP-1", due=due, title="Shop", **fields)


def severities(findings: list[Finding]) -> dict[str, str]:
    return {one.subject.label: one.severity for one in findings}


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-05-06", {"acme/api#7": "critical", "SHOP-1": "critical"}),
        ("2026-05-07", {"acme/api#7": "warn", "SHOP-1": "warn"}),
        (None, {"acme/api#7": "warn", "SHOP-1": "warn"}),
    ],
)
def test_it_is_critical_from_the_day_on_which_adapting_ends_too_late(due: str | None, expected: dict[str, str]) -> None:
    """Today is Tuesday the 5th; it can be merged and lands on the 6th; three days of work end on the 7th."""
    model = world(shop(due), contract=replace(CONTRACT, adaptation_days=3))
    assert severities(found(DETECTOR, model)) == expected


def test_a_break_for_which_all_are_ready_is_a_warning_on_the_merge_request_alone() -> None:
    model = world(shop("2026-06-30"), contract=replace(CONTRACT, adaptation_days=2))
    (only,) = found(DETECTOR, model)
    assert (only.subject, only.severity) == (REQUEST, "warn")
    assert "no due date of a consumer is hit" in plain_text(only)


def test_a_milestone_that_has_no_room_for_the_work_is_hit_though_it_is_ready_in_time() -> None:
    busy = item("SHOP-2", days=4, of="SHOP-1")
    assert severities(found(DETECTOR, world(shop("2026-05-08"), busy)))["SHOP-1"] == "critical"
    assert "SHOP-1" not in severities(found(DETECTOR, world(shop("2026-05-08"))))


def test_what_ends_before_the_change_lands_is_not_hit() -> None:
    later = request(mergeable=False, milestones=(ref("API-1"),))
    model = world(shop("2026-05-05"), milestone("API-1", due="2026-05-20"), of=later)
    assert severities(found(DETECTOR, model)) == {"acme/api#7": "warn"}


@pytest.mark.parametrize("level", ["risky", "compatible"])
def test_what_does_not_break_is_not_told(level: Level) -> None:
    assert found(DETECTOR, world(shop("2026-05-06"), changes=(change(level=level),))) == []


def test_what_could_not_be_judged_is_a_warning_whoever_relies_on_it() -> None:
    (only,) = found(DETECTOR, world(changes=(unjudged("it is no description"),)))
    assert (only.subject, only.severity) == (REQUEST, "warn")
    assert "whether it breaks the contract pay could not be judged" in plain_text(only)


def test_nobody_who_relies_on_it_is_nobody_to_tell() -> None:
    assert found(DETECTOR, world(shop("2026-05-06"), contract=replace(CONTRACT, milestones=()))) == []
    assert found(DETECTOR, world(shop("2026-05-06"), contract=replace(CONTRACT, name="other"))) == []


def test_accepted_changes_do_not_count() -> None:
    accepted = replace(CONTRACT, accept=frozenset({change(0).fingerprint}), adaptation_days=3)
    assert found(DETECTOR, world(shop("2026-05-06"), contract=accepted)) == []
    both = found(DETECTOR, world(shop("2026-05-06"), contract=accepted, changes=(change(0), change(1))))
    assert [one["place"] for one in both[0].facts["changes"]] == ["GET /pay/1"]


@pytest.mark.parametrize("status", ["merged", "closed"])
def test_only_open_merge_requests_are_told_of(status: Any) -> None:
    assert found(DETECTOR, world(shop("2026-05-06"), of=request(status=status))) == []


def test_consumers_are_found_by_team_and_by_link() -> None:
    rows = (shop("2026-05-06"), milestone("MAIL-1", due="2026-05-06"), milestone("API-1", due="2026-05-06"))
    by_team = replace(CONTRACT, milestones=(), teams=("Shop",))
    assert severities(found(DETECTOR, world(*rows, contract=replace(by_team, adaptation_days=3)))).keys() == {
        "acme/api#7",
        "SHOP-1",
    }
    by_link = replace(CONTRACT, milestones=(), by_links=True, adaptation_days=3)
    model = world(*rows, item("MAIL-2", of="MAIL-1"), link("API-1", "MAIL-2"), contract=by_link)
    assert severities(found(DETECTOR, model)).keys() == {"acme/api#7", "MAIL-1"}


def test_what_is_told() -> None:
    rows = (shop("2026-05-06", owner=Person("Bo")), milestone("MAIL-1", due="2026-05-06", owner=Person("Cy")))
    leave = (away("Ada", "2026-05-05", "2026-05-06"), away("Cy", "2026-05-06", "2026-05-07"))
    changes = [change(number) for number in range(7)]
    on_request, *others = found(DETECTOR, world(*rows, *leave, changes=changes))
    prints = ", ".join(one.fingerprint for one in changes[:5])
    rules = "; ".join(f"operation-removed: GET /pay/{number}" for number in range(5))
    rests = (
        "Rests on: assumed: from today on, 2 working days to adapt to each breaking change, at most 10 in all, in the working time of "
        "the team that relies on it.\n"
        "Clears: changes that break nothing, or a merge when all are ready (Mon 18 May); or what is agreed on, in accept of "
        f"[contracts.pay]: {prints}.\n"
        "Wrong? Correct consumers, adaptation_days or levels of [contracts.pay], or the dates of "
    )
    ready = "is ready on Mon 18 May at the earliest, 8 working days after that; with it, it ends 8 working days later than due and planned."
    assert plain_text(on_request) == (
        "acme/api#7 Leave it out breaks the contract pay before its consumers are ready: MAIL-1 (due Wed 6 May 2026) and SHOP-1 "
        "(due Wed 6 May).\n"
        f"Changed: {rules}; and 2 more.\n"
        f"Why: it lands on Wed 6 May: it can be merged now. MAIL-1 {ready} SHOP-1 {ready}\n"
        "Workshop: 60 minutes on Thu 7 May 09:00 (Europe/Berlin), when all are free: somebody of team api, who answers for MAIL-1, "
        "who answers for SHOP-1. Not sooner: until then 2 of them are away or busy. Agenda: the changes above.\n"
        f"{rests}MAIL-1 and SHOP-1."
    )
    assert [one.subject.label for one in others] == ["MAIL-1", "SHOP-1"]
    assert plain_text(others[0]) == (
        "MAIL-1 Title of MAIL-1: acme/api#7 breaks the contract pay, which it relies on, and adapting makes it late.\n"
        f"Changed: {rules}; and 2 more.\n"
        f"Why: it lands on Wed 6 May 2026: it can be merged now. MAIL-1 {ready}\n"
        f"{rests}MAIL-1."
    )


def test_of_many_hits_and_long_places_the_beginning_is_told() -> None:
    keys = [f"SHOP-{number}" for number in range(1, 8)]
    rows = [milestone(key, due="2026-05-06") for key in keys]
    long = replace(change(), place="x" * 5_000)
    contract = replace(CONTRACT, milestones=tuple(keys), adaptation_days=3)
    on_request, *others = found(DETECTOR, world(*rows, contract=contract, changes=(long,)))
    assert "SHOP-5 (due Wed 6 May) and 2 more." in plain_text(on_request).splitlines()[0]
    assert len(plain_text(on_request)) < 2_500
    assert len(others) == 7


def test_what_the_vendors_users_wrote_is_marked_as_theirs() -> None:
    """A path of a private repository is not told elsewhere; a title is nowhere but on its own ticket."""
    for one in found(DETECTOR, world(shop("2026-05-06"), contract=replace(CONTRACT, adaptation_days=3))):
        parts = [part for line in one.lines for part in line.parts]
        assert all("/pay" not in part for part in parts if isinstance(part, str))
        (place,) = [part for part in parts if isinstance(part, Quote)]
        assert (place.text, place.ref, place.audience) == ("GET /pay/0", REQUEST, "scope")
        assert FILE in one.inputs


@given(
    days=st.integers(0, 12),
    later=st.integers(0, 5),
    offset=st.integers(-3, 20),
    count=st.integers(1, 4),
    more=st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_more_work_and_an_earlier_date_are_never_better(days: int, later: int, offset: int, count: int, more: int) -> None:
    due = date(2026, 5, 5) + timedelta(days=offset)

    def worst(adaptation: float, day: date, number: int) -> int:
        contract = replace(CONTRACT, adaptation_days=adaptation)
        model = world(shop(day.isoformat()), contract=contract, changes=[change(n) for n in range(number)])
        return max((SEVERE[one.severity] for one in found(DETECTOR, model)), default=-1)

    here = worst(days, due, count)
    assert worst(days + later, due, count) >= here
    assert worst(days, due, count + more) >= here
    if due >= date(2026, 5, 6):
        assert worst(days, due + timedelta(days=later), count) <= here


@pytest.mark.parametrize("due", [date.min, date(1969, 12, 31), date(2101, 1, 1), date.max])
@pytest.mark.parametrize("days", [0.0, 1e-300, 250.0, 1e300])
def test_dates_and_days_at_the_edge_of_what_can_be_counted_break_nothing(due: date, days: float) -> None:
    of = request(mergeable=False, milestones=(ref("API-1"),))
    rows = (replace(shop(None), due=due), replace(milestone("API-1"), due=due), item("SHOP-2", days=3, of="SHOP-1"))
    for one in found(DETECTOR, world(*rows, contract=replace(CONTRACT, adaptation_days=days), of=of)):
        assert plain_text(one)


@pytest.mark.parametrize("verdict", [None, {}, [], "x", {"judged": True, "reason": "", "changes": [{"rule": 1}]}])
def test_a_verdict_that_cannot_be_read_is_not_taken_for_no_change(verdict: Any) -> None:
    model = world(shop("2026-05-06"))
    model = replace(model, compared=(replace(model.compared[0], verdict=verdict),))
    assert severities(found(DETECTOR, model)) == {"acme/api#7": "warn"}
