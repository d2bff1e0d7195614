"""GitHub's webhooks: an HMAC over the body, a delivery id that stays when it is sent again, and a hook for each repository.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.proof import at, document, id_in, signed
from connectors.replies import may_speak
from syncd.contract import Delivery, Distrusted, Gate, HookOrder, HookScheme, HookStep, Settings
from syncd.contract.hooks import Hint

_EVENTS = {
    "milestones": ("milestone",),
    "issues": ("issue_comment", "issues", "label"),
    "pulls": ("issue_comment", "label", "pull_request", "pull_request_review"),
    "reviews": ("pull_request", "pull_request_review"),
    "environments": ("deployment",),
    "deployments": ("deployment", "deployment_status"),
    "releases": ("release",),
    "check_states": ("check_run", "pull_request", "status"),
    "contract_files": ("pull_request", "push", "release"),
}
"""What tells of a change to a stream; a new environment shows by its first deployment. Of comments, our own among them, only those are news
that speak to us."""

_MOVES = ("opened", "reopened", "closed", "synchronize")
"""What moves the head of a pull request, or takes it out of the open ones."""


def events(streams: Collection[str]) -> list[str]:
    """What a hook is to be told of, in order; every server knows these. Repositories themselves are renamed, archived and moved."""
    return sorted({"repository", *(event for stream in streams for event in _EVENTS.get(stream, ()))})


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Delivery | Distrusted:  # noqa: ARG001
    """`X-Hub-Signature-256` over the body. GitHub does not say when it sent a delivery."""
    given = headers.get("x-hub-signature-256")
    if not given:
        return Distrusted("no signature")
    if not signed(given, body, secret):
        return Distrusted("wrong signature")
    event, said = headers.get("x-github-event", ""), document(body)
    place = at(said, "repository", "full_name")
    return Delivery(
        headers.get("x-github-delivery") or None,
        _hints(event, said),
        news=_is_news(event, said),
        place=place if isinstance(place, str) and event != "repository" else None,
    )


def _is_news(event: str, said: Mapping[str, Any]) -> bool:
    if event == "issue_comment":
        return may_speak(at(said, "comment", "body"), at(said, "changes", "body", "from"))
    return event != "ping"


def _hints(event: str, said: Mapping[str, Any]) -> tuple[Hint, ...]:
    """What an event is about. An issue or pull request moves the counts of its milestone."""
    if event == "milestone":
        return (("milestones", id_in(said.get("milestone"))),)
    if event in ("issues", "sub_issues", "issue_dependencies"):
        return ("issues", id_in(said.get("issue"))), ("milestones", id_in(at(said, "issue", "milestone")))
    if event == "pull_request_review":
        return ("pulls", id_in(said.get("pull_request"))), ("reviews", id_in(said.get("review")))
    if event.startswith("pull_request"):
        pull = id_in(said.get("pull_request"))
        mine = (("contract_files", None),) if said.get("action") in _MOVES else ()
        return ("pulls", pull), ("check_states", pull), *mine, ("milestones", id_in(at(said, "pull_request", "milestone")))
    if event.startswith("deployment"):
        return ("deployments", id_in(said.get("deployment"))), ("environments", None)
    if event == "release":
        return ("releases", id_in(said.get("release"))), ("contract_files", None)
    if event == "push":
        return (("contract_files", None),)
    if event in ("check_run", "status"):
        return (("check_states", None),)
    if event == "issue_comment":
        is_pull = bool(at(said, "issue", "pull_request"))  # the id there is that of the conversation
        return (("pulls", None),) if is_pull else (("issues", id_in(said.get("issue"))),)
    return ()


def sync(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """One hook for each repository. Imports what asks GitHub only now."""
    from connectors.github.register import register

    return register(settings, gate, order)


HOOKS = HookScheme(verify, sync)
