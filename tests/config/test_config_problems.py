"""Bad configurations: all problems at once, each in one line with place and cure, and never a secret in it."""

import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from syncd.config import load
from syncd.model.problem import Problems
from tests.config.made_up import GOOD, Folder

BARE = '[connections.plat]\nkind = "tracker"\nurl = "https://t.example"\n'
CANARY = "canary-7f3a9c"


def test_a_file_that_is_not_there(folder: Folder) -> None:
    with pytest.raises(Problems, match=r"syncd\.toml: there is no such file\. Copy config\.example\.toml there"):
        load(folder.file, {}, folder.kinds)


def test_a_folder_in_place_of_a_file(folder: Folder) -> None:
    with pytest.raises(Problems, match=r"this is a folder, not a file\. Name the configuration file in it\."):
        load(folder.path, {}, folder.kinds)


def test_a_file_that_may_not_be_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(Problems, match=r"the file cannot be read: Permission denied\. Give syncd's account the right"):
        load(folder.file, {}, folder.kinds)


def test_a_file_that_is_not_utf_8(folder: Folder) -> None:
    folder.file.write_bytes(b"[store]\nurl = '\xff'\n")
    with pytest.raises(Problems, match=r"syncd\.toml: line 2: this is not UTF-8 text\. Save the file as UTF-8\."):
        load(folder.file, {}, folder.kinds)


@pytest.mark.parametrize("text", ["[store\nurl = 1", "token = canary", "[a]\n[a]", "x = 'open", "a = " + "[" * 5000])
def test_a_file_that_is_no_toml_says_where(folder: Folder, text: str) -> None:
    (problem,) = folder.problems(text)
    assert re.search(r"nested too deeply|toml: (line \d+, column \d+|end of document): this is not valid TOML: ", problem)
    assert "canary" not in problem


def test_a_syntax_error(folder: Folder) -> None:
    assert folder.problems("[store]\nurl = sqlite\n") == snapshot(
        ["syncd.toml: line 2, column 7: this is not valid TOML: invalid value. Correct this line."]
    )


def test_an_empty_configuration(folder: Folder) -> None:
    assert folder.problems("") == snapshot(
        ["syncd.toml: connections: no connection is configured. Add one, as config.example.toml shows: [connections.plat]."]
    )


def test_everything_that_is_wrong_is_said_at_once(folder: Folder) -> None:
    problems = folder.problems("""
[stroe]
url = "x"
[store]
url = "mysql://db"
[model]
zone = "Europe/Berln"
precedence = ["plat", "cod"]
[policy]
at_start = "loud"
writes_per_pass = -1
instance = "a b"
[delivery]
timeout_s = 30
settle_s = 25
[run]
interval_s = true
[mappings]
dir = "no-such-folder"
[detect.lat]
[detect.late]
warn_day = 2
[connections.plat]
kind = "traker"
[connections.code]
kind = "tracker"
urll = "https://t.example"
token = ["x"]
projects = "PAY"
holds = "windws"
write = true
[connections.Web]
url = "https://t.example"
[connections.ops]
kind = "tracker"
url = "ftp://t.example"
mapping = "traker.default"
ca_file = "ca.pem"
proxy = "proxy:3128"
renamed_from = "code"
""")
    assert problems == snapshot(
        [
            "syncd.toml: stroe (line 2): unknown key. Did you mean store?",
            "syncd.toml: store.url (line 5): names no database that syncd knows. Write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
            "syncd.toml: model.zone (line 7): there is no time zone 'Europe/Berln'. Did you mean Europe/Berlin?",
            "syncd.toml: model.precedence (line 8): there is no connection 'cod'. Did you mean code?",
            "syncd.toml: policy.at_start (line 10): must be 'known' or 'write'. Write one of these, in quotes.",
            "syncd.toml: policy.writes_per_pass (line 11): must be greater than or equal to 0. Choose another number.",
            "syncd.toml: policy.instance (line 12): holds characters that do not belong here. Use a-z, A-Z, 0-9, - . and _ only.",
            "syncd.toml: delivery (line 13): settle_s (25) is shorter than timeout_s (30): a write may be under way still. Set settle_s to 35 or more.",
            "syncd.toml: run.interval_s (line 17): must be a number, not true or false. Write the number without quotes.",
            "syncd.toml: mappings.dir (line 19): there is no folder no-such-folder. Create it, or remove the key.",
            "syncd.toml: detect.lat (line 20): there is no detector 'lat'. Did you mean late?",
            "syncd.toml: detect.late.warn_day (line 22): unknown key. Did you mean warn_days?",
            "syncd.toml: connections.plat.kind (line 24): there is no kind 'traker'. Did you mean tracker?",
            'syncd.toml: connections.code.url (line 25): is missing. Add the base address: url = "https://...".',
            "syncd.toml: connections.code.mapping (line 25): there is no mapping 'tracker.default'. Did you mean jira.default?",
            "syncd.toml: connections.code.urll (line 27): unknown key. Did you mean url?",
            'syncd.toml: connections.code.token (line 28): must be a text. Put it in quotes: "...".',
            'syncd.toml: connections.code.projects (line 29): must be a list. Write it in square brackets: ["...", "..."].',
            "syncd.toml: connections.code.holds (line 30): must be 'windows' or 'freezes'. Write one of these, in quotes.",
            "syncd.toml: connections.code.write (line 31): must be 'off', 'plan' or 'on'. Write one of these, in quotes.",
            "syncd.toml: connections.Web (line 32): the name of a connection holds a-z, 0-9, - and single _ only. Choose another name.",
            "syncd.toml: connections.Web.kind (line 32): is missing. Known are: tracker, calendar, local.",
            "syncd.toml: connections.ops.token_file (line 34): no token is given. Set it, or SYNCD_CONNECTIONS__OPS__TOKEN in the environment.",
            "syncd.toml: connections.ops.url (line 36): is not a web address. Write it with scheme and host: https://host.example.",
            "syncd.toml: connections.ops.mapping (line 37): there is no mapping 'traker.default'. Did you mean jira.default?",
            "syncd.toml: connections.ops.ca_file (line 38): ca.pem does not exist. Create it, or correct the path (relative to the configuration file).",
            "syncd.toml: connections.ops.proxy (line 39): is not a web address. Write it with scheme and host: https://host.example.",
        ]
    )


