"""Pure. The thin adapter to CEL: what may be written, what goes in, and an error that is an error."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from syncd.mapping.look import Look
from syncd.mapping.paths import Path, cel_paths
from syncd.model.raw import Json

MAX_SOURCE = 1000
MAX_DEPTH = 32
_MAP_MACRO = re.compile(r"\.\s*map\s*\(")
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_PLACE = re.compile(r"^[A-Z_]+: (?:ERROR: <input>:\d+:\d+: )?|\s*\[[A-Z_]+\]$")
_INT64 = 2**63


class CelError(Exception):
    """An expression that cannot be written so, or that failed on a record."""


class Cel:
    """Compiles expressions over `record`, `scope` and `each`. There is no clock in them, and nothing to call outside."""

    __slots__ = ("_env",)

    def __init__(self) -> None:
        self._env: Any = None

    def expression(self, source: str, *, boolean: bool = False) -> Callable[[Look], Any]:
        """A function that evaluates `source`: plain JSON values, datetime for timestamps. Raises CelError, here and there.

        An evaluation error of the library is a truthy value: its type is looked at on every result.
        """
        program = self._program(source)
        declared = program.return_type().name().upper()
        if boolean and declared not in ("BOOL", "DYN"):
            raise CelError(f"a condition gives true or false, this gives {declared}")
        give = _inputs(cel_paths(source))

        def evaluate(look: Look) -> Any:
            try:
                result = program.eval(data={"record": give(look), "scope": _scope(look), "each": _each(look)})
            except RuntimeError as error:
                raise CelError(_message(error)) from None
            value = _plain(result)
            if boolean and not isinstance(value, bool):
                raise CelError(f"a condition gives true or false, this gave {type(value).__name__}")
            return value

        return evaluate

    def _program(self, source: str) -> Any:
        if len(source) > MAX_SOURCE:
            raise CelError(f"it is longer than {MAX_SOURCE} characters")
        if _MAP_MACRO.search(_TEXT.sub("''", source)):
            raise CelError("the macro map() is not available")
        if self._env is None:
            self._env = _environment()
        try:
            return self._env.compile(source)
        except RuntimeError as error:
            raise CelError(_message(error)) from None


def _environment() -> Any:
    from cel_expr_python import cel  # a tenth of a second that only mappings with expressions pay

    return cel.NewEnv(variables=dict.fromkeys(("record", "scope", "each"), cel.Type.DYN))


def normal(value: Json, depth: int = MAX_DEPTH) -> Json:
    """A JSON value as CEL takes it: whole numbers are int, others double, texts valid Unicode. Raises CelError if too deep."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, int | float):
        return _number(value)
    if depth == 0:
        raise CelError(f"the record is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        return {normal(str(name)): normal(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [normal(item, depth - 1) for item in value]
    return str(value)


def _number(value: float) -> float | None:
    if isinstance(value, int):
        return value if -_INT64 <= value < _INT64 else _double(value)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _double(value: int) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _inputs(paths: tuple[Path, ...]) -> Callable[[Look], Json]:
    """What of the record goes in: the named parts only where the expression names them, because handing over costs time."""
    wanted = tuple(dict.fromkeys(path.parts[:2] for path in paths if path.root == "record"))
    if not all(wanted):
        return lambda look: _kept(look, None, lambda: normal(look.record))
    return lambda look: _kept(look, wanted, lambda: _pruned(look.record, wanted))


def _kept(look: Look, key: Any, make: Callable[[], Json]) -> Json:
    if key not in look.inputs:
        look.inputs[key] = make()
    return look.inputs[key]


def _pruned(record: Mapping[str, Json], wanted: tuple[tuple[str, ...], ...]) -> Json:
    found: dict[str, Json] = {}
    for first, *rest in wanted:
        if first not in record:
            continue
        inner = record[first]
        whole = not rest or not isinstance(inner, Mapping) or (first,) in wanted
        if whole:
            found[first] = normal(inner)
        else:
            part = found.setdefault(first, {})
            if rest[0] in inner:
                part[rest[0]] = normal(inner[rest[0]])
    return found


def _scope(look: Look) -> Json:
    return _kept(look, "scope", lambda: normal(look.scope))


def _each(look: Look) -> Json:
    return None if look.each is None else normal(look.each)


def _plain(result: Any) -> Any:
    kind = result.type().name().upper()
    if "ERROR" in kind or "UNKNOWN" in kind:
        raise CelError(_message(result.value()))
    value = result.plain_value()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if value is None or isinstance(value, bool | str | int | float | datetime | list | dict):
        return value
    raise CelError(f"it gives {kind}, which no field holds")


def _message(error: object) -> str:
    first = str(error).strip().splitlines()[0] if str(error).strip() else "it failed"
    return _PLACE.sub("", first)
