"""Files, columns and explanations of the sample city."""

import pyarrow as pa

from .names import NOTICE

TEXT, DATE, WHOLE, REAL = pa.string(), pa.date32(), pa.int32(), pa.float64()
SCHEMAS = {
    "units": {
        "ma": TEXT,
        "ten": TEXT,
        "loai": TEXT,
        "ngay_len_phuong": DATE,
        "du_kien_phuong": WHOLE,
        "dt_cong_bo_ha": REAL,
    },
    "land_use": {
        "thua_id": TEXT,
        "ma_loai": TEXT,
        "su_dung_phu": TEXT,
        "ngay": DATE,
        "dt_khai_bao_m2": REAL,
    },
    "land_use_2022": {
        "SOTHUA": TEXT,
        "MALOAIDAT": TEXT,
        "SUDUNGPHU": TEXT,
        "NGAY": DATE,
        "DT_KHAIBAO": REAL,
    },
    "zoning": {"lo_id": TEXT, "chuc_nang": TEXT, "plan_id": TEXT, "dien_tich_ha": REAL},
    "plans": {
        "plan_id": TEXT,
        "ten": TEXT,
        "loai": TEXT,
        "so_quyet_dinh": TEXT,
        "ngay_duyet": DATE,
        "ngay_huy": DATE,
        "thay_the_boi": TEXT,
        "nam_muc_tieu": WHOLE,
    },
    "general_plan": {"id": TEXT, "ma_cn": TEXT},
    "right_of_way": {"id": TEXT, "ten_duong": TEXT, "cap": WHOLE},
    "green": {"id": TEXT, "loai": TEXT, "cong_vien": TEXT, "ten": TEXT},
}
FILES = {
    "units": ("units.gpkg", "ranh_gioi"),
    "land_use": ("land_use_2025.gpkg", "hien_trang"),
    "land_use_2022": ("land_use_2022.shp", None),
    "zoning": ("zoning.gpkg", "lo_dat"),
    "plans": ("plans.gpkg", "ranh_gioi_qh"),
    "general_plan": ("general_plan.gpkg", "qh_chung"),
    "right_of_way": ("right_of_way.fgb", None),
}
COVER = {
    "LUC": 40,
    "LUK": 40,
    "BHK": 40,
    "CLN": 30,
    "RSX": 10,
    "RPH": 10,
    "RDD": 10,
    "DKV": 30,
    "NTD": 30,
    "SON": 80,
    "MNC": 80,
    "NTS": 80,
    "BCS": 60,
    "SKX": 60,
    "DTL": 80,
}

README = f"""{NOTICE}

Dữ liệu trong thư mục này là dữ liệu MÔ PHỎNG, do scripts/make_sample_city.py tạo ra
để chạy thử và kiểm thử. Tên, mã, diện tích công bố và dân số 2019 của 23 đơn vị hành
chính là thật; hình học, đường, công viên, quy hoạch, dự án, công trình và số liệu các
năm khác là bịa đặt; ngày thành lập phường (ngay_len_phuong) chỉ là giá trị tạm, chưa
kiểm chứng. Không dùng cho bất kỳ quyết định nào.

Everything here is SYNTHETIC. Names, codes, declared areas and 2019 census populations
of the 23 units are real; all geometry, streets, parks, plans, projects, buildings and
the statistics of other years are invented; the dates wards were established
(ngay_len_phuong) are unverified placeholders.

All layers are dissolved from one planar subdivision with integer-millimetre vertices
(EPSG:5898, metres with three decimals). truth.csv holds the true figures at 2025-06-30,
computed from exact integer areas; defects.csv lists the defects planted on purpose.
roads.geojson and facilities.geojson are in EPSG:4326. land_use_2022.shp uses the codes
of Circular 27/2018, land_use_2025.gpkg those of Circular 08/2024. Land cover classes:
10 trees, 30 grass and gardens, 40 crops, 50 built, 60 bare, 80 water, 0 no data.
"""
