"""A company on GitHub, for the tests of its connector."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.github import KIND, GithubOptions
from syncd.contract import Settings
from syncd.demo.github_app import App
from syncd.demo.github_twin import GithubTwin
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, World

API, WEB = "acme/api", "acme/web"


class Clock:
    """Each look is half a minute later: no two things happen at once."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=30)
        return self.at


def company(*, prefix: str = "", opaque: bool = False) -> GithubTwin:
    """Two repositories: 270 issues and 130 pull requests in the first, a few in the second."""
    twin = GithubTwin(Clock(NOW - timedelta(days=30)), SECRET, prefix=prefix, opaque=opaque)
    for repo, issues, pulls in ((API, 270, 130), (WEB, 5, 3)):
        twin.repository(repo, private=repo == WEB)
        for title in ("Beta", "Launch"):
            twin.milestone(repo, title, due_on="2026-05-15")
        for n in range(issues):
            twin.issue(repo, f"Issue {n}", milestone=1 + n % 2, labels=["bug"], assignees=["ann"])
        for n in range(pulls):
            twin.pull(repo, f"Pull {n}", head=f"work-{n}")
    twin.edit(API, 7, title="odd \x00 \U0001f41e ‏title")
    return twin


def around(twin: GithubTwin, repo: str = API) -> tuple[str, str]:
    """Reviews, environments, deployments, releases and checks of a company's repository; the heads of its first two pull requests."""
    first, second = sorted(twin.home(repo).pulls)[:2]
    twin.around.review(repo, first, "CHANGES_REQUESTED", by="ann")
    twin.around.review(repo, first, "APPROVED", by="bob")
    twin.around.review(repo, second, "COMMENTED", by="ann")
    twin.around.environment(repo, "production", reviewers=["ann"])
    twin.around.environment(repo, "staging")
    twin.around.deploy(repo, "staging", state="success")
    twin.around.deploy(repo, "production", state="in_progress")
    twin.around.deploy(repo, "production")
    twin.around.release(repo, "v1.0")
    twin.around.release(repo, "v1.1", draft=True)
    heads = tuple(twin.home(repo).pulls[number]["head"]["sha"] for number in (first, second))
    twin.around.run(repo, heads[0], "build")
    twin.around.run(repo, heads[0], "lint", conclusion=None)
    twin.around.status(repo, heads[0], "ci/deploy", "failure")
    return heads[0], heads[1]


def ids(twin: GithubTwin) -> Mapping[str, set[str]]:
    homes = list(twin.homes.values())
    return {
        "milestones": {str(row["id"]) for home in homes for row in home.milestones.values()},
        "issues": {str(row["id"]) for home in homes for row in home.issues.values() if "pull_request" not in row},
        "pulls": {str(row["id"]) for home in homes for row in home.pulls.values()},
    }


def settings(twin: GithubTwin, *repositories: str) -> Settings:
    return Settings(
        connection="code",
        url=twin.server.url + twin.prefix,
        options=GithubOptions(repositories=list(repositories or (API, WEB))),
        now=lambda: NOW,
        secret=lambda: SECRET,
    )


def install(
    twin: GithubTwin, key_file: str, permissions: Mapping[str, str], *repositories: str, owner: str = "acme", **options: Any
) -> Settings:
    """Install an App for an owner, and give settings that sign in as it."""
    if twin.app is None:
        twin.app = App(77, "syncd", _public(key_file))
    twin.apps.install(owner, {"metadata": "read", **permissions}, list(repositories) or None)
    made = GithubOptions(repositories=list(repositories or twin.repositories), app_id=77, private_key_file=key_file, **options)
    return replace(settings(twin), options=made, secret=lambda: None)


def key_pair(file: Path) -> str:
    """A new private key in the file; gives its path."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(*pem))
    return str(file)


def _public(key_file: str) -> str:
    key = serialization.load_pem_private_key(Path(key_file).read_bytes(), None)
    pem = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(*pem).decode()


def ref(stream: str, row: Mapping[str, object], repo: str = API) -> Ref:
    return Ref("code", stream, str(row["id"]), key=f"{repo}#{row['number']}")


def world_of(twin: GithubTwin, stream: str = "issues") -> World:
    def number(target: Ref) -> int:
        return int((target.key or "").split("#")[1])

    home = next(iter(twin.homes.values()))
    target = {"issues": home.issues[3], "pulls": next(iter(home.pulls.values()))}[stream]
    return World(
        kind=KIND,
        server=twin.server,
        settings=settings(twin),
        main="issues",
        ids=lambda: ids(twin),
        add=lambda: ref("issues", twin.issue(API, "One more")),
        edit=lambda: ref("issues", twin.edit(API, 11, title="Edited")),
        list_line=r"^GET [^?]*/issues\?",
        settings_with_missing=settings(twin, API, "acme/no-such-thing", WEB),
        target=ref(stream, target),
        comments=lambda to: [
            (str(row["id"]), row["user"]["login"] == twin.login, row["body"]) for row in twin.comments(API, number(to))
        ],
        comment_as=lambda to, body, ours: str(twin.comment(API, number(to), body, by=twin.login if ours else "ann")["id"]),
        uncomment=lambda _, id: twin.uncomment(int(id)),
    )
