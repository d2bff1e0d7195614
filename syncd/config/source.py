"""The TOML file, read so that a person can be led to the line that is wrong, and with the environment laid over it.

The file's source of pydantic-settings is left out: it takes a file that is not there for an empty one, refuses a byte order mark,
and keeps no lines.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from syncd.config.environment import lay_over
from syncd.config.raw import Keys, Raw
from syncd.model.problem import Problem, Problems


def read(path: Path, environ: Mapping[str, str]) -> Raw:
    """The file and the environment as one. Raises Problems where the file cannot be read or is no TOML."""
    text = _text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problems([_no_toml(str(path), str(error))]) from None
    except RecursionError:
        raise Problems([Problem(str(path), "", "the tables and lists are nested too deeply", "Flatten them.")]) from None
    variables, problems = lay_over(tables, environ)
    return Raw(str(path), path.absolute().parent, tables, variables, dict(_lines(text)), problems)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problem = Problem(str(path), "", "there is no such file", "Copy config.example.toml there, or name another file with -c.")
    except IsADirectoryError:
        problem = Problem(str(path), "", "this is a folder, not a file", "Name the configuration file in it.")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(str(path), f"line {line}", "this is not UTF-8 text", "Save the file as UTF-8.")
    except OSError as error:
        why = f"the file cannot be read: {error.strerror}"
        problem = Problem(str(path), "", why, "Give syncd's account the right to read it.")
    raise Problems([problem])


def _no_toml(file: str, message: str) -> Problem:
    place = re.search(r" \(at (.+)\)$", message)
    what = message[: place.start()] if place else message
    return Problem(file, place[1] if place else "", f"this is not valid TOML: {what[:1].lower()}{what[1:]}", "Correct this line.")


def _lines(text: str) -> Iterator[tuple[Keys, int]]:
    """The line of each table header and of each key that starts a line: enough to lead a person there."""
    table: Keys = ()
    count: dict[Keys, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]", line):
            table = _parts(header[2])
            if header[1]:
                count[table] = count.get(table, -1) + 1
                table = (*table, count[table])
            yield table, number
        elif key := re.match(r"""\s*([A-Za-z0-9_."'\- ]+?)\s*=""", line):
            yield (*table, *_parts(key[1])), number


def _parts(text: str) -> Keys:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""\s*(?:"[^"]*"|'[^']*'|[^.]+)""", text))
