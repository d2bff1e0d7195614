"""The command line: what a person types, and what is printed. It decides nothing."""

from syncd.cli.main import main

__all__ = ["main"]
