"""A detector: a pure function over the snapshot, described by values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from syncd.model.action import Mode
from syncd.model.finding import Finding
from syncd.model.snapshot import Snapshot


class Rules(BaseModel):
    """The thresholds of one detector: the keys of `[detect.<code>]`. Subclass it; descriptions become documentation.

    Every detector has `write`: whether its findings may be said, where their project and team let them; `raise_after_h` and
    `clear_after_h`: how long a value that hovers has to hold; and `for_class`: other thresholds for the milestones of a class.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    write: Mode = Field(
        default="on", description='"off", "plan" or "on": how far its findings may be said, project and team willing'
    )
    raise_after_h: float = Field(
        default=0, ge=0, le=8760, description="Hours that a value that hovers has to hold before it is told."
    )
    clear_after_h: float = Field(
        default=24, ge=0, le=8760, description="Hours that it has to be well again before it is cleared."
    )
    for_class: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="Class of a milestone -> thresholds that differ for it."
    )

    @model_validator(mode="after")
    def _classes_hold(self) -> Self:
        """What is written for a class is checked as the keys themselves are."""
        for name in self.for_class:
            self.of(name)
        return self

    def rising(self, lower: str, higher: str) -> Self:
        """The rules, for a validator. Raises ValueError where the higher of two limits is the smaller one."""
        if getattr(self, higher) < getattr(self, lower):
            raise ValueError(f"{higher} is smaller than {lower}: make it at least as large")
        return self

    def of(self, class_: str | None) -> Self:
        """The rules for milestones of that class. Raises ValueError where what is written for it is wrong."""
        own = self.for_class.get(class_ or "")
        if not own:
            return self
        if wrong := own.keys() & {"write", "raise_after_h", "clear_after_h", "for_class"}:
            raise ValueError(f"{sorted(wrong)[0]} cannot differ by class ({class_}): take it out of for_class")
        try:
            return type(self).model_validate({**self.model_dump(exclude={"for_class"}), **own})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"class {class_}: {where} {first['msg'].lower()}") from None


@dataclass(frozen=True, slots=True)
class Detector:
    """What an entry point of the group `syncd.detectors` names. `code` is the finding's code and the topic's name.

    `detect(snapshot, rules)` is pure: same snapshot and rules, same findings. `title` heads its section in a comment.
    """

    code: str
    title: str
    rules: type[Rules]
    detect: Callable[[Snapshot, Any], Iterable[Finding]]