def test_sections_that_are_no_tables(folder: Folder) -> None:
    assert folder.problems("store = 1\ndetect = 1\nconnections = 1\n") == snapshot(
        [
            "syncd.toml: store (line 1): must be a table. Write its keys below a line with its name in square brackets.",
            "syncd.toml: detect (line 2): must be a table. Write its keys below a line such as [detect.drift].",
            "syncd.toml: connections (line 3): no connection is configured. Add one, as config.example.toml shows: [connections.plat].",
        ]
    )
    assert folder.problems("[connections]\nplat = 1\n") == snapshot(
        ["syncd.toml: connections.plat (line 2): must be a table. Write its keys below [connections.plat]."]
    )


def test_the_ways_to_give_a_secret_wrongly(folder: Folder) -> None:
    folder.put("empty", "\n")
    folder.put("two", "one\ntwo\n")
    folder.put("good", "abc")
    (folder.path / "binary").write_bytes(b"\xff\xfe\x00")
    told = {
        what: folder.problems(BARE + lines)
        for what, lines in {
            "none": "",
            "both": 'token = "abc"\ntoken_file = "good"\n',
            "empty": 'token = ""\n',
            "missing file": 'token_file = "none"\n',
            "empty file": 'token_file = "empty"\n',
            "two lines": 'token_file = "two"\n',
            "folder": 'token_file = "mappings"\n',
            "binary": 'token_file = "binary"\n',
            "number": "token = 12345\n",
        }.items()
    }
    assert told == snapshot(
        {
            "none": [
                "syncd.toml: connections.plat.token_file (line 1): no token is given. Set it, or SYNCD_CONNECTIONS__PLAT__TOKEN in the environment."
            ],
            "both": ["syncd.toml: connections.plat.token (line 4): token and token_file are both given. Keep one of them."],
            "empty": ["syncd.toml: connections.plat.token (line 4): is empty. Put the secret there, or remove the key."],
            "missing file": [
                "syncd.toml: connections.plat.token_file (line 4): none does not exist. Create it, or correct the path (relative to the configuration file)."
            ],
            "empty file": [
                "syncd.toml: connections.plat.token_file (line 4): empty is empty. Put the secret there, or remove the key."
            ],
            "two lines": [
                "syncd.toml: connections.plat.token_file (line 4): holds more than one word or line. Keep the secret alone, on one line."
            ],
            "folder": [
                "syncd.toml: connections.plat.token_file (line 4): mappings is a folder, not a file. Name the file in it."
            ],
            "binary": ["syncd.toml: connections.plat.token_file (line 4): binary is not text. Name a text file."],
            "number": ['syncd.toml: connections.plat.token (line 4): must be a text. Put it in quotes: "...".'],
        }
    )


