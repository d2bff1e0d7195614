"""A configuration that is right becomes what the pass, the planner and the connectors need."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.contract import AuthFailed, Rules, TlsAndProxy
from tests.config.made_up import GOOD, Folder

BARE = '[connections.plat]\nkind = "tracker"\nurl = "https://t.example"\n'
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def test_the_least_that_works_has_the_promised_defaults(folder: Folder) -> None:
    config = folder.load(GOOD)
    assert config.store_url == f"sqlite:///{folder.path}/syncd.db"
    assert (config.zone, config.precedence, config.interval_s) == ("UTC", (), 300)
    assert (config.delivery.timeout_s, config.delivery.settle_s) == (30, 35)
    assert (config.policy.instance, config.policy.at_start, config.policy.writes_per_pass) == ("syncd", "known", 20)
    assert config.connections["plat"].write == "plan"
    assert config.connections["plat"].mapping_name == "tracker.default"
    assert config.policy.titles == {"late": "Late"}


def test_only_the_kinds_that_are_named_are_loaded(folder: Folder) -> None:
    folder.load(GOOD)
    assert folder.loaded == ["tracker"]


def test_a_connector_is_told_everything_it_needs(folder: Folder) -> None:
    folder.put("ca.pem", "-----BEGIN CERTIFICATE-----\n")
    config = folder.load(
        GOOD + 'user = "bot"\nprojects = ["PAY"]\nca_file = "ca.pem"\nproxy = "http://proxy:3128"\nno_proxy = ["intranet"]\n'
        "[delivery]\ntimeout_s = 3\nsettle_s = 4\n"
    )
    settings = config.connections["plat"].settings(lambda: NOW, {"issues": frozenset({"title"})})
    assert (settings.connection, settings.url, settings.user) == ("plat", "https://tracker.example", "bot")
    assert settings.secret() == "s3cret-token"
    assert settings.options.model_dump()["projects"] == ("PAY",)
    assert settings.transport == TlsAndProxy(ca_file=f"{folder.path}/ca.pem", proxy="http://proxy:3128", no_proxy=("intranet",))
    assert settings.timeout_s == 3
    assert settings.fields == {"issues": frozenset({"title"})}
    assert settings.now() == NOW


def test_the_planner_is_told_where_it_may_write(folder: Folder) -> None:
    config = folder.load(GOOD + 'write = "off"\nshare = "titles"\n[connections.plat.write_for]\nPAY = "on"\n')
    place = config.connections["plat"].place()
    assert (place.mode("PAY"), place.mode("OPS"), place.share) == ("on", "off", "titles")
    assert place.takes == {"issues": frozenset({"comment"})}


def test_precedence_is_a_list_or_a_table_by_field(folder: Folder) -> None:
    assert folder.load('[model]\nprecedence = ["plat"]\n' + GOOD).precedence == ("plat",)
    config = folder.load('[model]\nprecedence.default = ["plat"]\nprecedence.due = ["plat"]\n' + GOOD)
    assert (config.precedence, config.precedence_for) == (("plat",), {"due": ("plat",)})
    assert config.policy.precedence == ("plat",)


def test_one_may_settle_as_soon_as_a_request_is_given_up(folder: Folder) -> None:
    delivery = folder.load("[delivery]\ntimeout_s = 0.5\nsettle_s = 0.5\n" + GOOD).delivery
    assert (delivery.timeout_s, delivery.settle_s) == (0.5, 0.5)


def test_thresholds_reach_their_detector(folder: Folder) -> None:
    ((detector, rules),) = folder.load("[detect.late]\nwarn_days = 3\n" + GOOD).detectors
    assert (detector.code, rules.model_dump()) == ("late", {**Rules().model_dump(), "warn_days": 3})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///data.db", "sqlite:///{here}/data.db"),
        ("sqlite:////var/data.db", "sqlite:////var/data.db"),
        ("sqlite:///data.db?timeout=5", "sqlite:///{here}/data.db?timeout=5"),
        ("sqlite://", "sqlite://"),
        ("postgresql+psycopg://me:pw@db/syncd", "postgresql+psycopg://me:pw@db/syncd"),
    ],
)
def test_a_relative_path_of_the_store_is_relative_to_the_file(folder: Folder, written: str, meant: str) -> None:
    assert folder.load(f'[store]\nurl = "{written}"\n{GOOD}').store_url == meant.format(here=folder.path)


def test_relative_paths_do_not_depend_on_where_one_stands(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("secrets/token", "from-file\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    config = folder.load(BARE + 'token_file = "secrets/token"\n')
    assert config.connections["plat"].secret() == "from-file"


def test_a_rotated_token_is_used_without_a_restart(folder: Folder) -> None:
    file = folder.put("token", "first\n")
    secret = folder.load(BARE + 'token_file = "token"\n')
    before = secret.connections["plat"].secret()
    file.write_text("second\r\n")
    assert (before, secret.connections["plat"].secret()) == ("first", "second")


def test_a_token_file_that_goes_away_later_is_a_matter_of_credentials(folder: Folder) -> None:
    file = folder.put("token", "first")
    config = folder.load(BARE + 'token_file = "token"\n')
    file.unlink()
    with pytest.raises(AuthFailed, match=r"plat: .*token does not exist\. Create it"):
        config.connections["plat"].secret()


def test_a_log_hides_what_is_secret_now_and_goes_on_without_the_file(folder: Folder) -> None:
    file = folder.put("token", "first")
    config = folder.load(BARE + 'token_file = "token"\nproxy = "http://me:proxy-password@proxy:3128"\n')
    before = {*config.connections["plat"].hidden()}
    file.unlink()
    assert (before, {*config.connections["plat"].hidden()} - {""}) == ({"first", "proxy-password"}, {"proxy-password"})


def test_credentials_in_a_file_stand_for_a_token(folder: Folder) -> None:
    folder.put("google.json", "{}")
    cal = folder.load('[connections.cal]\nkind = "calendar"\ncredentials_file = "google.json"\n').connections["cal"]
    assert cal.secret() is None
    assert cal.options.model_dump()["credentials_file"] == f"{folder.path}/google.json"


def test_a_mapping_of_ones_own_goes_before_the_bundled_one(folder: Folder) -> None:
    folder.put("mine.toml", '[[rule]]\nstream = "issues"\nto = "item"\n[rule.fields]\ntitle = "subject"\n')
    config = folder.load(GOOD + 'mapping = "mine.toml"\n')
    assert "subject" in config.connections["plat"].mapping.reads["issues"]


def test_a_system_without_a_server_may_have_any_address(folder: Folder) -> None:
    assert folder.load('[connections.mem]\nkind = "local"\n').connections["mem"].url == "here"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://[::1]:8080/", "http://localhost:1", "http://127.8.9.1"])
def test_plain_http_is_fine_on_this_machine(folder: Folder, url: str) -> None:
    assert folder.load(GOOD.replace("https://tracker.example", url)).connections["plat"].url == url


def test_a_dump_shows_everything_but_the_secrets(folder: Folder) -> None:
    folder.put("token", "canary-in-file")
    config = folder.load(
        '[store]\nurl = "postgresql+psycopg://me:canary-db@db/syncd"\n'
        '[connections.plat]\nkind = "tracker"\nurl = "https://t.example"\ntoken = "canary-token"\nproxy = "http://u:canary-proxy@p:1"\n'
        '[connections.two]\nkind = "tracker"\nurl = "https://two.example"\ntoken_file = "token"\n'
    )
    dump = json.dumps(config.redacted())
    assert '"url": "postgresql+psycopg://me:***@db/syncd"' in dump
    assert f'"token_file": "{folder.path}/token"' in dump
    assert "canary" not in dump + repr(config) + str(config)


def test_a_byte_order_mark_is_no_reason_to_refuse(folder: Folder) -> None:
    assert folder.load("\ufeff" + GOOD).connections.keys() == {"plat"}


def test_the_file_is_named_absolutely(folder: Folder) -> None:
    assert folder.load(GOOD).file == Path(folder.file)
