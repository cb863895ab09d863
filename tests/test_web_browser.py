"""The web map in a real browser without a network: what is clicked, typed, stepped and read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj
import pytest

from small_city import make_light_city
from test_web import ARABIC, EAST, HOSTILE, LONG, NORTH, city, run_city  # noqa: F401
from urbanplan_gis.outputs.sheets.styles import LAND_FILE, style_of
from urbanplan_gis.outputs.sheets.symbols import ROADS
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.web import content as web_content
from urbanplan_gis.outputs.web import make_web_map
from urbanplan_gis.outputs.web.content import gather_content
from urbanplan_gis.outputs.web.page import html_page
from urbanplan_gis.text import number

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
#: pictures by the processor where there is no graphics card
_GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
_WAIT = 60_000
#: moves of the mouse are told when the next picture is drawn
_NEXT_FRAME = (
    "() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))"
)
#: how often each colour stands on the map's canvases
_COLOURS = """() => {
  const seen = {};
  for (const canvas of document.querySelectorAll("#map canvas")) {
    const pen = canvas.getContext("2d");
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    for (let n = 0; n < data.length; n += 4) {
      const key = [data[n], data[n + 1], data[n + 2]].join();
      if (data[n + 3] === 255) seen[key] = (seen[key] || 0) + 1;
    }
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium
        browser = chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *_GL])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(city: StoredRun) -> Path:  # noqa: F811
    make_web_map(city)
    return city.folder / "map.html"


class Opened:
    """A page, what it asked for, and what it complained of."""

    def __init__(
        self, browser: Any, path: Path, width: int = 1300, height: int = 850, first: str = ""
    ) -> None:
        size = {"width": width, "height": height}
        self.context = browser.new_context(offline=True, viewport=size)
        self.page = self.context.new_page()
        if first:
            self.page.add_init_script(first)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.corners: list[tuple[float, float, float, float]] = []
        self.address = path.as_uri()
        self.page.goto(self.address)
        self.page.wait_for_selector("body[data-ready=yes]", timeout=_WAIT)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        said = self.asked[1:], self.complaints
        harmed = self.page.evaluate("window.harmed")
        self.context.close()
        if not failed:
            # a worker of the map library starts from what the page itself holds
            assert [url for url in said[0] if not url.startswith("blob:")] == []
            assert said[1] == []
            assert harmed is None

    def click_ground(self, east: float, north: float) -> None:
        """Click on the map where a place (project CRS) is."""
        box = self.page.locator("#map").bounding_box()
        x, y = self.pixel(east, north)
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def pixel(self, east: float, north: float) -> tuple[float, float]:
        """Where a place lies in the map (not moved since it was opened), found from the
        coordinates shown for two pixels."""
        if not self.corners:
            box = self.page.locator("#map").bounding_box()
            for x, y in ((100, 100), (box["width"] - 100, box["height"] - 100)):
                self.page.mouse.move(box["x"] + x, box["y"] + y)
                self.page.evaluate(_NEXT_FRAME)
                self.corners.append((x, y, *self.coordinates()))
        (x0, y0, e0, n0), (x1, y1, e1, n1) = self.corners
        return (x0 + (east - e0) / (e1 - e0) * (x1 - x0), y0 + (north - n0) / (n1 - n0) * (y1 - y0))

    def coordinates(self) -> tuple[float, float]:
        """The Y (east) and X (north) that the page shows in Vietnamese."""
        words = self.page.locator("#place span").first.text_content().split()
        return tuple(float(words[n].replace(".", "")) for n in (5, 1))  # type: ignore[return-value]


