"""`[contracts]`: what is watched where, and what is wrong told with key and cure."""

import re
from datetime import date

import pytest

from syncd.config import load
from syncd.model.contract import Contract
from syncd.model.problem import Problems
from tests.config.made_up import Folder

CODE = """
[connections.code]
kind = "github"
token = "secret-0815"
repositories = ["acme/web"]
[connections.plat]
kind = "memory"
[teams.payments]
[teams.web]
"""


def told(folder: Folder, text: str) -> list[str]:
    folder.file.write_text(CODE + text)
    with pytest.raises(Problems) as caught:
        load(folder.file, {})
    return [str(problem) for problem in caught.value.problems]


def test_a_contract_with_all_its_keys(folder: Folder) -> None:
    folder.file.write_text(
        CODE
        + """
        [contracts.pay]
        connection = "code"
        repository = "acme/api"
        path = ["api/openapi.yaml", "api/schemas/**"]
        kind = "openapi"
        producer = "payments"
        consumers = { teams = ["web"], milestones = ["PAY-3"], links = true, file = "api/CONSUMERS" }
        adaptation_days = 3.5
        accept = ["0123456789abcdef"]
        levels = { response-enum-widened = "off", contract-removed = "risky" }
        [contracts.stripe]
        connection = "code"
        repository = "acme/vendor"
        path = "stripe.json"
        producer = "Stripe"
        third_party = true
        contact = "api@stripe.example"
        promised = 2026-12-01
        """
    )
    config = load(folder.file, {"SYNCD_CONTRACTS__STRIPE__ADAPTATION_DAYS": "5"})
    pay, stripe = config.contracts
    assert pay == Contract(
        name="pay",
        connection="code",
        repository="acme/api",
        paths=("api/openapi.yaml", "api/schemas/**"),
        kind="openapi",
        producer="payments",
        teams=("web",),
        milestones=("PAY-3",),
        by_links=True,
        consumer_file="api/CONSUMERS",
        adaptation_days=3.5,
        accept=frozenset({"0123456789abcdef"}),
        levels={"response-enum-widened": None, "contract-removed": "risky"},
    )
    assert (stripe.third_party, stripe.contact, stripe.adaptation_days) == (True, "api@stripe.example", 5)
    assert stripe.promised == date(2026, 12, 1)
    code = config.connections["code"]
    assert code.files == {"acme/api": ("api/openapi.yaml", "api/schemas/**", "api/CONSUMERS"), "acme/vendor": ("stripe.json",)}
    assert code.streams == ("milestones", "issues", "pulls", "contract_files")


def test_without_contracts_no_connection_reads_their_files(folder: Folder) -> None:
    folder.file.write_text(CODE.replace('repositories = ["acme/web"]', 'repositories = ["acme/web"]\nstreams = ["all"]'))
    code = load(folder.file, {}).connections["code"]
    assert code.files == {}
    assert "contract_files" not in code.streams
    assert "releases" in code.streams


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ('workshop = { connection = "code", calendar = "t" }', "workshop.connection: github takes no entries. Name one of"),
        (
            'workshop = { connection = "cod", calendar = "t" }',
            "workshop.connection: there is no connection 'cod'. Did you mean code?",
        ),
        ('connection = "cod"', "connection: there is no connection 'cod'. Did you mean code?"),
        ('connection = "plat"', "connection: memory has no files in repositories. Name one that holds the repository"),
        ('producer = "payment"', "producer: there is no team 'payment'. Did you mean payments?"),
        ('consumers = { teams = ["wbe"] }', "consumers.teams: there is no team 'wbe'. Did you mean web?"),
        ('path = "/etc/passwd"', "path: '/etc/passwd' is no path in a repository"),
        ('path = "../other.yaml"', "path: '../other.yaml' is no path in a repository"),
        ("path = []", "path: is empty"),
        ('kind = "swagger"', "kind"),
        ('accept = ["xyz"]', "accept: 'xyz' is no fingerprint"),
        ('levels = { contract-removed = "fatal" }', "levels.contract-removed"),
        ('levels = { contract-remove = "off" }', "there is no rule 'contract-remove'. Did you mean contract-removed?"),
        ('levels = { Xy = "off" }', "there is no rule 'Xy'. `syncd contracts rules` lists them."),
        ('project = "acme/api"', "repository and project are both given"),
        ('contact = "x"', "contact is that of a vendor outside"),
        ("promised = 2026-12-01", "promised is that of a vendor outside"),
        ('consumers = { file = "../x" }', "is no path in a repository"),
        ("adaptation_days = 0", "adaptation_days"),
        ('consumer = { teams = ["web"] }', "consumer: unknown key. Did you mean consumers?"),
    ],
)
def test_what_is_wrong_is_told_with_key_and_cure(folder: Folder, keys: str, problem: str) -> None:
    given = {"connection": '"code"', "repository": '"acme/api"', "path": '"a.yaml"'}
    name = keys.split(" ")[0]
    lines = [f"{key} = {value}" for key, value in given.items() if key != name]
    (found,) = told(folder, "\n".join(["[contracts.pay]", *lines, keys]))
    assert problem in re.sub(r" \(line \d+\)", "", found)
    assert "contracts.pay" in found


def test_a_repository_has_to_be_named(folder: Folder) -> None:
    (found,) = told(folder, '[contracts.pay]\nconnection = "code"\npath = "a.yaml"')
    assert "no repository is named" in found


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        ('status = "status"\nstatus_name = "Syncd/Contract"', True),
        ('status = "status"\nstatus_name = "syncd/contract"\ncontract_status = ""', False),
        ('status_name = "syncd/contract"', False),
    ],
)
def test_two_statuses_may_not_have_one_name(folder: Folder, policy: str, wrong: bool) -> None:
    if wrong:
        (found,) = told(folder, f"[policy]\n{policy}")
        assert "one would overwrite the other" in found
        return
    folder.file.write_text(f"{CODE}\n[policy]\n{policy}")
    assert load(folder.file, {}).policy.status_name == "syncd/contract"
