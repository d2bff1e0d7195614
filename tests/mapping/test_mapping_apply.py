"""From records to rows: several rows of one record, what decides between rules, links, and the trace."""

from inline_snapshot import snapshot

from syncd.mapping import trace
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Dependency
from tests.mapping.mapping_world import applied, item, made, notes, only, record, rejection, rows

THIS = Ref("plat", "issues", "1")


def test_a_record_may_name_the_milestone_that_it_belongs_to() -> None:
    mapping = made("""
[[rule]]
stream = "issues"
to = "milestone"
each = { path = "labels", find = "(?i)^goal:(.+)$" }
[rule.ref]
stream = "labels"
id = "each"
key = { path = "each", format = "goal {0}" }
[rule.fields]
title = "each"
[[rule]]
stream = "issues"
to = "item"
[rule.fields]
milestones = { path = "labels", find = "(?i)^goal:(.+)$", as = "ref", stream = "labels" }
""")
    goal, work = rows(mapping, {"labels": ["x", "Goal:Q3"]})
    assert (goal.kind, goal.ref, goal.ref.key, goal.project) == ("milestone", Ref("plat", "labels", "Q3"), "goal Q3", "PAY")
    assert (work.kind, work.milestones) == ("item", (goal.ref,))  # type: ignore[union-attr]


def test_the_first_rule_for_an_identity_counts() -> None:
    mapping = made("""
[[rule]]
name = "big"
stream = "issues"
to = "milestone"
when = { path = "size", min = 8 }
[[rule]]
name = "any"
stream = "issues"
to = "item"
""")
    assert [row.kind for row in rows(mapping, {"size": 9})] == ["milestone"]
    assert [row.kind for row in rows(mapping, {"size": 1})] == ["item"]
    big, general = trace(mapping, record({"size": 9}))
    assert (big.rule, big.matched, big.rows, big.lost) == ("big", True, (THIS,), ())
    assert (general.rule, general.matched, general.rows, general.lost) == ("any", True, (), (THIS,))
    assert [step.matched for step in trace(mapping, record({"size": 1}))] == [False, True]


LINKS = """
[[rule]]
stream = "issues"
to = "dependency"
each = "links"
[rule.fields]
other = { path = "each.to", as = "ref" }
direction = { path = "each.type", table = "link" }
strength = { path = "each.type", table = "strength", else = "soft" }
lag = { path = "each.days", as = "hours" }
[table.link]
waits = "after"
holds = "before"
copies = "none"
[table.strength]
waits = "hard"
"""


def test_a_link_says_who_waits() -> None:
    waits, holds = rows(made(LINKS), {"links": [{"type": "waits", "to": {"id": 2}, "days": 2}, {"type": "holds", "to": 3}]})
    assert waits == Dependency(
        ref=THIS, predecessor=Ref("plat", "issues", "2"), successor=THIS, lag=120, strength="hard", scope_id="77", project="PAY"
    )
    assert isinstance(holds, Dependency)
    assert (holds.predecessor, holds.successor, holds.strength) == (THIS, Ref("plat", "issues", "3"), "soft")


def test_a_link_that_nothing_classifies_is_noted_and_is_no_dependency() -> None:
    data = {"links": [{"type": "resembles", "to": 2}, {"type": "copies", "to": 3}, {"type": "waits", "to": None}, None, 7]}
    assert rows(made(LINKS), data) == ()
    assert notes(made(LINKS), data) == ["direction: 'resembles' is not in [table.link]"]


def test_equal_dependencies_are_one_and_none_is_on_itself() -> None:
    twice = {"links": [{"type": "waits", "to": 2}, {"type": "waits", "to": 2}, {"type": "waits", "to": 1}]}
    assert len(rows(made(LINKS), twice)) == 1
    assert "a dependency of the record on itself was left out" in notes(made(LINKS), twice)


