# ruff: noqa: E501 (tables read better in wide rows)
"""Words and published numbers of the sample city: units, streets, parks, plans.

Codes, names, declared areas and census populations are those of the real city;
every street, park, plan and project is invented.
"""

from typing import NamedTuple

NOTICE = "DỮ LIỆU MÔ PHỎNG / SYNTHETIC"
AS_OF = "2025-06-30"
CRS = 5898


class Unit(NamedTuple):
    """One administrative unit; `east`, `north` seed its place on the map (km)."""

    code: str
    name: str
    slated: bool
    declared_ha: int
    population_2019: int
    ward_since: str | None
    east: float
    north: float

    @property
    def is_ward(self) -> bool:
        """Whether the unit is a ward at `AS_OF` (none of the slated is)."""
        return self.ward_since is not None


# fmt: off
UNITS = (
    Unit("21010", "Phường Lê Hồng Phong", False, 344, 9717, "2005-08-26", 585.6, 1674.0),
    Unit("21013", "Phường Trần Phú", False, 224, 16607, "2005-08-26", 584.3, 1672.9),
    Unit("21016", "Phường Quảng Phú", False, 727, 21457, "2005-08-26", 582.6, 1671.8),
    Unit("21019", "Phường Nghĩa Chánh", False, 404, 16541, "2005-08-26", 587.7, 1671.7),
    Unit("21022", "Phường Trần Hưng Đạo", False, 48, 7310, "2005-08-26", 586.3, 1672.85),
    Unit("21025", "Phường Nguyễn Nghiêm", False, 51, 6419, "2005-08-26", 586.15, 1672.2),
    Unit("21028", "Phường Nghĩa Lộ", False, 414, 18821, "2005-08-26", 584.9, 1670.9),
    Unit("21031", "Phường Chánh Lộ", False, 251, 15499, "2005-08-26", 586.4, 1670.7),
    Unit("21034", "Xã Nghĩa Dũng", True, 612, 7341, None, 590.9, 1673.0),
    Unit("21037", "Xã Nghĩa Dõng", True, 617, 8100, None, 589.3, 1671.4),
    Unit("21172", "Phường Trương Quang Trọng", False, 909, 16768, "2014-04-01", 585.4, 1676.4),
    Unit("21187", "Xã Tịnh Hòa", False, 1772, 9586, None, 594.1, 1682.4),
    Unit("21190", "Xã Tịnh Kỳ", False, 341, 10132, None, 597.4, 1682.3),
    Unit("21199", "Xã Tịnh Thiện", False, 1192, 6489, None, 591.2, 1679.9),
    Unit("21202", "Xã Tịnh Ấn Đông", False, 1012, 6014, None, 587.2, 1678.4),
    Unit("21208", "Xã Tịnh Châu", False, 631, 5773, None, 589.6, 1678.3),
    Unit("21211", "Xã Tịnh Khê", True, 1562, 13326, None, 594.3, 1678.5),
    Unit("21214", "Xã Tịnh Long", True, 745, 8166, None, 592.5, 1676.1),
    Unit("21223", "Xã Tịnh Ấn Tây", True, 703, 9931, None, 583.7, 1677.0),
    Unit("21232", "Xã Tịnh An", True, 887, 8151, None, 589.0, 1675.3),
    Unit("21253", "Xã Nghĩa Phú", True, 403, 6935, None, 594.6, 1674.1),
    Unit("21256", "Xã Nghĩa Hà", False, 1458, 12905, None, 593.2, 1671.9),
    Unit("21262", "Xã Nghĩa An", False, 316, 19429, None, 596.2, 1672.0),
)
# fmt: on

#: The unit whose ground is deliberately larger than declared (a planted mismatch).
MISMATCHED_UNIT = "21190"
MISMATCH = 1.08

CORE_WARDS = ("21010", "21013", "21019", "21022", "21025", "21028", "21031")

FIRST = (
    "Sóng",
    "Nắng",
    "Gió",
    "Mây",
    "Trăng",
    "Hương",
    "Biển",
    "Đồi",
    "Bến",
    "Vườn",
    "Lúa",
    "Cau",
    "Dừa",
    "Tre",
    "Sen",
)
SECOND = (
    "Biếc",
    "Hồng",
    "Xanh",
    "Vàng",
    "Lành",
    "Thơm",
    "Êm",
    "Mới",
    "Quê",
    "Bình Minh",
    "An Hòa",
    "Tân Lập",
    "Thanh Bình",
    "Phước Hải",
    "Long Giang",
    "Hòa Mỹ",
    "Vạn Xuân",
    "Đại Đồng",
    "Phú Cường",
    "Minh Châu",
)