def test_credentials_and_a_token_do_not_go_together(folder: Folder) -> None:
    folder.put("google.json", "{}")
    text = '[connections.cal]\nkind = "calendar"\ncredentials_file = "google.json"\ntoken = "abc"\n'
    assert folder.problems(text) == snapshot(
        ["syncd.toml: connections.cal.credentials_file (line 3): a token and credentials_file are both given. Keep one of them."]
    )
    assert folder.problems('[connections.cal]\nkind = "calendar"\ncredentials_file = "gone.json"\n') == snapshot(
        [
            "syncd.toml: connections.cal.credentials_file (line 3): gone.json does not exist. Create it, or correct the path (relative to the configuration file)."
        ]
    )


@pytest.mark.parametrize(
    "lines",
    [
        f'token = ["{CANARY}"]',
        f'token = {{ value = "{CANARY}" }}',
        f'token = "{CANARY} {CANARY}"',
        f'tokn = "{CANARY}"',
        f'token_file = "{CANARY}-ghp_aaaaaaaaaaaaaaaa"',
        f'token = "{CANARY}"\ntoken_file = "x"',
        f'token = "{CANARY}"\nurl2 = 1',
        f'token = "x"\nproxy = "{CANARY}"',
        f'token = "x"\nproxy = ["http://u:{CANARY}@p:1"]',
        f'token = "x"\nproxy = "http://u:{CANARY}@p:port"',
        f'token = "{CANARY}"\nmapping = "{CANARY}"',
        f'token = "{CANARY}"\nwrite = "{CANARY}"',
        f'token = "{CANARY}"\nholds = "{CANARY}"',
    ],
)
def test_no_problem_repeats_a_secret(folder: Folder, lines: str) -> None:
    assert CANARY not in "\n".join(folder.problems(BARE + lines))


@pytest.mark.parametrize("rest", ["CONNECTIONS__PLAT__TOKEN__X", "CONNECTIONS__PLAT__TOKN", "CONNECTIONS__PLAT", "STORE__URL"])
def test_no_problem_repeats_a_secret_of_the_environment(folder: Folder, rest: str) -> None:
    assert CANARY not in "\n".join(folder.problems(BARE, {f"SYNCD_{rest}": CANARY}))


@pytest.mark.parametrize(
    "url",
    [
        "tracker.example",
        "https://",
        "https://user:pw@t.example",
        "https://t.example/?q=1",
        "http://t.example",
        "https://t.example:port",
        "https://[::1",
        "https://t .example",
    ],
)
def test_addresses_that_will_not_do(folder: Folder, url: str) -> None:
    told = {
        "tracker.example": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): is not a web address. Write it with scheme and host: https://host.example."
            ]
        ),
        "https://": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): is not a web address. Write it with scheme and host: https://host.example."
            ]
        ),
        "https://user:pw@t.example": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): holds a user or a password. Take them out of the address: they belong into user and token_file."
            ]
        ),
        "https://t.example/?q=1": snapshot(
            ["syncd.toml: connections.plat.url (line 4): has a part after ? or #. Leave that part out: this is the base address."]
        ),
        "http://t.example": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): would send the token over plain http. Write https://, or set allow_http = true if the network is trusted."
            ]
        ),
        "https://t.example:port": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): is not a web address. Write it with scheme and host: https://host.example."
            ]
        ),
        "https://[::1": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): is not a web address. Write it with scheme and host: https://host.example."
            ]
        ),
        "https://t .example": snapshot(
            [
                "syncd.toml: connections.plat.url (line 4): is not a web address. Write it with scheme and host: https://host.example."
            ]
        ),
    }
    assert folder.problems(GOOD.replace("https://tracker.example", url)) == told[url]


def test_plain_http_elsewhere_is_a_choice_one_can_make(folder: Folder) -> None:
    text = GOOD.replace("https://", "http://") + "allow_http = true\n"
    assert folder.load(text).connections["plat"].url == "http://tracker.example"


def test_two_connections_that_read_the_same(folder: Folder) -> None:
    assert folder.problems(GOOD + GOOD.replace("plat", "again")) == snapshot(
        [
            "syncd.toml: connections.again (line 7): reads the same as 'plat': every ticket would be commented twice. Remove one of the two."
        ]
    )


def test_two_projects_of_one_site_are_two_connections_of_good_right(folder: Folder) -> None:
    text = GOOD + 'projects = ["A"]\n' + GOOD.replace("plat", "again") + 'projects = ["B"]\n'
    assert folder.load(text).connections.keys() == {"plat", "again"}


def test_a_mapping_with_problems_is_said_once_with_its_own_file(folder: Folder) -> None:
    folder.put("mappings/broken.toml", "[[rule]]\nstrem = 'issues'\n")
    uses_it = GOOD + 'mapping = "broken"\n'
    problems = folder.problems(uses_it + uses_it.replace("plat", "other").replace("tracker.ex", "other.ex"))
    assert problems
    assert all(problem.startswith("mappings/broken.toml: ") for problem in problems)
    assert len(problems) == len(set(problems))


