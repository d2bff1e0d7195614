"""Pure. What kind of contract a file is: told by what is in it, its name only where the contents leave it open."""

import re
from typing import Literal

Kind = Literal["openapi", "asyncapi", "jsonschema", "graphql", "protobuf"]
KINDS: tuple[Kind, ...] = ("openapi", "asyncapi", "jsonschema", "graphql", "protobuf")

HEAD = 1 << 16
"""How many bytes of a file are looked at."""

_KEYED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("openapi", re.compile(r"""^[ \t{]*["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?\d""", re.M)),
    ("asyncapi", re.compile(r"""^[ \t{]*["']?asyncapi["']?[ \t]*:[ \t]*["']?\d""", re.M)),
    ("openapi", re.compile(r"""[{,]\s*"(?:openapi|swagger)"\s*:\s*"?\d""")),
    ("asyncapi", re.compile(r"""[{,]\s*"asyncapi"\s*:\s*"?\d""")),
)
_SCHEMA = re.compile(
    r"""(?:^[ \t]*|[{,]\s*)["']?"""
    r"""(?:\$schema|\$id|\$defs|definitions|properties|allOf|anyOf|oneOf|type|enum|items|\$ref|required)["']?[ \t]*:""",
    re.M,
)
_FURTHER: tuple[tuple[Kind, re.Pattern[bytes]], ...] = (
    ("openapi", re.compile(rb"""(?:^["']?|[{,]\s*")(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?[23]\.\d""", re.M)),
    ("asyncapi", re.compile(rb"""(?:^["']?|[{,]\s*")asyncapi["']?[ \t]*:[ \t]*["']?[23]\.\d""", re.M)),
)
"""Where keys are sorted, what tells the kind may stand at the end of a large file."""

_PROTO = re.compile(
    r"""^[ \t]*(?:syntax\s*=\s*["']proto[23]["']|edition\s*=\s*["']\d+["']|(?:message|service)\s+\w+\s*\{|package\s+[\w.]+\s*;)""",
    re.M,
)
_SDL = re.compile(
    r"^[ \t]*(?:extend\s+)?(?:type|interface|input|enum|union|scalar|directive|schema)\b\s*[@\w]*[^:;=\n]*(?:[{=]|@|$|\bon\b)",
    re.M,
)
_COMMENTS = re.compile(r'/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)|//[^\n]*|"""(?:[^"]|"(?!""))*(?:"""|\Z)|^[ \t]*#[^\n]*', re.S | re.M)
_NAMES: dict[str, Kind] = {"proto": "protobuf", "graphql": "graphql", "graphqls": "graphql", "gql": "graphql", "sdl": "graphql"}


def kind_of(content: bytes, name: str = "") -> Kind | None:
    """The kind of a file, or None where it is no contract of a kind that is known (a binary, an empty or any other file)."""
    head = content[:HEAD]
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    for kind, pattern in _KEYED:
        if pattern.search(text):
            return kind
    for kind, further in _FURTHER if len(content) > HEAD else ():
        if further.search(content, HEAD - 100):
            return kind
    ending = name.rpartition(".")[2].lower()
    if ending in _NAMES:
        return _NAMES[ending]
    if ending in ("json", "yaml", "yml") or text.lstrip().startswith("{"):
        return "jsonschema" if _SCHEMA.search(text) else None
    return _by_language(text)


def _by_language(text: str) -> Kind | None:
    bare = _COMMENTS.sub(" ", text)
    if _PROTO.search(bare):
        return "protobuf"
    if _SDL.search(bare) and "{" in bare + "{" * ("scalar" in bare or "union" in bare):
        return "graphql"
    return "jsonschema" if _SCHEMA.search(text) else None
