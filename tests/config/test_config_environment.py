"""The environment outranks the file, and a variable that sets nothing is said, not ignored."""

import pytest
from inline_snapshot import snapshot

from tests.config.made_up import GOOD, Folder

BARE = '[connections.plat]\nkind = "tracker"\nurl = "https://t.example"\n'


def test_a_variable_outranks_the_file(folder: Folder) -> None:
    config = folder.load("[delivery]\ntimeout_s = 9\n" + GOOD, {"SYNCD_DELIVERY__TIMEOUT_S": "12.5"})
    assert config.delivery.timeout_s == 12.5


def test_names_have_no_case(folder: Folder) -> None:
    config = folder.load(BARE, {"syncd_Connections__PLAT__Token": "abc"})
    assert config.connections["plat"].secret() == "abc"


def test_a_token_from_the_environment_replaces_the_files_token_file(folder: Folder) -> None:
    config = folder.load(BARE + 'token_file = "gone"\n', {"SYNCD_CONNECTIONS__PLAT__TOKEN": "abc"})
    assert config.connections["plat"].secret() == "abc"


def test_a_token_file_from_the_environment_replaces_the_files_token(folder: Folder) -> None:
    folder.put("token", "from-file")
    config = folder.load(GOOD, {"SYNCD_CONNECTIONS__PLAT__TOKEN_FILE": "token"})
    assert config.connections["plat"].secret() == "from-file"


def test_lists_and_tables_are_json(folder: Folder) -> None:
    config = folder.load(
        GOOD, {"SYNCD_CONNECTIONS__PLAT__PROJECTS": '["A", "B"]', "SYNCD_POLICY__TRACKING": '{"Team A": "PLAT-1"}'}
    )
    assert config.connections["plat"].options.model_dump()["projects"] == ("A", "B")
    assert config.policy.tracking == {"Team A": "PLAT-1"}


@pytest.mark.parametrize("token", ["[1]", "12345", "true", "null", '{"a":1}', '"quoted"'])
def test_a_token_that_looks_like_json_stays_a_token(folder: Folder, token: str) -> None:
    assert folder.load(BARE, {"SYNCD_CONNECTIONS__PLAT__TOKEN": token}).connections["plat"].secret() == token


def test_a_text_of_digits_stays_a_text(folder: Folder) -> None:
    config = folder.load(GOOD, {"SYNCD_POLICY__INSTANCE": "007", "SYNCD_POLICY__TRACKING__42": "7"})
    assert (config.policy.instance, config.policy.tracking) == ("007", {"42": "7"})


def test_a_table_as_json_is_laid_over_the_files_key_by_key(folder: Folder) -> None:
    config = folder.load(GOOD, {"SYNCD_CONNECTIONS__PLAT": '{"write": "on", "projects": ["A"]}'})
    assert (config.connections["plat"].write, config.connections["plat"].secret()) == ("on", "s3cret-token")


def test_a_token_and_a_token_file_from_the_environment_contradict_each_other(folder: Folder) -> None:
    environ = {"SYNCD_CONNECTIONS__PLAT__TOKEN": "abc", "SYNCD_CONNECTIONS__PLAT__TOKEN_FILE": "x"}
    assert folder.problems(GOOD, environ) == snapshot(
        ["environment: SYNCD_CONNECTIONS__PLAT__TOKEN: token and token_file are both given. Keep one of them."]
    )


def test_json_that_is_none_is_said_with_everything_else(folder: Folder) -> None:
    environ = {
        "SYNCD_CONNECTIONS__PLAT__NO_PROXY": "[a",
        "SYNCD_CONNECTIONS__PLAT__PROJECTS": "[" * 100_000,
        "SYNCD_CONNECTIONS__PLAT__WRITE_FOR": "PAY=on",
        "SYNCD_CONNECTIONS__PLAT__WRITE": '["on"]',
        "SYNCD_CONNECTIONS__PLAT__USER": "ok",
        "SYNCD_CONNECTIONS__PLAT__USER__NAME": "x",
        "SYNCD_POLICY__TRACKING": '{"Team A"}',
        "SYNCD_MODEL__PRECEDENCE": "plat,code",
        "SYNCD_MODEL__PRECEDENCE__DUE": '["plat"',
    }
    assert folder.problems(BARE, environ) == snapshot(
        [
            "environment: SYNCD_CONNECTIONS__PLAT__USER__NAME: there is a value, not a table, above this key. Remove one of the two.",
            "environment: SYNCD_MODEL__PRECEDENCE__DUE: there is a value, not a table, above this key. Remove one of the two.",
            'environment: SYNCD_MODEL__PRECEDENCE: must be a list. In the environment a list is written as JSON: \'["...", "..."]\'.',
            'environment: SYNCD_POLICY__TRACKING: must be a table. In the environment a table is written as JSON: \'{"...": "..."}\'.',
            "environment: SYNCD_CONNECTIONS__PLAT__WRITE: must be 'off', 'plan' or 'on'. Write one of these.",
            'environment: SYNCD_CONNECTIONS__PLAT__WRITE_FOR: must be a table. In the environment a table is written as JSON: \'{"...": "..."}\'.',
            'environment: SYNCD_CONNECTIONS__PLAT__NO_PROXY: must be a list. In the environment a list is written as JSON: \'["...", "..."]\'.',
            'environment: SYNCD_CONNECTIONS__PLAT__PROJECTS: must be a list. In the environment a list is written as JSON: \'["...", "..."]\'.',
        ]
    )


