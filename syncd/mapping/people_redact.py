"""Pure. A vendor's record without some people: every object that is one of them becomes a stand-in with a pseudonym.

What is theirs is told by ids, e-mails and logins, never by a name alone; what people wrote about them in texts stays.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from syncd.model.raw import Json

Key = Literal["id", "mail", "login"]
Find = Callable[[Key, str], str | None]
"""The pseudonym of whom this id, e-mail or login is, else None."""

_MAILS = ("email", "emailAddress", "email_address", "public_email", "commit_email", "mail")
_LOGINS = ("login", "username")
_IDS = ("accountId", "account_id", "id", "key", "name", "userKey")
_NAMES = ("displayName", "name", "full_name", "nickname")
_MARKS = frozenset({*_MAILS, *_LOGINS, "accountId", "account_id", "displayName"})
"""Only people have these; ids and names others have, too."""
_KEPT = frozenset(
    {"type", "accountType", "responseStatus", "state", "role", "date", "active", "optional", "organizer", "resource"}
)
_OF_PEOPLE = re.compile(
    r"(?:.*_)?(?:author|assignee|user|reviewer|approver|owner|creator|reporter|lead|closed_by|merged_by|updated_by)s?"
    r"(?:_?(?:account)?_?ids?|(?:Account)?Ids?|_usernames?|_login)?"
)
_SIDES = (("from", "fromString"), ("to", "toString"))


def redact(value: Json, find: Find) -> Json:
    """The JSON value with stand-ins; the very same object where nobody of them is in it."""
    if isinstance(value, Mapping):
        return _object(value, find)
    if isinstance(value, list):
        others = [redact(one, find) for one in value]
        return value if all(one is other for one, other in zip(value, others, strict=True)) else others
    if isinstance(value, str) and "@" in value and not any(c.isspace() for c in value):
        return find("mail", value) or value
    return value


def _object(value: Mapping[str, Json], find: Find) -> Json:
    who = _who(value, find)
    if who is not None:
        return {key: other for key, one in value.items() if (other := _stand_in(key, one, who)) is not None}
    others = {key: _named(key, one, find) or redact(one, find) for key, one in value.items()} | _beside(value, find)
    return value if all(others[key] is one for key, one in value.items()) else others


def _who(value: Mapping[str, Json], find: Find) -> str | None:
    """Whose object it is."""
    keys: tuple[tuple[Key, tuple[str, ...]], ...] = (("mail", _MAILS), ("login", _LOGINS))
    if not _MARKS.isdisjoint(value):
        keys = (("id", _IDS), *keys)
    for kind, names in keys:
        for name in names:
            text = _text(value.get(name))
            if text and (who := find(kind, text)):
                return who
    return None


def _stand_in(key: str, value: Json, who: str) -> Json:
    if key in _IDS or key in _LOGINS or key in _NAMES:
        return who
    return value if isinstance(value, bool) or key in _KEPT else None


def _named(key: str, value: Json, find: Find) -> Json:
    """A field that holds nothing but an id or a login of somebody, or a list of them."""
    if not _OF_PEOPLE.fullmatch(key):
        return None
    if isinstance(value, list):
        others = [_known(one, find) or one for one in value]
        return others if others != value else None
    return _known(value, find)


def _known(value: Json, find: Find) -> str | None:
    text = _text(value)
    return (find("id", text) or find("login", text)) if text else None


def _beside(value: Mapping[str, Json], find: Find) -> dict[str, Any]:
    """What stands beside an id or an e-mail and names the same person: in histories, and in commits."""
    found: dict[str, Any] = {}
    for side, shown in _SIDES:
        text = value.get(side)
        if isinstance(text, str) and not text.isdigit() and shown in value and (who := find("id", text)):
            found |= {side: who, shown: who}
    for key, one in value.items():
        name = f"{key.removesuffix('_email')}_name"
        if key.endswith("_email") and isinstance(one, str) and name in value and (who := find("mail", one)):
            found[name] = who
    return found


def _text(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)
