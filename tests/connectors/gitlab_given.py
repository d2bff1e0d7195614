"""A small company on the GitLab twin, for the tests of its connector."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from syncd.demo.gitlab_twin import GitlabTwin
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET

BOT = "syncd-bot"


def ticking(step: timedelta = timedelta(minutes=1), start: datetime = NOW - timedelta(days=30)) -> Callable[[], datetime]:
    """A clock that goes on by a step each time it is read."""
    ticks = itertools.count()
    return lambda: start + next(ticks) * step


def twin(now: Callable[[], datetime] | None = None, **options: Any) -> GitlabTwin:
    """An empty GitLab in which our account has a token."""
    return GitlabTwin(now or ticking(), {SECRET: BOT}, **options)


def company() -> GitlabTwin:
    """A project with 260 issues, and a group with a subgroup, epics, milestones, a blocked issue and merge requests."""
    made = twin()
    made.project("acme/web", visibility="public")
    made.milestone("acme/web", "v1", due_date="2026-05-15")
    made.milestone("acme", "Q2", due_date="2026-06-30")
    for n in range(258):
        made.issue("acme/web", f"issue {n}", by="ada")
    made.issue("acme/web", "odd \x00 \N{PARTY POPPER} \N{RIGHT-TO-LEFT MARK}title")
    made.merge_request("acme/web", "a change")
    made.project("plan/core/engine")
    epic = made.epic("plan", "Checkout v2", due_date="2026-05-15")
    made.epic("plan/core", "Engine")
    made.milestone("plan/core/engine", "sprint 9")
    first = made.issue("plan/core/engine", "schema", epic=epic)
    made.link(first, made.issue("plan/core/engine", "import", epic=epic))
    made.merge_request("plan/core/engine", "schema, part 1")
    return made


def listing(stream: str) -> str:
    """The request lines that list a stream, whatever the scope."""
    return rf"^GET /api/v4/(projects|groups)/\d+/{stream}\?"


def work(twin: GitlabTwin, ref: Ref) -> dict[str, Any]:
    """The twin's record behind a ref of an issue or merge request."""
    return twin.issues[int(ref.id)] if ref.stream == "issues" else twin.merge_requests[int(ref.id)]
