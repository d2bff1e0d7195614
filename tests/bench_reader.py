"""What a reader written by hand does: asyncio, kept connections, pages of 100, 8 requests in flight, fast JSON, raw upserts into SQLite.

    python -m tests.bench_reader < SECTIONS.json

Standard input holds what the bench tells of each vendor (`section` as configured); standard output gets items, seconds and memory.
It needs aiohttp and orjson. No client library, no pacing, no errors, no history, no mapping, and each page is written once: about the
least that reading the same can cost. The floors of the bench are multiples of it.
"""

import asyncio
import json
import re
import sqlite3
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from tests.bench_memory import peak_mb

IN_FLIGHT = 8
Section = dict[str, Any]
Query = Mapping[str, str]


@dataclass(slots=True)
class Table:
    """The database, and how many records came from each vendor. One transaction a page."""

    database: sqlite3.Connection
    items: dict[str, int] = field(default_factory=dict)

    def put(self, vendor: str, records: list[Any]) -> None:
        rows = [(vendor, str(record["id"]), orjson.dumps(record)) for record in records]
        with self.database:
            self.database.executemany(
                "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (vendor, id) DO UPDATE SET data = excluded.data", rows
            )
        self.items[vendor] = self.items.get(vendor, 0) + len(rows)


@dataclass(frozen=True, slots=True)
class Reader:
    """One vendor: a session of its own, the gate that all share, and the table."""

    vendor: str
    session: aiohttp.ClientSession
    gate: asyncio.Semaphore
    table: Table

    async def page(self, url: str, query: Query) -> tuple[Any, Mapping[str, str]]:
        """One answer with its headers. Whatever goes wrong ends the measurement."""
        async with self.gate, self.session.get(url, params=query) as answer:
            answer.raise_for_status()
            return orjson.loads(await answer.read()), answer.headers

    async def numbered(self, url: str, query: Query) -> None:
        """A list whose first page says how many there are: the others are asked for side by side."""
        first, headers = await self.page(url, {**query, "page": "1"})
        self.table.put(self.vendor, first)
        last = re.search(r'[?&]page=(\d+)[^>]*>; rel="last"', headers.get("Link", ""))
        pages = int(headers.get("X-Total-Pages") or (last[1] if last else 1))

        async def one(number: int) -> None:
            found, _ = await self.page(url, {**query, "page": str(number)})
            self.table.put(self.vendor, found)

        await asyncio.gather(*(one(number) for number in range(2, pages + 1)))

    async def chained(self, url: str, query: Query, name: str, given: str, asked: str) -> None:
        """A list whose every page names the next one."""
        token = None
        while True:
            found, _ = await self.page(url, {**query, asked: token} if token else query)
            self.table.put(self.vendor, found.get(name, []))
            token = found.get(given)
            if not token:
                return


async def jira(reader: Reader, section: Section) -> None:
    url = f"{section['url']}/rest/api/2/search/jql"
    asked = {"maxResults": "100", "fields": "*all", "expand": "changelog"}
    lists = ({**asked, "jql": f'project = "{key}" ORDER BY updated DESC'} for key in section["projects"])
    await asyncio.gather(*(reader.chained(url, query, "issues", "nextPageToken", "nextPageToken") for query in lists))


async def github(reader: Reader, section: Section) -> None:
    lists = (
        f"{section['url']}/repos/{name}/{what}" for name in section["repositories"] for what in ("milestones", "issues", "pulls")
    )
    await asyncio.gather(*(reader.numbered(url, {"state": "all", "per_page": "100"}) for url in lists))


async def gitlab(reader: Reader, section: Section) -> None:
    places = (f"{section['url']}/api/v4/projects/{quote(path, safe='')}" for path in section["projects"])
    lists = (f"{place}/{what}" for place in places for what in ("milestones", "issues", "merge_requests"))
    query = {"per_page": "100", "scope": "all"}
    await asyncio.gather(
        *(reader.numbered(url, query if not url.endswith("milestones") else {"per_page": "100"}) for url in lists)
    )


async def google(reader: Reader, section: Section) -> None:
    urls = (f"{section['url']}calendars/{quote(one['id'], safe='')}/events" for one in section["calendars"])
    query = {"singleEvents": "true", "maxResults": "2500"}
    await asyncio.gather(*(reader.chained(url, query, "items", "nextPageToken", "pageToken") for url in urls))


READERS = {"jira": jira, "github": github, "gitlab": gitlab, "google": google}


def signed(vendor: str, section: Section) -> dict[str, str]:
    """The header that signs in."""
    if vendor == "jira":
        return {"Authorization": "Basic " + b64encode(f"{section['user']}:{section['token']}".encode()).decode()}
    return {"Private-Token": section["token"]} if vendor == "gitlab" else {"Authorization": f"Bearer {section['token']}"}


async def read(told: Mapping[str, Any], table: Table) -> None:
    """All vendors at once, `IN_FLIGHT` requests at a time."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(vendor: str, section: Section) -> None:
        async with aiohttp.ClientSession(headers=signed(vendor, section), requote_redirect_url=False) as session:
            await READERS[vendor](Reader(vendor, session, gate, table), section)

    await asyncio.gather(*(one(vendor, part["section"]) for vendor, part in told.items()))


def main() -> None:
    """Read everything into a database that is thrown away."""
    told = json.load(sys.stdin)
    began, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "reader.db")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE records (vendor, id, data, PRIMARY KEY (vendor, id))")
        table = Table(database)
        asyncio.run(read(told, table))
        database.close()
    peak = peak_mb()
    whole = {"wall_s": time.monotonic() - began, "cpu_s": time.process_time() - cpu, "peak_mb": peak}
    vendors = {vendor: {"items": count} for vendor, count in table.items.items()}
    json.dump({"vendors": vendors, **{name: round(value, 2) for name, value in whole.items()}}, sys.stdout)


if __name__ == "__main__":
    main()
