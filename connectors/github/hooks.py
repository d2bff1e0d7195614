"""GitHub's webhooks: an HMAC over the body, a delivery id that stays when it is sent again, and a hook for each repository.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.proof import at, document, id_in, signed
from syncd.contract import Delivery, Distrusted, Gate, HookOrder, HookScheme, HookStep, Settings
from syncd.contract.hooks import Hint


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
        news=event != "ping",
        place=place if isinstance(place, str) and event != "repository" else None,
    )


def _hints(event: str, said: Mapping[str, Any]) -> tuple[Hint, ...]:
    """What an event is about. An issue or pull request moves the counts of its milestone."""
    if event == "milestone":
        return (("milestones", id_in(said.get("milestone"))),)
    if event in ("issues", "sub_issues", "issue_dependencies"):
        return ("issues", id_in(said.get("issue"))), ("milestones", id_in(at(said, "issue", "milestone")))
    if event.startswith("pull_request"):
        return ("pulls", id_in(said.get("pull_request"))), ("milestones", id_in(at(said, "pull_request", "milestone")))
    if event == "issue_comment":
        is_pull = bool(at(said, "issue", "pull_request"))  # the id there is that of the conversation
        return (("pulls", None),) if is_pull else (("issues", id_in(said.get("issue"))),)
    return ()


def sync(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """One hook for each repository. Imports what asks GitHub only now."""
    from connectors.github.register import register

    return register(settings, gate, order)


HOOKS = HookScheme(verify, sync)
