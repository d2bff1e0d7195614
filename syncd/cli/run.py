"""`syncd run`: passes at an interval, and webhooks between them, until it is told to end."""

import itertools
import os
import signal

import typer

from syncd.app import App, opened
from syncd.cli import report
from syncd.cli.frame import DEFAULT_CONFIG, ConfigFile, hide_secrets
from syncd.cli.listening import listening
from syncd.run.clock import Clock
from syncd.run.engine import Embedded
from syncd.run.log import log
from syncd.run.one_pass import one_pass


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
