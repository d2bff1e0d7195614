"""Whatever people do on a GitLab, a quiet pass later the mirror holds what GitLab holds."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from connectors.gitlab import KIND, GitlabOptions
from syncd.demo.gitlab_twin import GitlabTwin
from tests.mirror.mirror_given import SKEWS, STARTS, Mirrored, Shape, examples, of, short_pages
from tests.run.run_given import Hand

WHERE = ("acme/web", "solo/app", "other/out")
"""A project of the group that is read, a project that is read by itself, and one that is not."""


class Gitlab(Mirrored):
    """A group and a project that are read, and a project that is not."""

    kind = KIND
    listing = r"^GET [^?]*/(issues|merge_requests)\?"

    @initialize(seed=st.integers(0, 2**32), issues=st.integers(3, 9))
    def a_company(self, seed: int, issues: int) -> None:
        self.chance = chance = random.Random(seed)
        self.hand, self.skew = Hand(chance.choice(STARTS)), chance.choice(SKEWS)
        self.twin = GitlabTwin(self.hand.now, {"token": "syncd-bot"})
        self.homes = [self.twin.project(path) for path in WHERE]
        options = GitlabOptions(groups=["acme"], projects=["solo/app"])
        self.begin(self.twin.server, options, lambda: self.twin.server.url, secret=lambda: "token")
        for n in range(issues):
            self.hand.go(minutes=3)  # more than any overlap: what is jumped over is not read again by chance
            self.create(n)

    @rule(number=st.integers(0, 99))
    def create(self, number: int) -> None:
        self.hand.go(milliseconds=11)
        make = self.twin.merge_request if number % 5 == 4 else self.twin.issue
        make(self.homes[number % 3]["path_with_namespace"], f"Work {number}")

    @rule(number=st.integers(0, 99), state=st.sampled_from(["opened", "closed"]), request=st.booleans())
    def edit(self, number: int, state: str, request: bool) -> None:
        """Renamed, closed, reopened."""
        self.hand.go(milliseconds=11)
        if record := of(self.twin.merge_requests if request else self.twin.issues, number):
            self.twin.edit(record, title=f"Work {number}", state=state, labels=[f"l{number % 3}"])

    @rule(number=st.integers(0, 99))
    def comment(self, number: int) -> None:
        self.hand.go(milliseconds=11)
        if record := of(self.twin.issues, number):
            self.twin.note(record, "Is this still so?", by="grace")

    @rule(number=st.integers(0, 99), request=st.booleans())
    def delete(self, number: int, request: bool = False) -> None:
        stream = "merge_requests" if request else "issues"
        if record := of(self.twin.merge_requests if request else self.twin.issues, number):
            self.vanish(stream, str(record["id"]), "deleted")
            self.twin.delete(record)

    @rule(number=st.integers(0, 99), to=st.integers(0, 2))
    def move(self, number: int, to: int) -> None:
        """GitLab closes an issue that is moved, and makes a new one where it goes."""
        self.hand.go(milliseconds=11)
        if record := of(self.twin.issues, number):
            made = self.twin.issue(self.homes[to]["path_with_namespace"], record["title"])
            self.twin.edit(record, state="closed", moved_to_id=made["id"])

    @rule()
    def rename(self) -> None:
        """The project that is read by itself has a new path, to which reads under its old one are led.

        Of one that is read with its group, the records that nobody touches keep the keys that they had: GitLab says of none that it
        changed, and their old addresses lead on.
        """
        if self.homes[1]["path_with_namespace"] == WHERE[1]:
            self.twin.move_project(WHERE[1], "solo/renamed-app")

    @rule(number=st.integers(0, 99), day=st.integers(1, 28), what=st.sampled_from(["new", "put off", "gone"]))
    def plan_milestones(self, number: int, day: int, what: str) -> None:
        self.hand.go(milliseconds=11)
        known = of(self.twin.milestones, number)
        if what == "new" or known is None:
            where = ("acme", self.homes[0]["path_with_namespace"], self.homes[1]["path_with_namespace"])[number % 3]
            self.twin.milestone(where, f"v{number}", due_date=f"2026-06-{day:02}")
        elif what == "put off":
            self.twin.edit(known, due_date=f"2026-07-{day:02}")
        else:
            self.vanish("milestones", str(known["id"]), "deleted")
            self.twin.delete(known)

    @rule(number=st.integers(0, 99), day=st.integers(1, 28))
    def plan_epics(self, number: int, day: int) -> None:
        self.hand.go(milliseconds=11)
        if number % 2 or not self.twin.epics:
            self.twin.epic("acme", f"Epic {number}", due_date=f"2026-06-{day:02}")
        else:
            self.twin.edit(of(self.twin.epics, number), due_date=f"2026-07-{day:02}")

    def change_anything(self, number: int) -> None:
        if number % 8 == 7:
            self.move(number, number // 8 % 3)
        elif number % 2:
            self.edit(number, ("opened", "closed")[number % 3 % 2], number % 5 == 0)
        else:
            (self.create, self.delete, self.comment)[number % 3](number)

    def truth(self) -> Mapping[str, Mapping[str, tuple[str, Shape]]]:
        ids = {home["id"] for home in self.homes[:2]}
        issues = [row for row in self.twin.issues.values() if row["project_id"] in ids]
        requests = [row for row in self.twin.merge_requests.values() if row["project_id"] in ids]
        return {
            "issues": {str(row["id"]): (row["references"]["full"], self.shape("issues", row)) for row in issues},
            "merge_requests": {str(row["id"]): (row["references"]["full"], self.shape("", row)) for row in requests},
        }

    def shape(self, stream: str, data: Mapping[str, Any]) -> Shape:
        names = ("iid", "title", "state", "labels", "due_date", "project_id")
        return tuple(data.get(name) for name in names)

    def compare(self) -> None:
        super().compare()
        plans: dict[str, set[tuple[str, str]]] = {"milestones": set(), "epics": set()}
        for stream, found in plans.items():
            for raw in self.store.mirror.raws("one", stream):
                data = raw.record.data
                due = data.get("due_date") or (data.get("work_item") or {}).get("dueDate") or ""
                found.add((str(data["title"]), str(due)))
        assert plans["milestones"] == {(m["title"], m["due_date"]) for m in self.twin.milestones.values()}
        assert plans["epics"] == {(e["title"], e["due_date"]) for e in self.twin.epics.values()}


@pytest.fixture(autouse=True)
def _short_pages() -> Iterator[None]:
    with short_pages("connectors.gitlab", 4):
        yield


TestGitlab = pytest.mark.slow(Gitlab.TestCase)
TestGitlab.settings = examples(35)
