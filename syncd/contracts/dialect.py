"""Pure. What the versions of the description languages mean differently by the same schema."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """`siblings`: keywords beside a reference count. `nullable`: the keyword of OpenAPI 3.0 counts (it is often
    left behind in 3.1, and meant). `inferred`: a schema that demands
    something of objects (lists, text) alone is meant for them, though it does not say so."""

    name: str
    siblings: bool
    nullable: bool
    inferred: bool


OPENAPI_2 = Dialect("openapi 2", False, True, True)
OPENAPI_30 = Dialect("openapi 3.0", False, True, True)
OPENAPI_31 = Dialect("openapi 3.1", True, True, True)
ASYNCAPI = Dialect("asyncapi", True, False, True)
JSON_SCHEMA_OLD = Dialect("json schema to draft 7", False, False, False)
JSON_SCHEMA = Dialect("json schema from 2019-09", True, False, False)
