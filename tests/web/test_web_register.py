"""`syncd hooks sync`: what is registered at each vendor, that nothing is doubled, and what is said where it cannot be."""

import json
from datetime import timedelta
from typing import Any

import pytest

from syncd.app import opened
from syncd.cli.listening import renew
from syncd.config import entry_point_kinds
from syncd.contract import Delivery
from syncd.demo import github_hooks, gitlab_hooks, google_hooks, jira_hooks
from tests.run.run_given import LEAVE, RELEASES, START, Company, writes
from tests.web.web_given import SECRET, SIGNING, listening, with_secrets

PUBLIC = "https://syncd.acme.example"


@pytest.fixture
def public(firm: Company) -> Company:
    with_secrets(firm)
    firm.sections["web"] = {"public_url": f"{PUBLIC}/"}
    return firm


def steps(company: Company, *words: str) -> dict[str, Any]:
    found = company.syncd("hooks", "sync", "--json", *words).json["steps"]
    return {f"{step['connection']} {step['target']}": step for step in found}


def does(company: Company, *words: str) -> dict[str, str]:
    return {name: step["does"] for name, step in steps(company, *words).items()}


ALL = ["plat plat", "code acme/api", "code acme/app", "web acme/web", "web acme/shop", f"cal {RELEASES}", f"cal {LEAVE}"]


def test_a_plan_writes_nothing_and_says_what_would_be_done(public: Company) -> None:
    with public.watched() as requests:
        ran = public.syncd("hooks", "sync", "--dry-run")
    assert (ran.code, writes(requests)) == (0, [])
    assert "code acme/api: would create: a hook for issue_comment, issues, label, milestone" in ran.out
    assert f"{PUBLIC}/hook/plat" in ran.out
    assert SECRET not in ran.out
    made = ["by hand", *["create"] * 6]
    assert does(public, "--dry-run") == dict(zip(ALL, made, strict=True))


def test_hooks_are_made_once_and_updated_afterwards(public: Company) -> None:
    assert does(public) == dict(zip(ALL, ["by hand", *["create"] * 6], strict=True))
    again = ["by hand", *["update"] * 4, *["nothing"] * 2]
    assert does(public) == dict(zip(ALL, again, strict=True))
    assert {len(hooks) for hooks in public.github.hooks.values()} == {1}
    assert {len(hooks) for hooks in public.gitlab.hooks.values()} == {1}
    assert len(public.google.channels) == 2
    (hook, _) = (hooks[0] for hooks in public.github.hooks.values())
    assert hook["config"] == {"url": f"{PUBLIC}/hook/code", "content_type": "json", "secret": SECRET, "insecure_ssl": "0"}
    assert hook["active"]
    assert "issue_comment" in hook["events"], "people answer below our comments"
    (ours, _) = (hooks[0] for hooks in public.gitlab.hooks.values())
    assert (ours["url"], ours["token"], ours["push_events"], ours["issues_events"]) == (f"{PUBLIC}/hook/web", SECRET, False, True)
    assert {channel["token"] for channel in public.google.channels.values()} == {SECRET}


def test_events_follow_the_streams_that_are_read(public: Company) -> None:
    public.syncd("hooks", "sync")
    assert public.github.hooks[public.github.home("acme/api").row["id"]][0]["events"] == [
        "issue_comment", "issues", "label", "milestone", "pull_request", "pull_request_review", "repository"
    ]  # fmt: skip
    (ours, _) = (hooks[0] for hooks in public.gitlab.hooks.values())
    assert not ours["deployment_events"]
    public.sections["connections.plat"]["streams"] = ["projects", "issues", "sprints", "worklogs"]
    public.sections["connections.code"]["streams"] = ["milestones", "issues", "deployments", "releases", "check_states"]
    public.sections["connections.web"]["streams"] = ["issues", "deployments"]
    by_hand = steps(public)["plat plat"]["note"]
    assert (
        "; events: Issue: created, updated, deleted; Issue link: created, deleted; Comment: created, updated, deleted; "
        "Project: updated, deleted; Sprint:" in by_hand
    )
    assert by_hand.endswith("Worklog: created, updated, deleted")
    assert "Version" not in by_hand
    assert public.github.hooks[public.github.home("acme/api").row["id"]][0]["events"] == [
        "check_run", "deployment", "deployment_status", "issue_comment", "issues", "label", "milestone", "pull_request", "release",
        "repository", "status",
    ]  # fmt: skip
    assert {name for name, told in ours.items() if name.endswith("_events") and told} == {
        "issues_events", "confidential_issues_events", "note_events", "confidential_note_events", "deployment_events"
    }  # fmt: skip


