"""The unified model out of the store, as every command sees it that asks no vendor."""

import gc

from syncd.app import App
from syncd.cli.progress import patiently
from syncd.model.snapshot import Snapshot
from syncd.run.analyse import model
from syncd.run.rows import Mirrored, map_changed, read_back


def snapshot_of(app: App) -> Snapshot:
    """The model as the mirror gives it now, changed records and mappings included. Reads no vendor."""
    return mirrored_of(app)[0]


def mirrored_of(app: App) -> tuple[Snapshot, Mirrored]:
    """The same, with what was read back for it: rows, records that cannot be read, and what the mappings did not know.

    From here on the command looks for no cycles: it holds the whole mirror until it ends, and would look through all of it again and again.
    """
    gc.disable()
    with patiently("Reading the mirror"):
        for link in app.links:
            map_changed(link, app.store)
        read = read_back(app.links, app.store)
        return model(app.links, app.store, app.works.view, app.works.clock.now(), read).snapshot, read
