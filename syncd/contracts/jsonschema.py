"""Pure. Two revisions of a JSON Schema, drafts 4 to 2020-12."""

from typing import Any

from syncd.contracts.change import Direction, Verdict
from syncd.contracts.compare import look
from syncd.contracts.dialect import JSON_SCHEMA, JSON_SCHEMA_OLD, Dialect
from syncd.contracts.document import Document
from syncd.contracts.refused import Refused
from syncd.contracts.revision import Revision
from syncd.contracts.same import Same
from syncd.contracts.shape import schema_of
from syncd.contracts.shaping import Shaper
from syncd.contracts.walk import Walk

_OLD = ("draft-03", "draft-04", "draft-05", "draft-06", "draft-07", "json-schema.org/schema#")
_LIBRARY = ("$schema", "$id", "id", "title", "description", "$comment", "$defs", "definitions", "version")


def diff(old: Revision, new: Revision, direction: Direction = "both") -> Verdict:
    """What changes for whoever writes documents of the schema (`request`), reads them (`response`), or does either (`both`). A schema
    that only holds definitions is compared definition by definition."""
    documents = Document(old), Document(new)
    for document, when in zip(documents, ("old", "new"), strict=True):
        try:
            if not isinstance(document.main, dict | bool):
                return Verdict.unjudged(f"the {when} file is no JSON Schema: it is a {type(document.main).__name__}")
        except Refused as refused:
            return Verdict.unjudged(f"the {when} file {document.revision.main}: {refused.reason}")
    dialects = [_dialect(document.main) for document in documents]
    walk = Walk(
        Shaper(documents[0], dialects[0]), Shaper(documents[1], dialects[1]), Same(*documents, dialects[0] == dialects[1]), look
    )
    roots = [_definitions(document.main) for document in documents]
    for place in roots[0].keys() | roots[1].keys():
        if place not in roots[0] or place not in roots[1]:
            walk.tell("schema-property-removed" if place in roots[0] else "schema-property-added", "", place)
        else:
            walk.use(schema_of(old.main, roots[0][place]), schema_of(new.main, roots[1][place]), direction, "", place)
    return Verdict.of(walk.told())


def _dialect(root: Any) -> Dialect:
    named = root.get("$schema") if isinstance(root, dict) else None
    return JSON_SCHEMA_OLD if isinstance(named, str) and any(old in named for old in _OLD) else JSON_SCHEMA


def _definitions(root: Any) -> dict[str, Any]:
    """The schemas that the file is about, by place: itself, or each of its definitions where it says nothing else."""
    if isinstance(root, dict) and root.keys() <= set(_LIBRARY):
        held = [(word, root[word]) for word in ("$defs", "definitions") if isinstance(root.get(word), dict)]
        if held:
            return {f"{word}.{name}": schema for word, schemas in held for name, schema in schemas.items()}
    return {"": root}
