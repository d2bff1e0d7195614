"""Mix of work: the share of a type of items lies outside what was agreed on."""

from typing import Any

import pytest
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.detect.mix_out_of_band import DETECTOR, MixOutOfBandRules
from syncd.model.finding import Finding
from syncd.model.rows import Milestone
from tests.model_builders import item, milestone, snapshot, text_of

M = milestone("M", title="Checkout v2")
BANDS = {"bug": (0.0, 0.3), "label:tech-debt": (0.1, 0.4)}


def told(bugs: int, debt: int, total: int = 10, of: Milestone = M, **rules: Any) -> list[Finding]:
    items = [
        item(
            f"I{number:02}",
            of="M",
            type="bug" if number < bugs else "story",
            labels=("Tech-Debt",) if number >= total - debt else (),
        )
        for number in range(total)
    ]
    gone = item("X", of="M", type="bug", status="dropped")
    return list(DETECTOR.detect(snapshot(of, *items, gone), MixOutOfBandRules(**({"bands": BANDS} | rules))))


def test_a_lead_reads_what_is_too_much_and_what_too_little() -> None:
    (finding,) = told(5, 0)
    assert text_of(finding) == inline("""\
[warn] <M Checkout v2>: the mix of work is not what was agreed: bug.
Why bug: 5 item(s) of 10, agreed 0 % to 30 %; label:tech-debt: 0 item(s) of 10, agreed 10 % to 40 %.
Rests on 10 item(s), done ones included. Rule: the bands of the configuration.
Clears bug: 2 item(s) more, fewer or of another type.
Wrong? Correct the types or labels of the items, or the bands in the configuration.\
""")
    assert (finding.severity, finding.weight) == ("warn", 2)


@pytest.mark.parametrize(
    ("bugs", "debt", "names"), [(3, 1, []), (4, 1, ["bug"]), (3, 0, ["label:tech-debt"]), (0, 4, []), (0, 5, ["label:tech-debt"])]
)
def test_the_ends_of_a_band_are_part_of_it(bugs: int, debt: int, names: list[str]) -> None:
    assert [share["name"] for finding in told(bugs, debt) for share in finding.facts["shares"]] == names


def test_without_bands_few_items_or_a_closed_milestone_there_is_nothing_to_tell() -> None:
    assert not told(9, 0, bands={})
    assert not told(9, 0, total=9)
    assert not told(9, 0, of=milestone("M", status="done"))


def test_bands_may_differ_by_class_and_are_parts_of_the_whole() -> None:
    rules: dict[str, Any] = {"bands": {}, "for_class": {"regulated": {"bands": BANDS}}}
    assert not told(5, 0, **rules)
    assert told(5, 0, of=milestone("M", class_="regulated"), **rules)
    with pytest.raises(ValidationError, match="the lower one first"):
        MixOutOfBandRules(bands={"bug": (0.4, 0.2)})
