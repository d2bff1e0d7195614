"""Pure. Reads a .proto file: proto2, proto3 and editions. What it does not know inside of options is kept as text."""

from syncd.contracts.protobuf_tree import LAST, Enum, Field, File, Label, Message, Rpc, Service, Unreadable, joined, united
from syncd.contracts.protobuf_words import END, Words

DEPTH = 64
"""How deep messages may lie in each other."""

IMPORTS = 2000
"""How many files a file may import."""

_LABELS: dict[str, Label] = {"optional": "optional", "required": "required", "repeated": "repeated"}
_ENUM_LAST = 2_147_483_647


def parse(path: str, content: bytes) -> File:
    """The file as values. Raises `Unreadable`."""
    return _Reader(path, content).file()


class _Reader:
    """One pass over the words of a file."""

    __slots__ = ("_file", "_words")

    def __init__(self, path: str, content: bytes) -> None:
        self._words = Words(path, content)
        self._file = File(path=path)

    def file(self) -> File:
        words = self._words
        if words.word == END:
            raise Unreadable(f"{self._file.path} is empty")
        while words.word != END:
            self._top(words.take())
        return self._file

    def _top(self, word: str) -> None:
        file, words = self._file, self._words
        if word in ("syntax", "edition"):
            words.expect("=")
            file.syntax = words.string()
            words.expect(";")
        elif word == "package":
            file.package = words.name()
            words.expect(";")
        elif word == "import":
            kind = words.take() if words.word in ("public", "weak", "option") else ""
            path = words.string()
            if len(file.imports) >= IMPORTS:
                raise Unreadable(f"{file.path} imports more than {IMPORTS} files")
            (file.public if kind == "public" else file.imports).append(path)
            words.expect(";")
        elif word == "service":
            self._service()
        elif word == "option":
            self._option(file.options)
        elif not self._definition(word, file.package, 0) and word != ";":
            raise Unreadable(f"{file.path}, line {words.line()}: {word!r} begins nothing that is known")

    def _definition(self, word: str, scope: str, depth: int) -> bool:
        """Read what may stand both in a file and in a message; false where the word begins none of it."""
        if word in ("export", "local") and self._words.word in ("message", "enum"):
            word = self._words.take()
        if word == "message" and self._words.word not in (".", "="):
            self._message(joined(scope, self._words.name()), depth)
        elif word == "enum":
            self._enum(joined(scope, self._words.name()))
        elif word == "extend":
            self._extend(scope, depth)
        else:
            return False
        return True

    def _option(self, options: dict[str, str]) -> None:
        name = self._words.option_name()
        self._words.expect("=")
        options[name] = self._words.value(";")
        self._words.expect(";")

    def _inline(self) -> dict[str, str]:
        """Options in brackets behind a field or a value."""
        options: dict[str, str] = {}
        while self._words.passes("[") or (options and self._words.passes(",")):
            name = self._words.option_name()
            self._words.expect("=")
            options[name] = self._words.value(",]")
            if self._words.passes("]"):
                break
        return options

    def _new(self, name: str) -> None:
        if name in self._file.messages or name in self._file.enums or name in self._file.services:
            self._file.twice.append(name)

    def _message(self, name: str, depth: int) -> None:
        if depth > DEPTH:
            raise Unreadable(f"{self._file.path}, line {self._words.line()}: messages lie more than {DEPTH} deep in each other")
        self._new(name)
        message = self._file.messages[name] = Message(name=name)
        self._words.expect("{")
        while not self._words.passes("}"):
            self._in_message(message, depth)
        message.reserved, message.extensions = united(message.reserved), united(message.extensions)

    def _in_message(self, message: Message, depth: int) -> None:
        words = self._words
        if words.passes(";"):
            return
        if words.word == ".":
            message.fields.append(self._field(message.name, "", words.type(), "", depth))
            return
        word = words.take()
        if words.word == "=":
            raise words.wrong("the type of a field")
        if word == "option":
            self._option(message.options)
        elif word == "oneof":
            self._oneof(message, depth)
        elif word == "reserved":
            self._reserved(message, LAST)
        elif word == "extensions":
            message.extensions += words.ranges()
            self._inline()
            words.expect(";")
        elif not self._definition(word, message.name, depth + 1):
            message.fields.append(self._labelled(word, message.name, "", depth))

    def _labelled(self, word: str, scope: str, oneof: str, depth: int) -> Field:
        label = _LABELS.get(word, "")
        return self._field(scope, label, self._words.type() if label else word, oneof, depth)

    def _field(self, scope: str, label: Label, kind: str, oneof: str, depth: int) -> Field:
        words, key = self._words, ""
        if kind == "map" and words.passes("<"):
            key = words.type()
            words.expect(",")
            kind, label = words.type(), "map"
            words.expect(">")
        if not (kind[:1].isalpha() or kind[:1] in "._"):
            raise words.wrong("the type of a field")
        name = words.name()
        words.expect("=")
        number = words.integer()
        options = self._inline()
        if kind == "group" and words.word == "{":
            self._message(joined(scope, name), depth + 1)
            kind, name = f"group {name}", name.lower()
        else:
            words.expect(";")
        return Field(name=name, number=number, type=kind, scope=scope, label=label, key=key, oneof=oneof, options=options)

    def _oneof(self, message: Message, depth: int) -> None:
        words, name = self._words, self._words.name()
        message.oneofs.append(name)
        words.expect("{")
        while not words.passes("}"):
            if words.passes(";"):
                continue
            if words.passes("option"):
                self._option({})
            else:
                kind = words.type()
                message.fields.append(self._field(message.name, "", kind, name, depth))

    def _reserved(self, of: Message | Enum, most: int) -> None:
        words = self._words
        if words.word[:1].isdigit() or words.word == "-":
            of.reserved += words.ranges(most)
        else:
            while True:
                of.reserved_names.add(words.string() if words.word[:1] in ('"', "'") else words.name())
                if not words.passes(","):
                    break
        words.expect(";")

    def _enum(self, name: str) -> None:
        words = self._words
        self._new(name)
        enum = self._file.enums[name] = Enum(name=name)
        words.expect("{")
        while not words.passes("}"):
            if words.passes(";"):
                continue
            word = words.name()
            if words.passes("="):
                enum.values.append((word, words.integer()))
                self._inline()
                words.expect(";")
            elif word == "option":
                self._option(enum.options)
            elif word == "reserved":
                self._reserved(enum, _ENUM_LAST)
            else:
                raise words.wrong("'='")
        enum.reserved = united(enum.reserved)

    def _extend(self, scope: str, depth: int) -> None:
        words, extended = self._words, self._words.type()
        words.expect("{")
        while not words.passes("}"):
            if words.passes(";"):
                continue
            found = self._labelled(words.type(), scope, "", depth)
            self._file.extends.append((extended, found))

    def _service(self) -> None:
        words = self._words
        name = joined(self._file.package, words.name())
        self._new(name)
        service = self._file.services[name] = Service(name=name)
        words.expect("{")
        while not words.passes("}"):
            if words.passes(";"):
                continue
            word = words.take()
            if word == "rpc":
                service.rpcs.append(self._rpc())
            elif word == "option":
                self._option({})
            else:
                raise words.wrong("'rpc'")

    def _rpc(self) -> Rpc:
        words, name = self._words, self._words.name()
        from_client, request = self._end()
        words.expect("returns")
        from_server, response = self._end()
        rpc = Rpc(name=name, request=request, response=response, from_client=from_client, from_server=from_server)
        if words.passes("{"):
            while not words.passes("}"):
                if words.passes(";"):
                    continue
                words.expect("option")
                self._option(rpc.options)
        else:
            words.expect(";")
        return rpc

    def _end(self) -> tuple[bool, str]:
        """A request or a response: whether it is a stream, and of what."""
        words = self._words
        words.expect("(")
        name = words.type()
        streams = name == "stream" and words.word != ")"
        if streams:
            name = words.type()
        words.expect(")")
        return streams, name
