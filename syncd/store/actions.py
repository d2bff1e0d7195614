"""Actions as JSON values and back, for the outbox and the history of receipts."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from syncd.model.action import Action
from syncd.model.raw import Json
from syncd.model.ref import Ref

_TUPLES = ("topics", "fingerprints", "reasons")


def action_to_json(action: Action) -> dict[str, Json]:
    """The action with the names of its fields."""
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(action).items()}


def action_from_json(value: Mapping[str, Any]) -> Action:
    """The action that `action_to_json` wrote."""
    lists = {name: tuple(value[name]) for name in _TUPLES}
    return Action(**{**value, **lists, "target": Ref(**value["target"])})
