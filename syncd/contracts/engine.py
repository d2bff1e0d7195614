"""Pure. One question for every kind of contract: what changed between two revisions, and what does it break."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from syncd.contracts.change import Direction, Level, Verdict
from syncd.contracts.revision import Revision
from syncd.contracts.sniff import KINDS, Kind, kind_of

__all__ = ["ENGINES", "KINDS", "VERSION", "Kind", "Revision", "diff", "kind_of"]

Engine = Callable[[Revision, Revision, Direction], Verdict]
"""Judges two revisions. The direction says who writes the documents; only contracts that do not say it themselves (JSON Schema) ask."""

VERSION = 2
"""Of the rules and what they find: a verdict that was kept under another number is worked out anew."""

NOTHING: Mapping[str, Level | None] = MappingProxyType({})


def diff(
    old: Revision,
    new: Revision,
    kind: Kind | None = None,
    overrides: Mapping[str, Level | None] = NOTHING,
    direction: Direction = "both",
) -> Verdict:
    """The changes from `old` to `new`. Without `kind` it is found by content. `overrides`: the level of a rule by its id, None leaves
    the rule's changes out. Never raises for what is in the files: what cannot be judged is said so."""
    if old.main in old.files and new.main in new.files and _equal(old, new):
        return Verdict()
    for revision, when in ((old, "old"), (new, "new")):
        if revision.main not in revision.files:
            return Verdict.unjudged(f"the {when} revision has no file {revision.main}")
    found = kind or _common_kind(old, new)
    if found is None:
        return Verdict.unjudged(_why_no_kind(old, new), new.main)
    verdict = ENGINES[found](old, new, direction)
    return _overridden(verdict, overrides) if overrides else verdict


def _equal(old: Revision, new: Revision) -> bool:
    """Whether nothing differs in the bytes: then nothing is read. Other files count only where the main one may refer to them."""
    if old.content != new.content:
        return False
    return not any(mark in old.content for mark in (b"$", b"import")) or old.files == new.files


def _common_kind(old: Revision, new: Revision) -> Kind | None:
    kinds = kind_of(old.content, old.main), kind_of(new.content, new.main)
    return kinds[0] if kinds[0] == kinds[1] else None


def _why_no_kind(old: Revision, new: Revision) -> str:
    kinds = kind_of(old.content, old.main), kind_of(new.content, new.main)
    for kind, revision, when in zip(kinds, (old, new), ("old", "new"), strict=True):
        if kind is None:
            return f"the {when} file {revision.main} {_what_it_is(revision.content)}"
    return f"the old file is {kinds[0]}, the new one {kinds[1]}"


def _what_it_is(content: bytes) -> str:
    if not content.strip():
        return "is empty"
    return "is binary" if b"\0" in content[:4096] else "is no contract of a kind that is known"


def _overridden(verdict: Verdict, overrides: Mapping[str, Level | None]) -> Verdict:
    kept = []
    for change in verdict.changes:
        level = overrides.get(change.rule, change.level)
        if level is not None:
            kept.append(change if level == change.level else replace(change, level=level))
    return replace(Verdict.of(kept), judged=verdict.judged, reason=verdict.reason)


def _openapi(old: Revision, new: Revision, _: Direction) -> Verdict:
    from syncd.contracts.openapi import diff as judge

    return judge(old, new)


def _asyncapi(old: Revision, new: Revision, _: Direction) -> Verdict:
    from syncd.contracts.asyncapi import diff as judge

    return judge(old, new)


def _jsonschema(old: Revision, new: Revision, direction: Direction) -> Verdict:
    from syncd.contracts.jsonschema import diff as judge

    return judge(old, new, direction)


def _graphql(old: Revision, new: Revision, _: Direction) -> Verdict:
    try:
        from syncd.contracts.graphql import diff as judge
    except ImportError as error:
        return _not_here("GraphQL", error)
    verdict: Verdict = judge(old, new)
    return verdict


def _protobuf(old: Revision, new: Revision, _: Direction) -> Verdict:
    try:
        from syncd.contracts.protobuf import diff as judge
    except ImportError as error:
        return _not_here("protobuf", error)
    verdict: Verdict = judge(old, new)
    return verdict


def _not_here(what: str, error: ImportError) -> Verdict:
    return Verdict.unjudged(f"what judges {what} is not installed ({error.name or 'a module'} is missing)")


ENGINES: dict[Kind, Engine] = {
    "openapi": _openapi,
    "asyncapi": _asyncapi,
    "jsonschema": _jsonschema,
    "graphql": _graphql,
    "protobuf": _protobuf,
}
"""Who judges which kind. Each is imported when it is asked for."""
