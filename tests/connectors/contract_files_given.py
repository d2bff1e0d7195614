"""What the tests of contracts' files share: a description, and the records that a connector gives of it, as a store would hold them."""

from dataclasses import dataclass, field
from typing import Any

from syncd.contract import Connector, Page
from syncd.model.raw import RawRecord, Scope

STREAM = "contract_files"
V1 = "openapi: 3.0.3\ninfo: {title: Pay, version: '1'}\npaths: {/pay: {get: {responses: {'200': {description: ok}}}}}\n"
V2 = V1.replace("/pay", "/payments")
V3 = V1.replace("get", "post")


@dataclass
class Kept:
    """What is stored after some passes: records by id, and the cursor."""

    records: dict[str, RawRecord] = field(default_factory=dict)
    cursor: str | None = None

    def take(self, page: Page) -> None:
        gone = set(page.deleted) - {record.ref.id for record in page.records}
        self.records = {id: record for id, record in self.records.items() if id not in gone}
        self.records |= {record.ref.id: record for record in page.records}
        self.cursor = page.cursor or self.cursor

    def read(self, connector: Connector) -> list[Page]:
        """One pass over the one repository."""
        pages = []
        for page in connector.fetch(STREAM, scope(connector), self.cursor):
            self.take(page)
            pages.append(page)
        return pages

    def files(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """(kind of revision, its name, path) -> the record."""
        rows = (record.data for record in self.records.values() if record.data["type"] == "file")
        return {(row["revision"]["kind"], row["revision"]["name"], row["path"]): dict(row) for row in rows}

    def text(self, of: str | None) -> str:
        """A content, put together from its parts."""
        assert of is not None
        first = self.records[f"{of}0"].data
        return "".join(self.records[f"{of}{n}"].data["text"] for n in range(first["parts"]))

    def texts(self) -> dict[tuple[str, str, str], str | None]:
        """The same with the content of each file that has one."""
        return {key: self.text(row["text"]) if row["text"] else None for key, row in self.files().items()}


def scope(connector: Connector) -> Scope:
    found = next(iter(connector.scopes(STREAM)))
    assert isinstance(found, Scope), found
    return found
