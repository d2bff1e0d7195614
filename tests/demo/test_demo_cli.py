"""`syncd demo` as a person starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syncd.cli.main import cli

ROOT = Path(__file__).parents[2]


def environment(temporary: Path, **more: str) -> dict[str, str]:
    temporary.mkdir(exist_ok=True)
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1", **more}


def syncd(*arguments: str, temporary: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "syncd", *arguments],
        env=environment(temporary, **more),
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


def assert_contract(said: str) -> None:
    """What is told of the contract that is about to break."""
    shown = " ".join(said.split())
    assert "acme/platform/identity!7 takes a field away that others rely on" in shown
    assert re.search(r"MOB-1 \(due [^)]+\) and acme/storefront/milestone/1 \(due [^)]+\)\.", shown)
    assert re.search(r"check syncd\S*: failed, \S", shown)
    assert re.search(r"calendar Workshop: contract sessions, \w+ \d+ \w+( \d+)?, 09:00 to 10:00", shown)
    assert re.search(r"not sooner Noah Adeyemi is away from .+; Mira Lindqvist is away from ", shown)
    assert "MOB-1 App 7.0: acme/platform/identity!7 breaks the contract sessions, which it relies on" in shown
    assert re.search(
        r"acme/storefront#\d+ acme/storefront/milestone/1 Checkout web client: acme/platform/identity!7 breaks", shown
    )
    assert "nobody's region" not in shown


def test_once_shows_the_main_job_and_leaves_only_the_folder_that_was_named(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    # A person's own settings and proxy have nothing to do with it.
    others = {"SYNCD_STORE__URL": "nonsense", "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    done = syncd("demo", "--once", "--dir", str(kept), temporary=tmp_path / "t", **others)
    assert not done.stderr
    assert done.returncode == 0
    said = done.stdout
    assert "Set up: a company of 2 programmes, 4 teams and some 400 tickets." in said
    assert re.search(r"Jira +3 projects, 2 versions, \d+ issues +fresh", said)
    assert re.search(r"critical +drift +MOB-\d+ Offline basket: \d+ working days late\.", said)
    assert "Why: PAY-" in said
    assert_contract(said)
    assert "Changed: PAY-" in said
    assert "syncd-" not in said, "the marker is not for people"
    assert re.search(r"Writes nothing: nothing has changed\. \d+ requests, all of them reads, in \d", said)
    assert re.search(r"The third pass: [1-3] comments? edited in place, \d+ others left as they are\.", said)
    late = re.search(r"- Checkout v2: (\d+) working days late.*\n +\+ Checkout v2: (\d+) working days late", said)
    assert late, said
    assert int(late[1]) < int(late[2])
    assert re.search(r"The fourth pass: 1 comment edited in place\. \d+ requests\.", said)
    answered = r"\+ Mira Lindqvist's reply of [^:]+: at risk until [^,]+, because the provider sends +two people on Monday\. "
    assert re.search(answered + r"Computed: off track\.", " ".join(said.split()))
    assert "\x1b" not in said, "plain where it is no terminal"
    assert not list((tmp_path / "t").iterdir())
    found = CliRunner().invoke(cli, ["findings", "--json", "-c", str(kept / "syncd.toml")])
    kept_from_tickets = ("critical_path_change", "execution", "schedule_quality")
    assert len([one for one in json.loads(found.stdout) if one["code"] not in kept_from_tickets]) in range(14, 30)
    again = CliRunner().invoke(cli, ["demo", "--once", "--dir", str(kept)])
    assert again.exit_code == 2
    assert "holds a syncd.toml already" in again.stderr


@pytest.mark.slow
def test_the_company_stays_up_for_other_commands_until_it_is_stopped(tmp_path: Path) -> None:
    temporary = tmp_path / "t"
    command = [sys.executable, "-m", "syncd", "demo"]
    with subprocess.Popen(command, env=environment(temporary), text=True, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout
            config = next(line.split("=", 1)[1].strip() for line in running.stdout if "export SYNCD_CONFIG=" in line)
            plan = CliRunner().invoke(cli, ["plan", "--detailed-exitcode", "-c", config])
            assert (plan.exit_code in (0, 3), plan.stderr) == (True, ""), plan.stdout  # 3: some seasons overload a team
            explained = CliRunner().invoke(cli, ["explain", "SHOP-2", "-c", config])
            assert re.search(r"Checkout v2: \d+ working days late", explained.stdout)
        finally:  # what is not stopped would be waited for without end
            running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0
    assert not list(temporary.iterdir())


@contextmanager
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("before", [0, 2])
def test_a_port_that_is_taken_ends_it_with_one_line(before: int) -> None:
    with taken() as port:
        done = CliRunner().invoke(cli, ["demo", "--once", "--port", str(port - before)])
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert "of 127.0.0.1 cannot be used" in line
    assert "--port" in line


def issue(key: str, **fields: Any) -> dict[str, Any]:
    own = {
        "summary": f"Summary of {key}",
        "project": {"id": "10", "key": "EE"},
        "issuetype": {"name": "Task"},
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "created": "2026-05-01T10:00:00.000+0200",
        "updated": "2026-05-01T10:00:00.000+0200",
    }
    return {"id": key.removeprefix("EE-"), "key": key, "self": f"https://x.example/{key}", "fields": own | fields}


def test_recorded_records_take_the_companys_place(tmp_path: Path) -> None:
    late = {"issuetype": {"name": "Epic"}, "duedate": "2026-05-04"}
    (tmp_path / "jira-issues.json").write_text(json.dumps([issue("EE-1", **late), issue("EE-2", parent=issue("EE-1", **late))]))
    (tmp_path / "jira-more.json").write_text("\n".join(json.dumps(issue(key)) for key in ("EE-3", "EE-4")))
    (tmp_path / "gitlab-issues.json").write_text('[{"id": 1,')
    (tmp_path / "github-issues.json").write_text('[{"id": 1}]')
    (tmp_path / "notes.txt").write_text("hello")
    done = CliRunner().invoke(cli, ["demo", "--once", "--records", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        "github-issues.json: cannot be used: a record has no 'url'. Save a JSON list of records as the vendor's API gives them",
        "gitlab-issues.json: cannot be used: line 1 is no JSON (Expecting property name enclosed in double quotes). "
        "Save a JSON list of records as the vendor's API gives them",
        "notes.txt: ignored, its name is none of jira-*.json, github-milestones.json, github-issues.json, github-pulls.json, "
        "gitlab-issues.json, gitlab-merge-requests.json",
    ]
    assert "Set up: 4 recorded records out of jira-issues.json, jira-more.json." in done.stdout
    assert re.search(r"Jira +1 project, 4 issues +fresh", done.stdout)
    assert re.search(r"critical +drift +EE-1 Summary of EE-1: at least \d+ working days late", done.stdout)
    assert "1 comment written" in done.stdout
    assert "Writes nothing" in done.stdout


def test_a_folder_without_records_says_what_is_expected(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["demo", "--once", "--records", str(tmp_path)])
    assert done.exit_code == 2
    assert "holds no records. Expected are files named jira-*.json" in done.stderr
