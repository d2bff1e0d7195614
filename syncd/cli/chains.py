"""Blocking chains as `syncd status` and `syncd schedule chains` tell them: in plain words, and for programs."""

from typing import Any

from syncd.decide.impersonal import People
from syncd.decide.plain import plain_parts
from syncd.detect.chained import parts
from syncd.model.ref import ref_to_json
from syncd.model.snapshot import Snapshot
from syncd.schedule.chains import Chain


def in_words(snapshot: Snapshot, chain: Chain, people: People) -> str:
    """One chain, with people as they are shown."""
    return plain_parts(parts(snapshot, chain), people)


def as_json(snapshot: Snapshot, chain: Chain, people: People) -> dict[str, Any]:
    """The same for programs."""
    return {
        "begins_with": ref_to_json(chain.root),
        "days_lost": chain.days,
        "moves_daily": chain.clocked,
        "path": [ref_to_json(ref) for ref in chain.path],
        "holds_up": [
            {
                "milestone": ref_to_json(one.milestone),
                "due": one.due.isoformat(),
                "finish": one.finish.isoformat(),
                "days_lost": one.days,
            }
            for one in chain.held
        ],
        "text": in_words(snapshot, chain, people),
    }
