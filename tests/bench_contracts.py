"""How fast API descriptions are compared, beside the figures to reach. Run by `make bench`; it measures and never fails."""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LARGE = 12_000_000
FLOORS = {"large": (5.0, 400.0), "small": (1.0, 400.0)}

_MEASURED = """
import json, resource, sys, time
begin = time.perf_counter()
sys.argv = ["syncd", "contracts", "diff", *sys.argv[1:], "--json"]
from syncd.cli import main
import contextlib, io
said = io.StringIO()
with contextlib.redirect_stdout(said):
    try:
        main()
    except SystemExit:
        pass
used = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"s": used, "mb": peak, "changes": len(json.loads(said.getvalue())["changes"])}))
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One pair: bytes of the larger file, seconds and megabytes of the whole command, and what they may be."""

    what: str
    bytes: int
    changes: int
    s: float
    mb: float
    floor_s: float
    floor_mb: float


def component(at: int, count: int, changed: bool) -> dict[str, Any]:
    """An object of twelve properties, three of which lead to other components."""
    properties: dict[str, Any] = {
        f"field_{n}": {"type": "string", "maxLength": 40 + n, "description": "words " * 6} for n in range(9)
    }
    for n in range(3):
        properties[f"other_{n}"] = {"$ref": f"#/components/schemas/Component{(at * 7 + n * 13 + 1) % count}"}
    if changed:
        properties["field_0"]["type"] = "integer"
    return {"type": "object", "required": ["field_0"], "properties": properties}


def document(size: int, changed: bool) -> bytes:
    """A description of about this many bytes; every fortieth component, parameter and answer is another one where it is changed."""
    count = max(2, size // 4_850)
    schemas = {f"Component{n}": component(n, count, changed and n % 40 == 0) for n in range(count)}
    paths = {}
    for n in range(count):
        body = {"application/json": {"schema": {"$ref": f"#/components/schemas/Component{n}"}, "example": {"text": "x" * 1_500}}}
        limit = {
            "name": "limit",
            "in": "query",
            "required": changed and n % 40 == 1,
            "schema": {"type": "integer", "maximum": 100},
        }
        named = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"/things{n}/{{id}}"] = {
            "get": {"parameters": [named, limit], "responses": {"200": {"description": "it", "content": body}}},
            "post": {"parameters": [named], "requestBody": {"content": body}, "responses": {"204": {"description": "done"}}},
        }
    return json.dumps(
        {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths, "components": {"schemas": schemas}}
    ).encode()


def measured(what: str, size: int, folder: Path) -> Figure:
    """The whole command on a pair of this size, in a process of its own."""
    files = [folder / f"{what}-{name}.json" for name in ("old", "new")]
    for file, changed in zip(files, (False, True), strict=True):
        file.write_bytes(document(size, changed))
    ran = subprocess.run([sys.executable, "-c", _MEASURED, *map(str, files)], capture_output=True, text=True, check=True)
    said = json.loads(ran.stdout)
    return Figure(what, files[1].stat().st_size, said["changes"], said["s"], said["mb"], *FLOORS[what])


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = [measured("small", 20_000, Path(folder)), measured("large", LARGE, Path(folder))]
    if asked.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
        return
    print("contracts   MB      changes   seconds (floor)   peak MB (floor)")
    for one in figures:
        print(
            f"{one.what:10} {one.bytes / 1e6:6.2f} {one.changes:9} {one.s:9.2f} ({one.floor_s:.1f}) {one.mb:12.0f} ({one.floor_mb:.0f})"
        )


if __name__ == "__main__":
    main()
