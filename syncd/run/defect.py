"""A defect of a plug-in: an exception that is none of the six errors, told in one line with its place."""

import traceback


def defect(error: Exception) -> str:
    """What broke and where, without the exception's own text, which may hold anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"a defect of the connector ({type(error).__name__} in {frame.name}, line {frame.lineno}); please report it"
