"""Two deployments at once: of one component, or by one person."""

from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.model.rows import Person
from tests.detect.booking_given import DOUBLE, EVENING, NEXT, found, severities
from tests.model_builders import deployment, text_of


def test_two_at_once_on_one_component_are_critical_whenever_it_is() -> None:
    rows = (EVENING, NEXT, deployment("D1", "2026-05-14T18:00"), deployment("D2", "2026-05-14T18:30", "checkout/api"))
    (finding,) = found(DOUBLE, *rows)
    assert text_of(finding) == inline("""\
[critical] <D2 Title of D2> and <D1 Title of D1> are planned for the same time, Thu 2026-05-14 20:30.
Why both deploy "checkout/api", a part of it or what it is part of.
Rests on their times, and that each takes 60 minute(s) (assumed).
Clears another time for one of them: the next free moment is Thu 2026-05-14 21:00; or an exemption: the label window-exempt:DATE on its milestone, or exempt in [detect.window_double_booked].
Wrong? Correct the time of <D2 Title of D2> or <D1 Title of D1>.\
""")


@pytest.mark.parametrize(
    ("at", "service", "fields", "severity"),
    [
        ("2026-05-08T08:59", "checkout", {}, "critical"),
        ("2026-05-08T09:00", "checkout", {}, None),  # touching
        ("2026-05-08T08:30", "checkout/api", {}, "critical"),
        ("2026-05-08T08:30", "ledger", {}, None),
        ("2026-05-08T08:30", "ledger", {"by": Person("Ann")}, "warn"),
        ("2026-05-08T08:30", "checkout", {"environment": "staging"}, None),
        ("2026-05-08T08:30", "checkout", {"environment": "production"}, "critical"),
    ],
)
def test_overlap_is_by_component_environment_or_person(
    at: str, service: str, fields: dict[str, Any], severity: str | None
) -> None:
    first = deployment("D1", "2026-05-08T08:00", by=Person("Ann"), environment="production")
    rows = (first, deployment("D2", at, service, **fields))
    assert severities(DOUBLE, *rows) == ([severity] if severity else [])
