"""Pure. The mapping language: a vendor's records become rows of the model by data that people write. No I/O, no vendor's name."""

from syncd.mapping.document import Source
from syncd.mapping.engine import Applied, Mapping, Traced, apply, parse, trace
from syncd.mapping.layers import Setting
from syncd.mapping.reading import (
    effective,
    fields_read,
    keys_of_fields,
    lacking,
    missing,
    paths,
    still_missing,
    unfetched,
    unread_line,
)
from syncd.mapping.schema import mapping_schema
from syncd.mapping.tryout import TryResult, streams, try_records

__all__ = [
    "Applied",
    "Mapping",
    "Setting",
    "Source",
    "Traced",
    "TryResult",
    "apply",
    "effective",
    "fields_read",
    "keys_of_fields",
    "lacking",
    "mapping_schema",
    "missing",
    "parse",
    "paths",
    "still_missing",
    "streams",
    "trace",
    "try_records",
    "unfetched",
    "unread_line",
]
