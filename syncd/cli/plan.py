"""`syncd plan`: what a first pass will cost, and exactly what `once` would write, and why."""

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from syncd.app import App, opened
from syncd.cli import report
from syncd.cli.frame import (
    CHANGES,
    DEFAULT_CONFIG,
    GOOD,
    TROUBLE,
    AsJson,
    ConfigFile,
    complain,
    err,
    hide_secrets,
    one_line,
    out,
    print_json,
    usage,
)
from syncd.cli.progress import duration, watching
from syncd.config import did_you_mean, some_known
from syncd.decide import Plan, as_plan
from syncd.decide.plan_text import action_diff, action_kind
from syncd.decide.state import Silent
from syncd.model.action import Action
from syncd.model.ref import ref_to_json
from syncd.model.snapshot import Snapshot
from syncd.run.estimate import Estimate, estimate
from syncd.run.one_pass import Passed, each, one_pass


def plan(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    project: Annotated[str, typer.Option(help="Show only what concerns this project, repository or group.")] = "",
    detailed_exitcode: Annotated[bool, typer.Option(help="Exit with 0 for nothing to write, 3 for changes.")] = False,
) -> None:
    """Read every connection and show exactly what `once` would write, and why. Nothing is written anywhere."""
    with watching(err()) as watcher, opened(config, os.environ, watcher=watcher) as app:
        hide_secrets(context, app)
        costs = first_reads(app)
        for cost in costs:
            watcher.expect(cost)
        for cost in () if json else costs:
            complain(in_words(cost))
        passed = one_pass(app.works, write=False)
        said = app.store.ledger.said()
        _must_know(project, app)
    found = _only(passed.analysed.plan, project, passed.analysed.snapshot)
    if json:
        groups = {"actions": found.actions, "observed": found.observed, "waiting": found.waiting}
        written = {name: [_action_json(action, action_diff(action, said)) for action in group] for name, group in groups.items()}
        silent = {"nowhere": [_silent_json(one) for one in found.nowhere], "quiet": [_silent_json(one) for one in found.quiet]}
        first = {"first_pass": [_cost_json(cost) for cost in costs]}
        print_json({**written, **silent, **first, "problems": report.problems(passed)})
    else:
        out().print(Text("\n".join(one_line(line) for line in as_plan(found, said).split("\n"))))
        for line in (*report.problems(passed), *app.config.notices()):
            complain(f"! {line}")
    raise typer.Exit(_code(passed, found, detailed_exitcode))


def first_reads(app: App) -> list[Estimate]:
    """What reading takes of each connection that was never read and that can be asked now."""
    works = app.works
    found = each(works.links, lambda link: estimate(link, works.store, works.clock))
    return [one for one in found.values() if one is not None]


def in_words(cost: Estimate) -> str:
    """`plat: a first pass of 3 scopes takes about 120 requests, about 2 minutes`."""
    parts = [f"about {cost.requests} requests"] if cost.requests or not cost.unknown else []
    if cost.unknown:
        parts.append(f"{'and ' if parts else ''}what {', '.join(cost.unknown)} take, which cannot be told beforehand")
    if cost.seconds is not None and cost.requests:
        parts.append(f"about {duration(cost.seconds)}")
    return (
        f"{cost.connection}: a first pass over {cost.scopes} {'scope' if cost.scopes == 1 else 'scopes'} takes {', '.join(parts)}"
    )


def _must_know(project: str, app: App) -> None:
    """End with the right names where nothing goes by this one."""
    names = sorted({known.scope.name for known in app.store.scopes.states() if known.stream})
    if project and project not in names:
        cure = did_you_mean(project, names, otherwise=some_known(names))
        usage(f"There is no project {project!r}. {cure}")


def _only(plan: Plan, project: str, snapshot: Snapshot) -> Plan:
    """The part of a plan that concerns one project."""
    if not project:
        return plan

    def written(actions: Sequence[Action]) -> tuple[Action, ...]:
        return tuple(action for action in actions if action.project == project)

    def silent(ones: Sequence[Silent]) -> tuple[Silent, ...]:
        found = ((one, snapshot.get(one.finding.subject)) for one in ones)
        return tuple(one for one, subject in found if subject is not None and subject.project == project)

    return Plan(
        actions=written(plan.actions),
        observed=written(plan.observed),
        waiting=written(plan.waiting),
        nowhere=silent(plan.nowhere),
        quiet=silent(plan.quiet),
    )


def _code(passed: Passed, found: Plan, detailed: bool) -> int:
    if report.in_trouble(passed):
        return TROUBLE
    return CHANGES if detailed and (found.actions or found.observed or found.waiting) else GOOD


def _cost_json(cost: Estimate) -> dict[str, Any]:
    return {
        "connection": cost.connection,
        "requests": cost.requests,
        "scopes": cost.scopes,
        "seconds": None if cost.seconds is None else round(cost.seconds, 1),
        "unknown": list(cost.unknown),
    }


def _action_json(action: Action, diff: str) -> dict[str, Any]:
    return {
        "what": action_kind(action),
        "verb": action.verb,
        "target": ref_to_json(action.target),
        "project": action.project,
        "topics": list(action.topics),
        "reasons": list(action.reasons),
        "body": action.body,
        "extra": dict(action.extra),
        "diff": diff,
    }


def _silent_json(silent: Silent) -> dict[str, Any]:
    return {"finding": report.finding_json(silent.finding), "why": silent.why}
