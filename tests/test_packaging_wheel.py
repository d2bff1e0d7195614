"""The wheel works on its own: built offline, installed into an empty environment, it runs and finds its mappings."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from syncd import __version__

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was built from it."""
    out = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=out)
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel and, beside it, the libraries of this one (but not this checkout)."""
    home = tmp_path_factory.mktemp("installed") / "env"
    venv.create(home, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    wheel = next(built.glob("*.whl"))
    _run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(home / "bin" / "python"), "install", "-qq",
         "--no-deps", "--no-index", str(wheel), cwd=home)  # fmt: skip
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n" + sysconfig.get_path("platlib") + "\n")
    return home / "bin"


def _run(*command: str, cwd: Path) -> str:
    environ = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"{command[:3]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def test_the_wheel_holds_the_code_and_the_mappings_and_nothing_else(built: Path) -> None:
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    assert {name.split("/")[0] for name in names} == {"syncd", "connectors", f"syncd-{__version__}.dist-info"}
    bundled = {path.name for path in (ROOT / "mappings").iterdir() if path.is_file()}
    assert {name.removeprefix("syncd/_mappings/") for name in names if name.startswith("syncd/_mappings/")} == bundled
    assert {"jira.default.toml", "README.md"} <= bundled


def test_the_source_archive_holds_all_that_building_and_testing_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = ["Makefile", "README.md", "config.example.toml", "deploy/requirements-dev.lock", ".ci/run", "tests/conftest.py"]
    assert set(needed) <= names
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db")) or ".venv" in name] == []


def test_the_installed_command_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert __version__ in _run(str(installed / "syncd"), "--version", cwd=tmp_path)


def test_the_installed_package_finds_its_own_mappings(installed: Path, tmp_path: Path) -> None:
    script = "import syncd.config as c; print(c.__file__); print(*c.known_mappings())"
    where, names = _run(str(installed / "python"), "-P", "-c", script, cwd=tmp_path).splitlines()
    assert Path(where).is_relative_to(installed.parent)
    assert "jira.default" in names.split()


def test_every_connector_and_detector_is_an_entry_point_that_loads(installed: Path, tmp_path: Path) -> None:
    script = (
        "from importlib.metadata import entry_points as e\n"
        "print(*sorted(p.name for g in ('syncd.connectors', 'syncd.detectors') for p in e(group=g) if p.load()))"
    )
    names = _run(str(installed / "python"), "-P", "-c", script, cwd=tmp_path).split()
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert names == sorted(name for group in groups.values() for name in group)
    assert {"jira", "github", "gitlab", "google_calendar", "drift", "blocked"} < set(names)
