"""Access tokens of OAuth out of a refresh token, for all threads and processes that share its file.

GitLab takes a refresh token once and gives another with the access token (https://docs.gitlab.com/api/oauth2/); both that were before
end. So the file is held by one at a time, is known to be writable before the old token is spent, and has the new one before the new
access token is used. The access token lies beside it, in a file of its own that may be deleted at any time.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import requests

from connectors.gitlab import GitlabOptions
from connectors.gitlab.cursor import moment, stamp
from connectors.http import expect, from_exception, from_status, pace
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings, Unavailable

_EARLY = timedelta(minutes=2)
"""An access token is renewed so long before its end, as clocks differ and a request takes its time."""
_LASTS = timedelta(hours=2)
_WHAT = "renewing the access token"
_AGAIN = "Authorize the application anew, and put the new refresh token into `refresh_token_file`"


@dataclass(frozen=True, slots=True)
class _Kept:
    """The access token, when it ends, and which refresh token came with it."""

    token: str
    ends: datetime
    after: str


class Renewal:
    """One refresh token in its file."""

    def __init__(self, settings: Settings, gate: Gate, base: str) -> None:
        assert isinstance(settings.options, GitlabOptions)
        assert settings.options.refresh_token_file
        self._settings, self._options, self._base = settings, settings.options, base
        self._file = Path(settings.options.refresh_token_file).resolve()
        self._beside = self._file.with_name(f"{self._file.name}.access")
        self._session = pace(requests.Session(), settings, gate)

    def token(self) -> str:
        """An access token that holds for a while. Raises AuthFailed where a person has to authorize anew, Misconfigured where the file
        cannot be kept."""
        kept = self._good()
        if kept is None:
            with self._alone():
                kept = self._good() or self._renewed()
        return kept.token

    def reject(self, token: str) -> None:
        """GitLab does not take this access token: it is not used again."""
        with self._alone():
            kept = self._kept()
            if kept is not None and kept.token == token:
                with suppress(OSError):
                    self._beside.unlink()

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _good(self) -> _Kept | None:
        kept = self._kept()
        if kept is None or kept.ends - _EARLY <= self._settings.now() or kept.after != _print(self._refresh_token()):
            return None
        return kept

    def _kept(self) -> _Kept | None:
        try:
            value = json.loads(self._beside.read_text("utf-8"))
            ends = moment(value["ends"])
            return _Kept(str(value["token"]), ends, str(value["after"])) if ends else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _refresh_token(self) -> str:
        try:
            token = self._file.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{_WHAT}: `refresh_token_file` cannot be read ({type(error).__name__}). Check it") from None
        if not token:
            raise AuthFailed(f"{_WHAT}: `refresh_token_file` is empty. {_AGAIN}")
        return token

    def _renewed(self) -> _Kept:
        refresh = self._refresh_token()
        self._write(self._file, refresh)
        answer = self._ask(refresh)
        following = str(answer.get("refresh_token") or refresh)
        self._write(self._file, following)
        ends = self._settings.now() + _lasts(answer)
        kept = _Kept(str(answer["access_token"]), ends, _print(following))
        self._write(self._beside, json.dumps({"token": kept.token, "ends": stamp(ends), "after": kept.after}))
        return kept

    def _ask(self, refresh: str) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": self._options.client_id}
        form |= {"client_secret": self._settings.secret(), "redirect_uri": self._options.redirect_uri}
        given = {name: value for name, value in form.items() if value}
        try:
            answer = self._session.post(f"{self._base}/oauth/token", data=given, allow_redirects=False)
            if answer.status_code >= 300:
                raise self._refusal(answer)
            body: dict[str, Any] = expect(answer.json(), dict, what=_WHAT)
        except Exception as error:
            raise from_exception(error, what=_WHAT) from None
        if not isinstance(body.get("access_token"), str):
            raise Unavailable(f"{_WHAT}: the answer holds no access token. Check `url`")
        return body

    def _refusal(self, answer: requests.Response) -> Exception:
        said = _error_of(answer)
        if said == "invalid_grant":
            return AuthFailed(f"{_WHAT}: the refresh token was used before, or has been revoked (invalid_grant). {_AGAIN}")
        if said in ("invalid_client", "unauthorized_client"):
            cure = "Check `client_id` and, as the token, the application's secret"
            return AuthFailed(f"{_WHAT}: GitLab does not take the application ({said}). {cure}")
        return from_status(answer.status_code, answer.headers, answer.content, now=self._settings.now(), what=_WHAT)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the file against other threads and processes; the operating system lets go of it where a process dies."""
        lock = self._file.with_name(f"{self._file.name}.lock")
        try:
            held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def _write(self, file: Path, text: str) -> None:
        """Replace a file at once, for its owner alone."""
        new = file.with_name(f"{file.name}.new")
        try:
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            new.replace(file)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> Misconfigured:
        why = error.strerror or type(error).__name__
        return Misconfigured(
            f"{_WHAT}: `refresh_token_file` cannot be written ({why}), and GitLab gives a new refresh token each time. "
            "Put it into a folder that syncd may write"
        )


def _lasts(answer: dict[str, Any]) -> timedelta:
    seconds = answer.get("expires_in")
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) and seconds > 0 else _LASTS


def _error_of(answer: requests.Response) -> str | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return str(body.get("error")) if isinstance(body, dict) else None


def _print(token: str) -> str:
    return sha256(token.encode()).hexdigest()[:16]
