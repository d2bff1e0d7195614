"""How many requests a pass sends once everything was read: what changed, in the fewest questions that tell it, and nothing beside."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syncd.app import opened
from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import Logged, TwinServer
from syncd.run.one_pass import one_pass
from syncd.run.pull import Pulled
from tests.bench import LEAST, at_most, toml
from tests.bench_vendors import CHANGES, MAKERS, Change, github, jira, shares
from tests.run.run_given import Hand

PROJECTS = 3


@dataclass
class Watched:
    """One vendor with three projects, read by one connection, and the requests that arrived in the last pass."""

    folder: Path
    hand: Hand
    server: TwinServer
    section: dict[str, Any]
    change: Change
    log: list[Logged] = field(default_factory=list)

    def once(self) -> Pulled:
        """A pass by a new process, a minute after whatever was before."""
        self.hand.go(minutes=1)
        config = self.folder / "syncd.toml"
        config.write_text(toml({"it": {"section": self.section}}))
        self.server.log.clear()
        with opened(config, {}, clock=self.hand.clock) as app:
            pulled = one_pass(app.works, write=False).pulled["it"]
        assert not pulled.problems
        self.log = list(self.server.log)
        return pulled

    def lines(self, match: str = "") -> list[str]:
        return [entry.line for entry in self.log if re.search(match, entry.line)]


@contextmanager
def watched(folder: Path, make: Any, items: int = 30) -> Iterator[Watched]:
    hand = Hand(datetime(2026, 5, 5, 7, tzinfo=UTC) - timedelta(days=60))

    def now() -> datetime:
        hand.go(seconds=1)
        return hand.at

    server, _, section, change = make(now, shares(items, PROJECTS))
    try:
        yield Watched(folder, hand, server, section, change)
    finally:
        server.stop()


def changed(pulled: Pulled) -> int:
    return sum(read.changed for read in pulled.streams.values())


SITES = {"jira": MAKERS["jira"], "data center": partial(jira, edition="server")}
SITES |= {name: make for name, make in MAKERS.items() if name != "jira"}
MOST = {name: at_most(name, PROJECTS) for name in LEAST} | {"data center": at_most("jira", PROJECTS)}
MOST["jira"] = 1 + PROJECTS
"""Cloud has no list of the versions of several projects, and says of none that its date was moved: each project's are asked for."""


@pytest.mark.parametrize("name", SITES)
def test_after_ten_changes_in_three_projects_a_pass_sends_at_most_twice_the_least(name: str, tmp_path: Path) -> None:
    with watched(tmp_path, SITES[name]) as vendor:
        vendor.once()
        for n in range(CHANGES):
            vendor.change(n)
        assert changed(vendor.once()) >= CHANGES
        assert len(vendor.log) <= MOST[name], vendor.lines()
        assert changed(vendor.once()) == 0
        assert len(vendor.log) <= MOST[name], vendor.lines()


def test_what_is_too_much_for_one_search_is_read_by_project_and_the_next_pass_is_one_search_again(tmp_path: Path) -> None:
    with watched(tmp_path, SITES["jira"]) as vendor:
        vendor.once()
        _twin(vendor, JiraTwin).most_per_page = 2
        for n in range(CHANGES):
            vendor.change(n)
        assert changed(vendor.once()) >= CHANGES
        assert len(vendor.lines("project\\+%3D")) >= PROJECTS
        _twin(vendor, JiraTwin).most_per_page = 100
        vendor.change(0)
        assert changed(vendor.once()) == 1
        assert len(vendor.lines("/search")) == 1


def test_a_github_that_is_as_it_was_answers_304_to_every_request(tmp_path: Path) -> None:
    """Also where there are more milestones than fit a page, and right after a pass that found something."""
    with watched(tmp_path, github, items=90) as vendor:
        twin = _twin(vendor, GithubTwin)
        for n in range(120):
            twin.milestone("acme/repo-1", f"Later {n}", due_on="2026-06-01")
        vendor.once()
        for _ in range(2):
            vendor.once()
            assert {entry.status for entry in vendor.log} == {304}, vendor.lines()
            assert len(vendor.lines(r"/(issues|milestones)\?")) == len(vendor.log) == 2 * PROJECTS + 1
            vendor.change(0)
            vendor.once()


def test_a_date_that_moved_is_noticed_in_the_next_pass_whatever_is_spared(tmp_path: Path) -> None:
    for make in (SITES["jira"], SITES["data center"]):
        (tmp_path / str(id(make))).mkdir()
        with watched(tmp_path / str(id(make)), make) as vendor:
            twin = _twin(vendor, JiraTwin)
            version = twin.version("P1", "2.0", releaseDate="2026-06-01")
            vendor.once()
            twin.edit_version(version["id"], releaseDate="2026-06-08")
            assert vendor.once().streams["versions"].changed == 1


def test_a_milestone_of_a_second_page_and_a_pull_request_are_noticed_in_the_next_pass(tmp_path: Path) -> None:
    with watched(tmp_path, github) as vendor:
        twin = _twin(vendor, GithubTwin)
        for n in range(120):
            twin.milestone("acme/repo-1", f"Later {n}", due_on="2026-06-01")
        pull = twin.pull("acme/repo-2", "Later", head="later")
        vendor.once()
        last = max(twin.home("acme/repo-1").milestones)
        twin.edit_milestone("acme/repo-1", last, due_on="2026-06-09")
        twin.edit("acme/repo-2", pull["number"], title="Sooner")
        streams = vendor.once().streams
        assert (streams["milestones"].changed, streams["pulls"].changed) == (1, 1)
        assert [line.split("/")[3] for line in vendor.lines("/pulls")] == ["repo-2"]


def test_a_repository_and_a_project_are_looked_up_once_in_a_quarter_of_an_hour(tmp_path: Path) -> None:
    for name, look_up in (
        ("jira", r"/project/P\d$"),
        ("github", r"/repos/acme/repo-\d$"),
        ("gitlab", r"/projects/acme%2Fshop-\d$"),
    ):
        (tmp_path / name).mkdir()
        with watched(tmp_path / name, SITES[name]) as vendor:
            counts = []
            for minutes in (0, 5, 10):
                vendor.hand.go(minutes=minutes)
                vendor.once()
                counts.append(len(vendor.lines(look_up)))
            assert counts == [PROJECTS, 0, PROJECTS], name


def _twin(vendor: Watched, kind: type[Any]) -> Any:
    """The twin whose server it is."""
    (found,) = (one for one in _MADE if isinstance(one, kind) and one.server is vendor.server)
    return found


_MADE: list[Any] = []


@pytest.fixture(autouse=True)
def _keep(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Remember the twins that are made, so that a test can be somebody who works there."""
    for name, kind in {"JiraTwin": JiraTwin, "GithubTwin": GithubTwin, "GitlabTwin": GitlabTwin}.items():

        def kept(*given: Any, _kind: Any = kind, **more: Any) -> Any:
            _MADE.append(_kind(*given, **more))
            return _MADE[-1]

        monkeypatch.setattr(f"tests.bench_vendors.{name}", kept)
    yield
    _MADE.clear()
