"""GitLab's webhooks: a secret token that is sent along, or a signing token (whsec_...) with which each delivery is signed.

https://docs.gitlab.com/user/project/integrations/webhooks, https://www.standardwebhooks.com
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.proof import at, document, id_in, same
from connectors.replies import may_speak
from syncd.contract import Delivery, Distrusted, Gate, HookOrder, HookScheme, HookStep, Settings
from syncd.contract.hooks import STALE_S, Hint

SIGNING = "whsec_"
"""How a signing token begins; any other secret is a secret token."""

_STREAMS = {"issue": "issues", "work_item": "issues", "merge_request": "merge_requests", "milestone": "milestones"}

_COMMENTED = {"issue": "issues", "merge_request": "merge_requests"}
_NOTES = ("note_events", "confidential_note_events")
_EVENTS = {
    "milestones": ("milestone_events",),
    "epics": ("issues_events", "confidential_issues_events"),
    "issues": ("issues_events", "confidential_issues_events", *_NOTES),
    "merge_requests": ("merge_requests_events", *_NOTES),
    "approvals": ("merge_requests_events",),
    "environments": ("deployment_events",),
    "deployments": ("deployment_events",),
    "contract_files": ("push_events", "merge_requests_events", "releases_events"),
}
"""What tells of a change to a stream; of iterations and freeze periods GitLab tells nothing. Of comments, our own among them, only those
are news that speak to us."""

_RARE = frozenset({"releases_events"})
"""Events that older versions do not know: they are named only where they are wanted."""


def events(streams: Collection[str]) -> dict[str, bool]:
    """What a hook is told of and what not, in order: what is not read any more is taken out again."""
    wanted = {event for stream in streams for event in _EVENTS.get(stream, ())}
    known = dict.fromkeys(event for those in _EVENTS.values() for event in those)
    return {"push_events": False, **{event: event in wanted for event in known if event in wanted or event not in _RARE}}


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Delivery | Distrusted:
    """The signature where the secret is a signing token, else `X-Gitlab-Token`. A signed delivery says when it was sent."""
    if secret.startswith(SIGNING):
        wrong = _unsigned(headers, body, secret, now)
        id = headers.get("webhook-id")
    else:
        wrong = _untold(headers, secret)
        # The id of the event is shared by all that one delivery sets off in turn.
        id = headers.get("idempotency-key") or headers.get("x-gitlab-event-uuid")
    said = document(body)
    project = id_in(said.get("project"))
    news = said.get("object_kind") != "note" or may_speak(at(said, "object_attributes", "note"))
    return wrong or Delivery(id or None, _hints(said), news=news, place=f"p:{project}" if project else None)


def _untold(headers: Mapping[str, str], secret: str) -> Distrusted | None:
    given = headers.get("x-gitlab-token")
    if not given:
        return Distrusted("no signature")
    return None if same(given, secret) else Distrusted("wrong signature")


def _unsigned(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Distrusted | None:
    """The library signs; it would verify by a clock of its own, so that is done here."""
    from standardwebhooks.webhooks import Webhook

    id, sent, given = (headers.get(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not (id and sent and given):
        return Distrusted("no signature")
    try:
        moment = datetime.fromtimestamp(int(sent), UTC)
        expected = Webhook(secret).sign(id, moment, body.decode())
    except (ValueError, OverflowError, OSError):
        return Distrusted("wrong signature")
    found = [same(one, expected) for one in given.split(" ")]  # after a change of the secret there are two
    if not any(found):
        return Distrusted("wrong signature")
    return None if abs((now - moment).total_seconds()) <= STALE_S else Distrusted("too old or too new")


def _hints(said: Mapping[str, Any]) -> tuple[Hint, ...]:
    """What an event is about. Work that moves changes what its milestone holds, not the milestone itself."""
    kind = str(said.get("object_kind") or said.get("event_type") or "")
    if kind in ("push", "tag_push", "release"):
        return (("contract_files", None),)
    if kind == "deployment":
        return ("deployments", id_in({"id": said.get("deployment_id")})), ("environments", None)
    if kind == "note":
        return tuple((stream, id_in(said[name])) for name, stream in _COMMENTED.items() if said.get(name))
    stream = _STREAMS.get(kind)
    if stream == "issues" and at(said, "object_attributes", "type") == "Epic":
        return (("epics", None),)
    if stream == "issues":
        return ("issues", id_in(said.get("object_attributes"))), ("epics", None)
    if stream == "merge_requests":
        names = tuple((name, id_in(said.get("object_attributes"))) for name in (stream, "approvals"))
        return (*names, ("contract_files", None)) if _moves(said) else names
    return ((stream, id_in(said.get("object_attributes"))),) if stream else ()


def _moves(said: Mapping[str, Any]) -> bool:
    """Whether a merge request came, went, or has another head."""
    about = said.get("object_attributes")
    return isinstance(about, Mapping) and bool(about.get("oldrev") or about.get("action") in ("open", "reopen", "close", "merge"))


def sync(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """One hook for each project and group. Imports python-gitlab, which takes a moment."""
    from connectors.gitlab.register import register

    return register(settings, gate, order)


HOOKS = HookScheme(verify, sync)