EVENTS = [
    ("jira", "sprint_closed", {"webhookEvent": "sprint_closed", "sprint": {"id": 4}}, {"sprints": "4"}),
    (
        "jira",
        "worklog_created",
        {"webhookEvent": "worklog_created", "worklog": {"id": "9", "issueId": "10001"}},
        {"worklogs": "9", "issues": "10001"},
    ),
    ("github", "deployment_status", {"deployment": {"id": 7}}, {"deployments": "7", "environments": None}),
    ("github", "release", {"release": {"id": 3}}, {"releases": "3", "contract_files": None}),
    ("github", "push", {"ref": "refs/heads/main"}, {"contract_files": None}),
    (
        "github",
        "pull_request",
        {"action": "synchronize", "pull_request": {"id": 8}},
        {"pulls": "8", "check_states": "8", "contract_files": None, "milestones": None},
    ),
    ("gitlab", "Push Hook", {"object_kind": "push", "ref": "refs/heads/main"}, {"contract_files": None}),
    ("github", "status", {"id": 5, "sha": "abc"}, {"check_states": None}),
    ("github", "pull_request_review", {"review": {"id": 2}, "pull_request": {"id": 8}}, {"pulls": "8", "reviews": "2"}),
    (
        "gitlab",
        "Deployment Hook",
        {"object_kind": "deployment", "deployment_id": 15},
        {"deployments": "15", "environments": None},
    ),
    (
        "gitlab",
        "Merge Request Hook",
        {"object_kind": "merge_request", "object_attributes": {"id": 99}},
        {"merge_requests": "99", "approvals": "99"},
    ),
]


COMMENTS = [
    ("jira", "comment_created", {"webhookEvent": "comment_created", "issue": {"id": "10001"}}, "comment", "body", "10001"),
    ("github", "issue_comment", {"action": "created", "issue": {"id": 10001}}, "comment", "body", "10001"),
    ("gitlab", "Note Hook", {"object_kind": "note", "issue": {"id": 10001}}, "object_attributes", "note", "10001"),
]


@pytest.mark.parametrize(("kind", "event", "said", "under", "name", "id"), COMMENTS, ids=[kind for kind, *_ in COMMENTS])
def test_a_comment_is_news_where_it_speaks_to_us(
    kind: str, event: str, said: dict[str, Any], under: str, name: str, id: str
) -> None:
    for text, news in (("Thanks\n/syncd on track", True), ("/SYNCD clear", True), ("I like it", False)):
        told = delivery(kind, event, said | {under: {name: text}})
        assert (told.news, dict(told.hints)["issues"]) == (news, id), text
    assert delivery(kind, event, said).news, "one whose text is not told may"


def test_a_command_that_was_taken_back_by_an_edit_is_news() -> None:
    said = {"action": "edited", "issue": {"id": 1}, "comment": {"body": "no"}, "changes": {"body": {"from": "/syncd at risk"}}}
    assert delivery("github", "issue_comment", said).news


@pytest.mark.parametrize(("kind", "event", "said", "hints"), EVENTS, ids=[event for _, event, _, _ in EVENTS])
def test_a_delivery_names_what_may_have_changed(
    kind: str, event: str, said: dict[str, Any], hints: dict[str, str | None]
) -> None:
    """What one delivery announces, by stream: a change of any other stream nobody announced."""
    assert dict(delivery(kind, event, said).hints) == hints


def delivery(kind: str, event: str, said: dict[str, Any]) -> Delivery:
    """What is made of a delivery that the vendor signed."""
    body, to = json.dumps(said).encode(), "https://syncd.example/hook/x"
    sent = {
        "jira": lambda: jira_hooks.outgoing(to, SECRET, said),
        "github": lambda: github_hooks.outgoing(to, SECRET, event, body),
        "gitlab": lambda: gitlab_hooks.outgoing(to, SECRET, None, event, body, 0),
    }[kind]()
    scheme = entry_point_kinds()[kind]().hooks
    assert scheme is not None
    verdict = scheme.verify({name.lower(): value for name, value in sent.headers.items()}, sent.body, SECRET, START)
    assert isinstance(verdict, Delivery)
    return verdict


def test_hooks_of_others_are_left_alone(public: Company) -> None:
    public.syncd("hooks", "sync")
    for hooks in (*public.github.hooks.values(), *public.gitlab.hooks.values()):
        hooks.insert(
            0, json.loads(json.dumps(hooks[0])) | {"id": 1, "url": "https://ci.example", "config": {"url": "https://ci.example"}}
        )
    before = {id: json.dumps(hooks[0]) for id, hooks in public.github.hooks.items()}
    public.syncd("hooks", "sync")
    assert {id: json.dumps(hooks[0]) for id, hooks in public.github.hooks.items()} == before
    assert {len(hooks) for hooks in public.github.hooks.values()} == {2}


def test_a_changed_secret_is_brought_to_the_vendors(public: Company) -> None:
    public.syncd("hooks", "sync")
    for connection in ("code", "web", "cal"):
        public.sections[f"connections.{connection}"]["hook_secret"] = "another-secret-4711"
    public.hand.go(minutes=1)
    assert does(public)[f"cal {RELEASES}"] == "renew"
    assert {hook["config"]["secret"] for hooks in public.github.hooks.values() for hook in hooks} == {"another-secret-4711"}
    assert {channel["token"] for channel in public.google.channels.values()} == {"another-secret-4711"}


