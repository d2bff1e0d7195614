"""A detector: a pure function over the snapshot, described by values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from syncd.model.action import Mode
from syncd.model.finding import Finding
from syncd.model.snapshot import Snapshot


class Rules(BaseModel):
    """The thresholds of one detector: the keys of `[detect.<code>]`. Subclass it; descriptions become documentation.

    `write` every detector has: whether its findings may be said, where their project and team let them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    write: Mode = Field(
        default="on", description='"off", "plan" or "on": how far its findings may be said, project and team willing'
    )


@dataclass(frozen=True, slots=True)
class Detector:
    """What an entry point of the group `syncd.detectors` names. `code` is the finding's code and the topic's name.

    `detect(snapshot, rules)` is pure: same snapshot and rules, same findings. `title` heads its section in a comment.
    """

    code: str
    title: str
    rules: type[Rules]
    detect: Callable[[Snapshot, Any], Iterable[Finding]]
