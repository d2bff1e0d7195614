"""A small company on the GitLab twin, for the tests of its connector."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.gitlab import KIND, STREAMS, GitlabOptions
from syncd.contract import Connector, Settings
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, OpenGate

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
    made.iteration("plan", "2026-05-01", "2026-05-14")
    made.freeze_period("acme/web", "0 18 * * 5", "0 8 * * 1", "Europe/Berlin")
    made.freeze_period("plan/core/engine", "0 0 20 12 *", "0 0 6 1 *")
    made.deployment("acme/web", made.environment("acme/web", "production", "production"))
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


@contextmanager
def connecting() -> Iterator[Callable[..., Connector]]:
    """A function that connects to a twin, which it starts; keys of the options or the settings may be given. All are stopped in the
    end."""
    made: list[GitlabTwin] = []
    open: list[Connector] = []

    def connect(twin: GitlabTwin, **changes: Any) -> Connector:
        if twin not in made:
            made.append(twin)
            twin.server.start()
        told = {name: changes.pop(name) for name in list(changes) if name in GitlabOptions.model_fields}
        settings = Settings(
            connection="code",
            url=twin.server.url,
            options=GitlabOptions(**told),
            now=lambda: NOW,
            secret=lambda: SECRET,
            timeout_s=5,
        )
        gate = changes.pop("gate", None) or OpenGate()
        open.append(KIND.connect(replace(settings, **changes), gate))
        return open[-1]

    yield connect
    for connector in open:
        connector.close()
    for one in made:
        one.server.stop()


def default_streams() -> list[str]:
    """What is read where nobody says what."""
    return [name for name, stream in STREAMS.items() if not stream.optional and not stream.replies]
