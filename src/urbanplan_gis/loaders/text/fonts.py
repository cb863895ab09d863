"""What the name of a font says about the encoding of the text drawn in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INLINE = re.compile(r"^[{\s]*\\[fF]")
_FILE_TYPE = re.compile(r"\.(?:ttf|otf|ttc|shx|fon)$")
_STYLE = re.compile(r"[\s_,-]+(?:bold|italic|oblique|regular|normal)\b")


@dataclass(frozen=True)
class FontHint:
    """The encoding a font was made for (empty if unknown), and whether it has only capitals."""

    encoding: str = ""
    capitals: bool = False


def read_font(font: str) -> FontHint:
    r"""The hint of a font's name, file or inline code.

    «.VnTimeH», «vntimeh.ttf» and «\f.VnTimeH|b0|i0;» are one font. ".Vn" fonts hold TCVN3 and
    those ending in H draw small letters as capitals; "VNI" fonts hold VNI.
    """
    name = _INLINE.sub("", font.strip()).split("|")[0].split(";")[0]
    name = name.replace("\\", "/").rsplit("/", 1)[-1].strip().lower()
    name = _STYLE.sub("", _FILE_TYPE.sub("", name)).strip()
    if re.match(r"vni(?![a-z]{0,2}$)|vni$", name):
        return FontHint("vni")
    if name.startswith((".vn", "vn")):
        return FontHint("tcvn3", name.endswith("h"))
    return FontHint()
