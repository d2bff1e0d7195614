"""The one error of the store: a line for a person."""

from syncd.model.problem import Mendable


class StoreError(Mendable):
    """The database cannot be used. The text never holds a password."""
