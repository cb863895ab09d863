"""The file itself: libraries, our scripts, styles and content inlined; nothing is asked for.

Text from data never meets the HTML reader: it stands as JSON, or as base64, in script elements
that no browser runs, and the page shows it as text. The policy in the head forbids every request
and every script but those whose digests it names.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

from urbanplan_gis.text import say

#: our scripts, in the order in which each builds on those before it
_PAINTER = ("shapes", "hatch", "painter")
_SCRIPTS = ("words", *_PAINTER, "studio", "signs", "leaflet_map", "maplibre_map", "scene", "labels",
            "panel", "layers", "findings", "search", "instruments", "app")  # fmt: skip
_SOURCE_MAP = re.compile(
    r"^\s*(//[#@] sourceMappingURL=.*|/\*[#@] sourceMappingURL=.*?\*/)\s*$", re.M
)
_PICTURE = re.compile(r"url\(\s*['\"]?(?!data:|#|['\"])[^)]*\)")


def html_page(content: dict[str, Any]) -> str:
    """The page for a content; libraries it does not need are left out."""
    blocks = []
    told = {**content, "grounds": []}
    for number, ground in enumerate(content["grounds"]):
        rest = dict(ground)
        for key in ("shapes", "classes", "table"):
            blocks.append(_block(f"ground-{number}-{key}", rest.pop(key)))
        told["grounds"].append(rest)
    libraries = [_library("xstatic-leaflet", "xstatic/pkg/leaflet/data/leaflet")]
    if content["engine"] == "maplibre":
        libraries.append(_library("maplibre", "maplibre/srcjs/maplibre-gl"))
    scripts = [code for code, _ in libraries] + [_own_script()]
    # the same code again, for the worker that paints: a page opened as a file has no other place
    blocks.append(_block("painter", _joined((*_PAINTER, "painter_worker"))))
    styles = [style for _, style in libraries] + [_own("style.css")]
    lang = content["lang"]
    parts = {
        "lang": lang,
        "policy": _policy(scripts, styles),
        "title": html.escape(content["title"][lang]),
        "no_script": html.escape(say("web.no_script", "both")),
        "styles": "\n".join(f"<style>{style}</style>" for style in styles),
        "content": _json(told),
        "blocks": "\n".join(blocks),
        "scripts": "\n".join(f"<script>{code}</script>" for code in scripts),
    }
    # one pass: what is put in is never read again for places to fill
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found.group(1)], _own("page.html"))


def _own(name: str) -> str:
    return (files("urbanplan_gis.outputs.web") / name).read_text(encoding="utf-8")


def _own_script() -> str:
    """Our scripts as one, so that what they declare stays among them."""
    return f'(() => {{\n"use strict";\n{_joined(_SCRIPTS)}\n}})();\n'


def _joined(names: tuple[str, ...]) -> str:
    return _harmless("\n\n".join(_own(f"js/{name}.js").rstrip() for name in names))


def _library(package: str, name: str) -> tuple[str, str]:
    """Script and style of a library as installed, with its licence text and without addresses
    that a browser might ask for. (Read as files: importing a package runs its own code.)"""
    place = distribution(package)
    script = Path(str(place.locate_file(f"{name}.js"))).read_text(encoding="utf-8")
    style = Path(str(place.locate_file(f"{name}.css"))).read_text(encoding="utf-8")
    script, style = _SOURCE_MAP.sub("", script), _SOURCE_MAP.sub("", style)
    return _harmless(script), _PICTURE.sub("none", style)


def _harmless(code: str) -> str:
    """Code in which nothing ends the script element early."""
    return re.sub(
        r"</(?=script)|<(?=!--)", lambda m: m.group(0).replace("<", "\\x3c"), code, flags=re.I
    )


def _json(value: Any) -> str:
    """JSON that may stand in a script element."""
    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    )
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _block(name: str, text: str) -> str:
    return f'<script type="text/plain" id="{name}">{text}</script>'


def _policy(scripts: list[str], styles: list[str]) -> str:
    """Nothing from anywhere, but these scripts and styles, drawn pictures, and a worker."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(map(_digest, scripts)),
            "style-src " + " ".join(map(_digest, styles)),
            "img-src data: blob:",
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
