"""What changes in contracts, for the detectors: verdicts on pairs of revisions, what has landed, and who relies on them by the file of
consumers."""

from collections.abc import Iterator
from dataclasses import replace

from syncd.contracts.judging import Judged, verdict_to_json
from syncd.contracts.pairs import differing, files_of
from syncd.contracts.reliance import unknown_names
from syncd.model.contract import Compared, Contract
from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.run.contract_landed import Breaks
from syncd.run.contract_sunsets import all_sunsets
from syncd.run.contract_texts import judged, listed_consumers
from syncd.store import Store

_TOLD = ("merge_request", "release")


def with_changes(snapshot: Snapshot, store: Store) -> Snapshot:
    """The snapshot with all verdicts. A contract on which the differ fails is set aside with a line that says why: its files at
    merge requests count as unread, so that what was found of them before stands."""
    problems: list[str] = []
    contracts = tuple(with_consumers(contract, snapshot, store, problems) for contract in snapshot.contracts)
    problems += [
        f"[contracts.{one.name}] consumers: no milestone that was read is {name!r}. Correct the key, or take it out"
        for one in contracts
        for name in unknown_names(one, snapshot)
    ]
    broken: dict[str, str] = {}
    breaks = Breaks(store, snapshot, contracts)
    verdicts = judged(contracts, snapshot.contract_files, store, broken=broken, more=breaks.pairs())
    told = [_compared(one) for found in verdicts.values() for one in found if one.pair.revision in _TOLD]
    landed = breaks.settle(verdicts)
    files = [row for one in contracts if one.name in broken for row in files_of(one, snapshot.contract_files)]
    aside = {row.ref for row in files if row.revision == "merge_request"}
    problems += [
        f"[contracts.{name}]: its changes are not judged, the comparison failed: {reason}. "
        "Report it with the two files; what was found stands"
        for name, reason in broken.items()
    ]
    ends = tuple(all_sunsets(contracts, snapshot, store, problems))
    return replace(
        snapshot,
        contracts=contracts,
        sunsets=ends,
        compared=(*told, *landed),
        stale=snapshot.stale | aside | breaks.coming,
        problems=(*snapshot.problems, *problems),
    )


def _compared(one: Judged) -> Compared:
    pair = one.pair
    return Compared(
        contract=pair.contract,
        revision=pair.revision,
        name=pair.name,
        of=pair.of,
        verdict=verdict_to_json(one.verdict),
        sources=frozenset(_sources(one)),
    )


def _sources(one: Judged) -> Iterator[Ref]:
    """The records of the files that were compared, and of those that differ."""
    old, new = one.pair.old, one.pair.new
    for path in differing(old, new):
        yield from (blob.source for blob in (old.get(path), new.get(path)) if blob)


def with_consumers(contract: Contract, snapshot: Snapshot, store: Store, problems: list[str]) -> Contract:
    """The contract with those whom its file of consumers lists: who is no team is taken for a milestone."""
    if contract.consumer_file is None:
        return contract
    try:
        names = listed_consumers(contract, snapshot.contract_files, store)
    except LookupError as error:
        problems.append(f"[contracts.{contract.name}] consumers: {error.args[0]}. Correct the path, or take it out")
        return contract
    known = {team.name.casefold() for team in snapshot.teams}
    teams = (name for name in names if name.casefold() in known)
    milestones = (name for name in names if name.casefold() not in known)
    return replace(contract, teams=(*contract.teams, *teams), milestones=(*contract.milestones, *milestones))