def test_a_channel_is_renewed_within_its_last_day_and_only_then(public: Company) -> None:
    public.syncd("hooks", "sync")
    first = set(public.google.channels)

    def renewed() -> bool:
        with opened(public.config, {}, clock=public.hand.clock) as app:
            renew(app)
        assert len(public.google.channels) == 2
        return set(public.google.channels).isdisjoint(first)

    public.hand.go(days=26, hours=23)
    with public.watched() as requests:
        assert not renewed()
    assert requests == []
    public.hand.go(hours=1, seconds=1)
    assert renewed()
    ends = {int(channel["expiration"]) / 1000 - public.hand.at.timestamp() for channel in public.google.channels.values()}
    assert ends == {timedelta(days=28).total_seconds()}


def test_what_was_never_registered_is_not_renewed(public: Company) -> None:
    public.syncd("check")
    with public.watched() as requests, opened(public.config, {}, clock=public.hand.clock) as app:
        renew(app)
    assert requests == []


def test_what_was_registered_is_what_the_vendors_send_by(public: Company) -> None:
    """The round trip: the vendors send by what `hooks sync` left with them, and are believed."""
    with listening(public) as to:
        public.sections["web"] = {"public_url": f"http://127.0.0.1:{to.port}"}
        public.sections["connections.web"]["hook_secret"] = SIGNING
        public.syncd("hooks", "sync")
    with listening(public) as to:
        moved = f"http://127.0.0.1:{to.port}"
        sent = [
            *github_hooks.deliveries(public.github, "acme/api", "issues", {"action": "edited"}),
            *gitlab_hooks.deliveries(public.gitlab, "acme/web", "Issue Hook", {"object_kind": "issue"}),
            *google_hooks.messages(public.google, RELEASES),
        ]
        assert len(sent) == 3
        for one in sent:
            path = one.url.partition("/hook/")[2]
            assert type(one)(f"{moved}/hook/{path}", one.headers, one.body).send() == 202
        assert to.look() == ["code", "web", "cal"]


def test_what_a_token_may_not_do_is_said_and_stops_nothing_else(public: Company) -> None:
    public.github.manages_hooks = False
    public.gitlab.signs_hooks = False
    public.sections["connections.web"]["hook_secret"] = SIGNING
    public.google.calendars.pop(LEAVE)
    ran = public.syncd("hooks", "sync", "--json")
    told = {f"{step['connection']} {step['target']}": step["error"] or "" for step in ran.json["steps"]}
    assert ran.code == 1
    assert "the token may not manage its hooks" in told["code acme/api"]
    assert "this GitLab does not know signing tokens" in told["web acme/web"]
    assert "not found, or not shared with this account" in told[f"cal {LEAVE}"]
    assert told[f"cal {RELEASES}"] == ""
    assert SIGNING not in ran.out


def test_an_address_that_google_does_not_take_is_the_addresss_fault(public: Company) -> None:
    public.sections["connections.cal"]["hook_secret"] = SECRET
    public.google.server.fail("/watch", status=401, times=0, body={"error": {"errors": [{"reason": "push.webhookUrlUnauthorized"}], "code": 401, "message": "Unauthorized WebHook callback channel"}})  # fmt: skip
    assert "Google does not send to this address" in steps(public)[f"cal {RELEASES}"]["error"]


def test_without_an_address_or_a_secret_nothing_is_registered(public: Company) -> None:
    for connection in ("plat", "code", "web", "cal"):
        del public.sections[f"connections.{connection}"]["hook_secret"]
    with public.watched() as requests:
        assert set(does(public).values()) == {"nothing"}
        del public.sections["web"]
        ran = public.syncd("hooks", "sync")
    assert (ran.code, requests) == (2, [])
    assert "[web] public_url is missing" in ran.err


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"listen": "8080"}, "is no address to listen at"),
        ({"listen": "127.0.0.1:99999"}, "is no address to listen at"),
        ({"public_url": "syncd.acme.example"}, "is not a web address"),
        ({"public_url": "http://syncd.acme.example"}, "would send the secret over plain http"),
    ],
)
def test_a_section_that_is_wrong_is_said(firm: Company, section: dict[str, str], said: str) -> None:
    firm.sections["web"] = section
    ran = firm.syncd("check")
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_group_is_registered_as_a_group(public: Company) -> None:
    public.sections["connections.web"]["groups"] = ["acme"]
    del public.sections["connections.web"]["projects"]
    assert does(public)["web acme"] == "create"
    assert [kind for kind, _ in public.gitlab.hooks] == ["group"]
    public.gitlab.server.fail("/groups/[^/]+/hooks", status=404, times=0, body={"message": "404 Not found"})
    assert "hooks of groups need GitLab Premium" in steps(public)["web acme"]["error"]
