"""People: one human across connections is found by e-mail and by the table, everything else stays apart and is listed."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.detect.sources_disagree import SourcesDisagreeRules, detect
from syncd.mapping.people import FIELDS, people_of, resolve
from syncd.mapping.people_hidden import hidden
from syncd.model.people import Entry
from syncd.model.ref import Ref
from syncd.model.rows import KINDS, Absence, Change, Item, MergeRequest, Person, Row, SignOff
from syncd.model.wire import RowsReading, row_to_json, rows_to_text
from tests.mapping.mapping_world import default, only
from tests.model_builders import assembled, item, milestone, ref

ADA_JIRA = Person("Ada Lovelace", {"plat": "5b10"}, "Ada@acme.example")
ADA_GITHUB = Person("ada-l", {"code": "77"}, "ada@ACME.example", login="ada-l")
ADA_HIDDEN = Person("ada-l", {"code": "77"}, login="ada-l")
BO = Person("Bo Chen", {"plat": "5b11"}, "bo@acme.example")


def on(connection: str, *people: Person, number: int = 1) -> Item:
    return Item(ref=Ref(connection, "issues", str(number)), title="Work", assignees=people)


def persons(rows: list[Row]) -> list[Person]:
    return [person for row in rows for person in people_of(row)]


def test_an_e_mail_in_any_case_makes_one_human_who_keeps_the_names_that_each_connection_gives() -> None:
    found = resolve([on("plat", ADA_JIRA), on("code", ADA_GITHUB), on("plat", BO, number=2)])
    ada, github, bo = persons(found.rows)
    assert ada == github != bo
    assert ada.identities == github.identities == {"plat": "5b10", "code": "77"}
    assert (ada.name, github.name) == ("Ada Lovelace", "ada-l")
    assert [human.person.name for human in found.humans] == ["Ada Lovelace", "Bo Chen"]
    assert found.unresolved == ()


def test_the_table_names_people_by_id_by_login_and_by_bare_name() -> None:
    entry = Entry("Ada Lovelace", {"plat": ("5b10",), "code": ("Ada-L",), "cal": ("ada",)})
    given = [
        on("plat", Person("A.", {"plat": "5b10"})),
        on("code", ADA_HIDDEN),
        on("cal", Person("Ada")),
        on("web", Person("Ada")),
    ]
    found = resolve(given, [entry])
    first, second, third, stranger = persons(found.rows)
    assert first == second == third != stranger
    assert [one.names for one in found.unresolved] == [("web:Ada",)]
    assert found.humans[1].person.name == "Ada Lovelace"


def test_the_same_name_alone_makes_nobody_one() -> None:
    found = resolve([on("plat", Person("Sam Lee", {"plat": "1"})), on("code", Person("Sam Lee", {"code": "2"}))])
    one, other = persons(found.rows)
    assert one != other


@pytest.mark.parametrize("also", [(), (Person("Ada", {"code": "77"}, "team@acme.example"),)])
def test_an_e_mail_with_two_accounts_of_one_connection_joins_nobody_and_is_listed(also: tuple[Person, ...]) -> None:
    shared = [Person("Ann", {"plat": "1"}, "team@acme.example"), Person("Ben", {"plat": "2"}, "team@acme.example")]
    rows: list[Row] = [on("plat", *shared), *(on("code", one) for one in also)]
    found = resolve(rows)
    assert found.rows == rows
    (listed,) = found.unresolved
    assert "plat:1" in listed.names
    assert "plat:2" in listed.names
    assert "share an e-mail" in listed.reason
    assert "plat" in listed.reason


def test_a_chain_of_e_mails_that_would_bring_two_accounts_together_joins_nobody() -> None:
    people = [Person("Ann", {"plat": "1"}, "a@x"), Person("An", {"code": "9"}, "a@x"), Person("An", {"code": "9"}, "b@x")]
    people.append(Person("Ben", {"plat": "2"}, "b@x"))
    found = resolve([on(next(iter(one.identities)), one, number=number) for number, one in enumerate(people)])
    assert len(set(persons(found.rows))) == 3
    assert "several e-mails" in found.unresolved[0].reason


def test_the_table_outranks_e_mails_and_may_join_two_accounts_of_one_connection() -> None:
    old, new = Person("Ada", {"plat": "1"}), Person("Ada L.", {"plat": "2"})
    found = resolve([on("plat", old), on("plat", new, number=2)], [Entry("Ada", {"plat": ("2", "1")})])
    one, other = persons(found.rows)
    assert one == other
    assert one.identities == {"plat": "2"}
    assert found.humans[0].accounts == (("plat", "1"), ("plat", "2"))


def test_two_sections_that_claim_one_account_both_lose_it_and_it_is_listed() -> None:
    entries = [Entry("Ada", {"plat": ("5b10",), "code": ("77",)}), Entry("Bo", {"plat": ("5b10",)})]
    found = resolve([on("plat", ADA_HIDDEN, Person("A", {"plat": "5b10"}))], entries)
    assert len(found.humans) == 2
    assert "for Ada and for Bo" in found.unresolved[0].reason
    assert "[people] contradicts itself" in found.problems[0]


def test_an_e_mail_that_two_sections_claim_is_given_to_nobody() -> None:
    entries = [Entry("Ada", {}, ("a@x",)), Entry("Bo", {"cal": ("2",)}, ("a@x",))]
    rows: list[Row] = [on("plat", Person("Ada", {}, "a@x")), on("cal", Person("Bo", {"cal": "2"}))]
    assert [human.emails for human in resolve(rows, entries).humans] == [("a@x",), ()]
    assert persons(resolve(rows, entries).rows)[1].email is None


def test_two_sections_are_never_one_human_although_an_e_mail_says_so() -> None:
    entries = [Entry("Ada", {"plat": ("5b10",)}), Entry("Her bot", {"code": ("77",)})]
    found = resolve([on("plat", ADA_JIRA), on("code", ADA_GITHUB)], entries)
    assert [human.person.name for human in found.humans] == ["Ada", "Her bot"]


def test_in_the_model_owners_assignees_authors_absences_and_verdicts_of_one_human_are_equal() -> None:
    mail = ADA_JIRA.email
    rows: list[Row] = [
        milestone("PLAT-1", owner=ADA_JIRA),
        item("7", "code", assignees=()),
        on("code", ADA_GITHUB, number=8),
        MergeRequest(ref=Ref("code", "pulls", "3"), title="Change", author=ADA_HIDDEN),
        SignOff(ref=Ref("code", "reviews", "4"), of=Ref("code", "pulls", "3"), person=ADA_HIDDEN, verdict="approved"),
        Absence(ref=Ref("cal", "events", "5"), person=Person(str(mail), {"cal": str(mail)}, mail), start=date(2026, 5, 4)),
    ]
    found = assembled(*rows).snapshot
    people = [
        found.milestones[ref("PLAT-1")].owner,
        found.items[Ref("code", "issues", "8")].assignees[0],
        found.merge_requests[Ref("code", "pulls", "3")].author,
        found.sign_offs[0].person,
        found.absences[0].person,
    ]
    assert len(set(people)) == 1
    assert [human.seen for human in found.humans] == [
        {"cal": {"absence": 1}, "code": {"item": 1, "merge_request": 1, "sign_off": 1}, "plat": {"milestone": 1}}
    ]


def owners(*people: Person, table: tuple[Entry, ...] = ()) -> list[str]:
    rows = [milestone(f"M-{n}", next(iter(p.identities)), owner=p, same_as=("k",)) for n, p in enumerate(people)]
    found = assembled(*rows, people=table).snapshot
    return [finding.discriminator for finding in detect(found, SourcesDisagreeRules())]


def test_two_names_of_one_human_are_no_disagreement_on_the_owner() -> None:
    ann, a_lee = Person("Ann Marie", {"plat": "1"}), Person("Countess Lovelace", {"code": "2"})
    assert owners(ann, a_lee) == ["owner"]
    assert owners(ann, a_lee, table=(Entry("Ann", {"plat": ("1",), "code": ("2",)}),)) == []


def test_the_default_mapping_of_gitlab_gives_the_login_and_programs_do_not_see_it() -> None:
    data = {
        "id": 1,
        "iid": 1,
        "title": "x",
        "state": "opened",
        "web_url": "https://gitlab.example/acme/web/-/issues/1",
        "assignees": [{"id": 7, "name": "Ada", "username": "adal"}],
    }
    row = only(default("gitlab.default"), data)
    assert row.assignees[0].login == "adal"
    assert row_to_json(row)["assignees"] == [{"name": "Ada", "identities": {"plat": "7"}, "email": None}]
    (again,) = RowsReading().rows(rows_to_text((row,)))
    assert isinstance(again, Item)
    assert again.assignees[0].login == "adal"


def test_no_field_that_names_people_is_missed() -> None:
    named = {
        kind: tuple(field.name for field in fields(row) if "Person" in str(field.type) and field.name != "claims")
        for kind, row in KINDS.items()
    }
    assert {kind: found for kind, found in named.items() if found} == FIELDS


def test_without_names_a_row_keeps_no_trace_of_anybody() -> None:
    change = Change(datetime(2026, 5, 4, tzinfo=UTC), "Ada Lovelace", "owner", "Bo Chen", "Ada Lovelace")
    rows: list[Row] = [
        milestone("PLAT-1", owner=ADA_JIRA, history=(change,)),
        on("code", ADA_GITHUB),
        Absence(ref=Ref("cal", "events", "5", "Ada is ill", "https://cal.example/ada"), person=ADA_JIRA),
    ]
    found = assembled(*rows).snapshot
    kept: list[Row] = [*found.milestones.values(), *found.items.values(), *found.absences]
    shown = [hidden(row, lambda _: "person-1") for row in kept]
    text = str([row_to_json(row) for row in shown]).casefold()
    assert [
        word for word in ("ada", "lovelace", "chen", "5b10", "acme.example") if word in text.replace("plat.example", "")
    ] == []
    assert text.count("person-1") == 7


CONNECTIONS = st.sampled_from(["plat", "code", "cal"])
EMAILS = st.sampled_from([None, "a@x", "A@X", "b@x", "c@x"])


@st.composite
def faces(draw: st.DrawFn) -> Row:
    connection, email = draw(CONNECTIONS), draw(EMAILS)
    account = draw(st.sampled_from([None, "1", "2", "3"]))
    person = Person(draw(st.sampled_from(["Ada", "ada l", "Bo"])), {connection: account} if account else {}, email)
    return on(connection, person, number=draw(st.integers(0, 1000)))


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["Ada", "Bo", "Cy"]),
        st.dictionaries(CONNECTIONS, st.lists(st.sampled_from(["1", "2", "Ada"]), min_size=1, max_size=2).map(tuple), max_size=2),
        st.lists(st.sampled_from(["a@x", "b@x"]), max_size=1).map(tuple),
    ),
    max_size=2,
    unique_by=lambda entry: entry.name,
)


@given(st.lists(faces(), max_size=8), ENTRIES, st.randoms(use_true_random=False))
def test_the_order_makes_no_difference_and_resolving_again_changes_nothing(
    rows: list[Row], entries: list[Entry], random: Any
) -> None:
    found = resolve(rows, entries)
    shuffled = list(rows)
    random.shuffle(shuffled)
    other = resolve(shuffled, entries)
    assert (other.humans, other.unresolved) == (found.humans, found.unresolved)
    assert sorted(map(row_to_json, other.rows), key=str) == sorted(map(row_to_json, found.rows), key=str)
    assert [*map(row_to_json, resolve(found.rows, entries).rows)] == [*map(row_to_json, found.rows)]


@given(st.lists(faces(), max_size=8))
def test_without_a_table_two_accounts_of_one_connection_are_never_one_human(rows: list[Row]) -> None:
    for human in resolve(rows).humans:
        connections = [connection for connection, _ in human.accounts]
        assert len(connections) == len(set(connections))


def test_one_object_stands_for_a_face_in_all_rows_because_calendars_are_remembered_by_object() -> None:
    found = resolve([on("plat", Person("Bo Chen", {"plat": "5b11"}), number=number) for number in range(3)])
    assert len({id(person) for person in persons(found.rows)}) == 1


def test_somebody_who_is_named_twice_stays_named_twice_where_nothing_is_found_out() -> None:
    [row] = resolve([on("plat", BO, BO)]).rows
    assert persons([row]) == [BO, BO]
