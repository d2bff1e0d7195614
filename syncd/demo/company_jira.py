"""The Jira of the simulated company: three projects with epics, versions, history, and what is late in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syncd.demo.company_days import Days
from syncd.demo.company_plan import TEAMS, Piece, pieces
from syncd.demo.jira_twin import JiraTwin

HOUR = 3600
DAY = 8 * HOUR
START = "customfield_10015"


@dataclass(frozen=True, slots=True)
class InJira:
    """The keys that the story and other vendors speak of. `late`: the epic that slips because of `moved`; `app`: the next app."""

    late: str
    moved: str
    app: str


def fill(jira: JiraTwin, days: Days) -> InJira:
    """Tell three projects."""
    desk = _Desk(jira, days)
    for key, name in (("SHOP", "Storefront"), ("PAY", "Payments"), ("MOB", "Mobile apps")):
        jira.project(key, name)
    programme = desk.milestone("SHOP", "One checkout everywhere", 60, "Mira Lindqvist", type="Initiative")
    jira.version("SHOP", "Storefront 12", startDate=days.iso(-30), releaseDate=days.iso(34))
    jira.version("MOB", "7.0.0", startDate=days.iso(-40), releaseDate=days.iso(40))
    late = _storefront(desk, programme)
    moved = _payments(desk)
    app = _mobile(desk, programme)
    _what_waits(desk, late, moved)
    return InJira(late, moved, app)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Somebody who files what happened, day by day."""

    jira: JiraTwin
    days: Days

    def milestone(self, project: str, title: str, due: int, owner: str, *, type: str = "Epic", **more: Any) -> str:
        """An epic or initiative in work."""
        made = self.jira.issue(
            project, title, type=type, by=owner, at=self.days.at(-60), assignee=owner, duedate=self.days.iso(due), **more
        )
        self.jira.edit(made["key"], by=owner, at=self.days.at(-45), status="In Progress")
        return str(made["key"])

    def work(self, epic: str, team: str, subjects: Sequence[str], *, begun: int, finish: int, **more: Any) -> list[str]:
        """The pieces of work of an epic; those that need each other are linked."""
        told = pieces(team, subjects, begun=begun, finish=finish)
        keys = [self.piece(epic, piece, n, TEAMS[team][0], **more) for n, piece in enumerate(told)]
        for n, piece in enumerate(told[len(subjects) : 3 * len(subjects)]):
            if piece.state != "todo" and n % 2:
                self.jira.link(keys[n], keys[n + len(subjects)], at=self.days.at(piece.created, 11))
        return keys

    def piece(self, epic: str, piece: Piece, n: int, lead: str, **more: Any) -> str:
        """A story with its history. Every sixth was put off once."""
        put_off = n % 6 == 5 and piece.due is not None
        due = None if piece.due is None else self.days.iso(piece.due - 3 if put_off else piece.due)
        times = {"originalEstimateSeconds": piece.days * DAY} if n % 3 else {}
        made = self.jira.issue(
            epic.split("-")[0],
            piece.title,
            type="Task" if piece.title.startswith(("Document", "Roll out")) else "Story",
            by=lead,
            at=self.days.at(piece.created, 10),
            parent=epic,
            duedate=due,
            timetracking=times,
            **more,
        )
        key = str(made["key"])
        if put_off and piece.due is not None:
            self.jira.edit(key, by=lead, at=self.days.at(min(piece.ended - 4, -5), 14), duedate=self.days.iso(piece.due))
        if piece.state != "todo":
            began = self.days.at(min(piece.started, -2), 11)
            self.jira.edit(key, by=piece.who, at=began, status="In Progress", assignee=piece.who)
        if piece.state == "done":
            self.jira.edit(key, by=piece.who, at=self.days.at(piece.ended, 16), status="Done")
        return key

    def story(self, epic: str, title: str, *, due: int | None = None, start: int | None = None, **fields: Any) -> str:
        """A story of its own."""
        dates = {"duedate": due, START: start}
        said = {name: self.days.iso(day) for name, day in dates.items() if day is not None}
        told: dict[str, Any] = {**fields, **said}
        return str(self.jira.issue(epic.split("-")[0], title, at=self.days.at(-20, 10), parent=epic, **told)["key"])


