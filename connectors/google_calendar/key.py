"""What a file with credentials holds: a service account's key or a person's sign-in. No text names what is in the file."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.auth.exceptions
from google.oauth2 import credentials, service_account

from syncd.contract import Misconfigured

Credentials = service_account.Credentials | credentials.Credentials
Held = Mapping[str, Any]

_ENDPOINT = "https://oauth2.googleapis.com/token"
_HOSTS = frozenset({"oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"})
"""Where Google gives out tokens. A planted file must not send what it signs, or a refresh token, elsewhere."""
_LOGIN = "gcloud auth application-default login"


def text_of(file: str) -> str:
    """The file as it is now. Raises Misconfigured."""
    try:
        return Path(file).read_text("utf-8-sig")
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read ({error.strerror}). Put the service account's key there") from None
    except ValueError:
        raise _no_key(file) from None


def credentials_in(text: str, file: str, *, scope: str, subject: str | None, url: str) -> Credentials:
    """The credentials in the text of a file of Google's making. `url` is the connection's own address. Raises Misconfigured."""
    held = _held(text, file)
    kind = held.get("type", "service_account")
    if kind == "authorized_user":
        return _person(held, file, subject, url)
    if kind != "service_account":
        raise Misconfigured(f"{file} is of the type {_short(kind)}, which syncd cannot use. {_cure()}")
    return _account(held, file, scope, subject, url)


def quota_project(text: str) -> str | None:
    """The project that a person's requests count for, where the file names one: Google wants to be told."""
    held = _held(text, "")
    project = held.get("quota_project_id")
    return project if held.get("type") == "authorized_user" and isinstance(project, str) and project else None


def _account(held: Held, file: str, scope: str, subject: str | None, url: str) -> service_account.Credentials:
    from_info: Callable[..., service_account.Credentials] = service_account.Credentials.from_service_account_info
    _trusted(held.get("token_uri"), file, url)
    try:
        return from_info(held, scopes=[scope], subject=subject)
    except (ValueError, TypeError, AttributeError, google.auth.exceptions.GoogleAuthError):
        raise _no_key(file) from None


def _person(held: Held, file: str, subject: str | None, url: str) -> credentials.Credentials:
    """No scopes are asked for: Google gives those that the person granted, and refuses any other."""
    if subject:
        raise Misconfigured(f"{file} holds a person's own sign-in, which cannot act for `subject`. Take `subject` out")
    names = ("refresh_token", "client_id", "client_secret")
    if not all(isinstance(held.get(name), str) and held[name] for name in names):
        raise Misconfigured(f"{file} holds no complete sign-in. Run `{_LOGIN}` anew")
    made: Callable[..., credentials.Credentials] = credentials.Credentials
    address = _trusted(held.get("token_uri", _ENDPOINT), file, url)
    return made(None, token_uri=address, **{name: held[name] for name in names})


def _trusted(address: object, file: str, url: str) -> str | None:
    """The token endpoint, where it is Google's, on this machine, or of the connection's own host."""
    if not isinstance(address, str):
        return None  # the library says that it is missing
    if _is_known(address, url):
        return address
    host = _short(address.partition("://")[2].partition("/")[0].rpartition("@")[2] or address)
    raise Misconfigured(
        f"{file}: its `token_uri` points to {host}, which is none of Google's. Nothing was sent there; download the key anew"
    )


def _is_known(address: str, url: str) -> bool:
    try:
        there, own = urlsplit(address), urlsplit(url)
        port, here = there.port, _loops_back(there.hostname)
    except ValueError:
        return False
    if "@" in there.netloc or port == 0:
        return False
    ours = there.hostname is not None and there.hostname == own.hostname
    plain = here or (ours and own.scheme == "http")
    return (here or ours or there.hostname in _HOSTS) and (there.scheme == "https" or (there.scheme == "http" and plain))


def _loops_back(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _held(text: str, file: str) -> Held:
    try:
        held = json.loads(text)
    except ValueError:
        raise _no_key(file) from None
    if not isinstance(held, dict):
        raise _no_key(file)
    if "type" not in held and ("installed" in held or "web" in held):
        raise Misconfigured(f"{file} is an OAuth client, which signs nobody in by itself. {_cure()}")
    return held


def _no_key(file: str) -> Misconfigured:
    return Misconfigured(f"{file} holds no service account's key. Download it from Google as JSON, and put it there")


def _cure() -> str:
    return f"Use a service account's key, or `application_default` after `{_LOGIN}`"


def _short(word: object) -> str:
    return repr(str(word)[:60])
