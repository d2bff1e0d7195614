"""The keys of the way to a vendor, checked offline: proxy, client certificate and its key."""

import pytest

from tests.config.made_up import Folder

TABLE = '[connections.plat]\nkind = "tracker"\nurl = "https://tracker.example"\ntoken = "s3cret-token"\n'
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n"
LOCKED = KEY.replace("PRIVATE", "ENCRYPTED PRIVATE")
OLD_LOCKED = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----\n"


@pytest.fixture
def files(folder: Folder) -> Folder:
    for name, text in {"crt": CERTIFICATE, "key": KEY, "both": KEY + CERTIFICATE, "locked": LOCKED, "old": OLD_LOCKED}.items():
        folder.put(f"{name}.pem", text)
    return folder


def test_a_certificate_with_its_key_in_one_file_or_in_two(files: Folder) -> None:
    one = files.load(TABLE + 'client_cert_file = "both.pem"\n').connections["plat"].transport
    assert (one.client_cert_file, one.client_key_file) == (f"{files.path}/both.pem", None)
    two = files.load(TABLE + 'client_cert_file = "crt.pem"\nclient_key_file = "key.pem"\n').connections["plat"].transport
    assert (two.client_cert_file, two.client_key_file) == (f"{files.path}/crt.pem", f"{files.path}/key.pem")


@pytest.mark.parametrize(
    ("keys", "key", "says"),
    [
        ('client_key_file = "key.pem"', "client_key_file", "there is no certificate to this key. Name it in client_cert_file."),
        ('client_cert_file = "crt.pem"', "client_cert_file", "crt.pem holds no private key. Name a PEM file"),
        ('client_cert_file = "key.pem"', "client_cert_file", "key.pem holds no certificate. Name a PEM file"),
        ('client_cert_file = "gone.pem"', "client_cert_file", "gone.pem does not exist. Create it"),
        ('client_cert_file = "crt.pem"\nclient_key_file = "crt.pem"', "client_key_file", "crt.pem holds no private key."),
        (
            'client_cert_file = "crt.pem"\nclient_key_file = "locked.pem"',
            "client_key_file",
            "is protected by a passphrase. Take it off: openssl pkey -in OLD -out NEW.",
        ),
        ('client_cert_file = "crt.pem"\nclient_key_file = "old.pem"', "client_key_file", "is protected by a passphrase."),
        (
            'proxy = "http://bot:12#x@proxy.example:3128"',
            "proxy",
            "has something after host and port. In user and password write",
        ),
        ('proxy = "http://bot:x@proxy.example:3128/way"', "proxy", "has something after host and port."),
        ('proxy = "socks5://proxy.example:1080"', "proxy", "is not a web address."),
    ],
)
def test_what_is_wrong_is_said_offline_once_and_by_its_key(files: Folder, keys: str, key: str, says: str) -> None:
    (problem,) = files.problems(TABLE + keys + "\n")
    assert f"connections.plat.{key} " in problem
    assert says in problem


@pytest.mark.parametrize(
    "address", ["http://proxy.example:3128", "https://proxy.example/", "http://bot:p%40ss%2Fw%C3%B6rd@[::1]:8080"]
)
def test_a_proxy_with_scheme_and_host_is_taken(files: Folder, address: str) -> None:
    assert files.load(f'{TABLE}proxy = "{address}"\n').connections["plat"].transport.proxy == address


def test_a_log_hides_the_proxys_password_as_written_and_as_meant_and_the_key(files: Folder) -> None:
    keys = 'proxy = "http://bot:p%40ssword@proxy.example"\nclient_cert_file = "crt.pem"\nclient_key_file = "key.pem"\n'
    hidden = set(files.load(TABLE + keys).connections["plat"].hidden())
    assert {"p%40ssword", "p@ssword", KEY.splitlines()[1]} <= hidden
