"""The image as ops get it: built from deploy/Dockerfile, run read-only without any right, watched, stopped."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.demo.jira_twin import JiraTwin
from tests.deploy.container_given import Builder, Runner, needs_tools

pytestmark = pytest.mark.slow

LOOK = """
import json, os, pathlib
def refused(path):
    try:
        pathlib.Path(path).write_text("x")
    except OSError as error:
        return error.strerror
status = dict(line.split(":\\t") for line in pathlib.Path("/proc/self/status").read_text().splitlines() if ":\\t" in line)
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "rights": [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")],
    "refused": {path: refused(path) for path in ("/x", "/opt/syncd/x", "/etc/syncd/x", "/usr/bin/x", "/data/x", "/tmp/x")},
    "there": [path for path in ("/src", "/opt/build", "/wheels") if os.path.isdir(path) and os.listdir(path)]
    + [path for path in ("/opt/syncd/bin/pip", "/etc/pip.conf") if os.path.exists(path)],
}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Room for images, which is given back: they are large."""
    needs_tools()
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def jira() -> Iterator[JiraTwin]:
    twin = JiraTwin(lambda: datetime.now(UTC))
    twin.project("PLAT")
    twin.issue("PLAT", "Basket")
    twin.server.start()
    yield twin
    twin.server.stop()


def test_the_image_is_built_and_does_its_work_without_any_right(folder: Path, jira: JiraTwin) -> None:
    builder = Builder(folder)
    wheels = builder.wheels(builder.base())
    built = builder.build(wheels, BASE="localhost/base", VERSION="1.2.3", SOURCE="https://git.example/syncd")
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    image = builder.image()
    described(image)
    runner = Runner(builder.unpacked(), image, folder / "run-as-ops")
    runner.folder.mkdir()
    runner.prepare()
    confined(runner)
    (runner.folder / "etc/syncd.toml").write_text(configuration(jira))
    watched(runner, jira)
    played(runner)


def configuration(jira: JiraTwin) -> str:
    return f"""
        [store]
        url = "sqlite:////data/syncd.db"
        [connections.plat]
        kind = "jira"
        url = "{jira.url}"
        user = "bot@acme.example"
        token = "twin-token"
        projects = ["PLAT"]
        """


def described(image: dict[str, object]) -> None:
    """The image's own description is what the Dockerfile promises."""
    assert image["User"] == "10001:10001"
    assert (image["Entrypoint"], image["Cmd"], image["WorkingDir"]) == (["syncd"], ["run"], "/data")
    assert image["StopSignal"] == "SIGTERM"
    assert image["Volumes"] == {"/data": {}}
    labels = image["Labels"]
    assert isinstance(labels, dict)
    named = {key.rpartition(".")[2]: value for key, value in labels.items() if key.startswith("org.opencontainers.image.")}
    assert named | {"title": "syncd", "version": "1.2.3", "source": "https://git.example/syncd"} == named


def confined(runner: Runner) -> None:
    """A stranger's uid, no capabilities, nothing writable but /data and /tmp, nothing left of the building."""
    found = json.loads(runner.once("-c", LOOK, entrypoint=["python3"]).stdout)
    assert found["user"] == [10001, 10001]
    assert found["rights"] == [0, 0, 0]
    assert found["there"] == []
    writable = {path for path, why in found["refused"].items() if why is None}
    assert writable == {"/data/x", "/tmp/x"}, found["refused"]


def watched(runner: Runner, jira: JiraTwin) -> None:
    """Not healthy before a pass and healthy after it; SIGTERM ends it with 0, and what it read stays in /data."""
    before = runner.once("healthcheck")
    assert before.returncode == 1, before.stdout + before.stderr
    assert "not healthy: /data/syncd.db: there is no database yet" in before.stdout
    daemon = runner.start()
    try:
        log = until_a_pass(daemon)
        after = runner.healthcheck()
        assert after.returncode == 0, after.stdout + after.stderr + log
        assert after.stdout.startswith("healthy: the last pass ended")
        runner.stop()
        rest, _ = daemon.communicate(timeout=60)
    finally:
        if daemon.poll() is None:
            daemon.kill()
    assert daemon.returncode == 0, log + rest
    assert "ended" in rest
    assert jira.server.requests("/search")
    assert (runner.data / "syncd.db").stat().st_uid == 10001
    assert not (runner.data / "syncd.db-wal").exists()


def until_a_pass(daemon: "subprocess.Popen[str]") -> str:
    """The log up to the end of the first pass."""
    assert daemon.stdout is not None
    lines = []
    for line in daemon.stdout:
        lines.append(line)
        if "findings" in line:
            return "".join(lines)
    raise AssertionError("it ended before a pass: " + "".join(lines))


def played(runner: Runner) -> None:
    """The simulated company plays inside, too."""
    demo = runner.once("demo", "--once")
    assert demo.returncode == 0, demo.stdout[-2000:] + demo.stderr[-2000:]
