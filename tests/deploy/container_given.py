"""The image, built for real by buildah on a base from Debian's mirror, and run by runc: read-only, without rights, as a stranger's uid."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BASE = "SYNCD_TEST_BASE"
"""Names an archive of a root folder to build on (Debian or alike, with python3 and its venv module), where none is to be made."""

PATIENCE_S = 300
"""Making, building and unpacking take no longer than this; a machine that needs more has better things to do."""

_BUILDER = ("buildah", "--storage-driver", "vfs")


def run(*command: str | Path, seconds: float = 60, **options: Any) -> subprocess.CompletedProcess[str]:
    """A command to its end, with what it printed."""
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False, **options)


def needed(*command: str | Path, until: float, what: str) -> str:
    """A step of the set-up. Where it fails, the test is skipped with the reason: it says nothing about syncd."""
    try:
        done = run(*command, seconds=max(1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        pytest.skip(f"{what} takes too long here: all in all {PATIENCE_S} s were given")
    if done.returncode:
        pytest.skip(f"{what} does not work here: {' '.join((done.stderr or done.stdout).split())[-300:]}")
    return done.stdout.strip()


@dataclass(frozen=True)
class Builder:
    """Images of its own, in a folder that can be thrown away."""

    folder: Path
    until: float = field(default_factory=lambda: time.monotonic() + PATIENCE_S)

    def __call__(self, *command: str | Path) -> tuple[str | Path, ...]:
        store = ("--root", self.folder / "store", "--runroot", self.folder / "run")
        return (*_BUILDER, *store, *command)

    def base(self) -> str:
        """The image to build on."""
        archive = os.environ.get(BASE) or self._made()
        container = needed(*self("from", "scratch"), until=self.until, what="buildah")
        needed(*self("add", "--quiet", container, archive), until=self.until, what="unpacking the base")
        needed(*self("commit", "--quiet", container, "base"), until=self.until, what="storing the base")
        return container

    def wheels(self, container: str) -> Path:
        """What the image installs, fetched by the package index that is configured here, for the interpreter of the base."""
        ask = "import sys; print('%d.%d' % sys.version_info[:2])"
        version = needed(
            *self("run", "--isolation", "chroot", container, "--", "python3", "-c", ask),
            until=self.until,
            what="running in the base",
        )
        wheels = self.folder / "wheels"
        needed(
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:",
            "--python-version", version, "--require-hashes", "--dest", wheels,
            "-r", ROOT / "deploy/requirements.lock", "-r", ROOT / "deploy/requirements-build.lock",
            until=self.until, what="fetching the locked packages",
        )  # fmt: skip
        (self.folder / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
        return wheels

    def build(self, wheels: Path, **arguments: str) -> subprocess.CompletedProcess[str]:
        """The image `syncd`, as deploy/README.md says."""
        given = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
        command = (
            *self("build", "--isolation", "chroot", "--format", "docker", "--pull-never"), *given,
            "--secret", f"id=pip.conf,src={self.folder / 'pip.conf'}", "--volume", f"{wheels}:/wheels:ro",
            "--ignorefile", ROOT / "deploy/Dockerfile.dockerignore", "-f", ROOT / "deploy/Dockerfile", "-t", "syncd", ROOT,
        )  # fmt: skip
        try:
            return run(*command, seconds=max(1, self.until - time.monotonic()))
        except subprocess.TimeoutExpired:
            pytest.skip(f"building takes too long here: all in all {PATIENCE_S} s were given")

    def image(self) -> dict[str, Any]:
        """What the image says of itself."""
        found: dict[str, Any] = json.loads(run(*self("inspect", "--type", "image", "localhost/syncd")).stdout)["Docker"]["config"]
        return found

    def unpacked(self) -> Path:
        """The root folder of a container of the image."""
        container = needed(*self("from", "--pull-never", "localhost/syncd"), until=self.until, what="unpacking the image")
        return Path(run(*self("mount", container)).stdout.strip())

    def _made(self) -> Path:
        if shutil.which("mmdebstrap") is None:
            pytest.skip(f"there is no base: set {BASE}, or install mmdebstrap")
        archive = self.folder / "base.tar"
        command = ("mmdebstrap", "--mode=root", "--variant=minbase", "--include=python3,python3-venv", _release(), archive)
        needed(*command, until=self.until, what="making a base from Debian's mirror")
        return archive


def _release() -> str:
    """This machine's Debian, whose mirror is known to answer; elsewhere the stable one."""
    try:
        here = platform.freedesktop_os_release()
    except OSError:
        return "stable"
    return here.get("VERSION_CODENAME", "stable") if here.get("ID") == "debian" else "stable"


