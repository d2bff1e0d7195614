"""Pure. The write ramp: whether a finding may be said, by its project, its team and its detector; each of them has to be on."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from syncd.decide.place import Ground, Spot
from syncd.decide.state import FindingState, Policy
from syncd.model.action import Mode
from syncd.model.finding import Finding
from syncd.model.ref import Ref
from syncd.model.rows import Milestone

_LESS_TO_MORE: tuple[Mode, ...] = ("off", "plan", "on")
OTHERS = "*"


def mode(finding: Finding, spot: Spot, ground: Ground) -> Mode:
    """The least of what is set for the ticket's project, the finding's team and its detector."""
    return mode_of(finding.code, finding.subject, spot, ground)


def mode_of(code: str, subject: Ref, spot: Spot, ground: Ground) -> Mode:
    """The same for what a detector of that code says of a subject."""
    policy = ground.policy
    team = of_team(_team(subject, ground), policy) if policy.write_for_team else "on"
    return least(spot.mode, team, policy.write_for_code.get(code, "on"))


def least(*modes: Mode) -> Mode:
    """The most careful of some modes."""
    return min(modes, key=_LESS_TO_MORE.index)


def of_team(name: str | None, policy: Policy) -> Mode:
    """What is set for a team. Where some team is switched on, those that are not named, and what has no team, is only planned."""
    modes = policy.write_for_team
    if name is not None and name in modes:
        return modes[name]
    return modes.get(OTHERS, "plan" if "on" in modes.values() else "on")


def team(finding: Finding, ground: Ground) -> str | None:
    """The team of the milestone that the finding is about, or that its item or merge request belongs to."""
    return _team(finding.subject, ground)


def _team(of: Ref, ground: Ground) -> str | None:
    snapshot, subject = ground.snapshot, ground.snapshot.get(of)
    if isinstance(subject, Milestone):
        return subject.team
    named = [snapshot.anchor(ref) for ref in subject.milestones if isinstance(ref, Ref)] if subject else []
    teams = (snapshot.milestones[ref].team for ref in named if ref in snapshot.milestones)
    return next((name for name in teams if name), None)


def why_not(finding: Finding, ground: Ground) -> str:
    """What keeps a finding from being said where its project would let it be."""
    if ground.policy.write_for_code.get(finding.code, "on") != "on":
        return f'write = "{ground.policy.write_for_code[finding.code]}" in [detect.{finding.code}]'
    name = team(finding, ground)
    return f'write_for_team is "{of_team(name, ground.policy)}" for {f"team {name}" if name else "what has no team"}'


def withheld(
    states: Mapping[str, FindingState],
    spots: Mapping[str, Spot | str],
    modes: Mapping[str, Mode],
    said: Collection[str],
    policy: Policy,
) -> dict[str, FindingState]:
    """The states with note taken of what its team or detector keeps back. What was kept back and may be said from now on is known at
    start, as it is now: switching a team or a detector on is no reason to say what was open before. `said`: told somewhere already."""

    def seen(key: str, state: FindingState) -> FindingState:
        spot = spots.get(key)
        if state.state == "cleared" or not isinstance(spot, Spot) or spot.mode != "on":
            return state
        if modes[key] != "on":
            return state if state.withheld else replace(state, withheld=True)
        if not state.withheld:
            return state
        quiet = policy.at_start == "known" and key not in said and state.known is None
        now = (state.finding.severity, state.finding.weight)
        return replace(state, withheld=False, known=now if quiet else state.known)

    return {key: seen(key, state) for key, state in states.items()}
