"""What is wrong with a configuration: collected, each with place, text and cure, and never with a secret in it."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from syncd.config.raw import Keys, Raw
from syncd.model.problem import Problem, Problems

M = TypeVar("M", bound=BaseModel)
_AFTER_THE_FILE = 10**9


class Fault(ValueError):
    """A value that will not do: what is wrong with it, and what to do."""

    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.text = text
        self.cure = cure


_TABLE_AS_JSON = """In the environment a table is written as JSON: '{"...": "..."}'."""
_TYPES: Mapping[str, tuple[str, str]] = {
    "string_type": ("must be a text", 'Put it in quotes: "...".'),
    "int_type": ("must be a whole number", "Write it without quotes."),
    "int_parsing": ("must be a whole number", "Write digits only."),
    "int_from_float": ("must be a whole number", "Leave out the decimals."),
    "float_type": ("must be a number", "Write it without quotes."),
    "float_parsing": ("must be a number", "Write digits only."),
    "bool_type": ("must be true or false", "Write true or false, without quotes."),
    "bool_parsing": ("must be true or false", "Write true or false."),
    "tuple_type": ("must be a list", 'Write it in square brackets: ["...", "..."].'),
    "list_type": ("must be a list", 'Write it in square brackets: ["...", "..."].'),
    "set_type": ("must be a list", 'Write it in square brackets: ["...", "..."].'),
    "frozen_set_type": ("must be a list", 'Write it in square brackets: ["...", "..."].'),
    "dict_type": ("must be a table", "Write its keys below a line with its name in square brackets."),
    "model_type": ("must be a table", "Write its keys below a line with its name in square brackets."),
}


class Faults:
    """The problems found so far in one configuration. `hide` names a text that no problem may repeat."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._found: list[tuple[int, Problem]] = [(0, problem) for problem in raw.problems]
        self._hidden: set[str] = set()

    def hide(self, secret: str) -> None:
        """From now on this text is blotted out wherever a problem would show it."""
        if len(secret) >= 4:
            self._hidden.add(secret)

    def add(self, path: Keys, text: str, cure: str) -> None:
        """Note a problem at a key."""
        problem = Problem(self._raw.file_of(path), self._raw.key_of(path), text, cure)
        self._found.append((self._raw.line_of(path), problem))

    def no_table(self, path: Keys, example: str) -> None:
        """Note that something else stands where a table belongs. `example`: the header of such a table."""
        cure = _TABLE_AS_JSON if self._raw.from_environment(path) else f"Write its keys below {example}."
        self.add(path, "must be a table", cure)

    def from_environment(self, path: Keys) -> bool:
        """Whether the environment set the value at a key, or is all that gave the table there."""
        return self._raw.from_environment(path)

    def take(self, problems: Iterable[Problem]) -> None:
        """Note problems that another part found, in files of its own."""
        self._found.extend((_AFTER_THE_FILE, problem) for problem in problems)

    def check(self, model: type[M], data: Any, path: Keys, also: Collection[str] = ()) -> M | None:
        """The data as the model, or None with every problem noted. `also`: keys that are known beside the model's."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                self._note(model, dict(detail), path, also)
            return None

    def salvage(self, model: type[M], data: Any, path: Keys, also: Collection[str] = ()) -> tuple[M | None, set[str]]:
        """The data as the model without the keys that are wrong, and those keys: so that the rest can be checked further."""
        try:
            return model.model_validate(data), set()
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors(include_input=False) if detail["loc"]}
        self.check(model, data, path, also)
        if not isinstance(data, Mapping):
            return None, wrong
        try:
            return model.model_validate({key: value for key, value in data.items() if key not in wrong}), wrong
        except ValidationError:
            return None, wrong

    def _note(self, model: type[BaseModel], detail: dict[str, Any], at: Keys, also: Collection[str]) -> None:
        path = (*at, *detail["loc"])
        known = [*_keys_at(model, detail["loc"][:-1]), *(also if len(detail["loc"]) == 1 else ())]
        self.add(path, *_in_words(detail, str(path[-1]) if path else "", known, self._raw.from_environment(path)))

    def raise_any(self) -> None:
        """Raise `Problems` with all that was noted, if anything was."""
        if self._found:
            ordered = sorted(self._found, key=lambda found: found[0])
            raise Problems(dict.fromkeys(self._blotted(problem) for _, problem in ordered))

    def _blotted(self, problem: Problem) -> Problem:
        return Problem(*(self._blot(text) for text in (problem.file, problem.key, problem.text, problem.cure)))

    def _blot(self, text: str) -> str:
        for secret in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def _keys_at(model: Any, path: Keys) -> Collection[str]:
    """The keys of the model, or of the models that its field at the path holds, in a list or not."""
    match path:
        case (str(name), *below) if _is_model(model) and name in model.model_fields:
            return _keys_at(model.model_fields[name].annotation, tuple(below))
        case (int(), *below):
            return [key for held in get_args(model) for key in _keys_at(held, tuple(below))]
    return [field.alias or name for name, field in model.model_fields.items()] if not path and _is_model(model) else []


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _in_words(detail: Mapping[str, Any], key: str, known: Collection[str], in_environment: bool) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return "unknown key", did_you_mean(key, known) or "Remove it."
        case "missing":
            return "is missing", f"Add {key} = ..."
        case "literal_error" | "enum":
            return f"must be {context['expected']}", f"Write one of these{'' if in_environment else ', in quotes'}."
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return f"must be {detail['msg'].removeprefix('Input should be ')}", "Choose another number."
        case "too_short" | "string_too_short":
            return "is empty", "Name at least one." if kind == "too_short" else "Write something, or remove the key."
        case "string_pattern_mismatch":
            return "holds characters that do not belong here", "Use a-z, A-Z, 0-9, - . and _ only."
        case "value_error" if isinstance(context.get("error"), Fault):
            return context["error"].text, context["error"].cure
        case "value_error" | "assertion_error":
            return _text_and_cure(detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, "))
        case "string_type" if in_environment:
            return "must be a text, not a list or a table", "Write the text as it is, and no variable for a key below this one."
        case "tuple_type" | "list_type" | "set_type" | "frozen_set_type" if in_environment:
            return "must be a list", """In the environment a list is written as JSON: '["...", "..."]'."""
        case "dict_type" | "model_type" if in_environment:
            return "must be a table", _TABLE_AS_JSON
    return _TYPES.get(kind, (_lower(detail["msg"].removeprefix("Input ")), "Correct it."))


def _text_and_cure(message: str) -> tuple[str, str]:
    """What a plug-in's own check says: by custom the cure stands after the last semicolon or colon."""
    *before, after = re.split(r"[;:] ", message)
    if not before:
        return _lower(message), "Correct it."
    return _lower(message[: -len(after) - 2]), f"{after[:1].upper()}{after[1:].rstrip('.')}."


def _lower(text: str) -> str:
    return re.sub(r"^[A-Z](?=[a-z ])", lambda m: m[0].lower(), text).rstrip(".")


MOST_NAMES = 20
"""So many known names are told at most."""


def some_known(known: Sequence[str]) -> str:
    """The known names, or the first of them, as a cure."""
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return f"Known are: {', '.join(known[:MOST_NAMES])}{more}." if known else "None is known."


def did_you_mean(name: str, known: Collection[str], otherwise: str | None = None) -> str:
    """A cure that names the closest of the known names; where none is close `otherwise`, by default all of them."""
    by_lower = {one.lower(): one for one in sorted(known)}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {by_lower[close[0]]}?"
    if otherwise is None:
        return f"Known are: {', '.join(sorted(known))}." if known else ""
    return otherwise
