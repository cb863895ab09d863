"""Archives by zipfile and GDAL: which file is read, and what no archive may do."""

from __future__ import annotations

import io
import random
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

import pytest

from test_formats import (
    NAMED,
    NAMES,
    assert_lots,
    by_ogr2ogr,
    contents,
    in_degrees,
    load_raw,
    lots,
    names_in,
    write_as,
)
from test_loaders_vector import LAND_USE, refuse
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders import archives
from urbanplan_gis.loaders.archives import unpack


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


@pytest.fixture(autouse=True)
def nothing_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """What is unpacked goes to the folder for passing files, and leaves it again."""
    folder = tmp_path_factory.mktemp("passing")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def pack(path: Path, folder: Path, prefix: str = "") -> Path:
    """Every file below ``folder`` into one archive, then the files are gone."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file != path]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    for file in files:
        file.unlink()
    return path


def shapefile(folder: Path, stem: str = "lo") -> None:
    write_as(lots(), folder / f"{stem}.shp", "ESRI Shapefile")


@pytest.mark.parametrize("prefix", ["", "giao nộp/Bản đồ/"])
def test_a_zipped_shapefile(raw: Path, prefix: str) -> None:
    shapefile(raw)
    pack(raw / "lo.zip", raw, prefix)
    data = load_raw(raw.parent, LAND_USE.format("raw/lo.zip") + NAMED.format("raw/lo.zip"))
    assert_lots(data)
    assert names_in(data) == NAMES
    origin = data.layers[list(data.layers)[-1]].origins[0]
    assert origin.path == f"raw/lo.zip/{prefix}lo.shp" or origin.path == "raw/lo.zip"


def test_a_shapefile_zipped_on_a_mac(raw: Path) -> None:
    shapefile(raw)
    pack(raw / "lo.zip", raw)
    with zipfile.ZipFile(raw / "lo.zip", "a") as archive:
        archive.writestr("__MACOSX/._lo.shp", b"\0\5\x16\7" + bytes(60))
        archive.writestr("__MACOSX/._lo.dbf", b"\0\5\x16\7" + bytes(60))
        archive.writestr(".DS_Store", b"x")
        archive.writestr("doc.pdf", b"%PDF")
    assert_lots(load_raw(raw.parent, LAND_USE.format("raw/lo.zip")))


@pytest.mark.parametrize(
    ("folder", "stem", "read"),
    [
        ("Bản đồ".encode(), "Tịnh Khê".encode(), "Bản đồ/Tịnh Khê"),
        (normalize("NFD", "Bản đồ").encode(), normalize("NFD", "Đất ở").encode(), "Bản đồ/Đất ở"),
        (b"B\xb6n \xae\xe5", b"T\xdenh Kh\xaa", "Bản đồ/Tịnh Khê"),
        (b"Data", b"lo 1.b", "Data/lo 1.b"),
    ],
)  # fmt: skip
def test_names_in_archives_that_do_not_state_utf8(
    raw: Path, folder: bytes, stem: bytes, read: str
) -> None:
    """As macOS and old programs write them: UTF-8 without the flag, TCVN3 (TÞnh Khª)."""
    shapefile(raw, "a")
    shapefile(raw, "b")
    name = folder + b"/" + stem
    held = "x" * len(name)
    with zipfile.ZipFile(raw / "lo.zip", "w") as archive:
        for file in sorted(raw.glob("[ab].*")):
            archive.write(file, (held if file.stem == "a" else "khac") + file.suffix)
            file.unlink()
    (raw / "lo.zip").write_bytes((raw / "lo.zip").read_bytes().replace(held.encode(), name))
    layers = LAND_USE.format("raw/lo.zip")
    refuse(raw.parent, layers, f"{read}.shp, khac.shp")
    assert_lots(load_raw(raw.parent, layers + f'layer = "{read}.shp"\n'))


def test_a_drawing_in_an_archive_that_nobody_reads(raw: Path) -> None:
    (raw / "lo.zip").write_bytes(zipped({"QH/ve.DWG": b"AC1032" + bytes(100)}))
    refuse(raw.parent, LAND_USE.format("raw/lo.zip"), "raw/lo.zip", "DXFOUT")


def test_an_archive_with_several_layers(raw: Path) -> None:
    shapefile(raw, "a")
    shapefile(raw, "b")
    lots().to_file(raw / "c.gpkg", layer="mot")
    lots().head(1).to_file(raw / "c.gpkg", layer="hai")
    pack(raw / "lo.zip", raw, "du lieu/")
    layers = LAND_USE.format("raw/lo.zip")
    listed = "du lieu/a.shp, du lieu/b.shp, du lieu/c.gpkg"
    refuse(raw.parent, layers, "raw/lo.zip", listed)
    refuse(raw.parent, layers + 'layer = "d.shp"\n', "raw/lo.zip", "'d.shp'", listed)
    refuse(raw.parent, layers + 'layer = "c"\n', "raw/lo.zip/du lieu/c.gpkg", "mot, hai")
    refuse(raw.parent, layers + 'layer = "c|ba"\n', "raw/lo.zip/du lieu/c.gpkg", "'ba'")
    for name in ("a", "a.shp", "du lieu/a.shp", "c|mot", "c.gpkg|mot", "du lieu/c.gpkg|mot"):
        assert_lots(load_raw(raw.parent, layers + f'layer = "{name}"\n'))


def test_the_layer_of_the_only_file(raw: Path) -> None:
    lots().to_file(raw / "c.gpkg", layer="mot")
    lots().head(1).to_file(raw / "c.gpkg", layer="hai")
    pack(raw / "lo.zip", raw)
    layers = LAND_USE.format("raw/lo.zip")
    refuse(raw.parent, layers, "raw/lo.zip", "mot, hai")
    assert_lots(load_raw(raw.parent, layers + 'layer = "mot"\n'))


@pytest.mark.parametrize("name", ["lo.gdb.zip", "lo.zip"])
@pytest.mark.parametrize("prefix", ["lo.gdb/", "nộp/lo.gdb/"])
def test_a_zipped_geodatabase(raw: Path, name: str, prefix: str) -> None:
    write_as(lots(), raw / "lo.gdb", "OpenFileGDB", layer="HienTrang")
    pack(raw / name, raw / "lo.gdb", prefix)
    (raw / "lo.gdb").rmdir()
    assert_lots(load_raw(raw.parent, LAND_USE.format(f"raw/{name}")), 1e-4)


def test_a_geodatabase_zipped_without_its_folder(raw: Path) -> None:
    write_as(lots(), raw / "lo.gdb", "OpenFileGDB", layer="HienTrang")
    pack(raw / "lo.gdb.zip", raw / "lo.gdb")
    (raw / "lo.gdb").rmdir()
    assert_lots(load_raw(raw.parent, LAND_USE.format("raw/lo.gdb.zip")), 1e-4)


def test_kmz_as_google_earth_writes_it(raw: Path) -> None:
    write_as(in_degrees(lots()), raw / "doc.kml", "LIBKML")
    pack(raw / "lo.kmz", raw)
    with zipfile.ZipFile(raw / "lo.kmz", "a") as archive:
        archive.writestr("files/icon.png", b"\x89PNG")
    assert_lots(load_raw(raw.parent, LAND_USE.format("raw/lo.kmz")), 2e-3, "EPSG:4326")


def test_kmz_by_gdal_with_an_index(raw: Path) -> None:
    path = by_ogr2ogr(in_degrees(lots()), raw / "lo.kmz", "LIBKML")
    assert {"doc.kml", "layers/lo.kml"} <= set(zipfile.ZipFile(path).namelist())
    layers = LAND_USE.format("raw/lo.kmz")
    assert_lots(load_raw(raw.parent, layers), 2e-3, "EPSG:4326")
    with zipfile.ZipFile(path) as archive:
        files = {item: archive.read(item) for item in archive.namelist()}
    away = files["doc.kml"].replace(b"layers/lo.kml", b"http://example.org/lo.kml")
    with zipfile.ZipFile(path, "w") as archive:
        for item, content in {**files, "doc.kml": away}.items():
            archive.writestr(item, content)
    # an index that leads elsewhere is no index of this archive: nobody chooses in silence
    refuse(raw.parent, layers, "raw/lo.kmz", "doc.kml, layers/lo.kml")
    refuse(raw.parent, layers + 'layer = "doc.kml"\n', "raw/lo.kmz/doc.kml")


def test_parts_of_a_shapefile_in_an_archive_are_missed(raw: Path) -> None:
    shapefile(raw)
    (raw / "lo.dbf").unlink()
    pack(raw / "lo.zip", raw)
    refuse(raw.parent, LAND_USE.format("raw/lo.zip"), "raw/lo.zip/lo.shp", ".dbf")


def test_of_two_files_with_one_name_neither_is_read(raw: Path) -> None:
    shapefile(raw)
    pack(raw / "lo.zip", raw)
    with zipfile.ZipFile(raw / "lo.zip", "a") as archive:
        content = archive.read("lo.shp")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("lo.shp", content)
    refuse(raw.parent, LAND_USE.format("raw/lo.zip"), "raw/lo.zip")


# ---- what no archive may do ----------------------------------------------------------------------


def refuse_archive(folder: Path, content: bytes, *pieces: str) -> str:
    """One line, and not one file anywhere but in the folder it was to be unpacked to."""
    inside = folder / "một" / "hai" / "đích"
    inside.mkdir(parents=True, exist_ok=True)
    (folder / "x.zip").write_bytes(content)
    around = {name for name in contents(folder) if not name.startswith("một/hai/đích/")}
    with pytest.raises(PlanDataError) as caught:
        unpack(folder / "x.zip", "x.zip", inside)
    line = caught.value.line("en")
    for piece in ("x.zip", *pieces):
        assert piece in line
    after = {name for name in contents(folder) if not name.startswith("một/hai/đích/")}
    assert after == around
    return line


def zipped(members: dict[str, bytes], compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compress) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress)
    return made.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../a.shp", "mot/../../a.shp", "/a.shp", "//may/a.shp", "C:\\a.shp", "c:a.shp", "..\\a.shp",
     "mot\\..\\..\\a.shp", "\\a.shp", "\\\\may\\a.shp", "a.shp:phu", ".."],
)  # fmt: skip
def test_names_that_point_elsewhere(tmp_path: Path, name: str) -> None:
    # zipfile itself would mend some of them while writing
    held = "x" * len(name.encode())
    content = zipped({held: b"data"}).replace(held.encode(), name.encode())
    refuse_archive(tmp_path, content, "outside")


def test_links_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("lo.shp")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    refuse_archive(tmp_path, made.getvalue(), "lo.shp", "outside")


def test_a_folder_that_is_a_file_too(tmp_path: Path) -> None:
    refuse_archive(tmp_path, zipped({"a": b"file", "a/b.shp": b"in it"}))
    refuse_archive(tmp_path, zipped({"a/b.shp": b"in it", "a": b"file"}))


@pytest.mark.parametrize("name", ["a" * 300 + ".shp", "/".join(["a"] * 3000) + "/b.shp"])
def test_names_no_disk_takes(tmp_path: Path, name: str) -> None:
    held = "x" * len(name)
    refuse_archive(tmp_path, zipped({held: b"data"}).replace(held.encode(), name.encode()))


def test_passwords_are_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"lo.shp": b"data"}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    refuse_archive(tmp_path, bytes(content), "password")


def test_much_out_of_little(tmp_path: Path) -> None:
    zeros = zipped({"a.shp": bytes(30 << 20)})
    assert len(zeros) < 40_000
    refuse_archive(tmp_path, zeros, "30 MB")
    # unpacking goes one level deep: 42.zip stays a handful of archives
    layer = zeros
    for _ in range(3):
        layer = zipped({f"{n}.zip": layer for n in range(4)})
    (tmp_path / "ra").mkdir()
    (tmp_path / "x.zip").write_bytes(layer)
    unpack(tmp_path / "x.zip", "x.zip", tmp_path / "ra")
    assert sum(file.stat().st_size for file in (tmp_path / "ra").iterdir()) < 1 << 20


def test_many_files(tmp_path: Path) -> None:
    content = zipped({f"{n}.txt": b"" for n in range(archives.MOST_FILES + 1)}, zipfile.ZIP_STORED)
    refuse_archive(tmp_path, content, str(archives.MOST_FILES + 1))


def lying(content: bytes, size: int, said: int) -> bytes:
    """The same archive with another size of what it holds in both headers."""
    assert content.count(struct.pack("<I", size)) >= 2
    return content.replace(struct.pack("<I", size), struct.pack("<I", said))


def test_sizes_that_lie(tmp_path: Path) -> None:
    size = (20 << 20) + 77
    bomb = zipped({"a.shp": bytes(size)})
    refuse_archive(tmp_path, lying(bomb, size, 100))
    written = sum(file.stat().st_size for file in (tmp_path / "một" / "hai" / "đích").rglob("*"))
    assert written <= 1 << 20
    refuse_archive(tmp_path, lying(bomb, size, 3 << 30), "3072 MB")


def test_more_than_any_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 1 << 20)
    content = random.Random(1).randbytes(1 << 20)
    refuse_archive(tmp_path, zipped({"a.shp": content, "b.shp": b"1"}), "1 MB")


def test_one_body_for_many_names(tmp_path: Path) -> None:
    """Overlapping members: every header is honest, the sum is not."""
    body = bytes(4 << 20)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packed.compress(body) + packed.flush()
    crc, names = zlib.crc32(body), [f"{n:04}.shp" for n in range(600)]
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(data), len(body), 8, 0)
    start = local + names[0].encode() + data
    central = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(data), len(body),
                    8, 0, 0, 0, 0, 0, 0) + name.encode()
        for name in names
    )  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 600, 600, len(central), len(start), 0)
    refuse_archive(tmp_path, start + central + end, "600")


def test_damage_anywhere_is_one_line(tmp_path: Path) -> None:
    dice = random.Random(5)
    (tmp_path / "ban").mkdir()
    shapefile(tmp_path / "ban")
    pack(tmp_path / "lo.zip", tmp_path / "ban")
    whole = (tmp_path / "lo.zip").read_bytes()
    around = set(contents(tmp_path)) | {"x.zip"}
    for turn in range(150):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        if turn % 3 == 0:
            content = content[: dice.randrange(len(content))]
        (tmp_path / "x.zip").write_bytes(content)
        target = tmp_path / f"ra{turn}"
        target.mkdir()
        with suppress(PlanDataError):
            unpack(tmp_path / "x.zip", "x.zip", target)
        assert {name for name in contents(tmp_path) if not name.startswith("ra")} <= around


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18), b"<html>", bytes(1000)])
def test_files_that_are_no_archive_or_empty_ones(raw: Path, content: bytes) -> None:
    (raw / "lo.zip").write_bytes(content)
    refuse(raw.parent, LAND_USE.format("raw/lo.zip"), "raw/lo.zip")


def test_archives_without_a_layer_or_of_archives(raw: Path) -> None:
    (raw / "lo.zip").write_bytes(zipped({"doc.pdf": b"%PDF", "trong.zip": zipped({"a": b""})}))
    refuse(raw.parent, LAND_USE.format("raw/lo.zip"), "raw/lo.zip", ".gpkg")


def test_a_virtual_file_in_an_archive_is_not_opened(raw: Path) -> None:
    secret = raw.parent / "raw" / "ngoai.csv"
    secret.write_text("x,y\n1,2\n")
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="ngoai"><SrcDataSource>{secret}</SrcDataSource>'
    content = zipped({"lo.vrt": f"{vrt}</OGRVRTLayer></OGRVRTDataSource>".encode()})
    (raw / "lo.zip").write_bytes(content)
    refuse(raw.parent, LAND_USE.format("raw/lo.zip"), "raw/lo.zip")
