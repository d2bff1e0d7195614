"""A certificate authority of the tests' own: certificates for servers and clients, as PEM files, and the servers' contexts."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOSTS = ("127.0.0.1", "localhost", "tracker.example")


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, each in a file."""

    certificate: str
    key: str


class Authority:
    """Signs certificates. `file` holds its own one, for `ca_file`."""

    def __init__(self, folder: Path, name: str = "Acme") -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _named(f"{name} root")
        usage = x509.KeyUsage(*(field in {"key_cert_sign", "crl_sign"} for field in _USAGES))
        ca = x509.BasicConstraints(ca=True, path_length=None)
        self._certificate = (
            _started(self._subject, self._subject, self._key.public_key(), _now(-1), _now(1))
            .add_extension(ca, critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = _written(folder / f"{name}-root.pem", self._certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, *hosts: str, start_days: float = -1, end_days: float = 1) -> Pair:
        """A server's certificate for these hosts, by default for all the tests' ones."""
        return self._issue("server", ExtendedKeyUsageOID.SERVER_AUTH, hosts or HOSTS, start_days, end_days)

    def client(self, name: str = "syncd", end_days: float = 1, passphrase: bytes | None = None) -> Pair:
        """A certificate by which a client says who it is."""
        return self._issue(name, ExtendedKeyUsageOID.CLIENT_AUTH, (), -1, end_days, passphrase)

    def context(self, pair: Pair | None = None, clients: "Authority | None" = None) -> ssl.SSLContext:
        """What a server wraps its socket in. With `clients` it demands a certificate which that authority has signed."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        served = pair or self.server()
        made.load_cert_chain(served.certificate, served.key)
        if clients is not None:
            made.verify_mode = ssl.CERT_REQUIRED
            made.load_verify_locations(clients.file)
        return made

    def _issue(
        self,
        name: str,
        use: x509.ObjectIdentifier,
        hosts: tuple[str, ...],
        start_days: float,
        end_days: float,
        passphrase: bytes | None = None,
    ) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _started(_named(name), self._subject, key.public_key(), _now(start_days), _now(end_days)).add_extension(
            x509.ExtendedKeyUsage([use]), critical=False
        )
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        certificate = made.sign(self._key, hashes.SHA256())
        stem = self._folder / f"{self._name}-{name}-{certificate.serial_number:x}"
        locked = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        return Pair(
            _written(stem.with_suffix(".crt"), certificate.public_bytes(serialization.Encoding.PEM)),
            _written(stem.with_suffix(".key"), pem),
        )


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
    "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _started(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=start,
        not_valid_after=end,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _now(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def _written(file: Path, content: bytes) -> str:
    file.write_bytes(content)
    return str(file)
