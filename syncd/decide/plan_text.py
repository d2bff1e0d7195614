"""Pure. A plan in words: what is written where and why, as a difference from what stands there."""

from collections.abc import Mapping
from difflib import unified_diff
from typing import Literal

from syncd.decide.escape import clean
from syncd.decide.plain import plain_headline
from syncd.decide.state import Plan, Said, Silent
from syncd.model.action import Action
from syncd.model.ref import Ref

Kind = Literal["create", "edit", "resolve", "mark"]


def action_kind(action: Action) -> Kind:
    """Whether the action writes a new comment, edits ours, says in it that nothing is open, or sets what is no comment."""
    if action.verb != "comment":
        return "mark"
    if not action.fingerprints:
        return "resolve"
    return "edit" if action.remote_id else "create"


def action_diff(action: Action, said: Mapping[Ref, Said]) -> str:
    """A unified difference from the comment as our receipt says it stands there to the new one."""
    if action.verb != "comment":
        return ""
    entry = said.get(action.target)
    old = entry.body.splitlines() if entry else []
    return "\n".join(unified_diff(old, action.body.splitlines(), "as it stands", "as it would be", lineterm=""))


def as_plan(plan: Plan, said: Mapping[Ref, Said]) -> str:
    """The whole plan for a terminal; one line says so where there is nothing to tell."""
    groups = (
        ("To write", [_action(action, said) for action in plan.actions]),
        ("Waiting: over the cap of one pass", [_action(action, said) for action in plan.waiting]),
        ('Observed only: write = "plan" there', [_action(action, said) for action in plan.observed]),
        ("Nowhere to speak", [_silent(silent) for silent in plan.nowhere]),
        ("Quiet", [_silent(silent) for silent in plan.quiet]),
    )
    return "\n\n".join("\n".join([f"{title} ({len(lines)})", *lines]) for title, lines in groups if lines) or "Nothing to write."


def _action(action: Action, said: Mapping[Ref, Said]) -> str:
    head = f"  {action_kind(action)} {action.target.connection} {clean(action.target.label)}: {'; '.join(action.reasons)}"
    return "\n".join([head, *(f"    {line}" for line in action_diff(action, said).splitlines())])


def _silent(silent: Silent) -> str:
    finding = silent.finding
    return f"  {finding.code}, {finding.severity}: {plain_headline(finding)}\n    {silent.why}"
