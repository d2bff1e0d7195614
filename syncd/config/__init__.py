"""The configuration: a TOML file and the environment become one checked, frozen value; all that is wrong is said at once.

Here belongs what a person writes to make syncd work, and how it is read. Nothing here talks to a vendor or opens the store.
"""

from syncd.config.connection import Connection
from syncd.config.faults import did_you_mean, some_known
from syncd.config.load import load
from syncd.config.mappings import known_mappings, mapping_reader
from syncd.config.plugins import entry_point_detectors, entry_point_kinds
from syncd.config.schema import schema
from syncd.config.value import Config

__all__ = [
    "Config",
    "Connection",
    "did_you_mean",
    "entry_point_detectors",
    "entry_point_kinds",
    "known_mappings",
    "load",
    "mapping_reader",
    "schema",
    "some_known",
]
