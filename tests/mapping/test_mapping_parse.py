"""A mapping that is wrong says everything that is wrong with it, where, and what to do."""

import pytest
from inline_snapshot import snapshot

from tests.mapping.mapping_world import DEFAULTS, default, made, problems


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_shipped_mapping_has_no_problems(name: str) -> None:
    assert default(name).hash


def test_all_problems_come_at_once_with_file_key_and_cure() -> None:
    text = """
extend = "jira.default"
[[rule]]
name = "item"
stream = "issues"
to = "itm"
[[rule]]
name = "epic"
stream = "issues"
to = "milestone"
when = "record.fields.x = 1"
[rule.fields]
titel = "fields.summary"
due = { path = "fields.duedate", as = "dat" }
status = { path = "fields.status.name", table = "statuses" }
owner = { path = "fields.assignee", first = ["fields.reporter"] }
labels = { path = "fields.labels", find = "(" }
start = ["fields.a", "fields.b"]
parent = 7
[[rule]]
stream = "issues"
[table.status]
closed = "done"
"""
    assert problems(text) == snapshot(["mine.toml: extend: there is no key 'extend'. Did you mean 'extends'?"])
    assert problems(text.replace('extend = "jira.default"', "")) == snapshot(
        [
            "mine.toml: rule[0] (item).to: there is no kind 'itm'. Did you mean 'item'?",
            """\
mine.toml: rule[1] (epic).fields.due.as: there is no conversion for `due` named 'dat'. Did you mean 'date'?\
""",
            """\
mine.toml: rule[1] (epic).fields.labels.find: this is no regular expression: missing ), unterminated subpattern at position 0. Correct it.\
""",
            """\
mine.toml: rule[1] (epic).fields.owner: a value has one source. Give it exactly one of: path, first, all, value, cel.\
""",
            """\
mine.toml: rule[1] (epic).fields.parent: this is no value. Write a path in quotes, or { path = "...", as = "..." }.\
""",
            "mine.toml: rule[1] (epic).fields.start: `start` holds one value, this is a list. Write { first = [...] }.",
            "mine.toml: rule[1] (epic).fields.status.table: there is no table 'statuses'. Did you mean 'status'?",
            "mine.toml: rule[1] (epic).fields.titel: there is no field of milestone 'titel'. Did you mean 'title'?",
            """\
mine.toml: rule[1] (epic).when: this is no CEL that can be used here: Syntax error: token recognition error at: '= '. It sees `record`, `scope` and `each`, and no clock.\
""",
            """\
mine.toml: rule[2]: the rule does not say `to`. Add it; to change an inherited rule, use its name: item, epic.\
""",
        ]
    )


def test_a_text_that_is_no_toml_is_one_problem() -> None:
    assert problems("[[rule]\n") == snapshot(
        [
            "mine.toml: this is no TOML: Expected ']]' at the end of an array declaration (at line 1, column 7). Correct the line named"
        ]
    )


def test_extending_what_is_not_there() -> None:
    assert problems('extends = "jira.defualt"') == snapshot(
        ["mine.toml: extends: there is no mapping 'jira.defualt'. Name a file of the mappings folder, or give a path."]
    )


def test_mappings_that_extend_each_other() -> None:
    assert problems('extends = "a"', a='extends = "b"', b='extends = "a"') == snapshot(
        ["b.toml: extends: mappings extend each other in a circle: a.toml -> b.toml -> a.toml. Cut it at one place."]
    )


def test_a_word_that_the_model_does_not_have_is_found_in_the_table() -> None:
    text = """
extends = "jira.default"
[table.status]
"Ready" = "to do"
[project.PAY.table.status]
"Shipped" = "doen"
"""
    assert problems(text) == snapshot(
        [
            "mine.toml: project.PAY.table.status.Shipped: there is no word 'doen'. Did you mean 'done'?",
            "mine.toml: table.status.Ready: there is no word 'to do'. Did you mean 'todo'?",
        ]
    )


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ('status = { value = "finished" }', "there is no word 'finished'"),
        ('due = { value = "soon" }', "'soon' is no date (YYYY-MM-DD)"),
        ('due = { path = "a..b" }', "'a..b' is no path"),
        ('estimate = { path = "a", as = "text" }', "`estimate` does not take 'text'"),
        ('estimate = { first = ["a", "b"], as = ["points"] }', "`as` names 1 conversions for 2 values"),
        ('labels = "label:x-*"', "stream 'issues' has no labels"),
        ('title = { path = "a", absent = 0 }', "`absent` is a list"),
        ('title = { path = "a", when = { in = ["x"] } }', "this condition looks at nothing"),
        ('title = { path = "a", when = { path = "b" } }', "does not say what it wants"),
        ('title = { path = "a", when = { path = "b", inn = ["x"] } }', "there is no key of a condition 'inn'"),
        ('title = { cel = "now" }', "undeclared reference to 'now'"),
        ('title = { cel = "record.a.map(x, x)" }', "the macro map() is not available"),
        ('history = { path = "changelog" }', "it lacks at, field, names, old, new"),
        ('priority = { path = "p", tabel = "x" }', "Did you mean 'table'?"),
    ],
)
def test_a_wrong_value_is_a_problem_of_the_mapping(field: str, problem: str) -> None:
    found = problems(f'[[rule]]\nstream = "issues"\nto = "item"\n[rule.fields]\n{field}\n')
    assert any(problem in line for line in found), found


def test_a_rule_name_that_changes_nothing_says_which_names_there_are() -> None:
    (line,) = problems('extends = "memory.default"\n[[rule]]\nname = "itm"\n[rule.fields]\ndue = "end"\n')
    assert line == snapshot(
        "mine.toml: rule[0] (itm): the rule does not say `stream`. Add it; to change an inherited rule, use its name: milestone, item, blocked by, reply."
    )


def test_fields_for_a_stream_are_checked_though_no_rule_takes_them() -> None:
    (line,) = problems('extends = "jira.default"\n[fields.issues]\nduee = "fields.customfield_1"\n')
    assert line == snapshot("mine.toml: fields.issues.duee: there is no field 'duee'. Did you mean 'due'?")


def test_types_need_a_stream_that_says_its_type() -> None:
    text = '[[rule]]\nstream = "issues"\nto = "item"\n[type.Bug.fields]\ndue = "d"\n'
    assert "no stream says where a record's type is" in problems(text)[0]
    assert made('[streams.issues]\ntype = "t"\n' + text)
