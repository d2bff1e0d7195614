"""What mapping tests stand on: mappings out of texts or the mappings folder, and records around plain data."""

from pathlib import Path
from typing import Any

from syncd.mapping import Applied, Mapping, Source, apply, parse
from syncd.model.problem import Problems
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.rows import Row
from syncd.model.wire import row_to_json

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "mappings"
RECORDED = ROOT.parent / "shared" / "recorded"
DEFAULTS = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def shipped(name: str) -> Source | None:
    """A mapping of the mappings folder."""
    path = FOLDER / f"{name}.toml"
    return Source(f"mappings/{name}.toml", path.read_text("utf-8")) if path.is_file() else None


def default(name: str) -> Mapping:
    """A mapping as it is shipped."""
    return parse(name, shipped)


def made(text: str, **others: str) -> Mapping:
    """The mapping `mine`, written here; `others` are mappings that it may extend, beside the shipped ones."""
    texts = {"mine": text, **others}
    return parse("mine", lambda name: Source(f"{name}.toml", texts[name]) if name in texts else shipped(name))


def problems(text: str, **others: str) -> list[str]:
    """What is wrong with a mapping, one line each."""
    try:
        made(text, **others)
    except Problems as error:
        return [str(problem) for problem in error.problems]
    return []


def record(data: dict[str, Any], stream: str = "issues", **scope: Any) -> RawRecord:
    """A record of the connection `plat` in the project PAY (`name`), with the scope's facts."""
    id, key = data.get("id"), data.get("key")
    ref = Ref("plat", stream, str(id) if isinstance(id, str | int) else "1", key if isinstance(key, str) else None)
    return RawRecord(ref, Scope("77", scope.pop("name", "PAY"), scope), data)


def applied(mapping: Mapping, data: dict[str, Any], stream: str = "issues", **scope: Any) -> Applied:
    """The rows and notes of a record that must not be rejected."""
    result = apply(mapping, record(data, stream, **scope))
    assert isinstance(result, Applied), result.reason
    return result


def rows(mapping: Mapping, data: dict[str, Any], stream: str = "issues", **scope: Any) -> tuple[Row, ...]:
    """The rows of a record that must not be rejected."""
    return applied(mapping, data, stream, **scope).rows


def only(mapping: Mapping, data: dict[str, Any], stream: str = "issues", **scope: Any) -> Any:
    """The one row of a record."""
    (row,) = rows(mapping, data, stream, **scope)
    return row


def notes(mapping: Mapping, data: dict[str, Any], stream: str = "issues", **scope: Any) -> list[str]:
    """What was noted of a record."""
    return [note.what for note in applied(mapping, data, stream, **scope).notes]


def rejection(mapping: Mapping, data: dict[str, Any], stream: str = "issues", **scope: Any) -> Rejected:
    """Why a record was rejected."""
    result = apply(mapping, record(data, stream, **scope))
    assert isinstance(result, Rejected), result.rows
    return result


def said(row: Row) -> dict[str, Any]:
    """A row as programs read it, without what is absent and where it was read."""
    value = row_to_json(row)
    return {name: item for name, item in value.items() if item not in (None, [], {}, "") and name not in ("scope_id", "project")}


ITEM = """
[streams.issues]
labels = "labels"
type = "type"
[[rule]]
name = "item"
stream = "issues"
to = "item"
[rule.fields]
"""


def item(fields: str, after: str = "") -> Mapping:
    """A mapping with one rule that gives an item with these fields."""
    return made(f"{ITEM}{fields}\n{after}")
