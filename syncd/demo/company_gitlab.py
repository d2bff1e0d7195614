"""The GitLab of the simulated company: the platform group with two projects, its epics, and one issue that few may read."""

from collections.abc import Mapping
from typing import Any

from syncd.demo.company_days import Days
from syncd.demo.company_plan import TEAMS, Piece, handle, pieces
from syncd.demo.gitlab_twin import GitlabTwin

GROUP, INFRASTRUCTURE, IDENTITY = "acme/platform", "acme/platform/infrastructure", "acme/platform/identity"
_PHASES = ("Plan", "Prepare", "Move", "Verify")
_LEAD = handle(TEAMS["Platform"][0])
Record = dict[str, Any]


def fill(gitlab: GitlabTwin, days: Days) -> None:
    """Tell the group, the second programme as its highest epic."""
    gitlab.group("acme", "internal")
    for path in (INFRASTRUCTURE, IDENTITY):
        gitlab.project(path, "internal")
    for name in TEAMS["Platform"]:
        gitlab.user(handle(name), name)
    programme = _epic(gitlab, days, "Data stays in Europe", 70)
    sign_on = _epic(gitlab, days, "Single sign-on", 9, programme)
    _blockers(gitlab, days, sign_on)
    _work(gitlab, days, IDENTITY, sign_on, "the login page", "sessions", "role mapping", "the log", begun=-34, finish=8)
    _issue(gitlab, days, IDENTITY, "Move the last 40 accounts", -15, epic=sign_on, assignees=["mateo-cruz"], due=11)
    databases = _epic(gitlab, days, "Databases in eu-central", 48, programme)
    subjects = ("the order database", "the customer database", "backups", "replicas", "the archive")
    _work(gitlab, days, INFRASTRUCTURE, databases, *subjects, begun=-28, finish=45)
    sca = _epic(gitlab, days, "Strong customer authentication: keys", 30, labels=["commitment:sca"])
    _work(gitlab, days, IDENTITY, sca, "the key store", "key rotation", "audit events", begun=-20, finish=27)
    _upkeep(gitlab, days)


def _blockers(gitlab: GitlabTwin, days: Days, sign_on: Record) -> None:
    """The first two issues of the project: other vendors' work waits for them."""
    _issue(
        gitlab,
        days,
        IDENTITY,
        "Rotate the signing key that leaked",
        -8,
        confidential=True,
        assignees=["ingrid-solberg"],
        due=6,
        labels=["doing"],
    )
    _issue(
        gitlab,
        days,
        IDENTITY,
        "Sessions that survive a sign-in",
        -14,
        assignees=["hana-kim"],
        due=8,
        labels=["doing"],
        epic=sign_on,
    )


def _upkeep(gitlab: GitlabTwin, days: Days) -> None:
    owner = gitlab.milestone(
        INFRASTRUCTURE, "Cluster upgrade", due_date=days.iso(20), start_date=days.iso(-20), updated_at=days.stamp(-20)
    )
    told = pieces("Platform", ("node images", "the ingress", "storage classes", "the mesh"), begun=-18, finish=18, phases=_PHASES)
    for piece in told:
        made = _piece(gitlab, days, INFRASTRUCTURE, piece, milestone=owner)
        if piece.state == "doing":
            gitlab.edit(made, weight=piece.days, updated_at=made["updated_at"])


def _epic(gitlab: GitlabTwin, days: Days, title: str, due: int, above: Record | None = None, **more: Any) -> Record:
    told: Record = {"due_date": days.iso(due), "end_date": days.iso(due), "start_date": days.iso(-50)}
    told |= {"created_at": days.stamp(-55), "updated_at": days.stamp(-50), **more}
    if above:
        there = f"{gitlab.web}/api/v4/groups/{above['group_id']}/epics/{above['iid']}"
        told |= {"parent_id": above["id"], "parent_iid": above["iid"], "_links": {"parent": there}}
    return gitlab.epic(GROUP, title, by=_LEAD, **told)


def _work(gitlab: GitlabTwin, days: Days, project: str, epic: Record, *subjects: str, begun: int, finish: int) -> None:
    for n, piece in enumerate(pieces("Platform", subjects, begun=begun, finish=finish, phases=_PHASES)):
        made = _piece(gitlab, days, project, piece, epic=epic)
        if piece.state != "todo" and n % 4 == 0:
            _merge_request(gitlab, days, project, piece, made)


def _piece(gitlab: GitlabTwin, days: Days, project: str, piece: Piece, **more: Any) -> Record:
    told: Record = {"due_date": None if piece.due is None else days.iso(piece.due), **more}
    told |= {"time_stats": {"time_estimate": piece.days * 28_800, "total_time_spent": 0}}
    told |= {"created_at": days.stamp(piece.created, 10), "updated_at": days.stamp(piece.created, 10)}
    if piece.state != "todo":
        told |= {"assignees": [handle(piece.who)], "labels": ["doing"], "updated_at": days.stamp(min(piece.started, -2), 11)}
    if piece.state == "done":
        at = days.stamp(piece.ended, 16)
        told |= {"state": "closed", "labels": [], "closed_at": at, "updated_at": at}
    return gitlab.issue(project, piece.title, by=_LEAD, **told)


def _issue(gitlab: GitlabTwin, days: Days, project: str, title: str, at: int, *, due: int, **more: Any) -> None:
    told: Mapping[str, Any] = {"created_at": days.stamp(at, 10), "updated_at": days.stamp(at + 2, 10), **more}
    gitlab.issue(project, title, by=_LEAD, due_date=days.iso(due), **told)


def _merge_request(gitlab: GitlabTwin, days: Days, project: str, piece: Piece, issue: Record) -> None:
    opened = days.stamp(min(piece.started, -2), 15)
    told: Record = {"description": f"Closes #{issue['iid']}", "created_at": opened, "updated_at": opened}
    if piece.state == "done":
        at = days.stamp(piece.ended, 15)
        told |= {"state": "merged", "merged_at": at, "updated_at": at}
    gitlab.merge_request(project, piece.title, by=handle(piece.who), **told)
