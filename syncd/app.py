"""The composition root: out of a configuration it makes the works of a pass. The only place that knows every layer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Lock

from syncd.config import Config, Connection, load
from syncd.contract import Connector
from syncd.mapping import fields_read
from syncd.mapping.assemble_join import Precedence
from syncd.run.analyse import Understanding
from syncd.run.arenas import few_arenas
from syncd.run.brake import Brake
from syncd.run.clock import Clock
from syncd.run.collecting import seldom_collected
from syncd.run.discreet import Discreet, Secrets
from syncd.run.fault_points import Point, point_of, unused
from syncd.run.gate import PacedGate
from syncd.run.link import Link
from syncd.run.notes import KeptNotes
from syncd.run.one_pass import Unwatched, Watcher, Works
from syncd.run.pull import Care
from syncd.store import Store, open_store


@dataclass(frozen=True, slots=True)
class App:
    """A configuration with its store open, ready for passes."""

    config: Config
    works: Works

    @property
    def store(self) -> Store:
        """What is remembered."""
        return self.works.store

    @property
    def links(self) -> tuple[Link, ...]:
        """The connections, in the order of the configuration."""
        return tuple(self.works.links)

    def secrets(self) -> list[str]:
        """The values that must never be shown, as they are now."""
        return secrets(self.config)


@contextmanager
def opened(
    path: Path, environ: Mapping[str, str], *, clock: Clock | None = None, watcher: Watcher | None = None
) -> Iterator[App]:
    """The app of a configuration file. Raises Problems for all that is wrong with it, StoreError where the store cannot be used."""
    few_arenas()
    seldom_collected()
    config, point = load(path, environ), point_of(environ)
    store = open_store(config.store_url)
    try:
        for connection in config.connections.values():
            if connection.renamed_from:
                store.rename(connection.renamed_from, connection.name)
        yield App(config, works(config, store, clock or Clock(), watcher or Unwatched(), point))
    finally:
        store.close()


def secrets(config: Config) -> list[str]:
    """The secrets of all connections, as they are now."""
    return [hidden for connection in config.connections.values() for hidden in connection.hidden()]


def works(config: Config, store: Store, clock: Clock, watcher: Watcher, point: Point = unused) -> Works:
    """The parts of a pass, wired as the configuration says."""
    importing = Lock()
    return Works(
        links=tuple(
            _link(connection, store, clock, importing, lambda: secrets(config), config.work.hours.zone or config.zone)
            for connection in config.connections.values()
        ),
        store=store,
        clock=clock,
        view=understanding(config),
        settle_s=config.delivery.settle_s,
        care=care(config),
        watcher=watcher,
        point=point,
        keep=timedelta(days=config.keep_days),
    )


def care(config: Config) -> Care:
    """How far deletions are believed."""
    run = config.run
    return Care(Brake(run.brake_share, run.brake_records), timedelta(hours=run.census_hours))


def understanding(config: Config) -> Understanding:
    """How the configuration wants the mirror to be understood."""
    return Understanding(
        zone=config.zone,
        precedence=Precedence(config.precedence, config.precedence_for, tuple(config.connections)),
        policy=config.policy,
        detectors=config.detectors,
        people=config.people,
        work=config.work,
        teams=config.teams,
        contracts=config.contracts,
    )


def _link(connection: Connection, store: Store, clock: Clock, importing: Lock, hidden: Secrets, zone: str) -> Link:
    gate = PacedGate(connection.kind.limits, clock)
    settings = connection.settings(clock.now, fields_read(connection.mapping))
    settings = replace(settings, notes=KeptNotes(store, connection.name), zone=zone)

    def connect() -> Connector:
        # Making a connector imports its vendor's library: threads that import the same modules at once can lock each other out.
        with importing:
            return Discreet(connection.kind.connect(settings, gate), hidden)

    return Link(
        name=connection.name,
        kind=connection.kind,
        open=connect,
        gate=gate,
        mapping=connection.mapping,
        place=connection.place(),
        streams=connection.streams,
        token_expires=connection.token_expires,
        hooked=connection.hook_secret is not None,
    )