def expected(run: StoredRun, code: str, state: str, lang: str) -> dict[str, str]:
    """Indicator -> value and unit as the CSV has them, in the reader's form."""
    words = {"%": "%", "m2/person": "m²/người" if lang == "vi" else "m²/person",
             "units": "xã" if lang == "vi" else "communes"}  # fmt: skip
    rows = pd.read_csv(run.folder / "tables" / "indicators.csv", dtype={"unit_code": str})
    rows = rows[rows["figure_id"].isin(run.manifest["defaults"]) & (rows["unit_code"] == code)]
    rows = rows[rows["scenario"] == state].drop_duplicates("indicator")
    shown = {}
    for row in rows.to_dict("records"):
        value = row["value"]
        if pd.isna(value):
            shown[row["indicator"]] = "chưa có số liệu" if lang == "vi" else "no figure"
            continue
        decimals = 0 if row["value_unit"] == "units" else 2
        if value < row["target"] * (1 - 1e-12) and round(value, decimals) >= row["target"]:
            value -= 10**-decimals  # what misses a target never looks as if it met it
        shown[row["indicator"]] = f"{number(value, lang, decimals)} {words[row['value_unit']]}"
    return shown


def shown(page: Any) -> dict[str, str]:
    """Indicator -> what its card says."""
    return page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#panel [data-indicator]')].map("
        "(card) => [card.dataset.indicator, card.querySelector('.big').textContent]))"
    )


def check_unit(opened: Opened, run: StoredRun, code: str, name: str, inside: Any) -> None:
    """Click into a unit: its name, and its figures in both languages, are those of the table."""
    page = opened.page
    opened.click_ground(inside.x, inside.y)
    page.wait_for_function(
        "(name) => document.querySelector('#panel h2').textContent === name", arg=name
    )
    for lang in ("en", "vi"):
        page.click(f"[data-lang={lang}]")
        assert shown(page) == expected(run, code, "existing", lang)


def test_a_click_on_each_unit_shows_the_figures_of_the_table(
    browser: Any, file: Path, city: StoredRun  # noqa: F811
) -> None:  # fmt: skip
    with Opened(browser, file) as opened:
        for row in city.layer("units").to_dict("records"):
            name = " ".join(row["name"].split())
            check_unit(opened, city, row["code"], name, row["geometry"].representative_point())
        names = opened.page.locator("#unit option").all_text_contents()
        assert {f"Xã {HOSTILE}", LONG, ARABIC} <= set(names)


def test_a_click_on_ground_shows_codes_area_and_sources(browser: Any, file: Path) -> None:
    """Parcel TD0063: column 3 of row 3, the fourth code turned by three rows; in plan QH-1."""
    with Opened(browser, file) as opened:
        opened.click_ground(EAST + 322, NORTH + 330)
        card = opened.page.locator("#panel .ground")
        card.wait_for()
        text = card.inner_text()
        for part in ("LUC – Đất chuyên trồng lúa", "TD0063", "Phòng Quản lý, kiểm kê, 02/01/2025",
                     "QH-1 – Đồ án một", "còn hiệu lực", "L-1"):  # fmt: skip
            assert part in text
        # the lot ends at 350 m both ways: 50 m by 50 m of the parcel lie in it
        assert "Diện tích: 2.500,0 m² (0,25 ha)" in text


def test_coordinates_are_those_of_the_project_and_of_proj(browser: Any, file: Path) -> None:
    with Opened(browser, file) as opened:
        page = opened.page
        x, y = opened.pixel(EAST + 700, NORTH + 1200)
        box = page.locator("#map").bounding_box()
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.evaluate(_NEXT_FRAME)
        east, north = opened.coordinates()
        assert east == pytest.approx(EAST + 700, abs=8)
        assert north == pytest.approx(NORTH + 1200, abs=8)
        words = page.locator("#place span").nth(1).text_content()
        degrees = [float(part.split("°")[0].replace(",", ".")) for part in words.split(", ")]
        places = pyproj.Transformer.from_crs("EPSG:5898", "EPSG:4326", always_xy=True)
        known = places.transform(east, north)
        off = pyproj.Geod(ellps="WGS84").inv(degrees[1], degrees[0], *known)[2]
        assert off < 3  # both are rounded to a metre


