"""The atlas of a small city: what is made again, how it is bound, and what its pages say."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pypdf import PdfReader

from test_loaders_vector import CRS, square, write_project
from urbanplan_gis.outputs.atlas import make_atlas
from urbanplan_gis.outputs.atlas.product import _parts
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project

LAYERS = """
[layers.land_use]
path = "lu.gpkg"
fields = { code = "ma", feature_id = "thua" }
code_list = "tt08-2024"
[layers.plans]
path = "plans.gpkg"
fields = { plan_id = "id", name = "ten", kind = "loai", approved = "ngay", revoked = "huy" }
[[statistics]]
path = "people.csv"
fields = { unit_code = "ma", year = "nam", residents = "dan_so" }
"""
FRONT = [
    "cover", "index", "figures", "unit_maps", "units", "balance", "plans", "findings", "method",
]  # fmt: skip
UNITS = ["unit-21010", "unit-21013"]


def parcels(wide: float) -> gpd.GeoDataFrame:
    """In ward A 9 ha of houses and a square of streets ``wide`` metres long, in commune B 4 ha of
    rice."""
    return gpd.GeoDataFrame(
        {"ma": ["ODT", "DGT", "LUC"], "thua": ["a", "b", "c"]},
        geometry=[square(100, 100, 300), square(500, 100, wide), square(1300, 200, 200)],
        crs=CRS,
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ward and a commune of 1 km² side by side, measured, and their atlas in both languages."""
    folder = tmp_path_factory.mktemp("atlas")
    parcels(200).to_file(folder / "lu.gpkg")
    plans = gpd.GeoDataFrame(
        {
            "id": ["P-1", "P-2"],
            "ten": ["Khu đông", "Khu tây"],
            "loai": ["zoning", "zoning"],
            "ngay": pd.to_datetime(["2020-01-01", "2015-01-01"]),
            "huy": pd.to_datetime([None, "2019-06-01"]),
        },
        geometry=[square(500, 0, 400), square(0, 0, 300)],
        crs=CRS,
    )
    plans.to_file(folder / "plans.gpkg")
    (folder / "people.csv").write_text(
        "ma,nam,dan_so\n21010,2025,1500\n21013,2025,800\n21010,2019,1\n", encoding="utf-8"
    )
    write_project(folder, LAYERS)
    assert make_run(load_project(folder), "both") is not None
    make_atlas(run_of(folder))
    return folder


def run_of(folder: Path, lang: str = "both") -> StoredRun:
    return stored_run(load_project(folder), lang)


def output(folder: Path, name: str) -> Path:
    return folder / "data" / "processed" / name


def text(path: Path, page: int = 0) -> str:
    return " ".join(PdfReader(path).pages[page].extract_text().split())


def vi(*keys: str) -> set[str]:
    return {f"vi/{key}" for key in keys}


def test_an_atlas_in_each_language_and_a_file_for_each_page(city: Path) -> None:
    for lang, name in (("vi", "atlas.pdf"), ("en", "atlas.en.pdf")):
        assert len(PdfReader(output(city, name)).pages) == len(FRONT) + len(UNITS)
        files = sorted(path.stem for path in output(city, f"atlas/{lang}").glob("*.pdf"))
        assert files == sorted(FRONT + UNITS)


def test_bookmarks_labels_title_and_links(city: Path) -> None:
    bound = PdfReader(output(city, "atlas.en.pdf"))
    assert bound.metadata is not None
    assert bound.metadata.title == "ATLAS OF PLANS AND TARGETS – Thử"
    assert "/CreationDate" not in bound.metadata
    groups = [item.title for item in bound.outline if not isinstance(item, list)]
    assert groups == ["Overview", "Wards", "Communes"]
    overview, wards, communes = (item for item in bound.outline if isinstance(item, list))
    assert [item.title.split(" · ")[0] for item in overview] == [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix",
    ]  # fmt: skip
    assert [item.title for item in (*wards, *communes)] == ["1 · Phường A", "2 · Xã B"]
    assert bound.get_destination_page_number(communes[0]) == 10
    assert bound.page_labels == [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "1", "2",
    ]  # fmt: skip
    # the lines of the list, then the numbers on the key map
    assert links(bound, 1) == [*range(2, 11), 9, 10]
    # and from a page back to the index
    assert links(bound, 10) == [1]


def links(bound: PdfReader, page: int) -> list[int | None]:
    """The pages that the links of a page lead to."""
    notes = (note.get_object() for note in bound.pages[page]["/Annots"])  # ty: ignore[not-iterable]
    return [bound.get_page_number(note["/Dest"][0].get_object()) for note in notes]


def test_text_is_text_in_the_right_language(city: Path) -> None:
    vi, en = (output(city, name) for name in ("atlas.pdf", "atlas.en.pdf"))
    unit = text(vi, 9)
    for words in ("Phường A", "Hiện trạng sử dụng đất", "CHÚ GIẢI", "Đất ở tại đô thị",
                  "Tỷ lệ đất giao thông trên đất xây dựng đô thị", "tham khảo", "BẢN NHÁP / DRAFT",
                  "Trang 1", "30/06/2025", "phía đông: Xã B"):  # fmt: skip
        assert words in unit
    assert "east: Xã B" in text(en, 9)
    assert "Urban residential land" in text(en, 9)
    for page in range(11):
        assert "Trang" not in text(en, page)
        assert "Page " not in text(vi, page)


