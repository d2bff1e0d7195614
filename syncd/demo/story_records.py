"""A demonstration over recorded vendor records: the files of a folder, by their names, into vendors that hold nothing else."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from syncd.demo.company_days import ZONE, Moment
from syncd.demo.company_twins import Twins, configuration, twins

Record = dict[str, Any]

KNOWN = (
    "jira-*.json",
    "github-milestones.json",
    "github-issues.json",
    "github-pulls.json",
    "gitlab-issues.json",
    "gitlab-merge-requests.json",
)
"""The names that are understood: JSON lists, or JSON lines, of records as the vendor's API gives them."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Vendors with recorded records. `taken`: file -> records; `ignored`, `unreadable`: a line for a person each."""

    twins: Twins
    moment: Moment
    taken: Mapping[str, int]
    ignored: tuple[str, ...]
    unreadable: tuple[str, ...]

    def __str__(self) -> str:
        count = sum(self.taken.values())
        return f"{count} recorded record{'' if count == 1 else 's'} out of {', '.join(self.taken)}"

    def configuration(self) -> str:
        """How syncd is told of the projects that the records come from, as TOML. Only while the twins run."""
        return configuration(self.twins, {}, ZONE)


def recorded(folder: Path, real: Callable[[], datetime]) -> Recorded:
    """Load what the folder holds. Raises OSError where it cannot be listed."""
    moment = Moment(real)
    vendors = twins(moment.now)
    taken: dict[str, int] = {}
    ignored: list[str] = []
    unreadable: list[str] = []
    for path in sorted(folder.iterdir(), key=_milestones_first):
        if not any(path.match(pattern) for pattern in KNOWN):
            ignored.append(f"{path.name}: ignored, its name is none of {', '.join(KNOWN)}")
            continue
        try:
            records = _read(path)
            count = _load(vendors, path.name, records)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            unreadable.append(
                f"{path.name}: cannot be used: {_why(error)}. Save a JSON list of records as the vendor's API gives them"
            )
            continue
        if count:
            taken[path.name] = count
        if count < len(records):
            ignored.append(
                f"{path.name}: {len(records) - count} of {len(records)} ignored, because they are no issues or versions"
            )
    return Recorded(vendors, moment, taken, tuple(ignored), tuple(unreadable))


def _milestones_first(path: Path) -> tuple[bool, str]:
    """Issues bring copies of their milestones; the milestones' own file knows better."""
    return "milestones" not in path.name, path.name


def _read(path: Path) -> list[Record]:
    text = path.read_text("utf-8-sig")
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        found = [json.loads(line) for line in lines]
    found = found if isinstance(found, list) else [found]
    if wrong := next((one for one in found if not isinstance(one, dict)), None):
        raise ValueError(f"it holds a {type(wrong).__name__} where a record should be")
    return found


def _load(vendors: Twins, name: str, records: Iterable[Record]) -> int:
    """Give the records to their vendor; how many it took."""
    rows = list(records)
    if name.startswith("jira-"):
        return vendors.jira.load(rows)
    if name.startswith("gitlab-"):
        vendors.gitlab.load(rows)
    else:
        vendors.github.load({name.removeprefix("github-").removesuffix(".json"): rows})
    return len(rows)


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is no JSON ({error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8 text"
    if isinstance(error, KeyError):
        return f"a record has no {error.args[0]!r}"
    return str(getattr(error, "strerror", None) or error)
