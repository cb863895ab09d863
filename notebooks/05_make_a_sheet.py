# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Tự vẽ một tờ bản đồ / A sheet of one's own
#
# Một tờ bản đồ là một khai báo: lớp nào, theo thứ tự nào, khổ giấy, phạm vi, tỷ lệ. Sổ tay này vẽ
# từ kết quả của `urbanplan run` (nếu chưa có hoặc đã cũ thì tính trước, chừng một phút). Với
# `project.toml` ban đầu, đây là **dữ liệu mô phỏng**.
#
# A map sheet is a declaration: which layers in which order, paper, extent, scale. This notebook
# draws from what `urbanplan run` left (and runs first, about a minute, where that is missing or
# out of date). With `project.toml` as delivered this is **synthetic data**.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.image import imread

from urbanplan_gis import load_project
from urbanplan_gis.outputs.sheet_set import draw_custom
from urbanplan_gis.outputs.stored_run import stored_run
from urbanplan_gis.pipeline import make_run

here = Path.cwd()
root = next(folder for folder in (here, *here.parents) if (folder / "project.toml").is_file())
project = load_project(root / "project.toml")
make_run(project, "both")
run = stored_run(project, "vi")
folder = project.output / "my_maps"

# %% [markdown]
# ## Ba dòng / Three lines

# %%
layers = [{"role": "green", "labels": True}, {"role": "units", "labels": True}]
sheet = {"title": "ĐẤT CÂY XANH", "layers": layers, "paper": "A4", "dpi": 110, "outputs": ["png"]}
(picture,) = draw_custom(run, sheet, folder, "green")


# %%
def show(path):
    """The sheet as it was drawn."""
    _, axes = plt.subplots(figsize=(11, 8))
    axes.imshow(imread(path))
    axes.set_axis_off()
    axes.set_title(path.name)


show(picture)

# %% [markdown]
# ## Phạm vi, điều kiện, điểm / Extent, conditions, points
#
# Chỉ các phường, mặt nước, đường từ cấp khu vực trở lên và trường học, bằng tiếng Anh.
#
# The wards only, water, roads from the district class up, and schools, in English.

# %%
sheet = {
    "title": {"vi": "TRƯỜNG HỌC VÀ ĐƯỜNG CHÍNH", "en": "SCHOOLS AND MAIN ROADS"},
    "extent": "wards",
    "paper": "A3",
    "dpi": 90,
    "language": "en",
    "outputs": ["png"],
    "layers": [
        {"role": "land_use", "where": [{"class_set": "water"}]},
        {"role": "roads", "where": [{"field": "road_class", "to": 6}]},
        {
            "role": "facilities",
            "where": [{"field": "kind", "in": ["truong_hoc", "truong_thpt"]}],
            "fill": "#2166ac",
            "point_mm": 1.8,
            "name": {"vi": "Trường học", "en": "Schools"},
        },
        {"role": "units", "labels": True},
    ],
}
(picture,) = draw_custom(run, sheet, folder, "schools")
show(picture)

# %% [markdown]
# ## Bản in xám / Grey print

# %%
grey = {**sheet, "grey": True, "title": {"vi": "BẢN IN XÁM", "en": "GREY PRINT"}}
(picture,) = draw_custom(run, grey, folder, "schools_grey")
show(picture)

# %% [markdown]
# ## Cho cả bộ bản đồ / For the whole set
#
# Cùng các khóa đó, ghi vào `maps/ten_to.toml` cạnh `project.toml`, thì `urbanplan maps` vẽ tờ này
# cùng bộ bản đồ và chỉ vẽ lại khi tệp hoặc dữ liệu của nó thay đổi (xem `docs/maps.md`).
#
# The same keys in `maps/NAME.toml` beside `project.toml` make `urbanplan maps` draw the sheet with
# the set, and again only when its file or its data change (see `docs/maps.md`).
