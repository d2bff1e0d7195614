"""`[contracts.<name>]`: which API descriptions are watched, who promises them, and who relies on them."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from syncd.config.connection import Connection
from syncd.config.faults import Fault, Faults, did_you_mean
from syncd.config.raw import Keys
from syncd.config.shape import Number, Section
from syncd.contracts.sniff import Kind
from syncd.model.contract import Contract, watched_files


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Paths = Annotated[tuple[str, ...], BeforeValidator(_listed), WithJsonSchema(_ONE_OR_MORE)]
Level = Literal["breaking", "risky", "compatible", "off"]


class ConsumerKeys(Section):
    """Who relies on a contract."""

    teams: tuple[str, ...] = ()
    """Teams of [teams]."""
    milestones: tuple[str, ...] = ()
    """Keys of milestones."""
    links: bool = False
    """Also the milestones that dependency links show to wait for one of the producer's."""
    file: str | None = None
    """A file in the same repository that lists consumers: a team or the key of a milestone on each line."""


class WorkshopKeys(Section):
    """Where a workshop is entered."""

    connection: str
    """The connection that writes to the calendar: of kind google_calendar, with write = "on"."""
    calendar: str
    """The calendar's id."""


class ContractKeys(Section):
    """One API description."""

    connection: str
    """The connection that reads the repository: of kind github or gitlab."""
    repository: str | None = None
    """The repository, as in acme/api."""
    project: str | None = None
    """The same by GitLab's word: the full path of the project."""
    path: Paths
    """The file, or a pattern: * and ? within a folder, ** for any folders. In a list the first one is what is compared, the others
    are files that it refers to."""
    kind: Kind | None = None
    """The language. Without it the contents tell."""
    producer: str | None = None
    """The team that promises it."""
    consumers: ConsumerKeys = Field(default_factory=ConsumerKeys)
    """Who relies on it."""
    adaptation_days: Annotated[float, Number] = Field(default=2, gt=0, le=365)
    """So many working days a consumer needs to adapt to one breaking change."""
    accept: tuple[str, ...] = ()
    """Fingerprints of changes that are accepted for good, as `syncd contracts diff` shows them."""
    levels: dict[str, Level] = Field(default_factory=dict)
    """Another level for a rule, by its id: "breaking", "risky", "compatible" or "off"."""
    third_party: bool = False
    """The producer is a vendor outside of the company."""
    contact: str | None = None
    """How to reach that vendor."""
    promised: date | None = None
    """The day until which that vendor keeps the old form of what breaks, as it answered."""
    workshop: WorkshopKeys | None = None
    """The calendar that takes the workshop which is proposed where a change hits somebody. Without it, it is told and not entered."""

    @field_validator("path")
    @classmethod
    def _inside(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise Fault("is empty", 'Name the file, as in "api/openapi.yaml".')
        for path in value:
            _check_path(path)
        return value

    @field_validator("accept")
    @classmethod
    def _fingerprints(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not re.fullmatch(r"[0-9a-f]{16}", one):
                raise Fault(f"{one!r} is no fingerprint", "Copy the 16 digits that `syncd contracts diff --json` shows.")
        return value

    @model_validator(mode="after")
    def _belongs_together(self) -> "ContractKeys":
        if bool(self.repository) == bool(self.project):
            both = "repository and project are both given" if self.repository else "no repository is named"
            raise Fault(both, "Name one of repository (GitHub) and project (GitLab).")
        for name in ("contact", "promised"):
            if getattr(self, name) and not self.third_party:
                raise Fault(f"{name} is that of a vendor outside", "Set third_party = true, or remove it.")
        if self.consumers.file is not None:
            _check_path(self.consumers.file)
        return self


def _check_path(path: str) -> None:
    if not path or path.startswith("/") or "\\" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise Fault(f"{path!r} is no path in a repository", 'Write it from the root of the repository, as in "api/openapi.yaml".')


def contracts(
    tables: Any, connections: Mapping[str, Connection], names: Collection[str], teams: Collection[str], faults: Faults
) -> tuple[Contract, ...]:
    """The sections of `[contracts]`; what is wrong with them goes to `faults`. `names`: those of all connections, also of those that
    something is wrong with."""
    if not isinstance(tables, Mapping):
        faults.no_table(("contracts",), "a line such as [contracts.payments]")
        return ()
    found: list[Contract] = []
    for name, table in tables.items():
        at: Keys = ("contracts", name)
        if not isinstance(table, Mapping):
            faults.no_table(at, f"[contracts.{name}]")
        elif (keys := faults.check(ContractKeys, dict(table), at)) is not None:
            _check_connection(keys, connections, names, at, faults)
            _check_teams(keys, teams, at, faults)
            _check_levels(keys, at, faults)
            _check_workshop(keys, connections, names, at, faults)
            found.append(_contract(name, keys))
    return tuple(found)


def reading(connections: Mapping[str, Connection], found: Collection[Contract]) -> dict[str, Connection]:
    """The connections with the files that contracts name, and the stream that reads them."""
    return {name: _reading(connection, watched_files(found, name)) for name, connection in connections.items()}


def _reading(connection: Connection, files: Mapping[str, tuple[str, ...]]) -> Connection:
    if not files:
        return connection
    read = {*connection.streams, *streams_of(connection)}
    return replace(connection, files=files, streams=tuple(name for name in connection.kind.streams if name in read))


def streams_of(connection: Connection) -> Iterator[str]:
    """The streams of a connection that hold the files of contracts; none for most kinds."""
    return (name for name, stream in connection.kind.streams.items() if stream.of_contracts)


def _check_connection(
    keys: ContractKeys, connections: Mapping[str, Connection], names: Collection[str], at: Keys, faults: Faults
) -> None:
    connection = connections.get(keys.connection)
    if keys.connection not in names:
        cure = did_you_mean(keys.connection, names) or "Add its section."
        faults.add((*at, "connection"), f"there is no connection {keys.connection!r}", cure)
    elif connection is not None and not any(streams_of(connection)):
        cure = "Name one that holds the repository (kind github or gitlab)."
        faults.add((*at, "connection"), f"{connection.kind.name} has no files in repositories", cure)


def _check_teams(keys: ContractKeys, teams: Collection[str], at: Keys, faults: Faults) -> None:
    named = [((*at, "consumers", "teams"), team) for team in keys.consumers.teams]
    if keys.producer is not None and not keys.third_party:
        named.append(((*at, "producer"), keys.producer))
    for where, team in named:
        if team not in teams:
            faults.add(where, f"there is no team {team!r}", did_you_mean(team, teams) or f"Add its section: [teams.{team}].")


def _check_levels(keys: ContractKeys, at: Keys, faults: Faults) -> None:
    if not keys.levels:
        return
    from syncd.contracts.rules import RULES  # several hundred, which most configurations do without

    for rule in keys.levels:
        if rule not in RULES:
            cure = did_you_mean(rule, RULES, otherwise="`syncd contracts rules` lists them.")
            faults.add((*at, "levels", rule), f"there is no rule {rule!r}", cure)


def _check_workshop(
    keys: ContractKeys, connections: Mapping[str, Connection], names: Collection[str], at: Keys, faults: Faults
) -> None:
    if keys.workshop is None:
        return
    connection, where = connections.get(keys.workshop.connection), (*at, "workshop", "connection")
    if keys.workshop.connection not in names:
        cure = did_you_mean(keys.workshop.connection, names) or "Add its section."
        faults.add(where, f"there is no connection {keys.workshop.connection!r}", cure)
    elif connection is not None and not any("event" in stream.takes for stream in connection.kind.streams.values()):
        faults.add(where, f"{connection.kind.name} takes no entries", "Name one of kind google_calendar.")


def _contract(name: str, keys: ContractKeys) -> Contract:
    return Contract(
        name=name,
        connection=keys.connection,
        repository=(keys.repository or keys.project or "").strip("/"),
        paths=keys.path,
        kind=keys.kind,
        producer=keys.producer,
        teams=keys.consumers.teams,
        milestones=keys.consumers.milestones,
        by_links=keys.consumers.links,
        consumer_file=keys.consumers.file,
        adaptation_days=keys.adaptation_days,
        accept=frozenset(keys.accept),
        levels={rule: None if level == "off" else level for rule, level in keys.levels.items()},
        third_party=keys.third_party,
        contact=keys.contact,
        promised=keys.promised,
        workshop=(keys.workshop.connection, keys.workshop.calendar) if keys.workshop else None,
    )