def test_the_language_of_the_architecture_holds() -> None:
    mapping = made("""
extends = "jira.default"
[[rule]]
stream = "issues"
to = "milestone"
when = "record.fields.issuetype.name in ['Epic', 'Initiative'] && !('bucket' in record.fields.labels)"
[rule.fields]
title = "fields.summary"
due = { path = "fields.duedate", as = "date" }
status = { path = "fields.status.id", table = "status", else = "unknown" }
same_as = ["fields.customfield_10100", "label:commitment-*"]
[[rule]]
stream = "issues"
to = "dependency"
each = "fields.issuelinks"
[rule.fields]
predecessor = { when = "each.type.name == 'Blocks' && has(each.inwardIssue)", path = "each.inwardIssue.id", as = "ref" }
strength = { path = "each.type.name", table = "strength", else = "soft" }
[table.status]
"10001" = "done"
[project.PAY.table.status]
"10407" = "doing"
""")
    fields = {
        "issuetype": {"name": "Epic"},
        "labels": ["commitment-Checkout"],
        "summary": "Checkout",
        "status": {"id": "10407", "name": "Review"},
        "duedate": "2026-05-15",
        "issuelinks": [{"type": {"name": "Blocks"}, "inwardIssue": {"id": "9"}}, {"type": {"name": "Blocks"}}],
    }
    goal, link = rows(mapping, {"id": "1", "fields": fields})
    assert (goal.kind, goal.status, goal.same_as) == ("milestone", "doing", ("checkout",))  # type: ignore[union-attr]
    assert isinstance(link, Dependency)
    assert (link.predecessor, link.strength) == (Ref("plat", "issues", "9"), "hard")


def _settling(outranks: str) -> str:
    return f"""
[mapping]
resolution_outranks_status = {outranks}
[[rule]]
stream = "issues"
to = "item"
[rule.fields]
status = "status"
resolved = "resolved"
"""


def test_the_resolution_outranks_the_status_or_not_and_the_contradiction_is_noted() -> None:
    contrary = {"status": "doing", "resolved": "done"}
    assert (only(made(_settling("true")), contrary).status, notes(made(_settling("true")), contrary)) == snapshot(
        ("done", ["status 'doing' says doing, resolution says done; the resolution counts"])
    )
    assert (only(made(_settling("false")), contrary).status, notes(made(_settling("false")), contrary)) == snapshot(
        ("doing", ["status 'doing' says doing, resolution says done; the status counts"])
    )


def test_done_and_dropped_do_not_contradict_each_other() -> None:
    given_up = applied(made(_settling("true")), {"status": "done", "resolved": "dropped"})
    assert (given_up.rows[0].status, given_up.notes) == ("dropped", ())  # type: ignore[union-attr]


def test_a_resolution_that_says_nothing_leaves_the_status() -> None:
    assert only(made(_settling("true")), {"status": "doing", "resolved": "unknown"}).status == "doing"
    assert only(made(_settling("true")), {"status": "doing"}).status == "doing"
    assert only(made(_settling("true")), {"resolved": "done"}).status == "done"


def test_a_rejection_leaves_no_rows() -> None:
    mapping = made('[[rule]]\nstream = "issues"\nto = "dependency"\neach = "on"\n[rule.fields]\npredecessor = "each"\n'
                   '[[rule]]\nname = "bad"\nstream = "issues"\nto = "item"\n[rule.fields]\ndue = "due"\n')  # fmt: skip
    assert rejection(mapping, {"on": ["2"], "due": "never"}).rule == "bad"


def test_a_stream_without_rules_gives_no_rows() -> None:
    assert rows(item('title = "t"'), {"t": "x"}, "projects") == ()


def test_a_word_that_must_be_known_rejects() -> None:
    mapping = made('[[rule]]\nstream = "issues"\nto = "dependency"\n[rule.fields]\npredecessor = "p"\nrelation = "r"\n')
    assert only(mapping, {"p": "2", "r": "ss"}).relation == "SS"
    assert "no word for it (FS, SS, FF, SF)" in rejection(mapping, {"p": "2", "r": "FSS"}).reason


def test_an_alias_may_stand_on_either_side() -> None:
    mapping = made(
        '[[rule]]\nstream = "issues"\nto = "dependency"\neach = "k"\n[rule.fields]\nsuccessor = { path = "each", as = "alias" }\n'
    )
    found = only(mapping, {"k": [" PLAT-41 "]})
    assert (found.predecessor, found.successor) == (THIS, Alias("PLAT-41"))
