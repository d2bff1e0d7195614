"""Pure. The life of a contract, step by step: what open merge requests propose, what is not released yet, and each release."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.contracts.pairs import Pair, between, contents, files_of, pairs, releases
from syncd.model.contract import Contract
from syncd.model.ref import Alias, Ref
from syncd.model.rows import ContractFile

Kind = Literal["proposed", "unreleased", "release"]


@dataclass(frozen=True, slots=True)
class Step:
    """One of them. `name`: the number of the merge request, or the release; `at`: when that was; `since`: the release before, "" where
    none is known. `pair`: what is compared; None where there is nothing to compare with. `of`: the merge request."""

    kind: Kind
    name: str = ""
    at: datetime | None = None
    since: str = ""
    pair: Pair | None = None
    of: Ref | Alias | None = None


def history(contract: Contract, rows: Sequence[ContractFile]) -> tuple[Step, ...]:
    """What is proposed, by number, then what is unreleased, then the releases that are known, the latest first."""
    own = files_of(contract, rows)
    released = releases(own)
    steps = [
        Step("proposed", pair.name, since="", pair=pair, of=pair.of)
        for pair in pairs(contract, rows)
        if pair.revision == "merge_request"
    ]
    now = [row for row in own if row.revision == "default"]
    if released:
        last = released[-1][0].name or ""
        steps.append(Step("unreleased", since=last, pair=between(contract, last, contents(released[-1]), contents(now))))
    elif now:
        steps.append(Step("unreleased"))
    return (*steps, *_releases(contract, released))


def _releases(contract: Contract, released: Sequence[Sequence[ContractFile]]) -> Iterator[Step]:
    for place in range(len(released) - 1, -1, -1):
        files = released[place]
        name, at = files[0].name or "", min((row.at for row in files if row.at), default=None)
        if place == 0:
            yield Step("release", name, at)
            continue
        before = released[place - 1]
        pair = between(contract, name, contents(before), contents(files))
        yield Step("release", name, at, before[0].name or "", pair)
