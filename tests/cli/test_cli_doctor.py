"""`syncd doctor`: what a person is told of each connection, the bundle, and that no secret is in anything that syncd prints."""

import io
import json
import tarfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syncd.cli.main import cli
from syncd.run.discreet import without_secrets
from tests.connectors.tls_given import Authority
from tests.run.run_given import Company, Ran, company, furnish

KEYS = {"health", "version", "at", "configuration", "store", "connections"}
PARTS = {"manifest.json", "doctor.json", "config.json", "versions.json", "states.json", "findings.json"}


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A company on all four vendors."""
    with company(tmp_path, monkeypatch) as made:
        furnish(made)
        yield made


def checks(ran: Ran, connection: str) -> dict[str, Any]:
    """what -> check, of one connection."""
    return {one["what"]: one for one in ran.json["connections"][connection]["checks"]}


def files(bundle: Path) -> dict[str, bytes]:
    content = bundle.read_bytes()
    if bundle.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}  # type: ignore[union-attr]


def test_all_four_are_looked_at_and_are_well(firm: Company) -> None:
    firm.once()
    with firm.watched() as requests:
        ran = firm.syncd("doctor", "--json")
    assert ran.json.keys() == KEYS
    assert list(ran.json["connections"]) == ["plat", "code", "web", "cal"]
    for name in firm.servers:
        found = checks(ran, name)
        assert found["reachable"]["health"] == found["account"]["health"] == "ok", found
        assert all(found[what]["health"] == "ok" for what in found if what.startswith("stream ")), found
    assert not [entry for entry in requests if entry.write]
    assert [one["what"] for one in ran.json["store"]] == ["store", "disk"]
    text = firm.syncd("doctor").out
    for word in ("plat (jira)", "cal (google_calendar)", "SQLite", "stream issues", "read to its end"):
        assert word in text


def test_a_clock_that_is_off_is_a_warning_and_ends_with_zero(firm: Company) -> None:
    """The company's clock stands in May 2026, the twins' answers say what time it really is."""
    firm.once()
    ran = firm.syncd("doctor", "plat", "--json")
    assert list(ran.json["connections"]) == ["plat"]
    assert (ran.code, ran.json["health"], checks(ran, "plat")["clock"]["health"]) == (0, "warn", "warn")


def test_one_that_refuses_us_fails_and_the_others_are_looked_at(firm: Company) -> None:
    firm.once()
    firm.github.server.fail(".", status=401, body={"message": "Bad credentials"}, times=0)
    ran = firm.syncd("doctor", "--json")
    assert (ran.code, ran.json["health"]) == (1, "fail")
    assert "401" in checks(ran, "code")["account"]["text"]
    assert [checks(ran, name)["account"]["health"] for name in ("plat", "web", "cal")] == ["ok"] * 3
    assert "fail  account" in firm.syncd("doctor", "code").out


def test_one_that_hangs_is_told_when_its_time_is_over(firm: Company) -> None:
    firm.gitlab.server.fail(".", how="slow", delay_s=3, times=0)
    ran = firm.syncd("doctor", "--json", "--limit-s", "1")
    assert (ran.code, checks(ran, "web")["reachable"]["text"]) == (1, "no answer within 1 s")
    assert checks(ran, "plat")["reachable"]["health"] == "ok"


def test_wrong_words_and_a_broken_configuration_end_with_two(firm: Company) -> None:
    ran = firm.syncd("doctor", "plta")
    assert (ran.code, "Did you mean plat" in ran.err) == (2, True)
    ran = firm.syncd("doctor", "--bundle", "x.rar")
    assert (ran.code, ".zip or .tar.gz" in ran.err) == (2, True)
    ran = firm.syncd("doctor", "--bundle", str(firm.folder / "nowhere" / "x.zip"))
    assert (ran.code, "cannot be written" in ran.err) == (2, True)
    firm.sections["connections.plat"]["colour"] = "red"
    ran = firm.syncd("doctor", "--json")
    assert (ran.code, ran.json["health"], len(ran.json["configuration"])) == (2, "fail", 1)
    assert "colour" in ran.err


@pytest.mark.parametrize("name", ["help.zip", "help.tar.gz"])
def test_a_bundle_tells_how_things_are_and_nothing_that_is_nobodys_business(firm: Company, name: str) -> None:
    firm.jira.edit("PLAT-3", duedate="at midnight, as Ada said")
    firm.once()
    bundle = firm.folder / name
    assert str(bundle) in firm.syncd("doctor", "--bundle", str(bundle)).out
    parts = files(bundle)
    assert parts.keys() == PARTS
    found = {part: json.loads(text) for part, text in parts.items()}
    assert found["manifest.json"]["files"].keys() == PARTS - {"manifest.json"}
    assert found["doctor.json"]["connections"].keys() == set(firm.servers)
    assert {one["code"] for one in found["findings.json"]} >= {"drift"}
    assert found["findings.json"][0].keys() == {"code", "severity", "state", "held", "raised_at", "changed_at"}
    assert {one["connection"] for one in found["states.json"]} == set(firm.servers)
    assert found["config.json"]["connections"]["plat"]["token"] == "***"
    whole = b"\n".join(parts.values()).decode()
    for word in ("@", "twin-token", "web-token", "cal-token", "Checkout", "Basket", "API 3", "Ada", "midnight", "syncd bot"):
        assert word not in whole, word
    assert bundle.stat().st_mode & 0o777 == 0o600


# --- no secret in anything that syncd prints ---------------------------------------------------------------------------------

CANARY = "c4n4ry-5ecret-0f-{}"
NAMES = ("plat", "code", "web", "cal")


@pytest.fixture
def canaries(firm: Company) -> dict[str, str]:
    """Tokens, a proxy's password, a client's key and the secret of webhooks, told apart; every vendor accepts its token."""
    tokens = {name: CANARY.format(name) for name in NAMES}
    firm.jira.token, firm.github.token = tokens["plat"], tokens["code"]
    for twin, name in ((firm.gitlab, "web"), (firm.google, "cal")):
        accounts = next(value for value in vars(twin).values() if isinstance(value, dict) and f"{name}-token" in value)
        accounts[tokens[name]] = accounts[f"{name}-token"]
    ours = Authority(firm.folder / "authority").client()
    secret_line = Path(ours.key).read_text().splitlines()[2]
    (firm.folder / "hook.secret").write_text("h00k-canary-0123456789abcdef")
    for name in NAMES:
        section = firm.sections[f"connections.{name}"]
        section.pop("token")
        (firm.folder / f"{name}.token").write_text(tokens[name])
        section |= {"token_file": f"{name}.token", "proxy": "http://me:pr0xy-canary@127.0.0.1:9", "no_proxy": ["127.0.0.1"]}
    more = {"client_key_file": ours.key, "client_cert_file": ours.certificate, "hook_secret_file": "hook.secret"}
    firm.sections["connections.plat"] |= more
    user = firm.sections["connections.plat"]["user"]
    basic = b64encode(f"{user}:{tokens['plat']}".encode()).decode()
    return {**tokens, "proxy": "pr0xy-canary", "key": secret_line, "basic": basic, "hook": "h00k-canary-0123456789abcdef"}


COMMANDS = (
    ("once",), ("once", "--json"), ("plan",), ("plan", "--json"), ("findings", "--json"), ("explain", "PLAT-1"), ("check", "--json"),
    ("doctor", "--bundle", "help.zip"), ("doctor", "--json"), ("dead", "list"), ("backfill", "plat"),
)  # fmt: skip
FEW = tuple(words for words in COMMANDS if words in (("once",), ("doctor", "--bundle", "help.zip")))
"""Those that say what a vendor said."""


def everything(
    firm: Company, monkeypatch: pytest.MonkeyPatch, commands: tuple[tuple[str, ...], ...] = COMMANDS
) -> dict[str, str]:
    """What each command prints with the log at debug, and what the bundle holds."""
    monkeypatch.setenv("SYNCD_LOG", "debug")
    bundle = firm.folder / "help.zip"
    found = {}
    for words in (tuple(str(bundle) if word == bundle.name else word for word in told) for told in commands):
        firm.hand.go(minutes=16)
        ran = firm.syncd(*words)
        found[" ".join(words)] = ran.out + ran.err
    return {**found, "bundle": b"\n".join(files(bundle).values()).decode()}


def assert_silent(printed: dict[str, str], secrets: dict[str, str]) -> None:
    for command, text in printed.items():
        assert text, command
        for name, secret in secrets.items():
            assert secret[:12] not in text, f"{command} shows the secret {name}, or its beginning"


def test_no_secret_is_printed_where_all_is_well(firm: Company, canaries: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    printed = everything(firm, monkeypatch)
    assert (
        json.loads(printed["once --json"][: printed["once --json"].rindex("}") + 1])["connections"]["plat"]["streams"]["issues"][
            "state"
        ]
        == "fresh"
    )
    assert_silent(printed, canaries)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_no_secret_is_printed_where_a_vendor_repeats_it(
    firm: Company, canaries: dict[str, str], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Nor kept: the store would tell it later."""
    firm.once()
    words = " ".join(canaries.values())
    said = f"not with Authorization: Bearer {words} nor Basic {canaries['basic']} nor eyJhbGciOiJI.eyJzdWIiOiIx.c4n4ry51gn4tur3"
    body = {"message": said, "errorMessages": [said], "error": {"message": said, "errors": [{"message": said}]}}
    for server in firm.servers.values():
        server.fail(".", status=status, body=body, times=0)
    more = {**canaries, "by its form": "c4n4ry51gn4tur3"}
    assert_silent(everything(firm, monkeypatch, COMMANDS if status == 401 else FEW), more)
    kept = b"".join(file.read_bytes() for file in firm.folder.glob("syncd.db*")).decode("latin-1")
    assert_silent({"the store": kept}, more)


