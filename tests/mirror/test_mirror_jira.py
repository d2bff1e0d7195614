"""Whatever people do on a Jira, a quiet pass later the mirror holds what Jira holds."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from connectors.jira import KIND, JiraOptions
from syncd.demo.jira_twin import JiraTwin
from tests.mirror.mirror_given import SKEWS, STARTS, Mirrored, Shape, examples, of
from tests.run.run_given import Hand

READ, OUT = ("PLAT", "PAY"), "OUT"
"""Projects that are read, and one that is not."""

ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland")
STATES = ("To Do", "In Progress", "Done")


class Jira(Mirrored):
    """Two projects that are read and one that is not."""

    kind = KIND
    listing = r"^GET \S*/search"
    edition: Literal["cloud", "server"] = "cloud"

    @initialize(seed=st.integers(0, 2**32), issues=st.integers(3, 9))
    def a_site(self, seed: int, issues: int) -> None:
        self.chance = chance = random.Random(seed)
        self.hand, self.skew = Hand(chance.choice(STARTS)), chance.choice(SKEWS)
        self.twin = JiraTwin(self.hand.now, edition=self.edition, zone=chance.choice(ZONES))
        lag = chance.choice((0, 0, 40, 90))
        self.twin.index.lag = timedelta(seconds=lag)
        # Of more than a page of issues in the last minutes the connector promises nothing where the search lags behind.
        self.twin.most_per_page = 100 if lag else 2
        for key in (*READ, OUT):
            self.twin.project(key)
        options = JiraOptions(projects=list(READ))
        self.begin(self.twin.server, options, lambda: self.twin.url, user=self.twin.login, secret=lambda: self.twin.token)
        for n in range(issues):
            self.hand.go(minutes=3)  # more than any overlap: what is jumped over is not read again by chance
            self.create(n)

    @rule(number=st.integers(0, 99))
    def create(self, number: int) -> None:
        self.hand.go(milliseconds=11)
        self.twin.issue((*READ, OUT)[number % 3], f"Work {number}")

    @rule(number=st.integers(0, 99), day=st.integers(1, 28), state=st.sampled_from(STATES))
    def edit(self, number: int, day: int, state: str) -> None:
        """Put off, closed, reopened."""
        self.hand.go(milliseconds=11)
        if issue := of(self.twin.issues, number):
            self.twin.edit(issue["key"], duedate=f"2026-06-{day:02}", status=state, labels=[f"l{day % 3}"])

    @rule(number=st.integers(0, 99))
    def delete(self, number: int) -> None:
        if issue := of(self.twin.issues, number):
            self.vanish("issues", issue["id"], "deleted")
            self.twin.delete(issue["key"])

    @rule(number=st.integers(0, 99), to=st.sampled_from((*READ, OUT)))
    def move(self, number: int, to: str) -> None:
        """Into another project, perhaps one that is not read, perhaps back: a new key, the same id."""
        self.hand.go(milliseconds=11)
        issue = of(self.twin.issues, number)
        if issue and issue["fields"]["project"]["key"] != to:
            self.vanish("issues", issue["id"], "moved")
            self.twin.move(issue["key"], to)

    @rule(number=st.integers(0, 99))
    def comment(self, number: int) -> None:
        self.hand.go(milliseconds=11)
        if issue := of(self.twin.issues, number):
            self.twin.comment(issue["key"], "Is this still so?", by="Grace")

    @rule(number=st.integers(0, 99), day=st.integers(1, 28), what=st.sampled_from(["new", "put off", "gone"]))
    def plan_versions(self, number: int, day: int, what: str) -> None:
        known = of(self.twin.versions, number)
        if what == "new" or known is None:
            self.twin.version(READ[number % 2], f"v{number}.{day}")
        elif what == "put off":
            self.twin.edit_version(known["id"], releaseDate=f"2026-07-{day:02}")
        else:
            self.vanish("versions", known["id"], "deleted")
            del self.twin.versions[known["id"]]

    def change_anything(self, number: int) -> None:
        doing = (self.create, self.delete, self.comment)[number % 4 :][:1]
        if number % 8 == 7:
            self.move(number, (*READ, OUT)[number % 3])
        elif doing:
            doing[0](number)
        else:
            self.edit(number, 1 + number % 28, STATES[number % 3])

    def truth(self) -> Mapping[str, Mapping[str, tuple[str, Shape]]]:
        projects = {str(p["id"]): key for key, p in self.twin.projects.items() if key in READ}
        issues = [i for i in self.twin.issues.values() if i["fields"]["project"]["key"] in READ]
        return {
            "projects": {id: (key, self.shape("projects", self.twin.projects[key])) for id, key in projects.items()},
            "versions": {
                id: (f"{projects[str(v['projectId'])]} {v['name']}", self.shape("versions", v))
                for id, v in self.twin.versions.items()
            },
            "issues": {str(i["id"]): (i["key"], self.shape("issues", i)) for i in issues},
        }

    def shape(self, stream: str, data: Mapping[str, Any]) -> Shape:
        if stream != "issues":
            return (data["name"], data.get("releaseDate"))
        fields, log = data["fields"], data["changelog"]["histories"]
        names = ("summary", "duedate", "labels")
        told = sorted((h["id"], len(h["items"])) for h in log)
        return (data["key"], *(fields[name] for name in names), fields["status"]["name"], fields["project"]["key"], told)


class DataCenter(Jira):
    """The same site, run by its owners."""

    edition = "server"


TestJiraCloud = pytest.mark.slow(Jira.TestCase)
TestJiraCloud.settings = examples(35)
TestJiraDataCenter = pytest.mark.slow(DataCenter.TestCase)
TestJiraDataCenter.settings = examples(35)