def _storefront(desk: _Desk, programme: str) -> str:
    late = desk.milestone("SHOP", "Checkout v2", 12, "Mira Lindqvist", parent=programme)
    subjects = [
        "the basket summary",
        "the address form",
        "delivery options",
        "gift cards",
        "vouchers",
        "order review",
        "tax lines",
    ]
    desk.work(late, "Storefront", subjects, begun=-38, finish=12)
    guest = desk.milestone("SHOP", "Guest checkout", 34, "Jonas Weber", parent=programme)
    subjects = ["checkout without an account", "order look-up", "e-mail receipts", "the account offer", "saved addresses"]
    desk.work(guest, "Storefront", subjects, begun=-20, finish=32, fixVersions=["Storefront 12"])
    search = desk.milestone("SHOP", "Search that forgives typos", 45, "Aiko Tanaka")
    subjects = ["the word list", "suggestions", "synonyms", "empty results", "ranking"]
    desk.work(search, "Storefront", subjects, begun=-25, finish=44)
    return late


def _payments(desk: _Desk) -> str:
    switch = desk.milestone("PAY", "Payment provider switch", 24, "Samira Haddad")
    subjects = ["card payments", "payouts", "chargebacks", "webhooks", "reports", "the fee model", "reconciliation"]
    desk.work(switch, "Payments", subjects, begun=-34, finish=23)
    sca = desk.milestone("PAY", "Strong customer authentication", 30, "Grace Okafor", labels=["commitment:sca"])
    subjects = ["the challenge page", "exemptions", "fallbacks", "risk scores", "the audit trail"]
    desk.work(sca, "Payments", subjects, begun=-30, finish=29)
    refunds = desk.milestone("PAY", "Refunds without a call", -6, "Emil Berg")
    desk.work(refunds, "Payments", ["the refund form", "partial refunds", "refund mails"], begun=-45, finish=-7)
    desk.jira.edit(refunds, by="Emil Berg", at=desk.days.at(-6, 16), status="Done")
    key = desk.story(switch, "Sign off the provider sandbox", assignee="Tomasz Nowak", due=4)
    desk.jira.edit(key, by="Tomasz Nowak", at=desk.days.at(-9, 11), status="In Progress")
    desk.jira.edit(key, by="Samira Haddad", at=desk.days.at(-3, 15), duedate=desk.days.iso(10))
    desk.story(
        sca,
        "Verify signatures with the new key",
        assignee="Grace Okafor",
        due=10,
        description="The old key goes.\n\nBlocked by: acme/platform/identity#1",
        start=4,
    )
    return key


def _mobile(desk: _Desk, programme: str) -> str:
    app = desk.milestone("MOB", "App 7.0", 40, "Lena Fischer", parent=programme, labels=["commitment:app-7"])
    subjects = ["the new home", "push messages", "deep links", "the wallet", "dark mode", "the size budget", "the store page"]
    desk.work(app, "Mobile", subjects, begun=-32, finish=38, fixVersions=["7.0.0"])
    offline = desk.milestone("MOB", "Offline basket", 16, "Ravi Menon", parent=programme)
    desk.work(offline, "Mobile", ["the local basket", "price checks", "merging baskets"], begun=-40, finish=5)
    desk.story(offline, "Resolve conflicts after a day offline", assignee="Oskar Lund", due=14)
    desk.jira.edit(offline, by="Lena Fischer", at=desk.days.at(-4, 12), duedate=desk.days.iso(6))
    waits = desk.story(
        app,
        "Sign in with a push message",
        assignee="Chloe Martin",
        due=6,
        description="Needs tokens that live long enough.\n\nBlocked by: acme/mobile-app#1",
        start=-2,
    )
    desk.jira.edit(waits, by="Chloe Martin", at=desk.days.at(-2, 9), status="In Progress")
    old = desk.story(app, "Import loyalty cards of the old app", due=20)
    desk.jira.edit(old, by="Lena Fischer", at=desk.days.at(-5, 15), status="Cancelled")
    points = desk.story(app, "Loyalty points in the wallet [~lena.fischer] *soon!*", due=25)
    desk.jira.link(old, points, at=desk.days.at(-15))
    return app


def _what_waits(desk: _Desk, late: str, moved: str) -> None:
    """Checkout takes payments through the new provider six days after its sandbox is signed off."""
    times = {"originalEstimateSeconds": 6 * DAY, "remainingEstimateSeconds": 6 * DAY}
    last = desk.story(late, "Take payments through the new provider", assignee="Jonas Weber", timetracking=times)
    desk.jira.link(moved, last, at=desk.days.at(-18))
