"""`syncd hooks sync`: what is registered at each vendor, that nothing is doubled, and what is said where it cannot be."""

import json
from datetime import timedelta
from typing import Any

import pytest

from syncd.app import opened
from syncd.cli.listening import renew
from syncd.demo import github_hooks, gitlab_hooks, google_hooks
from tests.run.run_given import LEAVE, RELEASES, Company, writes
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
    assert "code acme/api: would create: a hook for issues, label, milestone" in ran.out
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
    assert "issue_comment" not in hook["events"]
    (ours, _) = (hooks[0] for hooks in public.gitlab.hooks.values())
    assert (ours["url"], ours["token"], ours["push_events"], ours["issues_events"]) == (f"{PUBLIC}/hook/web", SECRET, False, True)
    assert {channel["token"] for channel in public.google.channels.values()} == {SECRET}


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
