"""Pure. `field_lost`: a field that a mapping reads was renamed or deleted at the vendor. For the owner of the integration.

Rule: the vendor lists the fields that people made; one was there, by its id or its name, and is not any more, or goes by another name
while the mapping reads it by its old one. Warn. What is known of the records that held it stays as it was until somebody says what
takes its place. Source: this house's rules.
"""

from collections.abc import Iterator

from syncd.contract import Detector, Rules
from syncd.model.finding import Finding, Line
from syncd.model.ref import Ref
from syncd.model.snapshot import LostField, Snapshot

CODE = "field_lost"


class FieldLostRules(Rules):
    """There is nothing to set but `write`."""


def detect(snapshot: Snapshot, rules: FieldLostRules) -> Iterator[Finding]:  # noqa: ARG001
    """One finding per field and stream."""
    for field in sorted(snapshot.lost_fields):
        yield _finding(field)


def _finding(field: LostField) -> Finding:
    subject = Ref(field.connection, "fields", field.id, key=f"{field.connection} field {field.name}")
    what = f'The field "{field.name}" ({field.id}) of {field.connection} {field.stream}'
    if field.called:
        headline, cure = f'{what} is called "{field.called}" now.', f'read "{field.called}", or the id {field.id}'
    else:
        headline, cure = f"{what} is not there any more.", "name the field that takes its place, or take the line out"
    return Finding(
        code=CODE,
        subject=subject,
        severity="warn",
        headline=(headline,),
        lines=(
            Line("Why", (f"The mapping reads it at {field.mapping_key}.",)),
            Line(
                "Until then", ("what is known of records that held it stays as it was; nothing is concluded from its absence.",)
            ),
            Line("Clears", (f"{cure}, at {field.mapping_key}.",)),
        ),
        inputs=frozenset({subject}),
        facts={
            "field": field.id,
            "name": field.name,
            "called": field.called,
            "stream": field.stream,
            "mapping_key": field.mapping_key,
        },
        weight=1,
        discriminator=field.stream,
    )


DETECTOR = Detector(code=CODE, title="A field is gone", rules=FieldLostRules, detect=detect)
