"""The environment's layer: pydantic-settings takes SYNCD_ variables apart and tells by a key's type what to read as JSON.

Ours is what that library lacks: which variable set which key, a word on variables that set nothing, names as the file spells
them (it folds the case of all names or of none), and a token that replaces the file's token_file.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from syncd.config.contracts import ContractKeys
from syncd.config.faults import did_you_mean
from syncd.config.raw import Keys
from syncd.config.shape import ConnectionKeys, Delivery, Mappings, Model, Policy, Run, Store, Web
from syncd.config.teams import TeamKeys, WorkKeys
from syncd.contract import Rules
from syncd.model.problem import Problem

PREFIX = "SYNCD_"
BETWEEN = "__"
_TWINS = ("token", "url", "proxy", "hook_secret")
"""Keys that may be given in a file instead, each by a key with `_file`."""
_USERS_OWN = ("write_for", "tracking", "people", "levels")
"""Tables whose keys are names of the user's: they keep their case."""


class Written(BaseSettings):
    """The tables of a configuration and the types of their keys.

    It is never filled: that would stop at the tables that are wrong, and `load` checks on to tell everything at once.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=BETWEEN, case_sensitive=True)

    store: Store
    model: Model
    policy: Policy
    delivery: Delivery
    run: Run
    mappings: Mappings
    web: Web
    detect: dict[str, Rules]
    connections: dict[str, ConnectionKeys]
    people: dict[str, dict[str, Any]]
    work: WorkKeys
    teams: dict[str, TeamKeys]
    contracts: dict[str, ContractKeys]


TABLES = tuple(Written.model_fields)


class Variable(EnvSettingsSource):
    """One variable, as the library reads it. A source is made by inheritance there, and `env_vars` is all that it reads."""

    def __init__(self, keys: Keys, text: str) -> None:
        super().__init__(Written)
        self.case_sensitive = True  # on Windows the library folds names by itself; ours are spelt as the tables spell them
        self.env_vars = {PREFIX + BETWEEN.join(map(str, keys)): text}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: str) -> Any:
        """Only lists and tables are JSON. What is none stays a text, which the check of its key refuses along with all the rest:
        the library itself stops at the first."""
        if not value.lstrip().startswith(("[", "{")):
            return value
        try:
            return super().decode_complex_value(field_name, field, value)
        except (ValueError, RecursionError):
            return value


def lay_over(tables: dict[str, Any], environ: Mapping[str, str]) -> tuple[dict[Keys, str], tuple[Problem, ...]]:
    """Put every SYNCD_ variable into the tables, in place: which variable set which key, and which could set none."""
    variables: dict[Keys, str] = {}
    problems: list[Problem] = []
    for name in sorted(n for n in environ if n.upper().startswith(PREFIX)):
        parts = name[len(PREFIX) :].split(BETWEEN)
        keys = _settle(tables, parts)
        if wrong := list(_sets_nothing(parts, keys)):
            problems += (Problem("environment", name, text, cure) for text, cure in wrong)
        elif len(parts) > 1 and keys is not None:
            _merge(tables, Variable(keys, environ[name])(), variables)
            variables[keys] = name
    return variables, tuple(problems)


def _sets_nothing(parts: list[str], keys: Keys | None) -> Iterator[tuple[str, str]]:
    """What is wrong with a variable's name, and the cure. Names without "__" are no settings (orchestrators make some up), unless
    they begin like one: SYNCD_STORE_URL is a slip of SYNCD_STORE__URL."""
    section, _, rest = parts[0].lower().partition("_")
    if rest and section in TABLES:
        meant = BETWEEN.join([section.upper(), parts[0][len(section) + 1 :], *parts[1:]])
        yield "sets nothing: two underscores stand between levels", f"Did you mean {PREFIX}{meant}?"
    elif len(parts) > 1 and parts[0].lower() not in TABLES:
        yield "unknown key", did_you_mean(parts[0].lower(), TABLES)
    elif len(parts) > 1 and keys is None:
        yield "there is a value, not a table, above this key", "Remove one of the two."


def _settle(tables: Mapping[str, Any], parts: list[str]) -> Keys | None:
    """The keys that a variable's parts mean: as the file spells them, else in lower case. None where a value is in the way."""
    keys: list[str] = []
    here: Any = tables
    for part in parts:
        if not isinstance(here, Mapping):
            return None
        as_written = part if keys and keys[-1] in _USERS_OWN else part.lower()
        keys.append(next((name for name in here if _plain(name) == _plain(part)), as_written))
        here = here.get(keys[-1], {})
    return tuple(keys)


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _merge(tables: dict[str, Any], over: Mapping[str, Any], variables: Mapping[Keys, str], at: Keys = ()) -> None:
    """Lay a variable's value over the tables, key by key, in place. Its twin gives way, unless the environment set that, too."""
    for key, value in over.items():
        below = tables.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            _merge(below, value, variables, (*at, key))
            continue
        twin = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
        if twin.removesuffix("_file") in _TWINS and (*at, twin) not in variables:
            tables.pop(twin, None)
        tables[key] = value
