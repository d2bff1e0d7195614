"""The configuration as the rest of syncd sees it: frozen, checked, with secrets that are read when they are used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.config.connection import Connection
from syncd.config.shape import Delivery, Run, Web
from syncd.config.store_url import StoreUrl
from syncd.contract import Detector, Rules
from syncd.decide.state import Policy
from syncd.model.contract import Contract
from syncd.model.people import Entry
from syncd.model.teams import Team, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration in which everything was checked. Paths are absolute, durations are seconds.

    `precedence_for`: field of a milestone -> connections, where it differs from `precedence`. `mappings_folder` is the
    user's own, whether it exists or not. Of `people` and `teams` a dump tells only how many there are.
    """

    file: Path
    store: StoreUrl
    zone: str
    precedence: tuple[str, ...]
    precedence_for: Mapping[str, tuple[str, ...]]
    policy: Policy
    delivery: Delivery
    run: Run
    mappings_folder: Path
    detectors: tuple[tuple[Detector, Rules], ...] = field(repr=False)
    connections: Mapping[str, Connection]
    web: Web = field(default_factory=Web)
    people: tuple[Entry, ...] = field(default=(), repr=False)
    keep_days: int = 400
    work: Work = field(default_factory=Work)
    teams: tuple[Team, ...] = field(default=(), repr=False)
    contracts: tuple[Contract, ...] = ()

    @property
    def interval_s(self) -> float:
        """From the beginning of one pass of the daemon to that of the next."""
        return self.run.interval_s

    @property
    def store_url(self) -> str:
        """The database's address for SQLAlchemy. May hold a password."""
        return self.store.url.get_secret_value()

    def notices(self) -> list[str]:
        """What holds and yet cannot do what it seems to, one line each: what will not happen, where, what to do."""
        mark, found = self.policy.status, []
        for name, connection in self.connections.items():
            if "on" not in (connection.write, *connection.write_for.values()):
                continue
            why = None if mark == "off" else connection.unwritable().get(mark)
            if why:
                found.append(f'{name}: [policy] status = "{mark}" marks no merge request here: {why}')
            heard = connection.kind.replies if self.policy.replies else None
            if heard and not connection.mapping.makes(heard):
                cure = f'extend {connection.kind.mapping}, or add a rule with stream = "{heard}" and to = "reply"'
                found.append(f"{name}: {connection.mapping_name} makes nothing of answers to our comments: {cure}")
        return found

    def redacted(self) -> dict[str, Any]:
        """The whole configuration as it counts, defaults included, secrets blotted out: JSON values only."""
        return {
            "store": {"url": self.store.shown, "keep_days": self.keep_days},
            "model": {
                "zone": self.zone,
                "precedence": {"default": list(self.precedence), **{name: list(of) for name, of in self.precedence_for.items()}},
            },
            "policy": {
                "at_start": self.policy.at_start,
                "writes_per_pass": self.policy.writes_per_pass,
                "instance": self.policy.instance,
                "tracking": dict(self.policy.tracking),
                "write_for_team": dict(self.policy.write_for_team),
                "label": self.policy.label,
                "property": self.policy.property,
                "link": self.policy.link,
                "status": self.policy.status,
                "status_name": self.policy.status_name,
                "contract_status": self.policy.contract_status,
                "fail_from": self.policy.fail_from,
                "fail_on": list(self.policy.fail_on),
                "marks_per_pass": self.policy.marks_per_pass,
                "status_label": self.policy.status_label,
                "status_override_days": self.policy.status_override_days,
                "replies": self.policy.replies,
                "people": self.policy.people,
            },
            "delivery": self.delivery.model_dump(mode="json"),
            "run": self.run.model_dump(mode="json"),
            "web": self.web.model_dump(mode="json"),
            "mappings": {"dir": str(self.mappings_folder)},
            "detect": {detector.code: rules.model_dump(mode="json") for detector, rules in self.detectors},
            "people": len(self.people),
            "work": _work(self.work),
            "teams": {team.name: len(team.members) for team in self.teams},
            "contracts": {one.name: [one.connection, one.repository, *one.paths] for one in self.contracts},
            "connections": {name: connection.redacted() for name, connection in self.connections.items()},
        }


def _work(work: Work) -> dict[str, Any]:
    hours = work.hours
    return {
        "minutes": list(hours.minutes),
        "day_starts": hours.starts.isoformat("minutes"),
        "region": hours.region,
        "days_off": sorted(day.isoformat() for day in hours.days_off),
        "focus": work.focus,
    }
