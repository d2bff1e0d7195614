"""The one error of the store: a line for a person."""


class StoreError(Exception):
    """The database cannot be used. The text is one line: what happened, where, what to do. It never holds a password."""
