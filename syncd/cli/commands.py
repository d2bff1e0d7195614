"""The commands by name. Each is imported when somebody calls it: nobody waits for what other commands need, and `--help` for none."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

EPILOG = (
    "Exit codes: 0 good; 1 a connection, or a part of it, is off or could not be read, or a write failed; "
    "2 usage or configuration; 3 plan --detailed-exitcode: changes."
)

STYLE: Mapping[str, Any] = {
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""How every command looks."""

PLACES: Mapping[str, tuple[str, str]] = {
    "once": ("syncd.cli.once:once", "Make one pass: read every connection, find what is wrong, say it on the tickets."),
    "run": (
        "syncd.cli.run:run",
        "Make passes at the interval of the configuration until SIGTERM or Ctrl-C, which ends cleanly.",
    ),
    "findings": ("syncd.cli.findings:findings", "List the open findings as the last pass left them."),
    "plan": ("syncd.cli.plan:plan", "Read every connection and show exactly what `once` would write, and why."),
    "resume": (
        "syncd.cli.resume:resume",
        "Let what was halted, because too much vanished at once, be read again in the next pass.",
    ),
    "explain": (
        "syncd.cli.explain:explain",
        "Show how something came to be said: record, mapping rules, facts, findings, action, receipt.",
    ),
    "check": ("syncd.cli.check:check", "Check the configuration and its mappings, without any connection."),
    "export": ("syncd.cli.records:export", "Print the unified model as the mirror gives it now: one row per object."),
    "try": (
        "syncd.cli.records:try_mapping",
        "Map vendor records out of a file, without any connection, and show the rows, what was rejected and why.",
    ),
    "schema": ("syncd.cli.check:schema", "Print the JSON Schema of mappings or of the configuration, for editors."),
    "demo": (
        "syncd.cli.demo_command:demo",
        "Show the main job on a simulated company: four vendors on loopback, findings, comments, a second pass, a day later, an answer.",
    ),
    "hooks": ("syncd.cli.hooks:cli", "Webhooks: register them, and see how far they can be relied on."),
    "forget": (
        "syncd.cli.forget:forget",
        "Put a pseudonym in a person's place in all that syncd remembers, and whenever a vendor names them again.",
    ),
    "people": ("syncd.cli.people:cli", "Who is who across connections."),
    "healthcheck": (
        "syncd.cli.health:healthcheck",
        "Exit with 0 where the last pass of `syncd run` ended less than 3 intervals (and at least 10 minutes) ago, or one is under way.",
    ),
    "doctor": ("syncd.cli.doctor:doctor", "Look at every connection and the store."),
    "backfill": ("syncd.cli.backfill:backfill", "Read again, from the beginning, what lacks fields that the mapping reads."),
    "schedule": ("syncd.cli.schedule:cli", "Work out when a plan's items can start and have to end."),
    "status": (
        "syncd.cli.status:status",
        "Show how the milestones stand: a word with its reason, dates, what is open, and what blocks.",
    ),
    "hygiene": (
        "syncd.cli.hygiene:hygiene",
        "List what is undated, ownerless, untouched, long overdue or plainly wrong, per team.",
    ),
    "baseline": ("syncd.cli.baseline:baseline", "What was agreed on for each milestone: appended to, never changed."),
    "forecast": (
        "syncd.cli.forecast:cli",
        "How likely milestones are done in time, and how well such forecasts held so far.",
    ),
    "whatif": (
        "syncd.cli.whatif:whatif",
        "Compare the plan with one that is changed: dates, scope, estimates, people, leave, freezes, links.",
    ),
    "capacity": (
        "syncd.cli.capacity:capacity",
        "Show planned work against working time per person, team and skill and week, and who is away.",
    ),
    "quality": (
        "syncd.cli.quality:quality",
        "Check how far the plan can be believed: 14 points, what fails them, and what to repair first.",
    ),
    "contracts": ("syncd.cli.contracts:cli", "API contracts: what changed, and what it breaks."),
    "dead": ("syncd.cli.dead:dead", "What was set aside: writes that were refused, records that cannot be read."),
}
"""Where each command is (module:name), and what it does: the beginning of its own help."""


class Commands(TyperGroup):
    """A group that lists its commands without importing them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, (_, told) in PLACES.items():
            self.add_command(TyperCommand(name, help=told, rich_markup_mode=None))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that was called, imported now."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, imported(name) if name is not None and name in PLACES else listed, rest


def imported(name: str) -> Any:
    """The command, or group of commands, as the library knows it."""
    from syncd.cli.frame import command

    module, _, attribute = PLACES[name][0].partition(":")
    found = getattr(import_module(module), attribute)
    frame = typer.Typer(**STYLE)
    if isinstance(found, typer.Typer):
        frame.add_typer(found, name=name)
    else:
        frame.command(name, epilog=EPILOG)(command(found))
    return typer.main.get_group(frame).commands[name]
