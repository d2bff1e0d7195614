"""The part of JQL that the Jira twin understands: comparisons joined by AND, OR and brackets, and ORDER BY."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Issue = dict[str, Any]
_TOKEN = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<=|>=|!=|[=<>(),]|[^\s"'=<>!(),]+)""")
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class BadQuery(Exception):
    """A query that Jira refuses, with its message."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a query is answered against: the project keys that exist, the zone of who asks, the moment."""

    projects: Mapping[str, str]
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True, slots=True)
class Query:
    """`matches` tells whether an issue is meant; `order` sorts; `bounded` whether anything restricts it."""

    matches: Callable[[Issue], bool]
    order: Callable[[list[Issue]], list[Issue]]
    bounded: bool


def parse(text: str, site: Site) -> Query:
    """Raises BadQuery with Jira's own words."""
    tokens = _tokens(text)
    cut = next((i for i, word in enumerate(tokens) if word.upper() == "ORDER"), len(tokens))
    restriction = tokens[:cut]
    return Query(
        matches=_condition(restriction, site) if restriction else lambda _: True,
        order=_order(tokens[cut + 2 :]),
        bounded=bool(restriction),
    )


def moment(issue: Issue, field: str) -> datetime:
    """`created` or `updated` of an issue."""
    return datetime.fromisoformat(issue["fields"][field])


def number(issue: Issue) -> tuple[str, int]:
    """Project and number of an issue's key, as keys are sorted."""
    project, _, digits = str(issue["key"]).rpartition("-")
    return project, int(digits)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(
                f"Error in the JQL Query: The character '{text[at]}' is a reserved JQL character. (line 1, character {at})"
            )
        found.append(match[1])
        at = match.end()
    return found


def _split(tokens: list[str], by: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.upper() == by:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _parts(tokens: list[str], by: str) -> list[list[str]]:
    """The tokens between the words `by` that stand in no bracket."""
    parts, depth = [list[str]()], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth < 0:
            break
        if token.upper() == by and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    if depth:
        raise BadQuery("Error in the JQL Query: Expecting ')' before the end of the query.")
    return parts


def _condition(tokens: list[str], site: Site) -> Callable[[Issue], bool]:
    """AND binds closer than OR."""
    either = _parts(tokens, "OR")
    if len(either) > 1:
        ways = [_condition(part, site) for part in either]
        return lambda issue: any(way(issue) for way in ways)
    every = _parts(tokens, "AND")
    if len(every) > 1:
        clauses = [_condition(part, site) for part in every]
        return lambda issue: all(clause(issue) for clause in clauses)
    if tokens and tokens[0] == "(" and tokens[-1] == ")":
        return _condition(tokens[1:-1], site)
    return _clause(tokens, site)


def _plain(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[:1] in "\"'" else token


def _clause(words: list[str], site: Site) -> Callable[[Issue], bool]:
    if len(words) < 3:
        raise BadQuery("Error in the JQL Query: Expecting either a value, list or function.")
    field, operator, *rest = words
    values = [_plain(word) for word in rest if word not in ("(", ")", ",")]
    name = _plain(field).lower()
    if name == "project":
        return _of_project(operator, values, site)
    if name in ("updated", "created"):
        return _at(name, operator, _instant(values[0], name, site))
    if name in ("key", "issuekey", "id", "issue"):
        return _compared(operator, values, lambda issue: {str(issue["key"]), str(issue["id"])})
    if name in ("statuscategory", "labels"):
        return _compared(operator, values, _category if name == "statuscategory" else _labels)
    raise BadQuery(f"Field '{_plain(field)}' does not exist or you do not have permission to view it.")


def _category(issue: Issue) -> set[str]:
    category = issue["fields"]["status"].get("statusCategory") or {}
    return {str(category.get("name")), str(category.get("key"))}


def _labels(issue: Issue) -> set[str]:
    return set(issue["fields"].get("labels") or [])


def _of_project(operator: str, values: list[str], site: Site) -> Callable[[Issue], bool]:
    known = {alias.lower(): key for key, id in site.projects.items() for alias in (key, id)}
    for value in values:
        if value.lower() not in known:
            raise BadQuery(f"The value '{value}' does not exist for the field 'project'.")
    return _compared(operator, [known[v.lower()] for v in values], lambda issue: {str(issue["fields"]["project"]["key"])})


def _compared(operator: str, values: list[str], of: Callable[[Issue], set[str]]) -> Callable[[Issue], bool]:
    wanted = set(values)
    if operator.lower() in ("=", "in"):
        return lambda issue: bool(of(issue) & wanted)
    if operator == "!=":
        return lambda issue: not of(issue) & wanted
    raise BadQuery(f"Error in the JQL Query: The operator '{operator}' is not supported here.")


def _at(field: str, operator: str, limit: datetime) -> Callable[[Issue], bool]:
    tests: dict[str, Callable[[datetime], bool]] = {
        ">=": lambda at: at >= limit,
        ">": lambda at: at > limit,
        "<=": lambda at: at <= limit,
        "<": lambda at: at < limit,
    }
    if operator not in tests:
        raise BadQuery(f"Error in the JQL Query: The operator '{operator}' is not supported by the '{field}' field.")
    return lambda issue: tests[operator](moment(issue, field))


def _instant(text: str, field: str, site: Site) -> datetime:
    """A date of a query: to the minute, in the zone of who asks; or so long ago (`-2h`)."""
    ago = re.fullmatch(r"-(\d+)([mhdw])", text)
    if ago:
        return site.now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=site.zone)
        except ValueError:
            continue
    raise BadQuery(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', "
        "'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _order(words: list[str]) -> Callable[[list[Issue]], list[Issue]]:
    keys: dict[str, Callable[[Issue], Any]] = {
        "created": lambda issue: moment(issue, "created"),
        "updated": lambda issue: moment(issue, "updated"),
        "key": number,
        "issuekey": number,
        "id": lambda issue: int(issue["id"]),
    }
    wanted = [(part[0].lower(), part[-1].upper() == "DESC") for part in _split(words, ",") if part] or [("created", True)]
    for name, _ in wanted:
        if name not in keys:
            raise BadQuery(f"Not able to sort using field '{name}'.")

    def sort(issues: list[Issue]) -> list[Issue]:
        for name, descending in reversed(wanted):
            issues = sorted(issues, key=keys[name], reverse=descending)
        return issues

    return sort