def test_search_finds_without_marks_and_by_keyboard(browser: Any, file: Path) -> None:
    with Opened(browser, file) as opened:
        page = opened.page
        query = page.locator("#query")
        for words, hit in (("tran phu", "Phường Trần Phú"), ("quang trung", "Đường Quang Trung"),
                           ("qh-1", "QH-1 – Đồ án một"), ("td0063", "TD0063"),
                           ("harmed", f"Xã {HOSTILE}")):  # fmt: skip
            query.fill(words)
            first = page.locator("#hits [role=option] span").first
            page.wait_for_function(
                "(text) => [...document.querySelectorAll('#hits [role=option] span')]"
                ".some((one) => one.textContent === text)", arg=hit)  # fmt: skip
            assert first.text_content() == hit
            query.press("Enter")
            assert page.locator("#hits").is_hidden()
        query.fill("tran phu")
        page.locator("#hits [role=option]").first.wait_for()
        query.press("Enter")
        assert page.locator("#panel h2").text_content() == "Phường Trần Phú"
        query.fill("khong co gi")
        page.locator("#hits .none").wait_for()
        query.press("Escape")
        assert page.locator("#hits").is_hidden()


def test_the_slider_goes_through_days_and_states(browser: Any, file: Path, city: StoredRun) -> None:  # noqa: F811
    with Opened(browser, file) as opened:
        page = opened.page
        slider = page.locator("#stop")
        assert slider.get_attribute("aria-valuetext") == "30/06/2025 – hiện trạng"
        slider.press("ArrowRight")
        page.wait_for_selector("input[name=theme][value=zoning]:checked")
        assert shown(page) == expected(city, "city", "planned", "vi")
        slider.focus()
        slider.press("Home")
        page.wait_for_selector("input[name=theme][value=land_use]:checked")
        assert page.locator("#stop-name").text_content() == "30/06/2024 – hiện trạng"
        before = StoredRun(city.project, {"defaults": [
            name.replace("2025-06-30", "2024-06-30") for name in city.manifest["defaults"]
        ]}, "vi", city.folder / "2024-06-30")  # fmt: skip
        assert (
            shown(page)["urban_land_ratio"]
            == expected(before, "city", "existing", "vi")["urban_land_ratio"]
        )
        codes = page.locator("#legend .legend b").all_text_contents()
        assert sorted(codes) == ["LUC", "ODT"]


def test_findings_are_stepped_through(browser: Any, file: Path, city: StoredRun) -> None:  # noqa: F811
    findings = city.table("findings")
    with Opened(browser, file) as opened:
        page = opened.page
        page.click("#tab-findings")
        for n in range(len(findings)):
            page.wait_for_function(
                "(id) => document.querySelector('.finding .id').textContent === id",
                arg=findings["finding_id"][n],
            )
            message = page.locator(".finding .message").text_content()
            assert findings["message"][n].startswith(message)
            page.keyboard.press("Enter") if n else page.click("#next")
        # after the last comes the first again
        page.wait_for_function(
            "(id) => document.querySelector('.finding .id').textContent === id",
            arg=findings["finding_id"][0],
        )
        page.click("#previous")
        page.wait_for_function(
            "(id) => document.querySelector('.finding .id').textContent === id",
            arg=findings["finding_id"].iloc[-1],
        )


def test_everything_can_be_reached_by_keyboard(browser: Any, file: Path) -> None:
    with Opened(browser, file) as opened:
        page = opened.page
        reached = []
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(
                "(() => { const one = document.activeElement; const rim = getComputedStyle(one);"
                "return [one.id || one.name || one.tagName, rim.outlineStyle !== 'none']; })()"
            ))  # fmt: skip
        names = [name for name, _ in reached]
        for name in ("query", "theme", "map", "closer", "stop", "tab-figures", "unit", "print"):
            assert name in names
        assert all(visible for name, visible in reached if name != "BODY")
        page.focus("#map")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('#unit').value !== 'city'")
        assert page.locator("#live").text_content() != ""
        page.keyboard.press("Escape")
        page.wait_for_function("() => document.querySelector('#unit').value === 'city'")
        page.focus("#tab-figures")
        page.keyboard.press("ArrowRight")
        assert page.locator("#tab-findings").get_attribute("aria-selected") == "true"


