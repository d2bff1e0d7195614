"""A person is taken out of all that is remembered; what was there before and after is kept as hashes, in a chain."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from syncd.decide import escape
from syncd.mapping.people_redact import Find, Key, redact
from syncd.model.raw import Json, RawRecord, Scope, content_hash
from syncd.model.ref import Ref
from syncd.model.wire import RowsReading, finding_from_json, rows_from_documents, rows_to_documents, rows_to_text
from syncd.store import forgotten
from syncd.store.engine import Database
from syncd.store.findings import digest
from syncd.store.pages import Place, basis
from syncd.store.raws import CHUNK
from syncd.store.rows import reading
from syncd.store.tables import finding_history, findings, ledger, mapped, meta, outbox, receipts, records, versions

_PREFIX = "redaction: "
_ROLES = frozenset({"owner", "assignee", "author", "person", "by", "reviewer"})
TO_BE_EDITED = "redacted"
"""The digest of what stands on a ticket and names somebody who was forgotten: whatever is to be said, it is another text."""

Own = Callable[[str, str], frozenset[str]]
"""(connection, stream) -> the paths that do not count as a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Who: `keys` are (key, connection, value), `names` what they are called, `telling` what must not be left in texts unseen."""

    pseudonym: str
    keys: frozenset[tuple[Key, str, str]]
    names: frozenset[str]
    telling: frozenset[str]


@dataclass(slots=True)
class Redacted:
    """What was done. `changed`: table -> rows; `left`: records whose texts still name them; `told`: tickets on which a comment does."""

    changed: Counter[str] = field(default_factory=Counter)
    left: list[Ref] = field(default_factory=list)
    told: list[Ref] = field(default_factory=list)
    lines: list[dict[str, str]] = field(default_factory=list)

    def note(self, table: Table, key: object, before: Json, after: Json) -> None:
        """Remember the hashes of a row."""
        self.changed[table.name] += 1
        line = {"table": table.name, "key": str(key), "before": content_hash(before), "after": content_hash(after)}
        self.lines.append(line)


def redact_store(db: Database, who: Forget, own: Own, at: datetime) -> Redacted:
    """Take somebody out of every table, and remember not to let them in again. Call it in a transaction."""
    done = Redacted()
    with db.writing() as tx:
        known = forgotten.forgotten(tx).with_(who.keys, who.pseudonym)
        forgotten.keep(db, tx, known)
        finds: dict[str, Find] = {}
        for row in _rows(tx, records):
            find = finds.setdefault(row.connection, known.find(row.connection))
            _record(tx, row, find, own(row.connection, row.stream), who, done)
        read = reading(tx)
        for row in _rows(tx, mapped, mapped.c.record):
            _mapped(tx, row, read, who, done)
        prints = {row.fingerprint for table in (findings, finding_history) for row in _findings(tx, table, who, done)}
        _ledger(tx, who, prints, done)
        for table, columns in ((receipts, ("action",)), (outbox, ("desired", "attempt"))):
            for row in _rows(tx, table):
                _actions(tx, table, row, columns, who, prints, done)
        if done.lines:
            _keep_tombstone(db, tx, who, done, at)
    return done


def tombstones(tx: Connection) -> list[dict[str, Any]]:
    """All redactions, the first one first. Each has the hash of the one before it, so that none can be left out or changed unseen."""
    rows = tx.execute(select(meta.c.value).where(meta.c.key.like(f"{_PREFIX}%")).order_by(meta.c.key))
    return [row.value for row in rows]


def _keep_tombstone(db: Database, tx: Connection, who: Forget, done: Redacted, at: datetime) -> None:
    before = tombstones(tx)
    value = {
        "at": at.isoformat(),
        "person": who.pseudonym,
        "previous": content_hash(before[-1]) if before else None,
        "rows": done.lines,
    }
    db.upsert(tx, meta, [{"key": f"{_PREFIX}{len(before):08d}", "value": value}])


def _rows(tx: Connection, table: Table, by: Any = None) -> Iterator[Any]:
    """All rows, in pieces."""
    number, last = table.c.n if by is None else by, -1
    while rows := tx.execute(select(table).where(number > last).order_by(number).limit(CHUNK)).all():
        yield from rows
        last = getattr(rows[-1], number.name)


def _record(tx: Connection, row: Any, find: Find, own: frozenset[str], who: Forget, done: Redacted) -> None:
    ref = Ref(row.connection, row.stream, row.id, row.key, row.url)
    data = redact(row.data, find)
    if data is not row.data:
        fields = None if row.fields is None else frozenset(row.fields)
        hash_ = content_hash(data, own)
        raw = RawRecord(ref, Scope(row.scope_id, ""), data, fields)
        values = {"data": data, "hash": hash_, "basis": basis(Place(row.connection, row.stream, row.scope_id), raw, hash_)}
        tx.execute(update(records).where(records.c.n == row.n).values(values))
        done.note(records, ref, row.data, data)
    if _names(data, who):
        done.left.append(ref)
    for version in tx.execute(select(versions).where(versions.c.record == row.n)).all():
        before = json.loads(zlib.decompress(version.data))
        after = redact(before, find)
        if after is not before:
            text = json.dumps(after, separators=(",", ":")).encode()
            values = {"data": zlib.compress(text), "hash": content_hash(after, own)}
            tx.execute(update(versions).where(versions.c.n == version.n).values(values))
            done.note(versions, version.n, before, after)


def _names(data: Json, who: Forget) -> bool:
    text = json.dumps(data, ensure_ascii=False).casefold()
    return any(one in text for one in who.telling)


def _mapped(tx: Connection, row: Any, read: RowsReading, who: Forget, done: Redacted) -> None:
    """The rows that were made of a record: those of one that cannot be read now would stay as they are."""
    before = rows_to_documents(read.rows(row.rows or "[]"))
    after = _walk(before, lambda value: _person(value, who))
    if after != before:
        tx.execute(update(mapped).where(mapped.c.record == row.record).values(rows=rows_to_text(rows_from_documents(after))))
        done.note(mapped, row.record, before, after)


def _person(value: Mapping[str, Json], who: Forget) -> Json:
    if "identities" in value and "name" in value:
        ids = [("id", connection, str(id)) for connection, id in value["identities"].items()]
        mail = [("mail", "", str(value["email"]).strip().casefold())] if value.get("email") else []
        bare = not ids and not mail and value["name"] in who.names
        if bare or any(key in who.keys for key in (*ids, *mail)):
            return {"name": who.pseudonym, "identities": dict.fromkeys(value["identities"], who.pseudonym), "email": None}
    if "by" in value and "at" in value and "field" in value:
        return {key: who.pseudonym if key in ("by", "from", "to") and one in who.names else one for key, one in value.items()}
    return None


def _findings(tx: Connection, table: Table, who: Forget, done: Redacted) -> list[Any]:
    """Take them out of findings. Gives the rows that named them."""
    key, found = (table.c.fingerprint if table is findings else table.c.n), []
    for row in tx.execute(select(table).order_by(key)).all():
        after = {**_walk(row.finding, lambda value: _quote(value, who)), "facts": _facts(row.finding.get("facts"), "", who)}
        if after != row.finding:
            values: dict[str, Any] = {"finding": after, "digest": digest(finding_from_json(after))}
            values |= {"hash": None} if table is findings else {}
            tx.execute(update(table).where(key == getattr(row, key.name)).values(values))
            done.note(table, getattr(row, key.name), row.finding, after)
            found.append(row)
    return found


def _quote(value: Mapping[str, Json], who: Forget) -> Json:
    is_theirs = value.get("kind") == "quote" and value.get("text") in who.names
    return {**value, "text": who.pseudonym} if is_theirs else None


def _facts(value: Json, key: str, who: Forget) -> Json:
    if isinstance(value, str):
        return who.pseudonym if value in who.names and (key in _ROLES or " " in value or "@" in value) else value
    if isinstance(value, Mapping):
        return {name: _facts(one, name, who) for name, one in value.items()}
    return [_facts(one, key, who) for one in value] if isinstance(value, list) else value


def _walk(value: Json, change: Callable[[Mapping[str, Json]], Json]) -> Json:
    """The value with each object as `change` gives it; None: look into it."""
    if isinstance(value, Mapping):
        other = change(value)
        return other if other is not None else {key: _walk(one, change) for key, one in value.items()}
    return [_walk(one, change) for one in value] if isinstance(value, list) else value


def _ledger(tx: Connection, who: Forget, prints: set[str], done: Redacted) -> None:
    for row in tx.execute(select(ledger)).all():
        after = _text(row.body, who) if row.verb == "comment" else json.dumps(_texts(json.loads(row.body), who))
        if (prints.isdisjoint(row.fingerprints) and not _told(row.body, who)) or after == row.body:
            continue
        same = [ledger.c[name] == getattr(row, name) for name in ("connection", "stream", "id", "verb", "part")]
        tx.execute(update(ledger).where(*same).values(body=after, digest=TO_BE_EDITED))
        name = f"{row.verb}/{row.part}" if row.part else row.verb
        done.note(ledger, f"{row.connection}:{row.stream}:{row.id}:{name}", row.body, after)
        if not row.muted:
            done.told.append(Ref(row.connection, row.stream, row.id, row.target_key, row.target_url))


def _actions(
    tx: Connection, table: Table, row: Any, columns: Iterable[str], who: Forget, prints: set[str], done: Redacted
) -> None:
    before = {name: getattr(row, name) for name in columns}
    after = {
        name: {**action, **{key: _texts(action[key], who) for key in ("body", "reasons", "extra")}}
        if action and (not prints.isdisjoint(action["fingerprints"]) or _told(action["body"], who))
        else action
        for name, action in before.items()
    }
    if after != before:
        tx.execute(update(table).where(table.c.n == row.n).values(after))
        done.note(table, row.n, before, after)


def _told(text: str, who: Forget) -> bool:
    """Whether a text of our own holds their full name, or tells of an answer of theirs, be it by a login alone."""
    full = (shown for name in who.names if " " in name or "@" in name for shown in _written(name))
    answered = (f"{shown}'s reply of " for name in who.names for shown in _written(name))
    return any(one in text for one in (*full, *answered))


def _texts(value: Json, who: Forget) -> Json:
    if isinstance(value, str):
        return _text(value, who)
    if isinstance(value, Mapping):
        return {key: _texts(one, who) for key, one in value.items()}
    return [_texts(one, who) for one in value] if isinstance(value, list | tuple) else value


def _text(text: str, who: Forget) -> str:
    """A text of our own that names them, in whatever markup."""
    shown = sorted({one for name in who.names for one in _written(name)}, key=len, reverse=True)
    return re.sub("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in shown), who.pseudonym, text) if shown else text


def _written(name: str) -> set[str]:
    return {name, escape.markdown_text(name), escape.wiki_text(name)}
