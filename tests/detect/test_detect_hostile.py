"""Bad input: whatever records hold, no detector breaks, and what is bad in one place moves nothing in another."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.config.plugins import entry_point_detectors
from syncd.contract import Detector, Rules
from syncd.decide import plain_text
from syncd.detect import detect
from syncd.model.baseline import Baseline
from syncd.model.finding import Finding
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Change, Deployment, Effort, Item, Milestone, Person, Quantity, Row, Window
from syncd.model.snapshot import Snapshot
from syncd.schedule.commitment import commitments
from syncd.schedule.hygiene import CONDITIONS, hygiene, remarks
from tests.model_builders import NOW, deployment, freeze, item, link, milestone, ref, snapshot, window, with_baselines

DETECTORS: list[tuple[Detector, Rules]] = [(get(), get().rules()) for get in entry_point_detectors().values()]
DETECTORS = [
    (one, one.rules.model_validate({"gates": [{"name": "g", "before_days": 3}]}) if "gates" in one.rules.model_fields else rules)
    for one, rules in DETECTORS
]

KEYS = st.sampled_from(["A", "B", "C", "D", "E"])
EPICS = st.sampled_from(["M", "N", "O"])
DAYS = (
    st.sampled_from(
        [
            date.min,
            date(1969, 12, 31),
            date(2026, 2, 28),
            date(2026, 5, 5),
            date(2026, 5, 9),
            date(2026, 5, 20),
            date(2101, 1, 1),
            date.max,
        ]
    )
    | st.none()
)
MOMENTS = (
    st.sampled_from(
        [
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(1969, 1, 1, tzinfo=UTC),
            NOW,
            datetime(2026, 4, 1, tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
        ]
    )
    | st.none()
)
AMOUNTS = st.sampled_from([-480.0, 0.0, 1e-300, 480.0, 1e300, float("inf"), float("-inf"), float("nan")])
SIZES = st.builds(Quantity, AMOUNTS, st.sampled_from(["minutes", "points"])) | st.none()
STATUSES = st.sampled_from(["todo", "doing", "done", "dropped", "unknown"])
TEXTS = st.sampled_from(["", "2026-05-04", "soon", "M", "In Progress", "\x00\u202e", "-1"]) | st.none()
CHANGES = st.builds(
    Change,
    MOMENTS.filter(lambda at: at is not None),
    TEXTS,
    st.sampled_from(["due", "status", "parent", "milestones", "start", "estimate"]),
    TEXTS,
    TEXTS,
)
LABELS = st.lists(
    st.sampled_from(["window-exempt:9999-12-31", "freeze-exempt:x", "service:checkout", "checkout", "", ":", "status:*"]),
    max_size=2,
).map(tuple)


def history(draw: Callable[[Any], Any]) -> tuple[Change, ...]:
    return tuple(sorted(draw(st.lists(CHANGES, max_size=3)), key=lambda one: one.at))


@st.composite
def items(draw: Callable[[Any], Any]) -> Item:
    return item(
        draw(KEYS),
        milestones=tuple(ref(key) for key in draw(st.lists(EPICS, max_size=3))) + draw(st.sampled_from([(), (Alias("GONE"),)])),
        parent=draw(KEYS.map(ref) | st.none()),
        estimate=draw(SIZES),
        remaining=draw(SIZES),
        spent=draw(AMOUNTS | st.none()),
        status=draw(STATUSES),
        status_name=draw(TEXTS),
        created_at=draw(MOMENTS),
        done_at=draw(MOMENTS),
        updated_at=draw(MOMENTS),
        history=history(draw),
        labels=draw(LABELS),
        assignees=draw(st.sampled_from([(), ("",), ("Ann", "Ann")])),
        start=None,
    )


@st.composite
def milestones(draw: Callable[[Any], Any]) -> Milestone:
    return milestone(
        draw(EPICS),
        status=draw(STATUSES),
        status_name=draw(TEXTS),
        parent=draw(EPICS.map(ref) | st.none()),
        cadence=draw(st.sampled_from([None, "iterative", "gated", ""])),
        class_=draw(st.sampled_from([None, "regulated", ""])),
        updated_at=draw(MOMENTS),
        history=history(draw),
        labels=draw(LABELS),
    )


@st.composite
def windows(draw: Callable[[Any], Any]) -> Window:
    given = window(draw(KEYS), "2026-05-05", "2026-05-06", draw(st.sampled_from([None, "", "checkout", "checkout/api", "/"])))
    ends = DAYS | MOMENTS
    kind = draw(st.sampled_from(["deploy", "freeze", "maintenance"]))
    zone = draw(st.sampled_from([None, "", "Nowhere", "../etc", "Asia/Tokyo"]))
    return given.__class__(**{**_fields(given), "start": draw(ends), "end": draw(ends), "window_kind": kind, "zone": zone})


@st.composite
def deployments(draw: Callable[[Any], Any]) -> Deployment:
    given = deployment(draw(KEYS), "2026-05-05T09:00", draw(st.sampled_from([None, "", "checkout", "checkout/api"])))
    by = draw(st.sampled_from([None, Person("Ann")]))
    named = tuple(ref(key) for key in draw(st.lists(EPICS, max_size=2)))
    status = draw(st.sampled_from(["planned", "running", "done"]))
    return given.__class__(**{**_fields(given), "at": draw(MOMENTS), "by": by, "milestones": named, "status": status})


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def dated(draw: Callable[[Any], Any], row: Any) -> Any:
    return row.__class__(**{**_fields(row), "start": draw(DAYS), "due": draw(DAYS)})


@st.composite
def worlds(draw: Callable[[Any], Any]) -> list[Row]:
    work: list[Any] = [*draw(st.lists(items(), max_size=5)), *draw(st.lists(milestones(), max_size=3))]
    ends = KEYS | EPICS
    links = draw(
        st.lists(
            st.builds(
                lambda before, after, relation, lag, lag_in, strength: link(
                    before, after, relation=relation, lag=lag, lag_in=lag_in, strength=strength
                ),
                ends,
                ends,
                st.sampled_from(["FS", "SS", "FF", "SF"]),
                AMOUNTS,
                st.sampled_from(["working", "elapsed"]),
                st.sampled_from(["hard", "soft", "external"]),
            ),
            max_size=6,
        )
    )
    efforts = [Effort(ref=Ref("plat", "worklogs", "1"), item=ref("A"), minutes=draw(AMOUNTS), at=draw(MOMENTS))]
    rows = [
        *(dated(draw, row) for row in work),
        *links,
        *draw(st.lists(windows(), max_size=3)),
        *draw(st.lists(deployments(), max_size=3)),
    ]
    return [*rows, *efforts]


def with_commitments(model: Snapshot) -> Snapshot:
    """With the baselines that a pass would record, and one that agrees on nothing."""
    empty = [
        Baseline(milestone=one, at=NOW, recorded_at=NOW, origin="set", due=date.min, items={})
        for one in list(model.milestones)[:1]
    ]
    return with_baselines(model, *commitments(model), *empty)


@given(rows=worlds())
@settings(max_examples=70)
def test_nothing_breaks_whatever_records_hold(rows: list[Row]) -> None:
    model = with_commitments(snapshot(*rows))
    found = detect(model, DETECTORS)
    assert found.defects == ()
    assert all(plain_text(finding) for finding in found.findings)
    if not _doubled(rows):
        assert found == detect(with_commitments(snapshot(*reversed(rows))), DETECTORS[::-1])
    for one in hygiene(model):
        assert one.condition in CONDITIONS
    assert all(isinstance(line, str) for line in remarks(model))


def _doubled(rows: list[Row]) -> bool:
    """Whether two rows claim one identity: the first one counts then, and that is told."""
    refs = [(row.kind, row.ref) for row in rows if row.kind not in ("dependency", "effort")]
    return len(set(refs)) < len(refs) or any(row.kind == "dependency" for row in rows)


WELL = (
    milestone("LATE", due="2026-05-08", labels=("service:ledger",), cadence="iterative"),
    item("L1", of="LATE", due="2026-05-20", status="doing"),
    item("L2", of="LATE", due="2026-05-06"),
    link("L1", "L2"),
    deployment("LD", "2026-05-07T09:00", "ledger", of="LATE"),
    freeze("LF", "2026-05-07", "2026-05-08", "ledger"),
)


def about_late(rows: list[Row]) -> list[Finding]:
    """What is told of the milestone that is well kept."""
    found = detect(snapshot(*WELL, *rows), DETECTORS).findings
    inside = {row.ref for row in WELL}
    return [
        one for one in found if one.subject in inside and one.code not in ("not_forecastable", "schedule_quality", "execution")
    ]


@given(rows=worlds())
@settings(max_examples=25)
def test_what_is_bad_elsewhere_changes_no_date_and_no_word_here(rows: list[Row]) -> None:
    apart = [row for row in rows if row.kind not in ("window", "deployment")]
    assert about_late(apart) == about_late([])


@pytest.mark.parametrize("code", sorted(entry_point_detectors()))
def test_an_empty_model_has_nothing_to_tell(code: str) -> None:
    (pair,) = [(one, rules) for one, rules in DETECTORS if one.code == code]
    assert list(pair[0].detect(snapshot(), pair[1])) == []
