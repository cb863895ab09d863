"""The web map of many polygons without WebGL: drawn on canvas, with the same content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from test_web import city  # noqa: F401
from test_web_browser import CHROMIUM, Opened, check_unit, sync_api
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.web import content as web_content
from urbanplan_gis.outputs.web.content import gather_content
from urbanplan_gis.outputs.web.page import html_page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-3d-apis"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield browser
        browser.close()


def test_without_webgl_the_map_is_drawn_on_canvas_and_says_so(
    browser: Any, city: StoredRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setattr(web_content, "MANY", 10)
    file = tmp_path / "map.html"
    file.write_text(html_page(gather_content(city, ())), encoding="utf-8")
    with Opened(browser, file) as opened:
        page = opened.page
        assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
        assert page.locator(".leaflet-container canvas").count() > 0
        assert "WebGL" in page.locator("#notice").text_content()
        for row in city.layer("units").to_dict("records"):
            name = " ".join(row["name"].split())
            check_unit(opened, city, row["code"], name, row["geometry"].representative_point())
