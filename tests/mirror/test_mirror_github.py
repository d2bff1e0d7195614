"""Whatever people do on a GitHub, a quiet pass later the mirror holds what GitHub holds."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from connectors.github import KIND, GithubOptions
from syncd.demo.github_twin import GithubTwin
from tests.mirror.mirror_given import SKEWS, STARTS, Mirrored, Shape, examples, of, short_pages
from tests.run.run_given import Hand

READ, OUT = ("acme/api", "acme/web"), "acme/attic"
"""Repositories that are read, by the names that the configuration knows, and one that is not."""


class Github(Mirrored):
    """Two repositories that are read and one that is not."""

    kind = KIND
    listing = r"^GET [^?]*/(issues|pulls)\?"

    @initialize(seed=st.integers(0, 2**32), issues=st.integers(3, 9))
    def a_company(self, seed: int, issues: int) -> None:
        self.chance = chance = random.Random(seed)
        self.hand, self.skew = Hand(chance.choice(STARTS)), chance.choice(SKEWS)
        self.twin, self.came_from = GithubTwin(self.hand.now), dict[str, str]()
        for name in (*READ, OUT):
            self.twin.repository(name)
        self.homes = {name: self.twin.home(name) for name in (*READ, OUT)}
        options = GithubOptions(repositories=list(READ))
        self.begin(self.twin.server, options, lambda: self.twin.server.url, secret=lambda: self.twin.token)
        for n in range(issues):
            self.hand.go(minutes=3)  # more than any overlap: what is jumped over is not read again by chance
            self.create(n)

    def some(self, number: int) -> tuple[str, dict[str, Any]] | tuple[str, None]:
        """The name of a repository today, and one of its issues that is no pull request."""
        home = self.homes[(*READ, OUT)[number % 3]]
        return home.name, of([row for row in home.issues.values() if "pull_request" not in row], number // 3)

    @rule(number=st.integers(0, 99))
    def create(self, number: int) -> None:
        self.hand.go(seconds=1)
        home = self.homes[(*READ, OUT)[number % 3]]
        make = self.twin.pull if number % 5 == 4 else self.twin.issue
        make(home.name, f"Work {number}")

    @rule(number=st.integers(0, 99), state=st.sampled_from(["open", "closed"]), pull=st.booleans())
    def edit(self, number: int, state: str, pull: bool) -> None:
        """Renamed, closed, reopened."""
        self.hand.go(seconds=1)
        repo, issue = self.some(number)
        row = of(self.homes[(*READ, OUT)[number % 3]].pulls, number // 3) if pull else issue
        if row:
            self.twin.edit(repo, row["number"], title=f"Work {number}", state=state, labels=[f"l{number % 3}"])

    @rule(number=st.integers(0, 99))
    def comment(self, number: int) -> None:
        self.hand.go(seconds=1)
        repo, issue = self.some(number)
        if issue:
            self.twin.comment(repo, issue["number"], "Is this still so?", by="grace")

    @rule(number=st.integers(0, 99))
    def delete(self, number: int) -> None:
        repo, issue = self.some(number)
        if issue:
            id: str | None = str(issue["id"])
            while id is not None:  # where it came from leads here, and is told to be deleted from now on
                self.vanish("issues", id, "deleted")
                id = self.came_from.get(id)
            self.twin.delete(repo, issue["number"])

    @rule(number=st.integers(0, 99), to=st.sampled_from((*READ, OUT)))
    def transfer(self, number: int, to: str) -> None:
        """Into another repository, where it is a new issue."""
        self.hand.go(seconds=1)
        repo, issue = self.some(number)
        if issue and self.homes[to].name != repo:
            self.vanish("issues", str(issue["id"]), "transferred")
            made = self.twin.transfer(repo, issue["number"], self.homes[to].name)
            self.came_from[str(made["id"])] = str(issue["id"])

    @rule(which=st.integers(0, 1))
    def rename(self, which: int) -> None:
        """A repository has a new name, to which its old address leads."""
        home = self.homes[READ[which]]
        if home.name == READ[which]:
            self.twin.rename(home.name, f"acme/renamed-{which}")

    @rule(number=st.integers(0, 99), day=st.integers(1, 28), what=st.sampled_from(["new", "put off", "gone"]))
    def plan_milestones(self, number: int, day: int, what: str) -> None:
        self.hand.go(seconds=1)
        home = self.homes[READ[number % 2]]
        known = of(home.milestones, number)
        if what == "new" or known is None:
            self.twin.milestone(home.name, f"v{number}", due_on=f"2026-06-{day:02}")
        elif what == "put off":
            self.twin.edit_milestone(home.name, known["number"], due_on=f"2026-07-{day:02}")
        else:
            self.vanish("milestones", str(known["id"]), "deleted")
            self.twin.delete_milestone(home.name, known["number"])

    def change_anything(self, number: int) -> None:
        if number % 8 == 7:
            self.transfer(number, (*READ, OUT)[number // 8 % 3])
        elif number % 2:
            self.edit(number, ("open", "closed")[number % 3 % 2], number % 5 == 0)
        else:
            (self.create, self.delete, self.comment)[number % 3](number)

    def truth(self) -> Mapping[str, Mapping[str, tuple[str, Shape]]]:
        homes = {name: self.homes[name] for name in READ}
        issues = [(n, row) for n, h in homes.items() for row in h.issues.values() if "pull_request" not in row]
        return {
            "issues": dict(self._told("issues", issues)),
            "pulls": dict(self._told("pulls", [(n, row) for n, h in homes.items() for row in h.pulls.values()])),
            "milestones": dict(self._told("milestones", [(n, row) for n, h in homes.items() for row in h.milestones.values()])),
        }

    def _told(self, stream: str, rows: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, tuple[str, Shape]]]:
        """Keys name the repository as the configuration does, whatever it is called today."""
        sign = "/milestone/" if stream == "milestones" else "#"
        for name, row in rows:
            yield str(row["id"]), (f"{name}{sign}{row['number']}", self.shape(stream, row))

    def shape(self, stream: str, data: Mapping[str, Any]) -> Shape:
        own = data["due_on"] if stream == "milestones" else sorted(label["name"] for label in data["labels"])
        return (data["number"], data["title"], data["state"], data["closed_at"], own)


@pytest.fixture(autouse=True)
def _short_pages() -> Iterator[None]:
    with short_pages("connectors.github", 2):
        yield


TestGithub = pytest.mark.slow(Github.TestCase)
TestGithub.settings = examples(40)
