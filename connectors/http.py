"""What the HTTP connectors share: the paced transport, and the translation of answers and failures into the six errors."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from connectors import tls
from connectors.decoding import decoded
from connectors.proxy import bypassed, proxy_of
from connectors.reach import Allowance, Barred, guard
from connectors.unreached import Unreached, Way, explained, misspoken, refused_by_proxy
from syncd.contract import AuthFailed, Gate, Misconfigured, RateLimited, Refused, Settings, SyncError, TlsAndProxy, Unavailable
from syncd.contract.headers import retry_after

LARGEST_BODY = 64 * 1024 * 1024
"""So many octets an answer may have, unpacked."""
TOO_LARGE = f"the answer is larger than {LARGEST_BODY // 2**20} MiB"
"""What the error says of one that has more."""
MOST_REDIRECTS = 5
THREADS = 8
"""How many threads may share one session: so many connections to a host are kept open."""

READS = "X-Syncd-Reads"
"""The header of a request that only reads although its method is not GET. It is for the gate, and never sent."""
_CHUNK = 64 * 1024
_LARGEST_ANSWER = LARGEST_BODY * 5 // 4
"""So many octets may come over the line in all: status, headers and chunk sizes, too."""
_PATIENCE = timedelta(seconds=20)
"""How long to wait where a vendor limits us without saying until when."""


class Answered(requests.Response):
    """An answer whose JSON is decoded the fast way."""

    def json(self, **how: Any) -> Any:
        """The decoded body. Raises requests' JSONDecodeError where it is not JSON."""
        return super().json(**how) if how else decoded(self.content, super().json)


class PacedAdapter(HTTPAdapter):
    """A requests transport that asks the gate before each request, tells it of each answer, never retries, and bounds time and size.

    `timeout_s` is the deadline of one request in all: connecting, waiting, headers and body. Trust, client certificate and proxy
    are those of `transport`, whatever the session or the environment say, and so is what may be reached (see `connectors.reach`).
    Raises Misconfigured where they cannot be used.
    """

    def __init__(self, gate: Gate, timeout_s: float, transport: TlsAndProxy) -> None:
        self._gate = gate
        self._timeout_s = timeout_s
        self._no_proxy = transport.no_proxy
        self._proxy = proxy_of(transport.proxy)
        self._tls = tls.context(transport)
        self._certified = transport.client_cert_file is not None
        self._allowance, self._allow_private = Allowance(), transport.allow_private
        super().__init__(max_retries=0, pool_maxsize=THREADS)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send once. Raises what requests raises, Unreached where proxy, TLS, address or size are to blame, ReadTimeout once the whole
        deadline has passed."""
        reads = request.headers.pop(READS, None) is not None or request.method in ("GET", "HEAD", "OPTIONS")
        self._gate.before(write=not reads)
        way = self._way(request.url or "")
        try:
            answer = self._sent(request, way)
        except Unreached:
            raise
        except requests.exceptions.RequestException as error:
            raise explained(error, way) from error
        self._gate.after(answer.status_code, answer.headers)
        failed = refused_by_proxy(answer.status_code, answer.headers, way) or misspoken(answer.status_code, answer.content, way)
        if failed is not None:
            raise failed
        return answer

    def _sent(self, request: requests.PreparedRequest, way: Way) -> requests.Response:
        proxies = {"http": way.proxy.url, "https": way.proxy.url} if way.proxy else {}
        self._allowance.begin(self._timeout_s, _LARGEST_ANSWER)
        try:
            answer = super().send(request, stream=True, timeout=self._timeout_s, proxies=proxies)
            answer._content = _read(answer, self._allowance)
        except Barred as error:
            raise Unreached(Misconfigured, error.text) from None
        except requests.exceptions.RequestException as error:
            raise self._bounded(error) from error
        answer._content_consumed = True  # type: ignore[attr-defined]
        answer.__class__ = Answered
        return answer

    def _bounded(self, error: requests.exceptions.RequestException) -> requests.exceptions.RequestException:
        """The failure, as that of our bounds where these ended it."""
        if self._allowance.is_spent:
            return _too_large()
        if self._allowance.is_late and not isinstance(error, Unreached | requests.exceptions.Timeout):
            return requests.exceptions.ReadTimeout("the answer did not end in time")
        return error

    def _way(self, url: str) -> Way:
        return Way(url, None if bypassed(url, self._no_proxy) else self._proxy, self._certified)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool: Any) -> None:
        """The connections to servers, all by our own context."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **pool)
        guard(self.poolmanager, self._allowance, allow_private=self._allow_private)

    def proxy_manager_for(self, proxy: str, **pool: Any) -> Any:
        """The connections to the proxy and, through it, to servers."""
        made = super().proxy_manager_for(proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **pool)
        guard(made, self._allowance, allow_private=True)
        return made

    def proxy_headers(self, proxy: str) -> dict[str, str]:  # noqa: ARG002
        """What signs us in at the proxy; the library would take it from the address, which holds no credentials any more."""
        return dict(self._proxy.headers) if self._proxy else {}

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: the context says whom we trust. The library would add its own authorities, or trust anybody over plain http."""


def _read(answer: requests.Response, allowance: Allowance) -> bytes:
    parts, size = [], 0
    for chunk in answer.iter_content(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            answer.close()
            raise _too_large()
        if allowance.is_late:
            answer.close()
            raise requests.exceptions.ReadTimeout("the answer did not end in time")
    return b"".join(parts)


def _too_large() -> Unreached:
    return Unreached(Unavailable, f"{TOO_LARGE}. Check `url`, and what a proxy adds")


def pace(session: requests.Session, settings: Settings, gate: Gate) -> requests.Session:
    """Wire pacing, deadline, certificates and proxy of a connection into a session, and keep the environment out of it.

    Only reads follow a redirect, to the same origin alone, and so often; any other is given as the answer that it is.
    """
    adapter = PacedAdapter(gate, settings.timeout_s, settings.transport)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.trust_env = False
    session.max_redirects = MOST_REDIRECTS
    session.get_redirect_target = _target  # type: ignore[method-assign]
    session.merge_environment_settings = _settled  # type: ignore[method-assign, assignment]
    return session


def _settled(*_: Any) -> dict[str, Any]:
    """What the session would find out for each request anew; the transport goes by what is configured all the same."""
    return {"proxies": {}, "stream": False, "verify": True, "cert": None}


def _target(resp: requests.Response) -> str | None:
    """Where to go on from a redirect; None where it is not followed. It stands for the session's own method, and holds no session."""
    if not resp.is_redirect:
        return None
    target = resp.headers["location"].encode("latin-1", "replace").decode("utf-8", "replace")
    return target if may_follow(resp, target) else None


