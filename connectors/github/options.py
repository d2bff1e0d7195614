"""The keys of `[connections.x]` that only GitHub has."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from connectors.scoping import Wanted, is_glob
from syncd.contract import Options
from syncd.model.action import Verb

_OWNER = r"[A-Za-z0-9](?:[\w-]*[\w])?"
_NAME = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)
_GLOB = re.compile(r"[\w.-]+/[\w.*?\[\]!-]+", re.ASCII)
_LOGIN = re.compile(_OWNER, re.ASCII)


class GithubOptions(Options):
    """What to read, and the App that signs in, where one does instead of a token."""

    repositories: list[str] = Field(
        default_factory=list, description='The repositories to read, as "owner/name"; "owner/*" and other patterns match many'
    )
    organisations: list[str] = Field(
        default_factory=list, description="Organisations or users of which all repositories are read"
    )
    exclude: list[str] = Field(
        default_factory=list, description='Patterns of repositories that are not read, as "owner/legacy-*"; a name outranks them'
    )
    archived: bool = Field(default=False, description="Whether patterns and organisations give archived repositories, too")
    app_id: int | str | None = Field(default=None, description="The GitHub App that signs in, by its id or client id")
    private_key_file: str | None = Field(default=None, description="The App's private key (PEM), instead of a token")
    installation_id: int | None = Field(
        default=None, ge=1, description="The App's installation, where it shall not be found by the owner of a repository"
    )

    def instead_of_token(self) -> str | None:
        """An App's private key."""
        return "private_key_file" if self.private_key_file else None

    def unwritable(self, token: str | None) -> Mapping[Verb, str]:
        """Check runs are made by Apps only, by their key or by the token of an installation ("ghs_…"), which others hand out
        (https://docs.github.com/en/rest/checks/runs)."""
        if self.private_key_file or not token or token.startswith("ghs_"):
            return {}
        return {"check": "GitHub takes check runs from Apps only. Sign in with app_id and private_key_file, or choose status"}

    @property
    def wanted(self) -> Wanted:
        """The repositories by name and pattern, with what is left out of patterns and organisations."""
        return Wanted("repositories", tuple(self.repositories), tuple(self.exclude))

    @field_validator("repositories")
    @classmethod
    def _named_once_as_owner_and_name(cls, names: list[str]) -> list[str]:
        for name in names:
            if is_glob(name) and not _GLOB.fullmatch(name):
                raise ValueError(f'{name!r} names no owner; write the owner out, like "acme/*"')
            if not is_glob(name) and not _NAME.fullmatch(name):
                raise ValueError(f'{name!r} is no repository; write it as "owner/name", like "acme/api"')
        return _each_once(names)

    @field_validator("organisations")
    @classmethod
    def _named_once_as_logins(cls, names: list[str]) -> list[str]:
        for name in names:
            if not _LOGIN.fullmatch(name):
                raise ValueError(f'{name!r} is no organisation; write its name as in its address, like "acme"')
        return _each_once(names)

    @field_validator("app_id")
    @classmethod
    def _an_id(cls, value: int | str | None) -> int | str | None:
        if isinstance(value, str) and not re.fullmatch(r"[\w.-]+", value, re.ASCII):
            raise ValueError(f"{value!r} is no App; give the App ID or client ID of its settings page")
        return value

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        if isinstance(value, dict):
            for problem in _missing(value):
                raise ValueError(problem)
        return value

    @model_validator(mode="after")
    def _something_to_read(self) -> Self:
        if not self.repositories and not self.organisations:
            raise ValueError("there is nothing to read; name `repositories` or `organisations`")
        return self


def _each_once(names: list[str]) -> list[str]:
    lowered = [name.lower() for name in names]
    if twice := [name for name in names if lowered.count(name.lower()) > 1]:
        raise ValueError(f"{twice[-1]!r} is named twice; name it once")
    return names


def _missing(written: dict[str, Any]) -> Iterator[str]:
    """The keys of an App go together."""
    if written.get("app_id") and not written.get("private_key_file"):
        yield "`app_id` is for a GitHub App; name its private key in `private_key_file`, or take `app_id` out"
    if written.get("private_key_file") and not written.get("app_id"):
        yield "`private_key_file` is a GitHub App's; give its `app_id`, or take the file out"
    if written.get("installation_id") and not written.get("private_key_file"):
        yield "`installation_id` is a GitHub App's; give `app_id` and `private_key_file`, or take it out"
