"""What stands between us and a vendor, as a person meets it: one clear line for each connection, exit code 1, never a traceback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.demo.jira_twin import JiraTwin
from tests.cli.cli_world import configured, syncd
from tests.connectors.contract import NOW
from tests.connectors.proxy_given import proxy
from tests.connectors.tls_given import Authority

PASSWORD = "hunter2"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def jira(authority: Authority) -> Iterator[JiraTwin]:
    """A Jira over TLS, whose certificate the authority has signed."""
    made = JiraTwin(lambda: NOW)
    made.project("PLAT")
    made.issue("PLAT", "Basket")
    made.server.start(tls=authority.context())
    yield made
    made.server.stop()


def problems(config: Path) -> list[str]:
    """The lines of a pass that fails."""
    result = syncd("once", "-c", config)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    assert PASSWORD not in result.output
    lines = [line for line in result.stdout.splitlines() if line.startswith("!")]
    assert json.loads(syncd("once", "-c", config, "--json").stdout)["problems"] == [line[2:] for line in lines]
    return lines


def test_each_connection_that_cannot_be_reached_has_one_line(jira: JiraTwin, authority: Authority, tmp_path: Path) -> None:
    with proxy(refuse=403) as refusing, proxy(login="bot:other") as picky:
        config = configured(tmp_path, jira, projects='"PLAT"', extra=f'proxy = "http://bot:{PASSWORD}@{refusing.place}"')
        text = config.read_text()
        section = text[text.index("[connections.plat]") :]
        for name, way in (("picky", f'proxy = "http://bot:{PASSWORD}@{picky.place}"'), ("direct", "")):
            other = section.replace("connections.plat", f"connections.{name}").replace(
                f'proxy = "http://bot:{PASSWORD}@{refusing.place}"', way
            )
            text += other.replace('projects = ["PLAT"]', f'projects = ["PLAT", "{name.upper()}"]')
        config.write_text(text)
        lines = problems(config)
    what = "looking for project PLAT: "
    assert sorted(lines) == [
        f"! direct: {what}the server has a certificate that is not trusted (unable to get local issuer certificate). "
        "Name your certificate authority in `ca_file`",
        f"! picky: {what}the proxy {picky.place} did not accept user and password (407). Correct them in `proxy`",
        f"! plat: {what}the proxy {refusing.place} refuses the way to {jira.url[8:]} (403). "
        "Have it allowed there, or name the host in `no_proxy`",
    ]
    assert not jira.server.log


def test_with_authority_and_credentials_the_same_pass_is_good(jira: JiraTwin, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text(f"bot:{PASSWORD}\n")
    with proxy(login=f"bot:{PASSWORD}") as way:
        (tmp_path / "proxy").write_text(f"{way.url(f'bot:{PASSWORD}')}\n")
        extra = f'proxy_file = "proxy"\nca_file = "{authority.file}"'
        config = configured(tmp_path, jira, projects='"PLAT"', extra=extra)
        result = syncd("once", "-c", config)
        assert result.exit_code == 0, result.output
        assert way.seen
    assert "! " not in result.stdout


def test_a_key_that_belongs_to_another_certificate_is_one_line(jira: JiraTwin, authority: Authority, tmp_path: Path) -> None:
    ours, other = authority.client(), authority.client()
    extra = f'ca_file = "{authority.file}"\nclient_cert_file = "{ours.certificate}"\nclient_key_file = "{other.key}"'
    (line,) = problems(configured(tmp_path, jira, projects='"PLAT"', extra=extra))
    assert line == (
        f"! plat: the key in {other.key} does not belong to the certificate in {ours.certificate}. Correct `client_key_file`"
    )