@pytest.mark.parametrize(("content", "why"), [(None, "Is a directory"), (b"\xff", "it is not UTF-8 text")])
def test_a_mapping_that_cannot_be_read(folder: Folder, content: bytes | None, why: str) -> None:
    file = folder.path / "mappings" / "odd.toml"
    file.mkdir() if content is None else file.write_bytes(content)
    (problem,) = folder.problems(GOOD + 'mapping = "odd"\n')
    assert (
        f"connections.plat.mapping (line 6): the mapping 'odd', or one that it extends, cannot be read: {why}. Correct" in problem
    )


def test_a_mapping_for_another_vendor(folder: Folder) -> None:
    folder.put("mappings/other.toml", '[[rule]]\nstream = "pulls"\nto = "item"\n[rule.fields]\ntitle = "title"\n')
    assert folder.problems(GOOD + 'mapping = "other"\n') == snapshot(
        [
            "syncd.toml: connections.plat.mapping (line 6): 'other' reads pulls, which tracker does not have. Name a mapping for tracker: issues."
        ]
    )


def test_a_connector_whose_library_is_not_there(folder: Folder) -> None:
    def broken() -> dict[str, object]:
        def get() -> object:
            raise ImportError("No module named 'tracker'")

        return {"tracker": get}

    folder.file.write_text(GOOD)
    with pytest.raises(Problems, match=r"the connector cannot be loaded: No module named 'tracker'\. Install syncd anew"):
        load(folder.file, {}, broken, dict)  # type: ignore[arg-type]


def test_precedence_by_field_knows_the_fields(folder: Folder) -> None:
    text = '[model.precedence]\ndeu = ["plat"]\ndue = ["plta"]\n' + GOOD
    assert folder.problems(text) == snapshot(
        [
            "syncd.toml: model.precedence.deu (line 2): a milestone has no field 'deu'. Did you mean due?",
            "syncd.toml: model.precedence.due (line 3): there is no connection 'plta'. Did you mean plat?",
        ]
    )


def test_a_line_is_named_even_in_a_list_of_tables(folder: Folder, tmp_path: Path) -> None:
    assert folder.problems(GOOD + "projects = [1]\n") == snapshot(
        ['syncd.toml: connections.plat.projects[0] (line 6): must be a text. Put it in quotes: "...".']
    )


def test_a_misspelt_key_in_a_list_of_tables(folder: Folder) -> None:
    text = '[connections.cal]\nkind = "calendar"\ntoken = "abc"\n[[connections.cal.calendars]]\n[[connections.cal.calendars]]\nidd = "x"\n'
    assert folder.problems(text) == snapshot(
        ["syncd.toml: connections.cal.calendars[1].idd (line 6): unknown key. Did you mean id?"]
    )


def test_one_wrong_key_of_a_section_does_not_hide_the_next(folder: Folder) -> None:
    text = '[model]\nzone = "CEST"\nprecedence = "plat"\n[store]\nurl_fil = "x"\nurl = "mysql://db"\n'
    assert folder.problems(text + GOOD) == snapshot(
        [
            "syncd.toml: model.zone (line 2): there is no time zone 'CEST'. Write it as in Europe/Berlin.",
            'syncd.toml: model.precedence.default (line 3): must be a list. Write it in square brackets: ["...", "..."].',
            "syncd.toml: store.url_fil (line 5): unknown key. Did you mean url_file?",
            "syncd.toml: store.url (line 6): names no database that syncd knows. Write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
        ]
    )


def test_a_table_in_a_misspelt_section_has_a_line(folder: Folder) -> None:
    assert folder.problems(GOOD + "\n[deliveri.x]\ny = 1\n") == snapshot(
        ["syncd.toml: deliveri (line 7): unknown key. Did you mean delivery?"]
    )


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", "x" * 5000, "nul\\u0000", "/", "", "../.."])
def test_paths_that_cannot_be_are_problems_like_any_other(folder: Folder, path: str) -> None:
    keys = f'ca_file = "{path}"\nproxy_file = "{path}"\nmapping = "{path}"\ntoken_file = "{path}"\n'
    problems = folder.problems(f'[mappings]\ndir = "{path}/none"\n[store]\nurl = "sqlite:///{path}/none/x.db"\n' + BARE + keys)
    assert len(problems) == 6


def test_what_a_connectors_own_check_says_is_text_and_cure(folder: Folder) -> None:
    assert folder.problems(GOOD + 'projects = ["pay"]\n') == snapshot(
        ["syncd.toml: connections.plat.projects (line 6): a project has a key in capitals. Write it as the tracker shows it."]
    )
