"""It never says in one place what may only be read in another."""

from syncd.decide import Place
from syncd.model.finding import Finding, Line, Named, Quote
from syncd.model.ref import Ref
from syncd.model.rows import Audience
from syncd.model.snapshot import Snapshot
from tests.decide.decide_world import decided, forge, item, jira, late, milestone, opened, place, places, snapshot

EPIC, WORK = jira(1), jira(41)
TICKET, PRIVATE = forge(12), forge(5, "acme/secret")


def why(subject: Ref, *parts: Named | Quote) -> Finding:
    return Finding(
        code="drift", subject=subject, severity="warn", headline=("Late.",), lines=(Line("Why", ("x ", *parts, " y")),)
    )


def body(finding: Finding, world: Snapshot, where: dict[str, Place] | None = None) -> str:
    (action,) = decided(opened(finding), world, where=where).plan.actions
    return action.body


def test_an_object_of_the_own_connection_shows_its_title_and_of_another_its_key() -> None:
    world = snapshot(item(EPIC, "Checkout"), item(TICKET, "Cart"))
    finding = why(EPIC, Named(WORK, "Payment API"), Named(TICKET, "Cart"), Quote("Doing it", TICKET))
    text = body(finding, world)
    assert "[PLAT-41|https://acme.atlassian.net/browse/PLAT-41] Payment API" in text
    assert "[acme/api#12|https://github.com/acme/api/issues/12]" in text
    assert "Cart" not in text
    assert "(see its own ticket)" in text


def test_titles_cross_where_their_own_connection_shares_them() -> None:
    world = snapshot(item(EPIC, "Checkout"), item(TICKET, "Cart"))
    finding = why(EPIC, Named(TICKET, "Cart"), Quote("Doing it", TICKET))
    shared = places() | {"code": place("code", share="titles")}
    assert "Cart" in body(finding, world, shared)
    assert "Doing it" in body(finding, world, shared)
    assert "Cart" not in body(finding, world, places() | {"plat": place("plat", share="titles")})


def test_a_private_repository_is_named_only_in_itself() -> None:
    def text(subject: Ref) -> str:
        return body(why(subject, Named(PRIVATE, "Secret", "scope", "acme/secret")), snapshot(item(subject), item(PRIVATE)))

    shared = places(share="titles")
    for elsewhere in (TICKET, EPIC):
        assert "a private item" in text(elsewhere)
        finding = why(elsewhere, Named(PRIVATE, "Secret", "scope", "acme/secret"))
        assert "ecret" not in body(finding, snapshot(item(elsewhere), item(PRIVATE)), shared)
    assert "Secret" in text(forge(6, "acme/secret"))


def test_a_confidential_ticket_is_named_only_on_itself() -> None:
    secret = Named(WORK, "Merger", "record")
    assert "Merger" in body(why(WORK, secret), snapshot(item(WORK)))
    other = body(why(EPIC, secret), snapshot(item(EPIC), item(WORK)))
    assert "Merger" not in other
    assert "PLAT-41" not in other


def test_what_the_object_says_of_its_audience_counts_even_where_a_finding_forgot_to() -> None:
    audiences: tuple[Audience, ...] = ("record", "scope")
    for audience in audiences:
        world = snapshot(item(TICKET), item(PRIVATE, "Secret", audience=audience))
        assert "ecret" not in body(why(TICKET, Named(PRIVATE, "Secret"), Quote("Secret", PRIVATE)), world)


def test_a_joined_milestone_goes_by_the_name_that_the_ticket_has() -> None:
    world = snapshot(milestone(EPIC, "Checkout for the board", TICKET), item(WORK))
    (action,) = decided(opened(late(EPIC)), world, precedence=("code",)).plan.actions
    assert action.body.startswith("**Checkout for the board at code: 4 working days late.")
    mixed = why(EPIC, Named(EPIC, "a title that is the other one's"))
    assert "a title" not in body(mixed, world)
    assert "Checkout for the board" in body(mixed, world)


def test_links_leave_no_trace_on_what_they_name() -> None:
    gitlab = Ref("lab", "issues", "9", "acme/web#9", "https://gitlab.com/acme/web/-/issues/9")
    near = Ref("lab", "issues", "8", "acme/web#8", "https://gitlab.com/acme/web/-/issues/8")
    where = places() | {"lab": place("lab")}
    on_forge = body(why(TICKET, Named(forge(3)), Named(EPIC), Named(gitlab)), snapshot(item(TICKET)), where)
    assert "[`acme/api#3`](https://redirect.github.com/acme/api/issues/3)" in on_forge
    assert "[`PLAT-1`](https://acme.atlassian.net/browse/PLAT-1)" in on_forge
    assert "[`acme/web#9`](https://gitlab.com/acme/web/-/issues/9)" in on_forge
    on_lab = body(why(gitlab, Named(near)), snapshot(item(gitlab)), where)
    assert "x `acme/web#8` y" in on_lab


def test_a_url_that_could_break_out_of_its_link_is_none() -> None:
    def text(url: str) -> str:
        return body(why(EPIC, Named(Ref("code", "issues", "1", "acme/api#1", url))), snapshot(item(EPIC)))

    assert "[acme/api#1|https://x.example/a%7Cb%5D%20c]" in text("https://x.example/a|b] c")
    for bad in ("javascript:alert(1)", "//x.example", "https://", "http://[x", ""):
        assert "x acme/api#1 y" in text(bad)
