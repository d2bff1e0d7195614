"""A Jira with two projects and 262 issues, as the tests of the connector begin."""

from datetime import datetime, timedelta

from connectors.jira import KIND, JiraOptions
from syncd.contract import Settings
from syncd.demo.jira_twin import JiraTwin
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, World

ODD = "odd \x00 title \N{ROCKET} \N{RIGHT-TO-LEFT MARK}"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment

    def go(self, **forward: float) -> None:
        self.moment += timedelta(**forward)


def populate(twin: JiraTwin) -> None:
    for key in ("PLAT", "PAY"):
        twin.project(key, f"The {key} project")
        twin.version(key, "2.1", releaseDate="2026-06-01")
        twin.version(key, "2.2")
    for n in range(262):
        at = NOW - timedelta(days=30) + timedelta(minutes=137 * n)
        twin.issue("PLAT" if n < 257 else "PAY", ODD if n == 7 else f"Work {n}", at=at, duedate="2026-05-20", fixVersions=["2.1"])


def settings(twin: JiraTwin, *projects: str) -> Settings:
    return Settings(
        connection="plat",
        url=twin.url,
        options=JiraOptions(projects=list(projects)),
        now=lambda: NOW,
        user=twin.login,
        secret=lambda: SECRET,
    )


def make_world(twin: JiraTwin, clock: Clock) -> World:
    def edit() -> Ref:
        clock.go(hours=1)
        return Ref("plat", "issues", twin.edit("PLAT-3", duedate="2026-07-01")["id"])

    def add() -> Ref:
        clock.go(seconds=1)
        return Ref("plat", "issues", twin.issue("PLAT", "Another")["id"])

    def comments(target: Ref) -> list[tuple[str, bool, str]]:
        return [(c["id"], c["author"] == twin.me, c["body"]) for c in twin.comments(target.id)]

    def comment_as(target: Ref, body: str, ours: bool) -> str:
        return str(twin.comment(target.id, body, by="syncd bot" if ours else "Grace")["id"])

    return World(
        kind=KIND,
        server=twin.server,
        settings=settings(twin, "PLAT", "PAY"),
        main="issues",
        ids=lambda: {
            "projects": {str(p["id"]) for p in twin.projects.values()},
            "versions": set(twin.versions),
            "issues": set(twin.issues),
        },
        add=add,
        edit=edit,
        list_line=r"^GET \S*/search",
        write_line=r"^(POST|PUT) \S*/comment",
        projects=2,
        settings_with_missing=settings(twin, "PLAT", "NOPE", "PAY"),
        target=Ref("plat", "issues", twin.held("PLAT-1")["id"], key="PLAT-1"),
        comments=comments,
        comment_as=comment_as,
        uncomment=lambda target, id: twin.uncomment(target.id, id),
    )


def running(twin: JiraTwin) -> JiraTwin:
    populate(twin)
    twin.server.start()
    return twin
