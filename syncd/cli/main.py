"""The commands. Each reads its options, calls the layer that knows, and prints."""

import itertools
import os
import signal
from typing import Annotated

import typer

from syncd import __version__
from syncd.app import App, opened
from syncd.cli import report
from syncd.cli.backfill import backfill
from syncd.cli.capacity import capacity
from syncd.cli.dead import dead
from syncd.cli.demo_command import demo
from syncd.cli.doctor import doctor
from syncd.cli.explain import explain
from syncd.cli.forget import forget
from syncd.cli.frame import (
    DEFAULT_CONFIG,
    GOOD,
    TROUBLE,
    AsJson,
    ConfigFile,
    command,
    err,
    hide_secrets,
    out,
    print_json,
)
from syncd.cli.health import healthcheck
from syncd.cli.hooks import cli as hooks
from syncd.cli.listening import listening
from syncd.cli.people import people_list, people_suggest
from syncd.cli.plan import plan
from syncd.cli.progress import watching
from syncd.cli.records import check, export, schema, try_mapping
from syncd.cli.resume import resume
from syncd.cli.schedule import cli as schedule
from syncd.run.analyse import shown
from syncd.run.clock import Clock
from syncd.run.engine import Embedded
from syncd.run.log import log, set_up
from syncd.run.one_pass import one_pass

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


@cli.command(epilog=EPILOG)
@command
def once(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Make one pass: read every connection, find what is wrong, say it on the tickets."""
    with watching(err()) as watcher, opened(config, os.environ, watcher=watcher) as app:
        hide_secrets(context, app)
        passed = one_pass(app.works)
    if json:
        print_json(report.as_json(passed))
    else:
        report.show(passed, out())
    raise typer.Exit(TROUBLE if report.in_trouble(passed) else GOOD)


@cli.command(epilog=EPILOG)
@command
def run(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Make passes at the interval of the configuration until SIGTERM or Ctrl-C, which ends cleanly."""
    clock = Clock()
    engine = Embedded(clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: engine.stop())
    with opened(config, os.environ, clock=clock) as app:
        hide_secrets(context, app, "info")
        log().info("started", connections=list(app.config.connections), interval_s=app.config.interval_s)
        looked = itertools.count()
        engine.every(app.config.interval_s, "pass", lambda: _resident_pass(app, leave_off=next(looked) > 0))
        with listening(app, engine):
            engine.run()
        log().info("ended")


def _resident_pass(app: App, *, leave_off: bool) -> None:
    """One pass of the daemon. A defect is logged with its place; the next pass comes all the same. The first pass after a start looks
    at everything: a person may just have mended it."""
    try:
        passed = one_pass(app.works, wait=False, leave_off=leave_off, spare=True)
    except Exception:
        log().exception("pass broke off")
        return
    log().info("pass", findings=report.finding_counts(passed), actions=report.action_counts(passed))


@cli.command(epilog=EPILOG)
@command
def findings(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the open findings as the last pass left them. Reads the store only."""
    with opened(config, os.environ) as app:
        states = [shown(state, app.config.policy) for state in app.store.findings.states().values()]
    opens = report.worst_first(states)
    if json:
        print_json([report.finding_json(state.finding) for state in opens])
    elif opens:
        out().print(report.findings_table(opens))
    else:
        out().print("No open findings.")


cli.command("plan", epilog=EPILOG)(command(plan))
cli.command("resume", epilog=EPILOG)(command(resume))
cli.command("explain", epilog=EPILOG)(command(explain))
cli.command("check", epilog=EPILOG)(command(check))
cli.command("export", epilog=EPILOG)(command(export))
cli.command("try", epilog=EPILOG)(command(try_mapping))
cli.command("schema", epilog=EPILOG)(command(schema))
cli.command("demo", epilog=EPILOG)(command(demo))
cli.add_typer(hooks)
cli.command("forget", epilog=EPILOG)(command(forget))
people = typer.Typer(help="Who is who across connections.", no_args_is_help=True, rich_markup_mode=None)
people.command("list", epilog=EPILOG)(command(people_list))
people.command("suggest", epilog=EPILOG)(command(people_suggest))
cli.add_typer(people, name="people")
cli.command("healthcheck", epilog=EPILOG)(command(healthcheck))
cli.command("doctor", epilog=EPILOG)(command(doctor))
cli.command("backfill", epilog=EPILOG)(command(backfill))
cli.add_typer(dead)
cli.add_typer(schedule)
cli.command("capacity", epilog=EPILOG)(command(capacity))


def main() -> None:
    """The console script."""
    cli(prog_name="syncd")
