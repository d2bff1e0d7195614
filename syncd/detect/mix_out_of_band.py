"""Pure. `mix_out_of_band`: a milestone's share of a type of work lies outside the band that was agreed on. Off without bands.

Rule: of a milestone's items that were not dropped, done ones included, the share of each type ("bug"), or of each label ("label:debt"), is
from the lower to the upper end of its band. Warn, one finding per milestone, of at least `least_items` items. Source: this house's rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field, field_validator

from syncd.contract import Detector, Rules
from syncd.detect.wording import named, with_sources
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.wiring import is_open

CODE = "mix_out_of_band"

_LABEL = "label:"


class MixOutOfBandRules(Rules):
    """Which mix of work was agreed on."""

    bands: Mapping[str, tuple[float, float]] = Field(
        default_factory=dict, description='Type of work, or "label:<name>" -> the lowest and the highest share of items, 0 to 1.'
    )
    least_items: int = Field(10, ge=1, description="Milestones with fewer items have no mix worth a word.")

    @field_validator("bands")
    @classmethod
    def _in_order(cls, value: Mapping[str, tuple[float, float]]) -> Mapping[str, tuple[float, float]]:
        for name, (low, high) in value.items():
            if not 0 <= low <= high <= 1:
                raise ValueError(f"the band of {name} is no part of the whole: write two shares from 0 to 1, the lower one first")
        return value


@dataclass(frozen=True, slots=True)
class Share:
    """How many items of a type there are, of how many, and the band that it should lie in."""

    name: str
    count: int
    total: int
    band: tuple[float, float]

    @property
    def outside(self) -> bool:
        """Whether it lies outside of the band."""
        low, high = self.band
        return not low <= self.count / self.total <= high

    @property
    def missing(self) -> int:
        """How many items too many or too few there are."""
        low, high = self.band
        return max(1, round(max(self.count - high * self.total, low * self.total - self.count)))


def detect(snapshot: Snapshot, rules: MixOutOfBandRules) -> Iterator[Finding]:
    """One finding per milestone."""
    if not rules.bands and not rules.for_class:
        return
    for ref in sorted(snapshot.milestones):
        milestone = snapshot.milestones[ref]
        own = rules.of(milestone.class_)
        items = [item for one in snapshot.members.get(ref, ()) if (item := snapshot.items[one]).status != "dropped"]
        if own.bands and is_open(milestone) and len(items) >= own.least_items:
            outside = [one for one in _shares(items, own.bands) if one.outside]
            if outside:
                yield _finding(snapshot, milestone, items, outside)


DETECTOR = Detector(code=CODE, title="Mix of work", rules=MixOutOfBandRules, detect=detect)


def _shares(items: list[Item], bands: Mapping[str, tuple[float, float]]) -> Iterator[Share]:
    for name in sorted(bands):
        yield Share(name, sum(_is(item, name) for item in items), len(items), bands[name])


def _is(item: Item, name: str) -> bool:
    if name.startswith(_LABEL):
        return name.removeprefix(_LABEL).casefold() in (label.casefold() for label in item.labels)
    return item.type == name


def _finding(snapshot: Snapshot, milestone: Milestone, items: list[Item], outside: list[Share]) -> Finding:
    told: list[Part] = []
    for share in outside:
        low, high = share.band
        told += [
            "; " if told else "",
            f"{share.name}: ",
            Count(share.count, "item"),
            f" of {share.total}, agreed {100 * low:.0f} % to {100 * high:.0f} %",
        ]
    worst = max(outside, key=lambda share: share.missing)
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity="warn",
        headline=(named(milestone), ": the mix of work is not what was agreed: ", worst.name, "."),
        lines=(
            Line("Why", (*told, ".")),
            Line("Rests on", (Count(len(items), "item"), ", done ones included. Rule: the bands of the configuration.")),
            Line("Clears", (f"{worst.name}: ", Count(worst.missing, "item"), " more, fewer or of another type.")),
            Line("Wrong?", ("Correct the types or labels of the items, or the bands in the configuration.",)),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *(item.ref for item in items)}),
        facts={
            "shares": [
                {"name": one.name, "items": one.count, "of": one.total, "low": one.band[0], "high": one.band[1]}
                for one in outside
            ]
        },
        weight=worst.missing,
    )
