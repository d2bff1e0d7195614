"""What a plain script on the same client libraries does: each library as its own documentation shows it, every record into one table.

    python -m tests.bench_naive < SECTIONS.json

Standard input holds what the bench tells of each vendor (`section` as configured); standard output gets items, seconds and memory.
It reads once and forgets: no cursor, no errors, no history, no mapping. It is what syncd is measured beside, not a model.
"""

import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.bench_memory import peak_mb

Section = dict[str, Any]


def jira(section: Section) -> Iterator[Any]:
    """All issues of each project, as `enhanced_search_issues(maxResults=0)` gives them."""
    from jira import JIRA

    client = JIRA(section["url"], basic_auth=(section["user"], section["token"]))
    for project in section["projects"]:
        for issue in client.enhanced_search_issues(f'project = "{project}"', maxResults=0, expand="changelog"):
            yield issue.raw


def github(section: Section) -> Iterator[Any]:
    """Milestones, issues and pull requests of each repository."""
    from github import Auth, Github

    client = Github(base_url=section["url"], auth=Auth.Token(section["token"]), per_page=100)
    for name in section["repositories"]:
        repository = client.get_repo(name, lazy=True)  # the twin names itself api.github.com, as records do
        lists: Iterable[Any] = (
            repository.get_milestones(state="all"),
            repository.get_issues(state="all"),
            repository.get_pulls(state="all"),
        )
        for one in lists:
            for row in one:
                yield row._rawData  # `raw_data` would ask for each record again


def gitlab(section: Section) -> Iterator[Any]:
    """Milestones, issues and merge requests of each project."""
    from gitlab import Gitlab

    client = Gitlab(section["url"], private_token=section["token"], per_page=100)
    for name in section["projects"]:
        project = client.projects.get(name)
        for one in (project.milestones, project.issues, project.mergerequests):
            for row in one.list(iterator=True):
                yield row.attributes


def google(section: Section) -> Iterator[Any]:
    """All events of each calendar."""
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build

    credentials = Credentials(section["token"])  # type: ignore[no-untyped-call]
    base = section["url"].removesuffix("calendar/v3/")
    client = build("calendar", "v3", credentials=credentials, client_options={"api_endpoint": f"{base}calendar/v3/"})
    for calendar in section["calendars"]:
        request = client.events().list(calendarId=calendar["id"], singleEvents=True, maxResults=2500)
        while request is not None:
            answer = request.execute()
            yield from answer.get("items", [])
            request = client.events().list_next(request, answer)


READERS: dict[str, Callable[[Section], Iterator[Any]]] = {"jira": jira, "github": github, "gitlab": gitlab, "google": google}


def main() -> None:
    """Read everything into a database that is thrown away."""
    told = json.load(sys.stdin)
    began, found = time.monotonic(), {}
    with tempfile.TemporaryDirectory() as folder:
        table = sqlite3.connect(Path(folder) / "naive.db")
        table.execute("CREATE TABLE records (vendor, id, data)")
        for vendor, one in told.items():
            since, count = time.monotonic(), 0
            for record in READERS[vendor](one["section"]):
                table.execute("INSERT INTO records VALUES (?, ?, ?)", (vendor, str(record["id"]), json.dumps(record)))
                count += 1
            table.commit()
            found[vendor] = {"items": count, "seconds": round(time.monotonic() - since, 2)}
        table.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = peak_mb()
    whole = {"wall_s": time.monotonic() - began, "cpu_s": used.ru_utime + used.ru_stime, "peak_mb": peak}
    json.dump({"vendors": found, **{name: round(value, 2) for name, value in whole.items()}}, sys.stdout)


if __name__ == "__main__":
    main()
