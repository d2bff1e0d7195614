"""Kinds and detectors made up for the tests of the configuration, and a folder to load a text in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import field_validator

from syncd.config import Config, load
from syncd.contract import Detector, Kind, Options, Rules, Stream
from syncd.model.problem import Problems


class TrackerOptions(Options):
    """Keys of the made-up tracker."""

    projects: tuple[str, ...] = ()
    holds: Literal["windows", "freezes"] = "windows"

    @field_validator("projects")
    @classmethod
    def _upper_case(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(name != name.upper() for name in names):
            raise ValueError("A project has a key in capitals; write it as the tracker shows it")
        return names


class Held(Options):
    """One of several tables of the made-up calendar."""

    id: str = ""


class CalendarOptions(Options):
    """Keys of the made-up calendar."""

    credentials_file: str | None = None
    calendars: tuple[Held, ...] = ()

    def instead_of_token(self) -> str | None:
        return "credentials_file" if self.credentials_file else None


class LateRules(Rules):
    """Thresholds of the made-up detector."""

    warn_days: int = 1


def _never(*_: Any) -> Any:
    raise AssertionError("the configuration connects to nothing and detects nothing")


STREAMS = {"issues": Stream("issues", takes=frozenset({"comment"}))}
TRACKER = Kind(name="tracker", connect=_never, options=TrackerOptions, streams=STREAMS, mapping="tracker.default")
CALENDAR = replace(TRACKER, name="calendar", options=CalendarOptions, default_url="https://cal.example")
LOCAL = replace(TRACKER, name="local", options=Options, default_url="here", needs_secret=False)
LATE = Detector(code="late", title="Late", rules=LateRules, detect=_never)

MAPPING = """
[[rule]]
stream = "issues"
to = "item"
[rule.fields]
title = "title"
"""
GOOD = """
[connections.plat]
kind = "tracker"
url = "https://tracker.example"
token = "s3cret-token"
"""


class Folder:
    """A folder with a configuration in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "syncd.toml"
        self.loaded: list[str] = []
        (path / "mappings").mkdir()
        (path / "mappings" / "tracker.default.toml").write_text(MAPPING)

    def put(self, name: str, text: str) -> Path:
        """A file beside the configuration."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def load(self, text: str, environ: Mapping[str, str] | None = None) -> Config:
        """The configuration with this text."""
        self.file.write_text(text)
        return load(self.file, environ or {}, self.kinds, lambda: {"late": lambda: LATE})

    def problems(self, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
        """What a person reads of a configuration that will not do, the folder's name left out."""
        with pytest.raises(Problems) as caught:
            self.load(text, environ)
        return [str(problem).replace(f"{self.path}/", "") for problem in caught.value.problems]

    def kinds(self) -> dict[str, Callable[[], Kind]]:
        """The made-up kinds; `loaded` tells which were asked for."""
        return {kind.name: self._noting(kind) for kind in (TRACKER, CALENDAR, LOCAL)}

    def _noting(self, kind: Kind) -> Callable[[], Kind]:
        def get() -> Kind:
            self.loaded.append(kind.name)
            return kind

        return get
