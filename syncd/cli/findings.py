"""`syncd findings`: what is open."""

import os

from syncd.app import opened
from syncd.cli import report
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, out, print_json, wide
from syncd.cli.tabled import show_table
from syncd.run.analyse import shown


def findings(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the open findings as the last pass left them. Reads the store only."""
    with opened(config, os.environ) as app:
        states = [shown(state, app.config.policy) for state in app.store.findings.states().values()]
    opens = report.worst_first(states)
    if json:
        print_json([report.finding_json(state.finding) for state in opens])
    elif opens:
        show_table(wide(), report.findings_table(opens))
    else:
        out().print("No open findings.")
