"""The GitHub of the simulated company: two repositories that everybody there may read, and a private one."""

from typing import Any

from syncd.demo.company_days import Days
from syncd.demo.company_plan import TEAMS, Piece, handle, pieces
from syncd.demo.github_twin import GithubTwin

STOREFRONT, MOBILE, PAYMENTS = "acme/storefront", "acme/mobile-app", "acme/payments-api"
WEB_CLIENT = f"{STOREFRONT}/milestone/1"
"""The key of the first milestone there."""
_PHASES = ("Draft", "Build", "Test", "Ship")


def fill(github: GithubTwin, days: Days) -> None:
    """Tell three repositories."""
    for repository in (STOREFRONT, MOBILE):
        github.repository(repository)
    github.repository(PAYMENTS, private=True)
    _mobile(github, days)
    _storefront(github, days)
    _payments(github, days)


def _mobile(github: GithubTwin, days: Days) -> None:
    _issue(
        github,
        days,
        MOBILE,
        "Push tokens expire after an hour",
        -12,
        labels=["bug", "in progress"],
        assignees=["ravi-menon"],
        body="Seen on both platforms. Nobody knows yet how long this takes.",
    )
    release = _milestone(github, days, MOBILE, "Release 7.0", 40, "Commitment: app-7")
    _work(github, days, MOBILE, release, "Mobile", "the wallet view", "widgets", "crash reports", "haptics", begun=-25, finish=36)


def _storefront(github: GithubTwin, days: Days) -> None:
    client = _milestone(github, days, STOREFRONT, "Checkout web client", 28)
    _issue(
        github,
        days,
        STOREFRONT,
        "Total reads <b>NaN</b> after sign-in, @acme/everyone see https://status.example/42",
        -6,
        labels=["bug", "in progress"],
        assignees=["aiko-tanaka"],
        milestone=client,
        body="The session ends in the middle of it.\n\nBlocked by: acme/platform/identity#2",
    )
    subjects = ("the basket panel", "address look-up", "the payment frame", "error texts", "keyboard use")
    _work(github, days, STOREFRONT, client, "Storefront", *subjects, begun=-30, finish=26)
    budget = _milestone(github, days, STOREFRONT, "Performance budget", -3)
    _work(github, days, STOREFRONT, budget, "Storefront", "images", "fonts", "third-party scripts", begun=-30, finish=-6)
    _issue(github, days, STOREFRONT, "Trim the vendor bundle below 150 kB", -22, assignees=["paulo-reis"], milestone=budget)
    sca = _milestone(github, days, STOREFRONT, "Strong customer authentication (web)", 25, "Commitment: sca")
    _work(github, days, STOREFRONT, sca, "Storefront", "the challenge frame", "its fallback", begun=-12, finish=22)


def _payments(github: GithubTwin, days: Days) -> None:
    ledger = _milestone(github, days, PAYMENTS, "Ledger API 3", 38)
    _work(
        github, days, PAYMENTS, ledger, "Payments", "postings", "balances", "statements", "audit", "limits", begun=-26, finish=35
    )


def _milestone(github: GithubTwin, days: Days, repository: str, title: str, due: int, description: str | None = None) -> int:
    told: dict[str, Any] = {"description": description, "created_at": days.stamp(-60), "updated_at": days.stamp(-40)}
    return int(github.milestone(repository, title, due_on=days.iso(due), **told)["number"])


def _work(
    github: GithubTwin, days: Days, repository: str, milestone: int, team: str, *subjects: str, begun: int, finish: int
) -> None:
    lead = handle(TEAMS[team][0])
    for n, piece in enumerate(pieces(team, subjects, begun=begun, finish=finish, phases=_PHASES)):
        made = github.issue(repository, piece.title, by=lead, milestone=milestone, **_told(days, piece))
        if piece.state != "todo" and n % 3 == 0:
            _pull(github, days, repository, piece, made["number"])


def _told(days: Days, piece: Piece) -> dict[str, Any]:
    """What an issue says of a piece of work; GitHub has no due dates for issues."""
    told: dict[str, Any] = {"created_at": days.stamp(piece.created, 10), "updated_at": days.stamp(piece.created, 10)}
    if piece.state == "todo":
        return told
    told |= {"assignees": [handle(piece.who)], "labels": ["in progress"], "updated_at": days.stamp(min(piece.started, -2), 11)}
    if piece.state == "done":
        told |= {"state": "closed", "labels": [], "updated_at": days.stamp(piece.ended, 16)}
    return told


def _pull(github: GithubTwin, days: Days, repository: str, piece: Piece, closes: int) -> None:
    told: dict[str, Any] = {"created_at": days.stamp(min(piece.started, -2), 15), "body": f"Closes #{closes}"}
    if piece.state == "done":
        at = days.stamp(piece.ended, 15)
        told |= {"state": "closed", "merged_at": at, "closed_at": at, "updated_at": at}
    github.pull(repository, piece.title, by=handle(piece.who), head=f"work-{closes}", **told)


def _issue(github: GithubTwin, days: Days, repository: str, title: str, at: int, **said: Any) -> None:
    github.issue(repository, title, created_at=days.stamp(at, 10), updated_at=days.stamp(at + 2, 10), **said)
