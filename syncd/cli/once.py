"""`syncd once`: one pass."""

import os

import typer

from syncd.app import opened
from syncd.cli import report
from syncd.cli.frame import DEFAULT_CONFIG, GOOD, TROUBLE, AsJson, ConfigFile, complain, err, hide_secrets, out, print_json
from syncd.cli.plan import first_reads, in_words
from syncd.cli.progress import Bars, watching
from syncd.run.one_pass import one_pass


def once(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Make one pass: read every connection, find what is wrong, say it on the tickets."""
    with watching(err()) as watcher, opened(config, os.environ, watcher=watcher) as app:
        hide_secrets(context, app)
        for cost in first_reads(app) if isinstance(watcher, Bars) else ():
            complain(in_words(cost))
            watcher.expect(cost)
        passed = one_pass(app.works)
    if json:
        print_json(report.as_json(passed))
    else:
        report.show(passed, out())
    raise typer.Exit(TROUBLE if report.in_trouble(passed) else GOOD)