def test_a_text_in_place_of_a_table_is_refused(folder: Folder) -> None:
    assert folder.problems(GOOD, {"SYNCD_CONNECTIONS__PLAT": "x", "SYNCD_DETECT__LATE": "3"}) == snapshot(
        [
            'environment: SYNCD_DETECT__LATE: must be a table. In the environment a table is written as JSON: \'{"...": "..."}\'.',
            'environment: SYNCD_CONNECTIONS__PLAT: must be a table. In the environment a table is written as JSON: \'{"...": "..."}\'.',
        ]
    )


def test_a_whole_connection_may_come_from_the_environment(folder: Folder) -> None:
    environ = {
        "SYNCD_CONNECTIONS__MY_CAL__KIND": "tracker",
        "SYNCD_CONNECTIONS__MY_CAL__URL": "https://t.example",
        "SYNCD_CONNECTIONS__MY_CAL__TOKEN": "abc",
    }
    assert folder.load("", environ).connections.keys() == {"my_cal"}


def test_a_hyphen_in_a_connections_name_is_an_underscore_in_the_environment(folder: Folder) -> None:
    config = folder.load(BARE.replace("plat", "my-cal"), {"SYNCD_CONNECTIONS__MY_CAL__TOKEN": "abc"})
    assert config.connections["my-cal"].secret() == "abc"


def test_the_name_of_a_project_keeps_its_case(folder: Folder) -> None:
    config = folder.load(GOOD, {"SYNCD_CONNECTIONS__PLAT__WRITE_FOR__PAY": "on"})
    assert config.connections["plat"].place().mode("PAY") == "on"


@pytest.mark.parametrize("name", ["SYNCD_CONFIG", "SYNCD_SERVICE_HOST", "SYNCD_PORT_8080_TCP_ADDR", "OTHER__STORE__URL"])
def test_variables_that_are_none_of_ours_are_left_alone(folder: Folder, name: str) -> None:
    assert folder.load(GOOD, {name: "x"}).connections


def test_a_misspelt_connection_is_told_by_the_variable(folder: Folder) -> None:
    environ = {"SYNCD_CONNECTIONS__PLTA__TOKEN": "abc", "SYNCD_CONNECTIONS_PLAT__WRITE": "on"}
    assert folder.problems(GOOD, environ) == snapshot(
        [
            "environment: SYNCD_CONNECTIONS_PLAT__WRITE: sets nothing: two underscores stand between levels. Did you mean SYNCD_CONNECTIONS__PLAT__WRITE?",
            "environment: SYNCD_CONNECTIONS__PLTA__TOKEN: there is no connection 'plta'. Correct its name, or set SYNCD_CONNECTIONS__PLTA__KIND as well.",
        ]
    )


def test_what_is_wrong_with_a_variable_names_the_variable(folder: Folder) -> None:
    problems = folder.problems(
        GOOD,
        {
            "SYNCD_STORE_URL": "x",
            "SYNCD_STROE__URL": "x",
            "SYNCD_DELIVERY__TIMEOUT": "3",
            "SYNCD_DELIVERY__SETTLE_S": "soon",
            "SYNCD_CONNECTIONS__PLAT__PROJECTS": "A,B",
            "SYNCD_CONNECTIONS__PLAT__USER__NAME": "x",
            "SYNCD_CONNECTIONS__PLAT__URL__HOST": "x",
        },
    )
    assert problems == snapshot(
        [
            "environment: SYNCD_CONNECTIONS__PLAT__URL__HOST: there is a value, not a table, above this key. Remove one of the two.",
            "environment: SYNCD_STORE_URL: sets nothing: two underscores stand between levels. Did you mean SYNCD_STORE__URL?",
            "environment: SYNCD_STROE__URL: unknown key. Did you mean store?",
            "environment: SYNCD_DELIVERY__SETTLE_S: must be a number. Write digits only.",
            "environment: SYNCD_DELIVERY__TIMEOUT: unknown key. Did you mean timeout_s?",
            "environment: SYNCD_CONNECTIONS__PLAT__USER__NAME: must be a text, not a list or a table. Write the text as it is, and no variable for a key below this one.",
            'environment: SYNCD_CONNECTIONS__PLAT__PROJECTS: must be a list. In the environment a list is written as JSON: \'["...", "..."]\'.',
        ]
    )