def test_no_secret_is_printed_where_a_write_is_refused_or_the_proxy_is_down(
    firm: Company, canaries: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, server in firm.servers.items():
        server.fail("^(POST|PUT|PATCH)", status=400, body={"message": f"{canaries[name]} is no good"}, times=0)
    assert_silent(everything(firm, monkeypatch), canaries)
    for name in NAMES:
        firm.sections[f"connections.{name}"].pop("no_proxy")
    printed = everything(firm, monkeypatch)
    assert "proxy" in printed["once"]
    assert_silent(printed, canaries)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sent Authorization: Bearer abcdefgh12345678", "sent Authorization: [hidden]"),
        (
            "Bearer authentication is needed, basic authentication is off",
            "Bearer authentication is needed, basic authentication is off",
        ),
        ("ghp_0123456789abcdef0123 is over", "[hidden] is over"),
        ("at https://me:word@acme.example/x", "at https://[hidden]@acme.example/x"),
        ("s3cret/with+signs and s3cret%2Fwith%2Bsigns", "[hidden] and [hidden]"),
        ("Make a new token and put it in place", "Make a new token and put it in place"),
    ],
)
def test_what_looks_like_a_credential_is_blotted_out_and_plain_words_stay(text: str, left: str) -> None:
    assert without_secrets(text, ["s3cret/with+signs", "", "abc"]) == left


def test_the_command_is_listed() -> None:
    assert "doctor" in CliRunner().invoke(cli, ["--help"]).stdout
