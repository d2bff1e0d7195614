"""How many requests a first read of a scope takes, by GitLab's own counts and with one request at most."""

from connectors.gitlab.asking import BY_TIME, OPEN_AND_CLOSED, list_of, rest_query
from connectors.gitlab.cursor import Cursor
from connectors.gitlab.paging import PER_PAGE, total_of
from connectors.gitlab.reading import DENIED, Reading
from connectors.gitlab.whole import LISTS


def weigh(reading: Reading) -> int | None:
    """None where GitLab does not count (above 10,000 records, epics of old servers without a licence), or where closed records of long
    ago are left out, which takes two counts. The links of issues that block others are not among it."""
    if reading.stream == "freeze_periods":
        return 1
    if reading.since is not None and reading.stream in OPEN_AND_CLOSED:
        return None
    total = _total(reading)
    if total is None:
        return None
    pages = max(1, -(-total // PER_PAGE))
    return pages + total if reading.stream == "approvals" else pages


def _total(reading: Reading) -> int | None:
    if reading.stream == "epics" and reading.epics.work_items is not False:
        return reading.epics.count(reading.client, reading.path, **reading.words)
    if reading.stream in LISTS:
        query = dict(LISTS[reading.stream])
    else:
        begins = Cursor(after=reading.since if reading.stream in BY_TIME else None)
        query = rest_query(reading.stream, reading.scope, begins, newest=False, archived=reading.archived)
    path = f"{reading.base}/{list_of(reading.stream)}"
    answer = reading.client.get(path, {**query, "per_page": 1}, allow=DENIED, **reading.words)
    return total_of(answer) if answer.body is not None else None
