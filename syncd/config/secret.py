"""Secrets: written down, or in a file that is read again on every use; never in a text that a person or a log sees."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from syncd.config.faults import Fault, Faults
from syncd.config.raw import Keys
from syncd.contract import AuthFailed

_WRONG_PATH = "Create it, or correct the path (relative to the configuration file)."


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of one connection. With a `file`, it is what the file holds at the moment: a rotated token needs no restart."""

    connection: str
    value: SecretStr | None = field(default=None, repr=False)
    file: Path | None = None

    def __call__(self) -> str | None:
        """The secret now. Raises AuthFailed where its file cannot be read any more."""
        if self.file is None:
            return self.value.get_secret_value() if self.value else None
        try:
            return one_line(self.file)
        except Fault as fault:
            raise AuthFailed(f"{self.connection}: {self.file}: {fault.text}. {fault.cure}") from None


def one_line(file: Path) -> str:
    """The single line in a file, without the newline at its end. Raises Fault; the text of a fault names no content."""
    text = readable(file).strip()
    fit(text, f"{file.name} is empty")
    return text


def fit(secret: str, empty: str = "is empty") -> None:
    """Raise Fault for a secret that no vendor takes: empty, or with spaces, line breaks or control characters in it."""
    if not secret:
        raise Fault(empty, "Put the secret there, or remove the key.")
    if re.search(r"[\s\x00-\x1f\x7f]", secret):
        raise Fault("holds more than one word or line", "Keep the secret alone, on one line.")


def readable(file: Path) -> str:
    """The text of a file that the configuration names. Raises Fault where it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Fault(f"{file} does not exist", _WRONG_PATH) from None
    except IsADirectoryError:
        raise Fault(f"{file} is a folder, not a file", "Name the file in it.") from None
    except UnicodeDecodeError:
        raise Fault(f"{file} is not text", "Name a text file.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path is not valid"
        raise Fault(f"{file} cannot be read: {why}", "Correct the path, or give syncd's account the right to read it.") from None


def pair(faults: Faults, at: Keys, key: str, written: SecretStr | None, file: str | None, base: Path) -> str | None:
    """The value of `key`, or of the file that `key`_file names, checked. None: neither is given, or something is wrong."""
    if written is not None and file is not None:
        faults.add((*at, key), f"{key} and {key}_file are both given", "Keep one of them.")
        return None
    if file is None and written is None:
        return None
    if file is not None and re.fullmatch(r"[\w+=-]{16,}", file):
        faults.hide(file)  # it may be the secret itself, put where the name of its file belongs
    try:
        value = one_line(beside(base, file)) if file is not None else (written.get_secret_value() if written else "")
        fit(value)
    except Fault as fault:
        faults.add((*at, key if file is None else f"{key}_file"), fault.text, fault.cure)
        return None
    faults.hide(value)
    return value


def beside(base: Path, path: str) -> Path:
    """A path of the configuration: relative to the folder of the configuration file. ~ of a stranger stays as it is."""
    return base / os.path.expanduser(path)