def needs_tools() -> None:
    """Skip where images cannot be built and run at all, or where nobody asked for it: it takes minutes."""
    if os.environ.get("IMAGE") != "1":
        pytest.skip("`make image` builds and runs the container")
    if os.geteuid() != 0:
        pytest.skip("containers without a daemon are built as root only")
    if missing := [tool for tool in ("buildah", "runc") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")


@dataclass(frozen=True)
class Runner:
    """Runs commands in containers as deploy/compose.yaml does: `root` is read-only, `data` the only folder to write to."""

    root: Path
    image: dict[str, Any]
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """The folders that are mounted, and a first container that does nothing."""
        for name in ("data", "etc", "bundle", "state"):
            (self.folder / name).mkdir()
        os.chown(self.data, 10001, 10001)
        self._describe(("/bin/true",))
        needed(*self._runc("run", "-b", self.folder / "bundle", "probe"), until=time.monotonic() + 60, what="runc")

    def once(self, *arguments: str, entrypoint: Sequence[str] | None = None) -> subprocess.CompletedProcess[str]:
        """`docker run --rm IMAGE ARGUMENTS`."""
        self._describe((*(self.image["Entrypoint"] if entrypoint is None else entrypoint), *arguments))
        return run(*self._runc("run", "-b", self.folder / "bundle", "once"), seconds=120)

    def start(self) -> "subprocess.Popen[str]":
        """`docker run IMAGE`: the container `syncd`, with its log on standard error."""
        self._describe((*self.image["Entrypoint"], *self.image["Cmd"]))
        words = [str(word) for word in self._runc("run", "-b", self.folder / "bundle", "syncd")]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def healthcheck(self) -> subprocess.CompletedProcess[str]:
        """What the image's HEALTHCHECK runs inside the container."""
        kind, *words = self.image["Healthcheck"]["Test"]
        assert kind == "CMD"
        return run(*self._runc("exec", "syncd", *words))

    def stop(self) -> None:
        """`docker stop`, without the SIGKILL at its end."""
        run(*self._runc("kill", "syncd", self.image["StopSignal"].removeprefix("SIG")))

    def _runc(self, *command: str | Path) -> tuple[str | Path, ...]:
        return ("runc", "--root", self.folder / "state", *command)

    def _describe(self, words: Sequence[str]) -> None:
        user, group = (int(id) for id in self.image["User"].split(":"))
        (self.folder / "bundle/config.json").write_text(
            json.dumps(
                {
                    "ociVersion": "1.0.2",
                    "process": {
                        "user": {"uid": user, "gid": group},
                        "args": list(words),
                        "env": [*self.image["Env"], "SYNCD_LOG=info"],
                        "cwd": self.image["WorkingDir"],
                        "capabilities": {},
                        "noNewPrivileges": True,
                    },
                    "root": {"path": str(self.root), "readonly": True},
                    "hostname": "syncd",
                    "mounts": [
                        {"destination": "/proc", "type": "proc", "source": "proc"},
                        {
                            "destination": "/dev",
                            "type": "tmpfs",
                            "source": "tmpfs",
                            "options": ["nosuid", "mode=755", "size=64k"],
                        },
                        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["noexec", "nosuid", "size=64m"]},
                        {"destination": "/data", "type": "bind", "source": str(self.data), "options": ["rbind", "rw"]},
                        {
                            "destination": "/etc/syncd",
                            "type": "bind",
                            "source": str(self.folder / "etc"),
                            "options": ["rbind", "ro"],
                        },
                    ],
                    # The host's network: the vendor twin listens on loopback.
                    "linux": {"namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]},
                }
            )
        )
