"""Pure. Who is let in: alternatives of credentials, any of which is enough and each of which may need several schemes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncd.contracts.openapi_api import Api
from syncd.contracts.values import canonical, cut
from syncd.contracts.walk import Walk

Alternative = Mapping[str, frozenset[str]]
"""What one way to be let in needs: scopes by scheme. Empty: nothing."""

_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "openIdConnectUrl", "deviceAuthorizationUrl")


@dataclass(frozen=True, slots=True)
class Doors:
    """The security schemes of both documents. `same_as`: what a new scheme was called in the old document."""

    old: Mapping[str, Mapping[str, Any]]
    new: Mapping[str, Mapping[str, Any]]
    same_as: Mapping[str, str]

    @classmethod
    def of(cls, old: Api, new: Api) -> "Doors":
        was, now = old.schemes(), new.schemes()
        gone = {_sign(scheme): name for name, scheme in was.items() if name not in now}
        renamed = {name: gone[_sign(scheme)] for name, scheme in now.items() if name not in was and _sign(scheme) in gone}
        return cls(was, now, renamed)


def alternatives(raw: Any, names: Mapping[str, str]) -> list[Alternative] | None:
    """The ways to be let in; none at all is open. None where nothing is said."""
    if not isinstance(raw, list):
        return None
    found: list[Alternative] = []
    for one in raw:
        if isinstance(one, dict):
            found.append(
                {
                    names.get(name, name): frozenset(map(str, scopes if isinstance(scopes, list) else ()))
                    for name, scopes in one.items()
                }
            )
    return found


def compare_security(walk: Walk, operation: str, old: list[Alternative], new: list[Alternative]) -> None:
    """Whoever was let in has to be let in still."""
    was_open, is_open = not old or {} in old, not new or {} in new
    if was_open or is_open:
        if was_open != is_open:
            walk.tell("security-removed" if is_open else "security-added", operation, "security", _all(old), _all(new))
        return
    for one in old:
        if not any(_admits(other, one) for other in new):
            _worse(walk, operation, one, [other for other in new if other not in old])
        elif one not in new:
            better = next(other for other in new if _admits(other, one))
            if better.keys() == one.keys():
                walk.tell("security-scope-removed", operation, "security", _all([one]), _all([better]))
    for other in new:
        if other not in old and not any(other.keys() >= one.keys() for one in old):
            walk.tell("security-alternative-added", operation, "security", None, _all([other]))


def _admits(door: Alternative, held: Alternative) -> bool:
    """Whether who holds these credentials passes this door."""
    return all(scheme in held and scopes <= held[scheme] for scheme, scopes in door.items())


def _worse(walk: Walk, operation: str, one: Alternative, new: list[Alternative]) -> None:
    alike = [other for other in new if other.keys() == one.keys()]
    more = [other for other in new if other.keys() > one.keys()]
    if alike:
        walk.tell("security-scope-added", operation, "security", _all([one]), _all(alike[:1]))
    elif more:
        walk.tell("security-narrowed", operation, "security", _all([one]), _all(more[:1]))
    else:
        walk.tell("security-alternative-removed", operation, "security", _all([one]), None)


def _all(listed: list[Alternative]) -> str | None:
    told = [" and ".join(_one(name, scopes) for name, scopes in sorted(one.items())) or "nothing" for one in listed]
    return cut(" or ".join(sorted(told))) or None


def _one(name: str, scopes: frozenset[str]) -> str:
    return f"{name} ({', '.join(sorted(scopes))})" if scopes else name


def compare_schemes(walk: Walk, doors: Doors) -> None:
    """Schemes of one name: what credentials are, and where they are got."""
    for name in sorted(doors.old.keys() & doors.new.keys()):
        was, now = doors.old[name], doors.new[name]
        place = f"security.{name}"
        if _sign(was) != _sign(now):
            walk.tell("security-scheme-changed", "", place, _described(was), _described(now))
            continue
        if was.get("bearerFormat") != now.get("bearerFormat"):
            walk.tell("security-bearer-format-changed", "", place, _text(was.get("bearerFormat")), _text(now.get("bearerFormat")))
        if was.get("openIdConnectUrl") != now.get("openIdConnectUrl"):
            walk.tell("security-url-changed", "", place, _text(was.get("openIdConnectUrl")), _text(now.get("openIdConnectUrl")))
        _flows(walk, place, _of_flows(was), _of_flows(now))


def _flows(walk: Walk, place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for flow in sorted(old.keys() | new.keys()):
        at = f"{place}.{flow}"
        if flow not in old or flow not in new:
            walk.tell("security-flow-added" if flow in new else "security-flow-removed", "", at)
            continue
        was, now = old[flow], new[flow]
        for key in _URLS:
            if was.get(key) != now.get(key):
                walk.tell("security-url-changed", "", f"{at}.{key}", _text(was.get(key)), _text(now.get(key)))
        gone = _scopes(was) - _scopes(now)
        if gone:
            walk.tell("security-flow-scope-removed", "", at, cut(", ".join(sorted(gone))), None)


def _scopes(flow: Mapping[str, Any]) -> set[str]:
    scopes = flow.get("scopes")
    return set(map(str, scopes)) if isinstance(scopes, dict | list) else set()


def _of_flows(scheme: Mapping[str, Any]) -> Mapping[str, Any]:
    """The flows in the form of 3.0; 2.0 has one per scheme."""
    flows = scheme.get("flows")
    if isinstance(flows, dict):
        return {name: flow for name, flow in flows.items() if isinstance(flow, dict)}
    names = {"accessCode": "authorizationCode", "application": "clientCredentials"}
    flow = scheme.get("flow")
    return {names.get(flow, flow): scheme} if isinstance(flow, str) else {}


def _sign(scheme: Mapping[str, Any]) -> tuple[str, ...]:
    """What credentials of a scheme are: 2.0's "basic" is the scheme of that name."""
    kind = str(scheme.get("type"))
    if kind == "basic":
        return "http", "basic"
    if kind == "http":
        return kind, str(scheme.get("scheme")).lower()
    if kind == "apiKey":
        place = str(scheme.get("in"))
        return kind, place, str(scheme.get("name")).lower() if place == "header" else str(scheme.get("name"))
    return (kind,)


def _described(scheme: Mapping[str, Any]) -> str:
    return cut(" ".join(_sign(scheme)))


def _text(value: Any) -> str | None:
    return None if value is None else cut(canonical(value).removeprefix("s"))
