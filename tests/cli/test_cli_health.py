"""`syncd healthcheck`: whether passes still happen, as a container's engine or a monitor asks."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.demo.jira_twin import JiraTwin
from syncd.run.clock import Clock
from syncd.run.pulse import noted, pulse
from syncd.store import open_store
from tests.cli.cli_world import company, configured, syncd


@pytest.fixture
def jira() -> Iterator[JiraTwin]:
    with company() as twin:
        yield twin


@pytest.fixture
def config(jira: JiraTwin, tmp_path: Path) -> Path:
    return configured(tmp_path, jira)


def remember(config: Path, pid: int | None = None, host: str | None = None, **minutes_ago: float | None) -> None:
    """Write into the store when the last pass `ended` and when one `began`, in this process or another."""
    process = {"host": host or socket.gethostname(), "pid": pid or os.getpid()}
    store = open_store(f"sqlite:///{config.parent}/syncd.db")
    for name, key in (("began", "pass began"), ("ended", "last pass")):
        ago = minutes_ago.get(name)
        at = datetime.now(UTC) - timedelta(minutes=ago or 0)
        store.meta.put(key, None if ago is None else {"at": at.isoformat(), "seconds": 12.5, **process})
    store.close()


def test_it_is_not_healthy_before_a_pass_and_healthy_after_one(config: Path) -> None:
    before = syncd("healthcheck", "-c", config)
    assert before.exit_code == 1
    assert before.stdout.startswith("not healthy: ")
    assert "there is no database yet. Start `syncd run`" in before.stdout
    assert not (config.parent / "syncd.db").exists()
    assert syncd("once", "-c", config).exit_code == 0
    after = syncd("healthcheck", "-c", config)
    assert after.exit_code == 0
    assert after.stdout.startswith("healthy: the last pass ended ")
    assert len(before.stdout.splitlines()) == len(after.stdout.splitlines()) == 1


def test_a_plan_is_no_pass(config: Path) -> None:
    syncd("plan", "-c", config)
    result = syncd("healthcheck", "-c", config)
    assert (result.exit_code, "no pass has ended yet" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("interval_s", "ended", "began", "code", "says"),
    [
        (300, 14.5, None, 0, "the last pass ended 14 min ago and took 12 s"),
        (300, 15.5, None, 1, "the last pass ended 15 min ago. Look whether `syncd run` still runs"),
        (5, 9.5, None, 0, "the last pass ended 9 min ago"),
        (5, 10.5, None, 1, "the last pass ended 10 min ago"),
        (3600, 179, None, 0, "the last pass ended 2 h ago"),
        (3600, 181, None, 1, "the last pass ended 3 h ago"),
        (300, 400, 395, 0, "a pass has been under way for 6 h"),
        (300, None, 90, 0, "a pass has been under way for 90 min"),
        (300, 3000, 25 * 60, 1, "a pass has been under way for 25 h. Look into the log, and start syncd again"),
        (300, None, None, 1, "no pass has ended yet"),
    ],
)
def test_three_intervals_and_at_least_ten_minutes_may_go_by(
    jira: JiraTwin, config: Path, interval_s: int, ended: float | None, began: float | None, code: int, says: str
) -> None:
    config.write_text(config.read_text() + f"\n[run]\ninterval_s = {interval_s}\n")
    remember(config, ended=ended, began=began)
    result = syncd("healthcheck", "-c", config)
    assert (result.exit_code, result.stdout.count("\n")) == (code, 1), result.output
    assert says in result.stdout
    assert not jira.server.log


def test_as_json_it_has_stable_keys(config: Path) -> None:
    remember(config, ended=2)
    good = json.loads(syncd("healthcheck", "-c", config, "--json").stdout)
    assert datetime.fromisoformat(good["ended"]) < datetime.now(UTC)
    assert good.keys() == {"healthy", "why", "began", "ended", "seconds"}
    assert (good["healthy"], good["began"], good["seconds"]) == (True, None, 12.5)
    remember(config)
    bad = json.loads(syncd("healthcheck", "-c", config, "--json").stdout)
    assert (bad["healthy"], bad["ended"]) == (False, None)


def test_a_store_that_cannot_be_opened_is_said_without_its_password(config: Path) -> None:
    (config.parent / "syncd.db").write_text("this is no database, but long enough to be looked at as one\n" * 20)
    broken = syncd("healthcheck", "-c", config)
    assert (broken.exit_code, "not a database" in broken.stdout) == (1, True)
    url = "postgresql+psycopg://syncd:hunter2@127.0.0.1:9/syncd"
    config.write_text(config.read_text().replace("sqlite:///syncd.db", url))
    away = syncd("healthcheck", "-c", config)
    assert away.exit_code == 1
    assert "127.0.0.1" in away.stdout
    assert "hunter2" not in away.output


def test_a_configuration_that_cannot_be_used_is_not_healthy(config: Path) -> None:
    config.write_text(config.read_text().replace("timeout_s = 2", 'timeout_s = "soon"').replace("kind =", "kinds ="))
    result = syncd("healthcheck", "-c", config)
    assert result.exit_code == 1
    assert "timeout_s" in result.stdout
    assert "more: syncd check" in result.stdout


def test_a_pass_that_breaks_off_again_and_again_is_no_pass(config: Path) -> None:
    store = open_store(f"sqlite:///{config.parent}/syncd.db")
    remember(config, ended=60)
    with pytest.raises(RuntimeError), noted(store, Clock()):
        assert pulse(store).began is not None
        raise RuntimeError("a defect")
    assert pulse(store).began is None
    store.close()
    assert syncd("healthcheck", "-c", config).exit_code == 1


def test_a_pass_whose_process_was_killed_is_not_under_way(config: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    remember(config, ended=3, began=2, pid=ended.pid)
    here = syncd("healthcheck", "-c", config)
    assert here.exit_code == 1
    assert "the process of the pass that began 2 min ago is gone. Start `syncd run` again" in here.stdout
    remember(config, ended=3, began=2, pid=ended.pid, host="another-machine")
    assert syncd("healthcheck", "-c", config).exit_code == 0


def test_while_a_pass_runs_it_is_healthy(jira: JiraTwin, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    comment = jira.server.serve

    def looking(request: Any, line: str) -> Any:
        if not seen:
            seen.append(syncd("healthcheck", "-c", config))
        return comment(request, line)

    monkeypatch.setattr(jira.server, "serve", looking)
    config.write_text(config.read_text().replace("timeout_s = 2", "timeout_s = 20").replace("settle_s = 2.5", "settle_s = 25"))
    assert syncd("once", "-c", config).exit_code == 0
    assert seen[0].exit_code == 0
    assert "a pass has been under way for" in seen[0].stdout
