"""Pure. Rows, findings and their parts as JSON values and back: one codec for the store, `export`, `try` and `explain`."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from syncd.model.finding import Finding
from syncd.model.packed import Form, Unpacking, pack
from syncd.model.raw import Json
from syncd.model.ref import identity
from syncd.model.rows import Row

_ROW: TypeAdapter[Row] = TypeAdapter(Annotated[Row, Field(discriminator="kind")])
_ROWS: TypeAdapter[tuple[Row, ...]] = TypeAdapter(tuple[Annotated[Row, Field(discriminator="kind")], ...])
_FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)


_OWN_ALONE: Any = {
    **{name: {"login"} for name in ("owner", "author", "person", "by")},
    "assignees": {"__all__": {"login"}},
    "claims": {"__all__": {"owner": {"login"}}},
}
"""What of a person only the resolver of people reads."""


def row_to_json(row: Row) -> dict[str, Json]:
    """A row with the field names that programs read; dates as `YYYY-MM-DD`, instants RFC 3339 UTC, absent as null."""
    value: dict[str, Any] = _ROW.dump_python(row, mode="json", by_alias=True, exclude=_OWN_ALONE)
    return {"kind": value.pop("kind"), **value}


def row_from_json(value: Json) -> Row:
    """The row that `row_to_json` wrote. Raises ValueError where the value is none."""
    return _ROW.validate_python(value, by_alias=True, by_name=True)


def finding_to_json(finding: Finding) -> dict[str, Json]:
    """A finding with its typed text, for the store. Of what it rests on only the identities, in order: there may be thousands."""
    value: dict[str, Any] = _FINDING.dump_python(finding, mode="json", exclude={"inputs"})
    return {**value, "inputs": _identities(finding)}


def _identities(finding: Finding) -> list[Json]:
    return [{"connection": ref.connection, "stream": ref.stream, "id": ref.id} for ref in sorted(finding.inputs, key=identity)]


def finding_from_json(value: Json) -> Finding:
    """The finding that `finding_to_json` wrote. Raises ValueError where the value is none."""
    return _FINDING.validate_python(value)


def finding_from_text(text: str) -> Finding:
    """The same from its JSON text."""
    return _FINDING.validate_json(text)


def rows_to_text(rows: tuple[Row, ...]) -> str:
    """Rows as text, for the store."""
    return pack(rows)


class RowsReading:
    """Reads what `rows_to_text` wrote, in these forms too, and the JSON documents that the store kept before. Equal parts of what it reads
    are one object."""

    def __init__(self, earlier: Sequence[Form] = ()) -> None:
        self._unpacking = Unpacking(earlier)

    def rows(self, text: str) -> Sequence[Row]:
        """The rows of a text. Raises ValueError where it is none."""
        return _ROWS.validate_json(text, by_alias=True, by_name=True) if text.startswith("[") else self._unpacking.rows(text)


def rows_to_documents(rows: Sequence[Row]) -> list[Json]:
    """Rows as JSON values with all that they hold, for what goes through them whatever kind they are."""
    documents: list[Json] = _ROWS.dump_python(tuple(rows), mode="json", by_alias=True, warnings="none")
    return [*documents]


def rows_from_documents(documents: Sequence[Json]) -> tuple[Row, ...]:
    """The rows again. Raises ValueError where one is none."""
    return _ROWS.validate_python(documents, by_alias=True, by_name=True)