def may_follow(answer: requests.Response, target: str) -> bool:
    """Whether a redirect is one of a read, and stays at the scheme, host and port that were asked: what proves who we are goes along."""
    try:
        there = _origin(urljoin(answer.url, target))
        return answer.request.method in ("GET", "HEAD") and there is not None and there == _origin(answer.url)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str, int] | None:
    """None for no web address, and for one with a user in it. Raises ValueError where it cannot be read."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.scheme, parts.hostname, port) if port and parts.hostname and "@" not in parts.netloc else None


def from_status(
    status: int,
    headers: Mapping[str, str],
    body: object,
    *,
    now: datetime,
    what: str,
    scope: str | None = None,
    write: bool = False,
) -> SyncError:
    """The error that an HTTP answer means, where the vendor has no rule of its own.

    `what` says for a person what was being done ("reading issues of PLAT"). `body` is the decoded JSON or text of the answer.
    """
    said = vendor_message(body)
    tail = f": {said}" if said else ""
    if status == 429:
        until = retry_after(headers, now) or now + _PATIENCE
        return RateLimited(f"{what}: the server limits us until {until:%H:%M:%S} UTC", until=until, scope=scope)
    if status == 401:
        return AuthFailed(f"{what}: the credentials were not accepted (401){tail}. Make a new token and put it in place")
    if status == 403:
        return AuthFailed(
            f"{what}: not allowed (403){tail}. Give the account the permission, or take it out of scope", scope=scope
        )
    if status in (404, 410):
        cure = "Check that it still exists and that the account may see it"
        return Unavailable(f"{what}: not found, or hidden from this account ({status}){tail}. {cure}", scope=scope, absent=True)
    if status == 407:
        return Misconfigured(f"{what}: the proxy wants credentials (407). Put them into `proxy`")
    if 400 <= status < 500:
        if write:
            return Refused(f"{what}: refused ({status}){tail}", scope=scope)
        return Misconfigured(f"{what}: the request was refused ({status}){tail}", scope=scope)
    if 300 <= status < 400:
        return Misconfigured(f"{what}: answered with a redirect ({status}). Check `url`", scope=scope)
    return Unavailable(f"{what}: the server answered {status}{tail}", scope=scope)


def from_exception(error: Exception, *, what: str, scope: str | None = None) -> SyncError:
    """The error that a failure without an answer means: broken connections are Unavailable, broken set-ups Misconfigured."""
    if isinstance(error, SyncError):
        return error
    if isinstance(error, Unreached):
        return error.means(f"{what}: {error.text}", scope=scope if error.means is Unavailable else None)
    if isinstance(error, requests.exceptions.SSLError):
        return Misconfigured(f"{what}: the server's certificate is not trusted. Name your certificate authority in `ca_file`")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unavailable(f"{what}: the proxy did not let us through. Check `proxy` and `no_proxy`", scope=scope)
    if isinstance(error, requests.exceptions.Timeout):
        return Unavailable(f"{what}: no answer in time", scope=scope)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema | requests.exceptions.MissingSchema):
        return Misconfigured(f"{what}: the address cannot be used. Check `url`")
    if isinstance(error, RecursionError):
        return Unavailable(f"{what}: the answer is nested too deep to be read. Check `url`", scope=scope)
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return Unavailable(f"{what}: the server redirects us without end. Check `url`", scope=scope)
    if isinstance(error, requests.exceptions.JSONDecodeError | json.JSONDecodeError | UnicodeDecodeError):
        return Unavailable(f"{what}: the answer is not JSON (a login page or a proxy's page?). Check `url`", scope=scope)
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return Unavailable(f"{what}: the answer broke off", scope=scope)
    if isinstance(error, requests.exceptions.RequestException | OSError):
        return Unavailable(f"{what}: the server could not be reached ({_cause(error)})", scope=scope)
    raise error


def _cause(error: BaseException) -> str:
    """The innermost cause by its plain name: no addresses, no objects, no secrets."""
    text = str(error).lower()
    for sign, meaning in (
        ("refused", "connection refused"),
        ("reset", "connection reset"),
        ("aborted", "connection closed"),
        ("name or service", "unknown host"),
        ("resolve", "unknown host"),
        ("unreachable", "network unreachable"),
    ):
        if sign in text:
            return meaning
    return type(error).__name__


def vendor_message(body: object, most: int = 200) -> str:
    """What an error body says, as one short line: `message`, `errorMessages`, `errors`, `error`; never HTML."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        text = body
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return "" if "<" in text else _one_line(text, most)
    if not isinstance(body, Mapping):
        return ""
    return _one_line("; ".join(_messages(body)), most)


def _messages(body: Mapping[str, Any]) -> list[str]:
    found = []
    for name in ("message", "error_description", "error", "errorMessages", "errors"):
        value = body.get(name)
        if isinstance(value, Mapping):
            inner = value.get("message")
            found += [str(inner)] if inner else [f"{k}: {v}" for k, v in value.items() if isinstance(v, str | int)]
        elif isinstance(value, list):
            found += [str(v.get("message", "")) if isinstance(v, Mapping) else str(v) for v in value]
        elif value:
            found.append(str(value))
    return [f for f in found if f]


def _one_line(text: str, most: int) -> str:
    text = " ".join(text.split()).rstrip(". ")
    return text if len(text) <= most else text[: most - 1] + "…"


def expect(value: object, kind: type[list[Any]] | type[dict[str, Any]], *, what: str, scope: str | None = None) -> Any:
    """The decoded answer, where it has the shape that the vendor documents. Raises Unavailable: a wrong shape is never "empty"."""
    if isinstance(value, kind):
        return value
    wanted = "a list" if kind is list else "an object"
    raise Unavailable(
        f"{what}: the answer is not {wanted} (a proxy's page, or not this kind of server?). Check `url`", scope=scope
    )
