"""What was written, before anybody judged it: the TOML file with the environment laid over it, and where each key comes from."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.model.problem import Problem, Problems

PREFIX = "SYNCD_"
BETWEEN = "__"
SECRETS = ("token", "url", "proxy")
"""Keys whose value may be a secret: each has a twin with `_file`, and none is ever read as JSON."""
USERS_OWN = ("write_for", "tracking")
"""Tables whose keys are names of the user's: they keep their case."""

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """The merged tables. `variables`: which environment variable set a key; `lines`: in which line of the file a key stands;
    `problems`: variables that set nothing."""

    file: str
    base: Path
    tables: dict[str, Any]
    variables: Mapping[Keys, str] = field(default_factory=dict)
    lines: Mapping[Keys, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def from_environment(self, keys: Keys) -> bool:
        """Whether the value at the key, or a table around it, was set by the environment."""
        return self._variable(keys) is not None

    def file_of(self, keys: Keys) -> str:
        """Where to correct a key: the file, or the environment."""
        return "environment" if self.from_environment(keys) else self.file

    def key_of(self, keys: Keys) -> str:
        """The key as a person finds it: the variable's name, or dotted with its line: "connections.plat.kind (line 12)"."""
        if (variable := self._variable(keys)) is not None:
            return variable
        line = self.line_of(keys)
        return dotted(keys) + (f" (line {line})" if line else "")

    def line_of(self, keys: Keys) -> int:
        """The line of the key, or of the table around it; 0 where the file does not have it."""
        return next((self.lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.lines), 0)

    def _variable(self, keys: Keys) -> str | None:
        at_or_above = (self.variables[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.variables)
        below = (name for there, name in self.variables.items() if there[: len(keys)] == keys and keys not in self.lines)
        return next(at_or_above, None) or next(below, None)


def dotted(keys: Keys) -> str:
    """ "connections.cal.calendars[0].id"."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def read(path: Path, environ: Mapping[str, str], sections: tuple[str, ...]) -> Raw:
    """The file and the environment as one. Raises Problems where the file cannot be read or is no TOML."""
    text = _text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problems([_no_toml(str(path), str(error))]) from None
    except RecursionError:
        raise Problems([Problem(str(path), "", "the tables and lists are nested too deeply", "Flatten them.")]) from None
    variables, problems = _lay_over(tables, environ, sections)
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


def _lay_over(
    tables: dict[str, Any], environ: Mapping[str, str], sections: tuple[str, ...]
) -> tuple[dict[Keys, str], tuple[Problem, ...]]:
    """Put every SYNCD_ variable into the tables, in place: which variable set which key, and what no variable may set."""
    variables: dict[Keys, str] = {}
    problems: list[Problem] = []
    for name in sorted(n for n in environ if n.upper().startswith(PREFIX)):
        parts = name[len(PREFIX) :].split(BETWEEN)
        if len(parts) == 1:
            problems += _one_underscore(name, parts[0], sections)
            continue
        keys = _settle(tables, parts)
        if keys is None:
            problems.append(Problem("environment", name, "there is a value, not a table, above this key", "Remove it."))
        else:
            _put(tables, keys, environ[name])
            variables[keys] = name
    return variables, tuple(problems)


def _one_underscore(name: str, rest: str, sections: tuple[str, ...]) -> list[Problem]:
    """SYNCD_STORE_URL is a slip of SYNCD_STORE__URL. Other names without "__" are no settings (orchestrators make some up)."""
    section = rest.lower().partition("_")[0]
    if section not in sections or rest.lower() == section:
        return []
    meant = f"{PREFIX}{section.upper()}{BETWEEN}{rest[len(section) + 1 :]}"
    return [Problem("environment", name, "sets nothing: two underscores stand between levels", f"Did you mean {meant}?")]


def _settle(tables: Mapping[str, Any], parts: list[str]) -> Keys | None:
    """The keys that a variable's parts mean: as the file spells them, else in lower case. None where a value is in the way."""
    keys: list[str] = []
    here: Any = tables
    for part in parts:
        if not isinstance(here, Mapping):
            return None
        wanted = _plain(part)
        as_written = part if keys and keys[-1] in USERS_OWN else part.lower()
        key = next((name for name in here if _plain(name) == wanted), as_written)
        keys.append(key)
        here = here.get(key, {})
    return tuple(keys)


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _put(tables: dict[str, Any], keys: Keys, text: str) -> None:
    *above, last = (str(key) for key in keys)
    here = tables
    for key in above:
        here = here.setdefault(key, {})
    _forget_twin(here, last)
    here[last] = text if last in SECRETS else _value(text)


def _forget_twin(table: dict[str, Any], key: str) -> None:
    """The environment outranks the file: a token from the environment replaces the file's token_file, and the other way round."""
    twin = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
    if twin.removesuffix("_file") in SECRETS:
        table.pop(twin, None)


def _value(text: str) -> Any:
    """Lists and tables are written as JSON; everything else stays a text and is read as the type of its key."""
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text
