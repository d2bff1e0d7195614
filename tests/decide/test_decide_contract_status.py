"""The contract check: a status of its own on the merge requests that touch a contract, whatever else is open there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.contract import Limits
from syncd.contracts.change import Change, Level, Verdict
from syncd.contracts.judging import verdict_to_json
from syncd.decide import Decision, Place, decide
from syncd.decide.state import Policy, Said
from syncd.model.action import Action, Mark, Mode, Verb
from syncd.model.contract import Compared, Contract
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile, MergeRequest
from syncd.model.snapshot import Snapshot
from tests.decide.decide_world import EVERYWHERE, NOW, forge, late, opened, snapshot
from tests.decide.test_decide_marks import receipted

REQUEST = forge(7, stream="pulls")
SHA = "a1b2c3"


def change(level: Level = "breaking", number: int = 1) -> Change:
    place = f"responses.200.application/json.f{number}"
    return Change("response-property-removed", level, "response", place, "GET /pay", "string", None, "It is gone.")


def world(*changes: Change, sha: str | None = SHA, touches: bool = True, accept: Sequence[str] = (), **fields: Any) -> Snapshot:
    """One merge request that changes the contract pay in this way. `sha`: the revision whose files were read."""
    request = MergeRequest(ref=REQUEST, title="Change", head_sha=SHA, project="acme/api", scope_id="acme/api")
    where: dict[str, Any] = {"path": "api.yaml", "revision": "merge_request", "name": "7", "of": REQUEST, "project": "acme/api"}
    file = ContractFile(ref=Ref("code", "contract_files", "f7"), head_sha=sha, blob="b", **where)
    contract = Contract(
        name="pay", connection="code", repository="acme/api", paths=("api.yaml",), accept=frozenset(accept)
    )  # fmt: skip
    verdict = verdict_to_json(Verdict(changes))
    compared = Compared(contract="pay", revision="merge_request", name="7", of=REQUEST, verdict=verdict)
    return replace(
        snapshot(replace(request, **fields)),
        contracts=(contract,),
        contract_files=(file,) if touches else (),
        compared=(compared,) if touches and changes else (),
    )


def decided(
    now: Snapshot, marked: Mapping[Mark, Said] | None = None, mode: Mode = "on", most: int = 140, **policy: Any
) -> Decision:
    takes: dict[str, frozenset[Verb]] = {"pulls": frozenset({"comment", "status", "check"})}
    return decide(
        policy.pop("states", {}),
        said={},
        places={"code": Place(connection="code", takes=takes, limits=Limits(text_chars=most), write=mode)},
        snapshot=now,
        policy=Policy(**{"zone": "Europe/Berlin", "status": "status", **policy}),
        as_of=NOW,
        enabled=EVERYWHERE,
        marked=marked or {},
    )


def checks(decision: Decision) -> list[Action]:
    return [action for action in (*decision.plan.actions, *decision.plan.observed) if action.part == "contract"]


def said(decision: Decision) -> tuple[str, str]:
    (action,) = checks(decision)
    assert (action.extra["sha"], action.extra["name"]) == (SHA, "syncd/contract")
    return action.extra["state"], action.extra["text"]


UNKNOWN, RISKY, FINE = change("unknown", 2), change("risky", 3), change("compatible", 4)


@pytest.mark.parametrize(
    ("changes", "policy", "state", "line"),
    [
        ((change(),), {}, "failed", "pay: 1 breaking change"),
        ((change(), change(number=5), RISKY), {}, "failed", "pay: 2 breaking changes, 1 risky change"),
        ((RISKY, FINE), {}, "passed", "pay: breaks nothing, 1 risky change"),
        ((), {}, "passed", "pay: breaks nothing"),
        ((UNKNOWN,), {}, "pending", "pay: not all could be judged"),
        ((UNKNOWN,), {"fail_from": "warn"}, "failed", "pay: not all could be judged"),
        ((change(), UNKNOWN), {}, "failed", "pay: 1 breaking change, not all could be judged"),
    ],
)
def test_what_it_says(changes: tuple[Change, ...], policy: dict[str, Any], state: str, line: str) -> None:
    assert said(decided(world(*changes), **policy)) == (state, line)


def test_it_is_well_again_once_the_break_is_accepted_or_withdrawn() -> None:
    first = decided(world(change()))
    _, marked = receipted(first)
    assert checks(decided(world(change()), marked)) == []
    assert said(decided(world(change(), accept=[change().fingerprint]), marked)) == ("passed", "pay: breaks nothing, 1 accepted")
    gone = decided(world(touches=False), marked)
    assert said(gone) == ("passed", "no watched contract is changed here any more")


def test_what_touches_no_contract_gets_none() -> None:
    assert checks(decided(world(touches=False))) == []
    assert checks(decided(replace(world(change()), contracts=()))) == []


@pytest.mark.parametrize(
    "off", [{"status": "off"}, {"contract_status": ""}, {"mode": "off"}, {"write_for_code": {"breaking_hits_commitment": "off"}}]
)
def test_it_can_be_switched_off(off: dict[str, Any]) -> None:
    assert checks(decided(world(change()), **off)) == []


@pytest.mark.parametrize("fields", [{"status": "merged"}, {"status": "closed"}, {"head_sha": None}])
def test_what_is_over_is_left_alone(fields: dict[str, Any]) -> None:
    assert checks(decided(world(change(), **fields))) == []


def test_it_follows_the_write_ramp_and_is_called_what_the_policy_says() -> None:
    planned = decided(world(change()), write_for_code={"breaking_hits_commitment": "plan"})
    assert [action.mode for action in checks(planned)] == ["plan"]
    (action,) = checks(decided(world(change()), contract_status="api", status="check"))
    assert (action.verb, action.extra["name"]) == ("check", "api")
    assert f"({change().fingerprint})" in action.extra["summary"]
    assert "response-property-removed: GET /pay" in action.extra["summary"]


def test_files_of_another_revision_are_no_success_and_do_not_change_what_was_said_of_this_one() -> None:
    unread = "not judged yet: files of this revision could not be read"
    assert said(decided(world(sha="older"))) == ("pending", unread)
    assert said(decided(world(change(), sha="older"))) == ("pending", unread), "it may be withdrawn by now"
    _, marked = receipted(decided(world()))
    assert checks(decided(world(sha="older"), marked)) == []
    assert checks(decided(replace(world(), stale=frozenset([Ref("code", "contract_files", "f7")])), marked)) == []


def test_its_line_is_no_longer_than_the_vendor_takes() -> None:
    _, line = said(decided(world(change(), UNKNOWN), most=20))
    assert line == "pay: 1 breaking cha…"


def test_it_and_the_status_of_everything_else_have_a_row_each() -> None:
    states = opened(late(REQUEST, severity="critical"))
    first = decided(world(RISKY), states=states)
    _, marked = receipted(first)
    stands = {part: json_state(entry) for (_, verb, part), entry in marked.items() if verb == "status"}
    assert stands == {"": "failed", "contract": "passed"}
    assert len({entry.key for entry in marked.values()}) == 2
    again = decided(world(RISKY), marked, states=states)
    assert [action for action in again.plan.actions if action.verb == "status"] == []


def json_state(entry: Said) -> str:
    state: str = json.loads(entry.body)["state"]
    return state


@given(st.lists(st.sampled_from(["breaking", "unknown", "risky", "compatible"]), max_size=4), st.data())
def test_law_it_passes_only_where_nothing_that_breaks_or_is_not_known_stands(levels: list[Level], data: st.DataObject) -> None:
    changes = [change(level, number) for number, level in enumerate(levels)]
    accepted = data.draw(st.sets(st.sampled_from([one.fingerprint for one in changes]))) if changes else set()
    left = {one.level for one in changes if one.fingerprint not in accepted}
    state, _ = said(decided(world(*changes, accept=sorted(accepted))))
    expected = "failed" if "breaking" in left else "pending" if "unknown" in left else "passed"
    assert state == expected
