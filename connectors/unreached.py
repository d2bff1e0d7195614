"""Why no answer of the server came: what proxy, TLS or network did, as one line with the key to correct."""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPException, LineTooLong, RemoteDisconnected
from urllib.parse import urlsplit

import requests

from connectors.proxy import Proxy
from syncd.contract import Misconfigured, SyncError, Unavailable


class Unreached(requests.exceptions.ConnectionError):
    """`text` says what happened and what to do, `means` which of the six it is. No text holds credentials or an address's path."""

    def __init__(self, means: type[SyncError], text: str) -> None:
        super().__init__(text)
        self.means, self.text = means, text


@dataclass(frozen=True, slots=True)
class Way:
    """How a request goes. `proxy` is None on the direct way; `certified`: we have a certificate to show."""

    url: str
    proxy: Proxy | None
    certified: bool

    @property
    def host(self) -> str:
        """The server's host, without port."""
        return urlsplit(self.url).hostname or ""

    @property
    def place(self) -> str:
        """Host and port, for people."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def who(self) -> str:
        """Whom TLS is spoken with, as far as a failure tells: a proxy that speaks TLS itself answers in the same way."""
        both = self.proxy is not None and self.proxy.url.startswith("https:")
        return "the server or the proxy" if both else "the server"

    @property
    def tls(self) -> bool:
        """Whether we speak TLS to the server."""
        return self.url.lower().startswith("https:")


def explained(error: Exception, way: Way) -> Exception:
    """The failure with its reason and cure, where it is proxy's or TLS's; else as it is."""
    causes = list(_causes(error))
    if way.proxy is not None and (found := _at_proxy(error, causes, way.proxy, way.place)) is not None:
        return found
    tls = next((one for one in causes if isinstance(one, ssl.SSLError)), None)
    if tls is not None:
        return _handshake(tls, way.certified, way.who, way.host, "url")
    if any(isinstance(one, RemoteDisconnected) for one in causes):
        return _closed(way)
    if any(isinstance(one, LineTooLong) or "got more than" in str(one) for one in causes if isinstance(one, HTTPException)):
        return Unreached(Unavailable, "the server's answer is cut off: its headers are too many or too long. Check `url`")
    if way.tls and any(isinstance(one, ConnectionResetError | BrokenPipeError) for one in causes):
        return _hung_up(way.who, way.certified)
    if not way.tls and any(isinstance(one, BadStatusLine) for one in causes):
        return _speaks_tls(way)
    return error


def misspoken(status: int, body: bytes, way: Way) -> Unreached | None:
    """What a server means that answers 400, because TLS or our certificate is missing, as nginx, Apache and Go do."""
    if status != 400:
        return None
    said = body[:4000].decode("utf-8", "replace").casefold()
    if not way.tls and any(sign in said for sign in _PLAIN_ON_TLS):
        return _speaks_tls(way)
    if "no required ssl certificate was sent" in said:
        return _uncertified("the server")
    if "the ssl certificate error" in said and way.certified:
        return _not_accepted("the server", "it says no more")
    return None


def refused_by_proxy(status: int, headers: requests.structures.CaseInsensitiveDict[str], way: Way) -> Unreached | None:
    """What the answer to a request that was handed to the proxy means, where it is the proxy's own. 403 may be the server's as well:
    only what proxies write into their own answers tells (Squid's error header, RFC 9209)."""
    if way.proxy is None or way.tls:
        return None
    own = "x-squid-error" in headers or "error=" in headers.get("proxy-status", "")
    if status == 407 or (own and (status == 403 or status >= 500)):
        return _tunnel(status, way.proxy, way.place)
    return None


_PLAIN_ON_TLS = ("plain http request was sent to https port", "speaking plain http to an ssl", "http request to an https server")
_PLAIN_SERVER = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
}
_WANTS_OURS = {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE", "SSL/TLS_ALERT_HANDSHAKE_FAILURE"}
_REFUSES_OURS = re.compile(
    r"ALERT_(UNKNOWN_CA|\w*CERTIFICATE(_UNKNOWN|_EXPIRED|_REVOKED)?|ACCESS_DENIED|DECRYPT_ERROR)$",
)
_EXPIRED, _NOT_YET, _OTHER_HOST = 10, 9, (62, 64)
"""OpenSSL's codes for what is wrong with a certificate (X509_V_ERR_...)."""


def _at_proxy(error: Exception, causes: list[BaseException], proxy: Proxy, place: str) -> Unreached | None:
    """Where the failure is the proxy's. TLS inside of the tunnel to `place` is the server's."""
    told = next((found for one in causes if (found := re.search(r"Tunnel connection failed: (\d{3})", str(one)))), None)
    if told:
        return _tunnel(int(told[1]), proxy, place)
    if not isinstance(error, requests.exceptions.ProxyError):
        return None
    tls = next((one for one in causes if isinstance(one, ssl.SSLError)), None)
    if tls is not None:
        return _handshake(tls, False, f"the proxy {proxy.name}", proxy.name.rpartition(":")[0], "proxy")
    if any(isinstance(one, socket.gaierror) for one in causes):
        return Unreached(Unavailable, f"the proxy's host is unknown ({proxy.name}). Correct `proxy`")
    if any(isinstance(one, BadStatusLine) for one in causes):
        return Unreached(
            Unavailable, f"the proxy {proxy.name} did not answer in HTTP. Check `proxy`: http:// or https://, and port"
        )
    why = next((text for one in causes if (text := _plainly(one))), "it did not answer")
    return Unreached(Unavailable, f"the proxy {proxy.name} could not be reached ({why}). Check `proxy`")


def _tunnel(status: int, proxy: Proxy, place: str) -> Unreached:
    """What the proxy's own answer means."""
    if status == 407 and proxy.headers:
        return Unreached(Misconfigured, f"the proxy {proxy.name} did not accept user and password (407). Correct them in `proxy`")
    if status == 407:
        cure = "Put them into `proxy`, or into the file of `proxy_file`: http://USER:PASSWORD@HOST:PORT"
        return Unreached(Misconfigured, f"the proxy {proxy.name} wants credentials (407). {cure}")
    if 400 <= status < 500:
        cure = "Have it allowed there, or name the host in `no_proxy`"
        return Unreached(Misconfigured, f"the proxy {proxy.name} refuses the way to {place} ({status}). {cure}")
    return Unreached(Unavailable, f"the proxy {proxy.name} did not get through to {place} ({status}). Check `url` and `proxy`")


def _handshake(error: ssl.SSLError, certified: bool, who: str, host: str, key: str) -> Unreached:
    """What a failed handshake with `who` means; `key` names its address in the configuration."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, who, host, key)
    reason = error.reason or ""
    if reason in _PLAIN_SERVER:
        return Unreached(Misconfigured, f"{who} does not speak TLS at this port. Begin `{key}` with http://, or correct its port")
    if certified and (reason in _WANTS_OURS or _REFUSES_OURS.search(reason)):
        return _not_accepted(who, _words(reason))
    if reason in _WANTS_OURS or _REFUSES_OURS.search(reason):
        return _uncertified(who)
    if isinstance(error, ssl.SSLEOFError):
        return _hung_up(who, certified)
    return Unreached(Unavailable, f"TLS with {who} failed ({_words(reason) or type(error).__name__}). Check `{key}`")


def _certificate(error: ssl.SSLCertVerificationError, who: str, host: str, key: str) -> Unreached:
    """https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/ names the codes."""
    if error.verify_code == _EXPIRED:
        text = f"{who} has a certificate that has expired. Have it renewed there; if it is good, set this machine's clock"
    elif error.verify_code == _NOT_YET:
        text = f"{who} has a certificate that is not valid yet. Set this machine's clock, or wait"
    elif error.verify_code in _OTHER_HOST:
        text = f"{who} has a certificate for another host name than {host}. Correct the host in `{key}`"
    else:
        why = error.verify_message.split(",")[0].strip() or "its issuer is unknown"
        text = f"{who} has a certificate that is not trusted ({why}). Name your certificate authority in `ca_file`"
    return Unreached(Misconfigured, text)


def _uncertified(who: str) -> Unreached:
    return Unreached(
        Misconfigured, f"{who} demands a client certificate. Name it in `client_cert_file`, its key in `client_key_file`"
    )


def _not_accepted(who: str, why: str) -> Unreached:
    return Unreached(
        Misconfigured, f"{who} does not accept our client certificate ({why}). Put one that it accepts in `client_cert_file`"
    )


def _hung_up(who: str, certified: bool) -> Unreached:
    """With TLS 1.3 a server judges our certificate after the handshake, and what it says of it may be lost when it hangs up at once."""
    hint = "does not accept our client certificate, put another" if certified else "demands a client certificate, name it"
    return Unreached(Unavailable, f"{who} reset the connection. If it {hint} in `client_cert_file`")


def _speaks_tls(way: Way) -> Unreached:
    return Unreached(Misconfigured, f"{way.place} speaks TLS at this port and we do not. Begin `url` with https://")


def _closed(way: Way) -> Unreached:
    """No answer at all: an address that speaks TLS does that to plain requests, a proxy to those that it cannot read."""
    if way.proxy is not None:
        return Unreached(
            Unavailable, f"the proxy {way.proxy.name} closed the connection without an answer. Check `proxy` and `url`"
        )
    hint = "" if way.tls else ". If it speaks TLS at this port, begin `url` with https://"
    return Unreached(Unavailable, f"the server closed the connection without an answer{hint}")


def _words(reason: str) -> str:
    return re.sub(r"^(SSLV3|TLSV1|TLSV13|SSL/TLS)_ALERT_", "", reason).replace("_", " ").lower()


def _plainly(cause: BaseException) -> str:
    """The plain name of a failure of the network; "" for a wrapper around one."""
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused"
    if isinstance(cause, ConnectionResetError | RemoteDisconnected | BrokenPipeError):
        return "it closed the connection"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    return (cause.strerror or "").lower() if type(cause) is OSError else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it came from, each once: the libraries wrap in arguments, attributes and chains."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (*one.args, getattr(one, "reason", None), getattr(one, "original_error", None), one.__cause__, one.__context__)
        waiting += [next_one for next_one in inner if isinstance(next_one, BaseException)]
