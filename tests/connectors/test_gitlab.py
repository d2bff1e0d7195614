"""GitLab signs the contract."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.gitlab import KIND, GitlabOptions
from syncd.contract import Settings
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, ConnectorContract, World
from tests.connectors.gitlab_given import BOT, company, listing, work


@pytest.fixture
def world() -> Iterator[World]:
    twin = company()
    settings = Settings(
        connection="code",
        url=twin.server.start(),
        options=GitlabOptions(groups=["plan"], projects=["acme/web"]),
        now=lambda: NOW,
        secret=lambda: SECRET,
        timeout_s=5,
    )

    def add() -> Ref:
        return Ref("code", "issues", str(twin.issue("acme/web", "one more")["id"]))

    def edit() -> Ref:
        issue = next(i for i in twin.issues.values() if i["references"]["full"] == "acme/web#7")
        return Ref("code", "issues", str(twin.edit(issue, title="edited")["id"]))

    def comments(target: Ref) -> list[tuple[str, bool, str]]:
        notes = twin.notes.get(int(target.id), [])
        return [(str(n["id"]), n["author"]["username"] == BOT, n["body"]) for n in notes]

    target = next(i for i in twin.issues.values() if i["references"]["full"] == "acme/web#3")
    yield World(
        kind=KIND,
        server=twin.server,
        settings=settings,
        main="issues",
        ids=lambda: {
            "milestones": {str(id) for id in twin.milestones},
            "epics": {f"{group}:{iid}" for group, iid in twin.epics},
            "issues": {str(id) for id in twin.issues},
            "merge_requests": {str(id) for id in twin.merge_requests},
            "iterations": {str(row["id"]) for row in twin.iterations},
            "freeze_periods": {str(row["id"]) for _, row in twin.freeze_periods},
            "environments": {str(row["id"]) for _, row in twin.environments},
            "deployments": {str(row["id"]) for _, row in twin.deployments},
        },
        add=add,
        edit=edit,
        list_line=listing("issues"),
        projects=2,
        settings_with_missing=replace(settings, options=GitlabOptions(groups=["plan"], projects=["acme/web", "acme/nope"])),
        target=Ref("code", "issues", str(target["id"]), key="acme/web#3", url=target["web_url"]),
        write_line=r"^(POST|PUT) .*/notes",
        comments=comments,
        comment_as=lambda ref, body, ours: str(twin.note(work(twin, ref), body, BOT if ours else "ada")["id"]),
        uncomment=lambda ref, id: twin.delete_note(work(twin, ref), int(id)),
        extra_requests=sum(i["blocking_issues_count"] > 0 for i in twin.issues.values()) + 1,
    )
    twin.server.stop()


class TestGitlabContract(ConnectorContract):
    pass
