"""A round of the demonstration: one pass over the company, and what its vendors saw of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syncd.app import opened
from syncd.cli import report
from syncd.cli.frame import err
from syncd.cli.progress import watching
from syncd.decide.state import FindingState
from syncd.demo.company import Company
from syncd.demo.company_twins import Note
from syncd.demo.story_records import Recorded
from syncd.model.action import Action
from syncd.run.clock import Clock
from syncd.run.one_pass import Passed, one_pass

_LONGEST_WAIT_S = 0.02


@dataclass(frozen=True, slots=True)
class Round:
    """`states`: the open findings that may be said on tickets, the worst first. `before`, `after`: all our comments at the vendors."""

    passed: Passed
    states: tuple[FindingState, ...]
    before: Mapping[Note, str]
    after: Mapping[Note, str]
    requests: int
    writes: int
    seconds: float

    @property
    def written(self) -> list[Note]:
        """The comments that are new, or read otherwise than before."""
        return [note for note, text in self.after.items() if self.before.get(note) != text]

    def action(self, note: Note) -> Action | None:
        """What led to a comment that this round wrote."""
        actions = self.passed.analysed.plan.actions
        return next((a for a in actions if (a.target.connection, a.target.label) == (note.vendor, note.ticket)), None)


def play(scene: Company | Recorded, config: Path) -> Round:
    """A pass as `syncd once` makes it, but for the clock, which is the company's, and the pace: these vendors have no limits that would be
    worth waiting for. The person's own environment is left out."""
    twins, began = scene.twins, time.monotonic()
    before, requests, writes = twins.ours(), twins.requests(), twins.writes()
    with watching(err()) as watcher, opened(config, {}, clock=Clock(now=scene.moment.now, wait=_briefly), watcher=watcher) as app:
        passed = one_pass(app.works)
        told = app.config.policy.write_for_code
        opens = report.worst_first(app.store.findings.states().values())
        states = tuple(state for state in opens if told.get(state.finding.code, "on") == "on")
    seconds = time.monotonic() - began
    return Round(passed, states, before, twins.ours(), twins.requests() - requests, twins.writes() - writes, seconds)


def _briefly(seconds: float) -> None:
    Clock().wait(min(seconds, _LONGEST_WAIT_S))
