"""TLS as a connection is configured: whom it trusts, and the certificate by which it says who it is."""

import ssl
from functools import cache

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from syncd.contract import Misconfigured, TlsAndProxy


class _Protected(Exception):
    """A private key asks for a passphrase."""


def context(transport: TlsAndProxy) -> ssl.SSLContext:
    """What every handshake of the connection goes by; safe to share between threads. The environment is not consulted.

    Trust comes from `ca_file`, else from the authorities that come with the HTTP client. An authority in the middle of a chain, or
    the server's own certificate, may stand in `ca_file` for the root. Raises Misconfigured for a file that cannot be used.
    """
    if transport.ca_file is None and transport.client_cert_file is None and transport.client_key_file is None:
        return _usual()
    made = _bare()
    _trust(made, transport.ca_file)
    _certify(made, transport.client_cert_file, transport.client_key_file)
    return made


@cache
def _usual() -> ssl.SSLContext:
    """Where nothing is configured. To read the authorities takes longer than to make the rest of a connector: once is enough."""
    made = _bare()
    _trust(made, None)
    return made


def _bare() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.hostname_checks_common_name = False
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    made.post_handshake_auth = True  # servers that ask for a certificate only for some addresses
    return made


def _trust(made: ssl.SSLContext, ca_file: str | None) -> None:
    try:
        made.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
    except (OSError, ValueError) as error:
        why = _reason(error, "it holds no certificate in PEM form")
        raise Misconfigured(f"{ca_file} cannot be used ({why}). Correct `ca_file`") from None


def _certify(made: ssl.SSLContext, certificate: str | None, key: str | None) -> None:
    if certificate is None and key is None:
        return
    if certificate is None:
        raise Misconfigured("there is a key and no certificate to it. Name that in `client_cert_file`")
    try:
        made.load_cert_chain(certificate, key, password=_ask_nobody)
    except _Protected:
        cure = "Take it off (openssl pkey -in OLD -out NEW) and name the result in `client_key_file`"
        raise Misconfigured(f"the private key in {key or certificate} is protected by a passphrase. {cure}") from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise Misconfigured(
                f"the key in {key or certificate} does not belong to the certificate in {certificate}. Correct `client_key_file`"
            ) from None
        raise Misconfigured(_unusable(certificate, key)) from None
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"the client certificate cannot be read ({_reason(error, 'the path is not valid')}). "
            "Correct `client_cert_file` and `client_key_file`"
        ) from None


def _ask_nobody() -> str:
    """Stands where the library would ask for a passphrase at the terminal."""
    raise _Protected


def _unusable(certificate: str, key: str | None) -> str:
    if key is None:
        return f"{certificate} holds no certificate with its private key in PEM form. Name the key in `client_key_file`"
    return f"{certificate} or {key} is no PEM file of a certificate and its private key. Correct `client_cert_file`, `client_key_file`"


def _reason(error: Exception, otherwise: str) -> str:
    if isinstance(error, ssl.SSLError) or not isinstance(error, OSError):
        return otherwise
    return error.strerror or otherwise
