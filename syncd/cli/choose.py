"""Which milestone a person means: by key, URL, id, title or connection:stream:id."""

from collections.abc import Iterable, Iterator

from syncd.config import did_you_mean
from syncd.model.problem import Problem, Problems
from syncd.model.ref import Ref
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot


def chosen(snapshot: Snapshot, names: Iterable[str]) -> list[Milestone]:
    """The milestones of these names, in their order, each once. Raises Problems with a line for every name that means none, or several."""
    known = _known(snapshot)
    problems: list[Problem] = []
    found: dict[Ref, Milestone] = {}
    for name in names:
        refs = known.get(name.strip().casefold(), set())
        if len(refs) == 1:
            (ref,) = refs
            found[ref] = snapshot.milestones[ref]
        else:
            problems.append(_problem(snapshot, name, refs))
    if problems:
        raise Problems(problems)
    return list(found.values())


def _known(snapshot: Snapshot) -> dict[str, set[Ref]]:
    known: dict[str, set[Ref]] = {}
    for anchor, milestone in snapshot.milestones.items():
        for name in _names(anchor, milestone):
            known.setdefault(name.casefold(), set()).add(anchor)
    return known


def _names(anchor: Ref, milestone: Milestone) -> Iterator[str]:
    """What a person may call it, as it is spelled."""
    for ref in {anchor, *milestone.sources}:
        yield from filter(None, (ref.key, ref.url, ref.id, str(ref)))
    yield milestone.title.strip()


def _problem(snapshot: Snapshot, name: str, refs: set[Ref]) -> Problem:
    if refs:
        cure = f"Write one of: {', '.join(sorted(str(ref) for ref in refs))}."
        return Problem(name, "", "several milestones go by that name", cure)
    names = {one for anchor, milestone in snapshot.milestones.items() for one in _names(anchor, milestone)}
    cure = did_you_mean(name, sorted(names), otherwise="`syncd export --kind milestone` lists them.")
    return Problem(name, "", "no milestone of that name is in the mirror", cure)
