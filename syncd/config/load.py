"""From what was written to a configuration that holds: every check, and all problems at once."""

import os
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from syncd.config.address import check_url
from syncd.config.build import Builder
from syncd.config.connection import Connection
from syncd.config.contracts import contracts, reading
from syncd.config.environment import TABLES
from syncd.config.faults import Fault, Faults, did_you_mean
from syncd.config.people import people
from syncd.config.plugins import Detectors, Kinds, entry_point_detectors, entry_point_kinds
from syncd.config.raw import Keys, Raw
from syncd.config.secret import beside, pair
from syncd.config.shape import JOINED_FIELDS, Delivery, Mappings, Model, Policy, Run, Section, Store, Web
from syncd.config.source import read
from syncd.config.store_url import StoreUrl, store_url
from syncd.config.teams import WorkKeys, teams, work
from syncd.config.value import Config
from syncd.contract import Detector, Rules
from syncd.decide import state

S = TypeVar("S", bound=Section)


def load(
    path: Path,
    environ: Mapping[str, str],
    kinds: Callable[[], Kinds] = entry_point_kinds,
    detectors: Callable[[], Detectors] = entry_point_detectors,
) -> Config:
    """The configuration in the file, with the environment's SYNCD_ variables over it.

    Only the kinds that the configuration names are imported. Raises `syncd.model.problem.Problems` with everything that is wrong.
    """
    raw = read(path, environ)
    faults = Faults(raw)
    for name in raw.tables.keys() - set(TABLES):
        faults.add((name,), "unknown key", did_you_mean(name, TABLES))
    config = _config(path, raw, faults, kinds(), detectors())
    faults.raise_any()
    return config


def _config(path: Path, raw: Raw, faults: Faults, kinds: Kinds, detectors: Detectors) -> Config:
    """Everything that can be made of it: `faults` tells whether it is any good."""
    kept = _section(Store, "store", raw, faults)
    store = _store(kept, raw, faults)
    model = _section(Model, "model", raw, faults)
    policy = _section(Policy, "policy", raw, faults)
    delivery = _section(Delivery, "delivery", raw, faults)
    found = _detectors(raw, faults, detectors)
    folder = _folder(_section(Mappings, "mappings", raw, faults), raw, faults)
    connections = _connections(raw, faults, Builder(faults, raw.base, folder, kinds, delivery.timeout_s))
    everybody = work(_section(WorkKeys, "work", raw, faults))
    groups = teams(raw.tables.get("teams", {}), everybody, faults)
    watched = contracts(raw.tables.get("contracts", {}), connections, _names(raw), [team.name for team in groups], faults)
    _check_zone(model.zone, faults)
    _check_codes(policy.fail_on, detectors, faults)
    _check_precedence(model.precedence, raw, faults)
    precedence = dict(model.precedence)
    default = precedence.pop("default", ())
    return Config(
        file=path.absolute(),
        store=store,
        zone=model.zone,
        precedence=default,
        precedence_for=precedence,
        policy=state.Policy(
            zone=model.zone,
            precedence=default,
            titles={detector.code: detector.title for detector, _ in found},
            write_for_code={detector.code: rules.write for detector, rules in found},
            **policy.model_dump(),
        ),
        delivery=delivery,
        run=_section(Run, "run", raw, faults),
        mappings_folder=folder,
        detectors=found,
        connections=reading(connections, watched),
        web=_web(_section(Web, "web", raw, faults), faults),
        keep_days=kept.keep_days,
        people=people(raw.tables.get("people", {}), _names(raw), faults),
        work=everybody,
        teams=groups,
        contracts=watched,
    )


def _section(model: type[S], name: str, raw: Raw, faults: Faults) -> S:
    """The section, with defaults for keys that are absent or wrong, so that the checks go on."""
    return faults.salvage(model, raw.tables.get(name, {}), (name,))[0] or model()


def _store(store: Store, raw: Raw, faults: Faults) -> StoreUrl:
    at: Keys = ("store",)
    key = "url_file" if store.url_file is not None else "url"
    written = store.url if "url" in store.model_fields_set or store.url_file is None else None
    url = pair(faults, at, "url", written, store.url_file, raw.base)
    try:
        return store_url(url, raw.base) if url is not None else StoreUrl(SecretStr(""), "")
    except Fault as fault:
        faults.add((*at, key), fault.text, fault.cure)
        return StoreUrl(SecretStr(""), "")


