"""Text from files made safe to print: signs that a terminal obeys are written as escapes."""

from __future__ import annotations

from unicodedata import category

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def legible(line: str) -> str:
    """A line without signs that a terminal obeys, written as TOML (and Python) escape them.

    Values of fields can hold anything: escape sequences, changes of the writing direction.
    """
    if line.isprintable():
        return line
    return "".join(
        sign if sign.isprintable() or category(sign) == "Zs" else _escaped(sign) for sign in line
    )


def _escaped(sign: str) -> str:
    number = ord(sign)
    return _ESCAPES.get(sign) or (f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}")
