"""The log tells where a defect is, and shows no secret."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from syncd.run.log import log, set_up


@pytest.fixture(autouse=True)
def _leaves_no_trace() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_defect_is_logged_with_its_place_and_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", secrets=lambda: ["canary-7f3a", ""])
    try:
        raise ValueError("the address holds canary-7f3a")
    except ValueError:
        log().exception("pass broke off", why="canary-7f3a was refused")
    line = capsys.readouterr().err
    told = json.loads(line)
    assert (told["event"], told["why"]) == ("pass broke off", "[hidden] was refused")
    assert "test_a_defect_is_logged_with_its_place" in told["exception"]
    assert "canary" not in line


def test_what_a_library_logs_comes_as_a_line_of_ours_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("warning", secrets=lambda: ["canary-7f3a"])
    set_up("warning", secrets=lambda: ["canary-7f3a"])
    logging.getLogger("vendor.http").warning("403 with reason %s", "canary-7f3a")
    logging.getLogger("vendor.http").info("nobody wants to know")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["level"], told["library"], told["text"]) == ("warning", "vendor.http", "403 with reason [hidden]")


def test_a_secret_inside_a_list_is_hidden_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("warning", secrets=lambda: ["canary-7f3a"])
    log().warning("several", lines=["canary-7f3a", {"why": "canary-7f3a"}], count=3)
    told = json.loads(capsys.readouterr().err)
    assert (told["lines"], told["count"]) == (["[hidden]", {"why": "[hidden]"}], 3)


def test_what_is_below_the_level_stays_silent(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("warning")
    log().info("pass")
    assert capsys.readouterr().err == ""