def _folder(mappings: Mappings, raw: Raw, faults: Faults) -> Path:
    folder = beside(raw.base, mappings.dir)
    if "dir" in mappings.model_fields_set and not os.path.isdir(folder):
        faults.add(("mappings", "dir"), f"there is no folder {folder}", "Create it, or remove the key.")
    return folder


def _web(web: Web, faults: Faults) -> Web:
    """Without a / at the end, to which paths are added."""
    try:
        url = check_url(web.public_url, web=True, allow_http=False, allow_private=True) if web.public_url else ""
    except Fault as fault:
        faults.add(("web", "public_url"), fault.text.replace("the token", "the secret"), "Write the https address of your proxy.")
        url = ""
    return web.model_copy(update={"public_url": url.rstrip("/")})


def _check_zone(zone: str, faults: Faults) -> None:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        places = [name for name in zoneinfo.available_timezones() if "/" in name]  # CEST is no misspelt EST
        cure = did_you_mean(zone, places, otherwise="Write it as in Europe/Berlin.")
        faults.add(("model", "zone"), f"there is no time zone {zone!r}", cure)


def _check_codes(codes: tuple[str, ...], installed: Detectors, faults: Faults) -> None:
    for code in codes:
        if code not in installed:
            faults.add(("policy", "fail_on"), f"there is no detector {code!r}", did_you_mean(code, installed))


def _check_precedence(precedence: Mapping[str, tuple[str, ...]], raw: Raw, faults: Faults) -> None:
    written = raw.tables["model"]["precedence"] if precedence else {}
    known = _names(raw)
    for name, names in precedence.items():
        at: Keys = ("model", "precedence", name) if isinstance(written, dict) else ("model", "precedence")
        if name not in ("default", *JOINED_FIELDS):
            faults.add(at, f"a milestone has no field {name!r}", did_you_mean(name, ("default", *JOINED_FIELDS)))
        for unknown in dict.fromkeys(n for n in names if n not in known):
            faults.add(at, f"there is no connection {unknown!r}", did_you_mean(unknown, known) or "Add its section.")


def _names(raw: Raw) -> tuple[str, ...]:
    connections = raw.tables.get("connections")
    return tuple(connections) if isinstance(connections, dict) else ()


def _connections(raw: Raw, faults: Faults, builder: Builder) -> dict[str, Connection]:
    tables = raw.tables.get("connections", {})
    if not isinstance(tables, dict) or not tables:
        faults.add(("connections",), "no connection is configured", "Add one, as config.example.toml shows: [connections.plat].")
        return {}
    built = {name: connection for name, table in tables.items() if (connection := builder.build(name, table)) is not None}
    for name, connection in built.items():
        _check_against_the_others(name, connection, built, tuple(tables), faults)
    return built


def _check_against_the_others(
    name: str, connection: Connection, built: Mapping[str, Connection], names: tuple[str, ...], faults: Faults
) -> None:
    at: Keys = ("connections", name)
    if connection.renamed_from in names:
        faults.add((*at, "renamed_from"), f"{connection.renamed_from!r} is still there", "Remove its section, or this key.")
    for other in names[: names.index(name)]:
        twin = built.get(other)
        if twin and connection.kind.needs_secret and _reads(twin) == _reads(connection):
            faults.add(at, f"reads the same as {other!r}: every ticket would be commented twice", "Remove one of the two.")


def _reads(connection: Connection) -> tuple[Any, ...]:
    return connection.kind.name, connection.url.rstrip("/"), connection.options


def _detectors(raw: Raw, faults: Faults, installed: Detectors) -> tuple[tuple[Detector, Rules], ...]:
    """Every installed detector with its thresholds; those that the file does not name have their defaults."""
    tables = raw.tables.get("detect", {})
    if not isinstance(tables, dict):
        faults.no_table(("detect",), "a line such as [detect.drift]")
        return ()
    for code in tables.keys() - installed.keys():
        faults.add(("detect", code), f"there is no detector {code!r}", did_you_mean(code, installed))
    found: list[tuple[Detector, Rules]] = []
    for code, get in installed.items():
        detector = get()
        rules = faults.check(detector.rules, tables.get(code, {}), ("detect", code))
        if rules is not None:
            found.append((detector, rules))
    return tuple(found)
