"""`field_lost`: what the owner of the integration reads when a field is renamed or deleted."""

from dataclasses import replace

from inline_snapshot import snapshot as inline

from syncd.decide import plain_text
from syncd.detect.field_lost import DETECTOR, FieldLostRules
from syncd.model.finding import Finding
from syncd.model.snapshot import LostField
from tests.model_builders import item, snapshot

GONE = LostField("plat", "issues", "customfield_10024", "Target end", None, "mappings/acme.toml: fields.issues.due")


def found(*lost: LostField) -> list[Finding]:
    return list(DETECTOR.detect(replace(snapshot(item("A-1")), lost_fields=lost), FieldLostRules()))


def test_nothing_is_lost() -> None:
    assert found() == []


def test_a_field_that_was_deleted() -> None:
    (finding,) = found(GONE)
    assert (finding.severity, str(finding.subject)) == ("warn", "plat:fields:customfield_10024")
    assert plain_text(finding) == inline(
        """\
The field "Target end" (customfield_10024) of plat issues is not there any more.
Why: The mapping reads it at mappings/acme.toml: fields.issues.due.
Until then: what is known of records that held it stays as it was; nothing is concluded from its absence.
Clears: name the field that takes its place, or take the line out, at mappings/acme.toml: fields.issues.due.\
"""
    )


def test_a_field_that_is_called_something_else() -> None:
    (finding,) = found(replace(GONE, called="Committed end"))
    assert plain_text(finding) == inline(
        """\
The field "Target end" (customfield_10024) of plat issues is called "Committed end" now.
Why: The mapping reads it at mappings/acme.toml: fields.issues.due.
Until then: what is known of records that held it stays as it was; nothing is concluded from its absence.
Clears: read "Committed end", or the id customfield_10024, at mappings/acme.toml: fields.issues.due.\
"""
    )


def test_one_finding_per_field_and_stream_whatever_their_order() -> None:
    other = replace(GONE, id="customfield_1", name="Team")
    assert found(GONE, other) == found(other, GONE)
    assert len({finding.fingerprint for finding in found(GONE, other, replace(GONE, stream="epics"))}) == 3
