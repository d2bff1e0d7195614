"""oasdiff in the place of our own differ, where its binary is on the PATH and the user asks for it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from syncd.contracts.change import Change, Direction, Level, Verdict
from syncd.contracts.values import cut, told

SECONDS = 60.0
"""How long it may take."""

LEAST = (1, 15)
_LEVELS: dict[int, Level] = {3: "breaking", 2: "risky", 1: "compatible"}
_VERSION = re.compile(r"(\d+)\.(\d+)")


def find() -> str | None:
    """The binary's path; None where there is none that is new enough."""
    binary = shutil.which("oasdiff")
    if binary is None:
        return None
    found = _VERSION.search(_run([binary, "--version"]) or "")
    return binary if found and (int(found[1]), int(found[2])) >= LEAST else None


def diff(binary: str, old: Path, new: Path) -> Verdict:
    """Its changelog as a verdict. It is told to follow no reference out of the files, and what it cannot read is not judged."""
    command = [binary, "changelog", "-f", "json", "--allow-external-refs=false", str(old), str(new)]
    said = _run(command)
    if said is None:
        return Verdict.unjudged("oasdiff could not compare the files", str(new), engine="oasdiff")
    try:
        listed = json.loads(said or "[]")
    except ValueError:
        return Verdict.unjudged("oasdiff answered what is no JSON", str(new), engine="oasdiff")
    listed = listed.get("changes", []) if isinstance(listed, dict) else listed
    return Verdict.of(_change(one) for one in listed or [] if isinstance(one, dict))


def _change(said: dict[str, Any]) -> Change:
    rule = cut(str(said.get("id", "unknown")))
    operation = " ".join(filter(None, (str(said.get("operation") or ""), str(said.get("path") or ""))))
    direction: Direction = "response" if rule.startswith("response") else "request" if "request" in rule else "both"
    level = _LEVELS.get(said.get("level", 0), "unknown") if isinstance(said.get("level"), int) else "unknown"
    text = cut(" ".join(str(said.get("text", "")).split()))
    return Change(rule, level, direction, cut(told(said.get("section")) or ""), operation, None, None, text, "oasdiff")


def _run(command: list[str]) -> str | None:
    """What it says; None where it fails, takes too long or cannot be started."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return ran.stdout if ran.returncode == 0 else None
