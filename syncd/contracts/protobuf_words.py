"""Pure. The words of a .proto file: without comments and blanks, each with the line that it is on."""

import re
from collections.abc import Iterator

from syncd.contracts.protobuf_tree import LAST, Range, Unreadable

BYTES = 4 << 20
"""The longest file that is read."""

PARTS = 64
"""How many names a full name may be made of."""

_WORD = re.compile(
    r"""(?>[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*+"""
    r"""([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"""
    r"""|0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
    r"""|[{}\[\]()<>;,=.:+/-]|\Z)""",
    re.S,
)
_OPEN, _CLOSE = "{[(<", "}])>"
_ESCAPE = re.compile(r"\\(.)", re.S)
END = ""


class Words:
    """The words of one file, read from the first to the last. `word` is the next one, `END` behind the last."""

    __slots__ = ("_next", "_text", "_words", "at", "path", "word")

    def __init__(self, path: str, content: bytes) -> None:
        """Raises `Unreadable`."""
        if len(content) > BYTES:
            raise Unreadable(f"{path} has more than {BYTES >> 20} MB")
        try:
            self._text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable(f"{path} is no text in UTF-8") from None
        self.path = path
        self._words = self._split()
        self.word, self.at = next(self._words)

    def _split(self) -> Iterator[tuple[str, int]]:
        place, text, match = 0, self._text, _WORD.match
        while found := match(text, place):
            yield found[1], found.start(1)
            place = found.end()
            if place == len(text):
                break
        while place == len(text):
            yield END, place
        rest = text[place : place + 20].strip().splitlines() or [""]
        raise Unreadable(f"{self.path}, line {self.line(place)}: {rest[0]!r} is not understood")

    def line(self, place: int | None = None) -> int:
        """The line of a place in the text, of the next word unless said."""
        return self._text.count("\n", 0, self.at if place is None else place) + 1

    def wrong(self, wanted: str) -> Unreadable:
        """What to raise where something else stands than may."""
        found = repr(self.word[:40]) if self.word else "the end of the file"
        return Unreadable(f"{self.path}, line {self.line()}: {found} stands where {wanted} should")

    def take(self) -> str:
        """The next word, which is passed."""
        taken = self.word
        if not taken:
            raise self.wrong("something more")
        self.word, self.at = next(self._words)
        return taken

    def passes(self, word: str) -> bool:
        """Whether that is the next word; it is passed then."""
        if self.word != word:
            return False
        self.take()
        return True

    def expect(self, word: str) -> None:
        """Pass that word."""
        if not self.passes(word):
            raise self.wrong(repr(word))

    def name(self) -> str:
        """The next word, which is a name: without a leading dot."""
        if not (self.word[:1].isalpha() or self.word[:1] == "_"):
            raise self.wrong("a name")
        if self.word.count(".") >= PARTS:
            raise self.wrong(f"a name of at most {PARTS} parts")
        return self.take()

    def type(self) -> str:
        """The name of a type, with its leading dot where it has one."""
        return ("." if self.passes(".") else "") + self.name()

    def integer(self) -> int:
        """A whole number, signed or not."""
        sign = -1 if self.passes("-") else 1
        if not self.word[:1].isdigit():
            raise self.wrong("a number")
        try:
            return sign * (int(self.word, 8) if re.fullmatch(r"0\d+", self.word) else int(self.word, 0))
        except ValueError:
            raise self.wrong("a whole number") from None
        finally:
            self.take()

    def string(self) -> str:
        """One or several texts in quotes that follow each other, as one."""
        parts = []
        while self.word[:1] in ('"', "'") and self.word:
            parts.append(_ESCAPE.sub(r"\1", self.take()[1:-1]))
        if not parts:
            raise self.wrong("a text in quotes")
        return "".join(parts)

    def value(self, ends: str) -> str:
        """What an option is set to, up to one of the signs `ends`, which is not passed: its words with a blank between."""
        if self.word[:1] in ('"', "'"):
            return self.string()
        parts, depth = [], 0
        while depth or self.word not in ends or not self.word:
            word = self.take()
            depth += (word in _OPEN) - (word in _CLOSE)
            if depth < 0:
                raise self.wrong(f"one of {ends}")
            parts.append(word)
        return " ".join(parts).replace("- ", "-")

    def option_name(self) -> str:
        """The name of an option: `deprecated`, `(my.option).field`, `features.json_format`."""
        parts = []
        while self.word not in ("=", ";", "]", ",", END):
            parts.append(self.take())
        if not parts:
            raise self.wrong("the name of an option")
        return "".join(parts)

    def ranges(self, most: int = LAST) -> list[Range]:
        """Numbers and ranges of them: `2, 9 to 11, 100 to max`."""
        found: list[Range] = []
        while True:
            first = last = self.integer()
            if self.passes("to"):
                last = most if self.passes("max") else self.integer()
            found.append((first, last))
            if not self.passes(","):
                return found
