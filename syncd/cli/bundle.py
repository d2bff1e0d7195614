"""The bundle: an archive that tells somebody who helps how an installation is, and nothing that is nobody's business."""

import hashlib
import io
import json
import platform
import re
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from syncd import __version__
from syncd.app import App
from syncd.run.discreet import without_secrets

SUFFIXES = (".zip", ".tar.gz")
MOST_FINDINGS = 200

_LIBRARIES = (
    "google-api-python-client", "jira", "psycopg", "pydantic", "pygithub", "python-gitlab", "requests", "sqlalchemy", "typer", "urllib3",
)  # fmt: skip
_ADDRESS = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_NO_ADDRESS = "[e-mail]"
_LEFT_OUT = "secrets, records, titles, texts of comments, names of scopes in states.json, e-mail addresses"


def write_bundle(file: Path, app: App, doctor: Mapping[str, Any]) -> None:
    """Write the archive, readable by its owner only; what was there is replaced. Raises OSError."""
    secrets = app.secrets()
    parts = {
        "doctor.json": doctor,
        "config.json": app.config.redacted(),
        "versions.json": _versions(),
        "states.json": _states(app),
        "findings.json": _findings(app),
    }
    texts = {name: _text(_redacted(part, secrets)) for name, part in parts.items()}
    listed = {name: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in texts.items()}
    manifest = {"made_by": f"syncd {__version__}", "at": doctor["at"], "left_out": _LEFT_OUT, "files": listed}
    content = _archive(file.name, {"manifest.json": _text(manifest), **texts})
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_bytes(content)


def _versions() -> dict[str, Any]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return {"syncd": __version__, "python": sys.version.split()[0], "system": system, "libraries": found}


def _states(app: App) -> list[dict[str, Any]]:
    """How each scope was read last, under a short hash of its id."""
    return [
        {
            "connection": known.connection,
            "stream": known.stream,
            "scope": hashlib.sha256(known.scope.id.encode()).hexdigest()[:8],
            "state": known.state,
            "since": known.since.isoformat(),
            "until": known.until.isoformat() if known.until else None,
            "completed_at": known.completed_at.isoformat() if known.completed_at else None,
            "has_cursor": known.cursor is not None,
        }
        for known in app.store.scopes.states()
    ]


def _findings(app: App) -> list[dict[str, Any]]:
    """The last findings by their codes."""
    states = sorted(app.store.findings.states().values(), key=lambda state: state.changed_at, reverse=True)
    return [
        {
            "code": state.finding.code,
            "severity": state.finding.severity,
            "state": state.state,
            "held": state.held,
            "raised_at": state.raised_at.isoformat(),
            "changed_at": state.changed_at.isoformat(),
        }
        for state in states[:MOST_FINDINGS]
    ]


def _redacted(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return _ADDRESS.sub(_NO_ADDRESS, without_secrets(value, secrets))
    if isinstance(value, Mapping):
        return {_redacted(name, secrets): _redacted(one, secrets) for name, one in value.items()}
    return [_redacted(one, secrets) for one in value] if isinstance(value, list | tuple) else value


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def _archive(name: str, files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, text in files.items():
                archive.writestr(file, text)
        return packed.getvalue()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for file, text in files.items():
            member = tarfile.TarInfo(file)
            member.size = len(text)
            member.mode = 0o600
            tar.addfile(member, io.BytesIO(text))
    return packed.getvalue()
