"""The unified model as the stored mirror gives it now, for commands that ask no vendor, and what is found in it by name."""

import difflib
from collections.abc import Iterator

from syncd.app import App, understanding
from syncd.model.problem import Problem, Problems
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.run.analyse import model
from syncd.run.rows import map_changed


def mirrored(app: App) -> Snapshot:
    """The model. Records that changed since they were mapped, or whose mapping did, are mapped again."""
    for link in app.links:
        map_changed(link, app.store)
    return model(app.links, app.store, understanding(app.config), app.works.clock.now()).snapshot


def milestone_called(snapshot: Snapshot, name: str) -> Milestone:
    """The milestone of that key, URL, id or title, of any of its sources. Raises `Problems` where none, or more than one, is called so."""
    found = [one for one in snapshot.milestones.values() if name in _names(one)]
    found = found or [one for one in snapshot.milestones.values() if name.casefold() in {each.casefold() for each in _names(one)}]
    if len(found) == 1:
        return found[0]
    if found:
        those = ", ".join(sorted(f"{one.ref.connection} {one.ref.label}" for one in found))
        raise Problems([Problem(name, "", f"{len(found)} milestones are called so ({those})", "Give its URL.")])
    every = {each for one in snapshot.milestones.values() for each in _names(one)}
    close = difflib.get_close_matches(name, every, 3)
    meant = f"Did you mean {' or '.join(close)}?" if close else "`syncd export --kind milestone` lists them."
    raise Problems([Problem(name, "", "no milestone of that name is in the mirror", meant)])


def _names(milestone: Milestone) -> set[str]:
    return set(_all_names(milestone))


def _all_names(milestone: Milestone) -> Iterator[str]:
    for ref in (milestone.ref, *milestone.sources):
        yield from (name for name in (ref.key, ref.url, ref.id) if name)
    yield from (title for title in (milestone.title, *(claim.title for claim in milestone.claims.values())) if title)
