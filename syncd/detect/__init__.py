"""Pure. Detectors: one file each, named after the finding's code; and the one place that runs them.

A detector reads the snapshot and its rules, nothing else: no clock, no store, no vendor. Where and whether a finding is told is
not its business.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.contract import Detector, Rules
from syncd.model.finding import Finding
from syncd.model.ref import identity
from syncd.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """A detector that broke. Nothing is concluded from its silence: what it found before is to be held."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Detected:
    """The findings, sorted by code, subject and discriminator, and the detectors that broke."""

    findings: tuple[Finding, ...]
    defects: tuple[Defect, ...] = ()


def detect(snapshot: Snapshot, detectors: Iterable[tuple[Detector, Rules]]) -> Detected:
    """Run every detector with its rules. Same arguments, same result. An exception in one of them leaves the others working."""
    findings: list[Finding] = []
    defects: list[Defect] = []
    for detector, rules in detectors:
        try:
            findings += tuple(detector.detect(snapshot, rules))
        except Exception as error:
            defects.append(Defect(detector.code, _defect(error)))
    findings.sort(key=lambda finding: (finding.code, identity(finding.subject), finding.discriminator))
    return Detected(tuple(findings), tuple(sorted(defects)))


def _defect(error: Exception) -> str:
    """What broke, and the innermost place of our own that it went through."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__', '?')}, line {place.tb_lineno}" if place else "?"
    return f"{type(error).__name__}: {error} ({where})"