def test_the_numbers_of_a_page(city: Path) -> None:
    """Ward A: 100 ha, 9 ha of houses, 4 ha of streets, the rest not classified, 1,500 residents."""
    page = text(output(city, "atlas/vi/unit-21010.pdf"))
    assert "ODT Đất ở tại đô thị 9,00 9,0" in page
    assert "DGT Đất công trình giao thông 4,00 4,0" in page
    assert "Chưa phân loại 87,00 87,0" in page
    assert "Tổng diện tích 100,00 100,0" in page
    assert "Dân số thường trú năm 2025: 1.500 người" in page
    assert "Mật độ: 1.500 người/km²" in page
    # streets over streets and houses: 4 of 13 ha
    assert "30,77 %" in page
    assert "P-1 Khu đông 01/01/2020 còn hiệu lực 16,00" in page
    assert "P-2 Khu tây 01/01/2015 hủy bỏ 01/06/2019 9,00" in page
    other = text(output(city, "atlas/vi/unit-21013.pdf"))
    assert "Không có đồ án nào phủ lên đơn vị này" in other
    assert "LUC Đất chuyên trồng lúa 4,00 4,0" in other


def test_the_legend_lists_exactly_what_is_drawn(city: Path) -> None:
    """Commune B has rice and ground not classified, no houses and no streets."""
    page = text(output(city, "atlas/vi/unit-21013.pdf")).split("CHÚ GIẢI")[1].split("Trong")[0]
    assert "Đất chuyên trồng lúa" in page
    assert "Chưa phân loại" in page
    assert "Đất ở tại đô thị" not in page
    assert "công trình giao thông" not in page


def test_the_scale_measured_on_the_page(city: Path) -> None:
    """Ward A is 1 km wide: at 1:8,000 grid lines 500 m apart are 62.5 mm apart on paper."""
    page = PdfReader(output(city, "atlas/en/unit-21010.pdf")).pages[0]
    places: dict[str, list[float]] = {}

    def visit(said: str, _cm: object, tm: list[float], _font: object, _size: object) -> None:
        places.setdefault(said.strip(), []).append(tm[4] * 25.4 / 72)

    page.extract_text(visitor_text=visit)
    assert "Scale 1:8,000" in places
    # both have the same digits' width, so their left ends are as far apart as their middles
    first, second = min(places["585,500"]), min(places["586,000"])
    assert second - first == pytest.approx(62.5, abs=0.2)


def test_no_letter_is_too_small_to_read(city: Path) -> None:
    """Six points at the least on the pages of all kinds, seven in the table of figures."""
    sizes: dict[int, set[float]] = {}
    pages = PdfReader(output(city, "atlas.pdf")).pages
    for number, page in enumerate(pages):

        def visit(said: str, _cm: object, tm: list[float], _font: object, size: float) -> None:
            if said.strip():
                sizes.setdefault(number, set()).add(size * max(abs(tm[0]), abs(tm[1])))  # noqa: B023

        page.extract_text(visitor_text=visit)
    assert len(sizes) == len(FRONT) + len(UNITS)
    assert min(min(found) for found in sizes.values()) >= 6.0


def test_nothing_is_made_twice(city: Path) -> None:
    assert make_atlas(run_of(city)) == []


def test_the_same_run_gives_the_same_bytes(city: Path, tmp_path: Path) -> None:
    run = run_of(city)
    made = {name: output(city, name).read_bytes() for name in ("atlas.pdf", "atlas/vi/plans.pdf")}
    again = tmp_path / "out"
    again.mkdir()
    shutil.copytree(output(city, "tables"), again / "tables")
    for name in ("city.gpkg", "manifest.json"):
        shutil.copy(output(city, name), again / name)
    make_atlas(StoredRun(run.project, run.manifest, "vi", again))
    assert {name: (again / name).read_bytes() for name in made} == made
    # what an atlas of two languages leaves behind is not taken for one of the present
    assert not (again / "atlas.en.pdf").exists()


def test_one_parcel_of_one_unit(city: Path, tmp_path: Path) -> None:
    """A narrower street in ward A: its page, and the overview pages with its numbers."""
    folder = tmp_path / "city"
    shutil.copytree(city, folder)
    parcels(150).to_file(folder / "lu.gpkg")
    assert make_run(load_project(folder), "both") is not None
    made = set(make_atlas(run_of(folder, "vi")))
    changed = vi("figures", "unit_maps", "units", "balance", "findings", "unit-21010")
    assert made - {"atlas.pdf"} <= changed
    assert made >= vi("figures", "unit_maps", "units", "balance", "unit-21010")
    assert "atlas.pdf" in made
    assert "2,25" in text(output(folder, "atlas/vi/unit-21010.pdf"))


def test_more_residents_of_one_unit(city: Path, tmp_path: Path) -> None:
    """What would be made again, told by the marks alone."""
    folder = tmp_path / "city"
    shutil.copytree(city, folder)
    before = {part.name: part.mark for part in _parts(run_of(folder, "vi"))}
    table = folder / "people.csv"
    table.write_text(table.read_text("utf-8").replace("2025,800", "2025,900"), "utf-8")
    assert make_run(load_project(folder), "both") is not None
    after = {part.name: part.mark for part in _parts(run_of(folder, "vi"))}
    changed = {name for name, mark in after.items() if mark != before[name]}
    assert changed >= vi("unit-21013") | {"atlas.pdf"}
    assert not changed & vi("unit-21010", "cover", "index", "balance", "plans", "findings")
