"""Pure. Vendor records straight from the vendor's API, mapped without a connector: the core of `syncd try`."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass

from syncd.mapping.engine import Mapping, apply
from syncd.mapping.look import Look, Unreadable
from syncd.mapping.program import StreamForm
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref
from syncd.model.remarks import Note, Rejected
from syncd.model.rows import Row

NO_FACTS: Table[str, Json] = {}


@dataclass(frozen=True, slots=True)
class TryResult:
    """What became of the records: every row, every one that could not be read, every note. `skipped` belong to other streams."""

    rows: tuple[Row, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[Note, ...] = ()
    read: int = 0
    skipped: int = 0


def streams(mapping: Mapping) -> tuple[str, ...]:
    """The streams that a mapping knows."""
    return tuple(sorted({*mapping.base.streams, *mapping.base.rules}))


def try_records(
    mapping: Mapping,
    stream: str,
    records: Iterable[tuple[int, Json]],
    connection: str = "try",
    scope_name: str | None = None,
    facts: Table[str, Json] = NO_FACTS,
) -> TryResult:
    """Map numbered records of one stream. Identity and scope come from `[streams.NAME]`, unless `scope_name` names the scope.

    A record that is no object or has no id is rejected under its number.
    """
    rows: list[Row] = []
    rejected: list[Rejected] = []
    notes: list[Note] = []
    count = skipped = 0
    for index, data in records:
        count += 1
        raw = raw_record(mapping, stream, index, data, connection, scope_name, facts)
        result = raw if isinstance(raw, Rejected) else apply(mapping, raw)
        if isinstance(result, Rejected):
            rejected.append(result)
        else:
            rows.extend(result.rows)
            notes.extend(result.notes)
            skipped += result.skipped
    return TryResult(tuple(rows), tuple(rejected), tuple(notes), count, skipped)


def raw_record(
    mapping: Mapping,
    stream: str,
    index: int,
    data: Json,
    connection: str = "try",
    scope_name: str | None = None,
    facts: Table[str, Json] = NO_FACTS,
) -> RawRecord | Rejected:
    """A vendor record with the identity that the mapping finds in it, or why it has none."""
    nameless = Ref(connection, stream, f"record {index}")
    if not isinstance(data, dict):
        return Rejected(nameless, f"record {index} is no object. Give a list of records as the vendor's API answers them")
    form = mapping.base.streams.get(stream)
    first = RawRecord(nameless, _scope(None, form, scope_name, facts), data)
    try:
        scope = _scope(Look(first), form, scope_name, facts)
        ref = _ref(Look(RawRecord(nameless, scope, data)), form)
    except Unreadable as error:
        return Rejected(nameless, f"record {index}: {error.reason}")
    if ref is None:
        where = f"[streams.{stream}] id" if form and "id" in form.parts else "id"
        return Rejected(nameless, f"record {index} holds no id ({where}). Give records as the vendor's API answers them")
    return RawRecord(ref, scope, data)


def _ref(look: Look, form: StreamForm | None) -> Ref | None:
    if form is not None:
        return form.ref(look.record, look)
    value = look.record.get("id")
    usable = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return Ref(look.raw.ref.connection, look.raw.ref.stream, str(value)) if usable else None


def _scope(look: Look | None, form: StreamForm | None, name: str | None, facts: Table[str, Json]) -> Scope:
    """The scope of a record: its name as given, else as the record says, else the word `try`."""
    said = {**(form.facts if form else {}), **facts}
    found = {word: _said(look, form, word) for word in ("project", "project_id")}
    shown = name or found["project"] or "try"
    return Scope(found["project_id"] or shown, shown, said)


def _said(look: Look | None, form: StreamForm | None, word: str) -> str | None:
    if look is None or form is None or word not in form.parts:
        return None
    value = form.parts[word](look)
    return value if isinstance(value, str) else None
