"""`healthcheck`: whether `syncd run` still does its work, for whoever watches it: a container's engine, a monitor."""

import os
from datetime import datetime
from pathlib import Path

import typer
from sqlalchemy import make_url

from syncd.cli.frame import DEFAULT_CONFIG, GOOD, TROUBLE, AsJson, ConfigFile, one_line, print_json
from syncd.config import load
from syncd.model.problem import Problems
from syncd.run.clock import Clock
from syncd.run.pulse import Pulse, ailment, pulse, told
from syncd.store import StoreError, open_store


def healthcheck(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Exit with 0 where the last pass of `syncd run` ended less than 3 intervals (and at least 10 minutes) ago, or one is under way."""
    now, seen = Clock().now(), Pulse()
    try:
        checked = load(config, os.environ)
        seen = _pulse(checked.store_url)
        ill = ailment(seen, checked.interval_s, now)
    except StoreError as error:
        ill = str(error)
    except Problems as problems:
        more = f" (and {len(problems.problems) - 1} more: syncd check)" if len(problems.problems) > 1 else ""
        ill = f"{problems.problems[0]}{more}"
    why = one_line(ill or told(seen, now))
    if json:
        print_json(
            {"healthy": ill is None, "why": why, "began": _iso(seen.began), "ended": _iso(seen.ended), "seconds": seen.seconds}
        )
    else:
        typer.echo(f"healthy: {why}" if ill is None else f"not healthy: {why}")
    raise typer.Exit(TROUBLE if ill else GOOD)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _pulse(store_url: str) -> Pulse:
    """Raises StoreError. A file that is not there is not made: it would belong to whoever asks, and keep syncd out."""
    url = make_url(store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise StoreError(f"{url.database}: there is no database yet. Start `syncd run`, or correct [store] url")
    store = open_store(store_url)
    try:
        return pulse(store)
    finally:
        store.close()
