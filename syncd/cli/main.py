"""The commands. Each reads its options, calls the layer that knows, and prints."""

import itertools
import os
import signal
from typing import Annotated, Any

import typer
from rich.text import Text

from syncd import __version__
from syncd.app import App, opened
from syncd.cli import report
from syncd.cli.demo import demo
from syncd.cli.explain import explain
from syncd.cli.frame import (
    CHANGES,
    DEFAULT_CONFIG,
    GOOD,
    TROUBLE,
    AsJson,
    ConfigFile,
    command,
    complain,
    err,
    one_line,
    out,
    print_json,
)
from syncd.cli.health import healthcheck
from syncd.cli.progress import watching
from syncd.cli.records import check, export, schema, try_mapping
from syncd.decide import as_plan
from syncd.decide.plan_text import action_diff, action_kind
from syncd.decide.state import Silent
from syncd.model.action import Action
from syncd.run.clock import Clock
from syncd.run.engine import Embedded
from syncd.run.log import log, set_up
from syncd.run.one_pass import Passed, one_pass

EPILOG = (
    "Exit codes: 0 good; 1 a connection, or a part of it, is off or could not be read, or a write failed; "
    "2 usage or configuration; 3 plan --detailed-exitcode: changes."
)

cli = typer.Typer(
    name="syncd",
    help="Mirrors trackers and calendars into one milestone model, and says on the ticket what it found.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"syncd {__version__}")
        raise typer.Exit(GOOD)


@cli.callback()
def common(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    log_level: Annotated[str, typer.Option(envvar="SYNCD_LOG", help="debug, info, warning or error.")] = "",
) -> None:
    """Options of every command."""
    levels = ("debug", "info", "warning", "error")
    if log_level and log_level.lower() not in levels:
        raise typer.BadParameter(f"{log_level!r} is no log level: {', '.join(levels)}")
    context.obj = log_level
    set_up(log_level or "error")


def _hide_secrets(context: typer.Context, app: App, level: str = "error") -> None:
    """Log on without the configuration's secrets, at the level that was asked for or else at this one."""
    set_up(context.obj or level, secrets=app.secrets)


@cli.command(epilog=EPILOG)
@command
def once(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Make one pass: read every connection, find what is wrong, say it on the tickets."""
    with watching(err()) as watcher, opened(config, os.environ, watcher=watcher) as app:
        _hide_secrets(context, app)
        passed = one_pass(app.works)
    if json:
        print_json(report.as_json(passed))
    else:
        report.show(passed, out())
    raise typer.Exit(TROUBLE if report.in_trouble(passed) else GOOD)


@cli.command(epilog=EPILOG)
@command
def plan(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    detailed_exitcode: Annotated[bool, typer.Option(help="Exit with 0 for nothing to write, 3 for changes.")] = False,
) -> None:
    """Read every connection and show exactly what `once` would write, and why. Nothing is written anywhere."""
    with watching(err()) as watcher, opened(config, os.environ, watcher=watcher) as app:
        _hide_secrets(context, app)
        passed = one_pass(app.works, write=False)
        said = app.store.ledger.said()
    found = passed.analysed.plan
    if json:
        groups = {"actions": found.actions, "observed": found.observed, "waiting": found.waiting}
        written = {name: [_action_json(action, action_diff(action, said)) for action in group] for name, group in groups.items()}
        silent = {"nowhere": [_silent_json(one) for one in found.nowhere], "quiet": [_silent_json(one) for one in found.quiet]}
        print_json({**written, **silent, "problems": report.problems(passed)})
    else:
        out().print(Text("\n".join(one_line(line) for line in as_plan(found, said).split("\n"))))
        for line in report.problems(passed):
            complain(f"! {line}")
    raise typer.Exit(_plan_code(passed, detailed_exitcode))


def _plan_code(passed: Passed, detailed: bool) -> int:
    if report.in_trouble(passed):
        return TROUBLE
    found = passed.analysed.plan
    return CHANGES if detailed and (found.actions or found.observed or found.waiting) else GOOD


def _action_json(action: Action, diff: str) -> dict[str, Any]:
    return {
        "what": action_kind(action),
        "verb": action.verb,
        "target": report.ref_json(action.target),
        "project": action.project,
        "topics": list(action.topics),
        "reasons": list(action.reasons),
        "body": action.body,
        "diff": diff,
    }


def _silent_json(silent: Silent) -> dict[str, Any]:
    return {"finding": report.finding_json(silent.finding), "why": silent.why}


@cli.command(epilog=EPILOG)
@command
def run(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Make passes at the interval of the configuration until SIGTERM or Ctrl-C, which ends cleanly."""
    clock = Clock()
    engine = Embedded(clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: engine.stop())
    with opened(config, os.environ, clock=clock) as app:
        _hide_secrets(context, app, "info")
        log().info("started", connections=list(app.config.connections), interval_s=app.config.interval_s)
        looked = itertools.count()
        engine.every(app.config.interval_s, "pass", lambda: _resident_pass(app, leave_off=next(looked) > 0))
        engine.run()
        log().info("ended")


def _resident_pass(app: App, *, leave_off: bool) -> None:
    """One pass of the daemon. A defect is logged with its place; the next pass comes all the same. The first pass after a start looks
    at everything: a person may just have mended it."""
    try:
        passed = one_pass(app.works, wait=False, leave_off=leave_off)
    except Exception:
        log().exception("pass broke off")
        return
    log().info("pass", findings=report.finding_counts(passed), actions=report.action_counts(passed))


@cli.command(epilog=EPILOG)
@command
def findings(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the open findings as the last pass left them. Reads the store only."""
    with opened(config, os.environ) as app:
        states = app.store.findings.states().values()
    opens = report.worst_first(states)
    if json:
        print_json([report.finding_json(state.finding) for state in opens])
    elif opens:
        out().print(report.findings_table(opens))
    else:
        out().print("No open findings.")


cli.command("explain", epilog=EPILOG)(command(explain))
cli.command("check", epilog=EPILOG)(command(check))
cli.command("export", epilog=EPILOG)(command(export))
cli.command("try", epilog=EPILOG)(command(try_mapping))
cli.command("schema", epilog=EPILOG)(command(schema))
cli.command("demo", epilog=EPILOG)(command(demo))
cli.command("healthcheck", epilog=EPILOG)(command(healthcheck))


def main() -> None:
    """The console script."""
    cli(prog_name="syncd")