def test_layers_are_switched_and_the_legend_follows(browser: Any, file: Path) -> None:
    style = style_of(LAND_FILE, "tt08-2024", "LUC")
    assert style
    assert style.rgb
    rice = ",".join(map(str, style.rgb))
    with Opened(browser, file) as opened:
        page = opened.page

        def colours() -> dict[str, int]:
            return page.evaluate(_COLOURS)

        def calm() -> None:
            page.wait_for_selector("#map[aria-busy=false]")

        assert "LUC" in page.locator("#legend").inner_text()
        assert colours().get(rice, 0) > 1000
        page.check("input[value=none]")
        page.wait_for_function("() => !document.querySelector('#legend').innerText.includes('LUC')")
        calm()
        assert colours().get(rice, 0) == 0
        page.check("input[name=roads]")
        page.wait_for_function(
            "() => document.querySelector('#legend').innerText.includes('Đường chính đô thị')"
        )
        calm()
        street = (ROADS[3].line or "").lstrip("#")  # as on the sheets
        assert colours().get(",".join(map(str, bytes.fromhex(street))), 0) > 200
        page.check("input[value=figure]")
        page.wait_for_selector("#indicator")
        page.wait_for_function(
            "() => document.querySelector('#legend').innerText.includes('mục tiêu')"
        )


def test_a_phone_has_no_sideways_scroll(browser: Any, file: Path) -> None:
    """Upright, on its side, and a tablet; the map keeps a quarter of the height at least."""
    with Opened(browser, file, 390, 844) as opened:
        page = opened.page
        for width, height in ((390, 844), (360, 640), (800, 1100), (844, 390), (667, 375)):
            page.set_viewport_size({"width": width, "height": height})
            for tab in ("layers", "figures", "findings", "sources"):
                if not page.locator(f"#tab-{tab}").is_visible():
                    continue
                page.click(f"#tab-{tab}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate(
                    "['#panel', '#layers', '#foot'].map((id) => document.querySelector(id))"
                    ".every((one) => one.scrollWidth <= one.clientWidth + 1)"
                )
            seen = page.locator("#map").bounding_box()
            assert seen["height"] > height / 4
            assert page.locator(".stamp").first.is_visible()


def test_without_workers_the_page_paints_the_same_map(browser: Any, file: Path) -> None:
    """Some offices forbid workers in files opened from a disk."""
    seen = []
    for first, kind in (("", "function"), ("delete window.Worker", "undefined")):
        with Opened(browser, file, 1000, 700, first) as opened:
            page = opened.page
            assert page.evaluate("typeof Worker") == kind
            page.wait_for_selector("#map[aria-busy=false]")
            seen.append(page.evaluate(_COLOURS))
    assert len(seen[0]) > 5
    assert seen[0] == seen[1]


def test_many_polygons_are_drawn_by_webgl(
    browser: Any, city: StoredRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    """The same page with the other library: the same click, the same figures."""
    monkeypatch.setattr(web_content, "MANY", 10)
    file = tmp_path / "map.html"
    file.write_text(html_page(gather_content(city, ())), encoding="utf-8")
    unit = city.layer("units").iloc[3]
    with Opened(browser, file) as opened:
        assert opened.page.locator("#map canvas.maplibregl-canvas").count() == 1
        assert opened.page.locator("#notice").is_hidden()
        inside = unit["geometry"].representative_point()
        check_unit(opened, city, unit["code"], " ".join(unit["name"].split()), inside)
        opened.page.check("input[value=figure]")
        opened.page.check("input[name=roads]")
        opened.page.check("input[name=plans_out]")
        opened.page.click("#tab-findings")
        opened.page.click("#next")
        opened.page.wait_for_selector("#panel .finding")


@pytest.mark.slow
def test_the_seven_communes_of_the_sample_city(
    browser: Any, sample_city: Path, tmp_path: Path
) -> None:
    run = run_city(make_light_city(sample_city, tmp_path / "city"))
    file = tmp_path / "map.html"
    file.write_text(html_page(gather_content(run, ())), encoding="utf-8")
    units = run.layer("units")
    slated = units[units["slated"].to_numpy(dtype=bool)]
    assert len(slated) == 7
    with Opened(browser, file) as opened:
        for row in slated.to_dict("records"):
            check_unit(
                opened, run, row["code"], row["name"], row["geometry"].representative_point()
            )