def street_name(number: int, rank: int) -> str:
    """Return an invented name; the pair of words repeats only after 300 streets."""
    if rank >= 8:
        return f"Ngõ {number}"
    first, second = FIRST[number % len(FIRST)], SECOND[(number * 7 + number // 15) % len(SECOND)]
    suffix = "" if number < 300 else f" {number // 300 + 1}"
    return f"Đường {first} {second}{suffix}"


class Plan(NamedTuple):
    """One approved plan; the ground it covers is drawn in `plan.PLAN_GROUND`."""

    plan_id: str
    name: str
    kind: str
    decision: str
    approved: str | None
    revoked: str | None
    replaced_by: str | None
    target_year: int


# fmt: off
PLANS = (
    Plan("QHC-01", "Quy hoạch chung thành phố (mô phỏng)", "chung", "QĐ 901-MP", "2021-10-11", None, None, 2040),
    Plan("QHPK-01", "Trung tâm thành phố", "phan_khu", "QĐ 112-MP", "2012-06-15", None, "QHPK-08", 2025),
    Plan("QHPK-02", "Phía Bắc sông Trà Khúc", "phan_khu", "QĐ 320-MP", "2020-11-12", None, None, 2030),
    Plan("QHPK-03", "Phía Nam: Nghĩa Chánh - Chánh Lộ", "phan_khu", "QĐ 408-MP", "2021-04-08", None, None, 2030),
    Plan("QHPK-04", "Quảng Phú", "phan_khu", "QĐ 930-MP", "2021-09-30", None, None, 2030),
    Plan("QHPK-05", "Tịnh Khê - Tịnh Kỳ", "phan_khu", "QĐ 856-MP", "2018-10-08", None, None, 2030),
    Plan("QHPK-06", "Khu du lịch ven biển Tịnh Khê", "phan_khu", "QĐ 517-MP", "2022-05-17", "2024-03-01", None, 2035),
    Plan("QHPK-07", "Nghĩa An", "phan_khu", "QĐ 720-MP", "2021-07-20", None, None, 2030),
    Plan("QHPK-08", "Trung tâm thành phố (điều chỉnh)", "phan_khu", "QĐ 230-MP", "2023-03-20", None, None, 2035),
    Plan("QHPK-09", "Phần còn lại phía Nam", "phan_khu", "QĐ 612-MP", None, None, None, 2030),
    Plan("QHPK-10", "Phần còn lại phía Bắc", "phan_khu", "QĐ 747-MP", "2022-12-07", None, None, 2035),
)
# fmt: on

#: Its drawing has lots but no street polygons: streets are what its lots leave over.
PLAN_WITHOUT_STREETS = "QHPK-05"
#: Its outline runs beyond the city and its unit.
PLAN_OVERRUNNING = "QHPK-07"

#: Land codes of 2024 that Circular 27/2018 writes otherwise.
CODE_2018 = {"DDD": "DDT", "DCT": "DCK"}

FACILITY_NAMES = {
    "truong_hoc": "Trường Ánh Dương",
    "truong_thpt": "Trường THPT Sông Trà",
    "benh_vien": "Bệnh viện Hòa Bình",
    "tram_y_te": "Trạm y tế",
    "cho": "Chợ Bến Tre Xanh",
    "ben_xe": "Bến xe Cửa Đông",
    "bai_do_xe": "Bãi đỗ xe",
    "nha_van_hoa": "Nhà văn hóa",
    "san_the_thao": "Sân thể thao",
    "cong_vien": "Công viên",
}
PARK_NAMES = (
    "Bờ Sông",
    "Đồi Thông",
    "Hồ Sen",
    "Ánh Sao",
    "Quảng Trường",
    "Hoa Giấy",
    "Tuổi Thơ",
    "Bàng Biển",
    "Hàng Dương",
    "Cầu Gió",
    "Vườn Dừa",
    "Trăng Rằm",
    "Hương Quê",
    "Bến Nước",
    "Mười Hai",
    "Ven Đê",
)
PROJECT_NAMES = (
    "Khu đô thị",
    "Khu dân cư",
    "Khu tái định cư",
    "Nhà ở xã hội",
    "Khu thương mại",
    "Khu du lịch",
)
