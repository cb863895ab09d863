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
# # Xem các lớp dữ liệu / Explore the layers
#
# Sổ tay này đọc mọi lớp ghi trong `project.toml`, cho biết mỗi lớp từ đâu đến, kiểm tra và liệt kê
# các phát hiện. Nó không sửa tệp gốc và không ghi tệp nào. `project.toml` ban đầu trỏ tới thành
# phố mẫu: **dữ liệu mô phỏng**.
#
# This notebook reads every layer named in `project.toml`, says where each comes from, checks them
# and lists what was found. It changes no raw file and writes none. As delivered, `project.toml`
# points at the sample city: **synthetic data**.

# %%
from pathlib import Path

import geopandas as gpd
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from urbanplan_gis import check, load_layers, load_project
from urbanplan_gis.text import Text

here = Path.cwd()
root = next(folder for folder in (here, *here.parents) if (folder / "project.toml").is_file())
project = load_project(root / "project.toml")
mark = "\nDỮ LIỆU MÔ PHỎNG / SYNTHETIC" if project.facts.synthetic else ""
print(project.facts.name.say("both"))
print("Ngày đánh giá / as of:", project.facts.as_of, "·", project.facts.crs)

# %% [markdown]
# ## Các lớp / The layers
#
# Ngày đánh giá quyết định nguồn nào được đọc: trong hai kỳ hiện trạng sử dụng đất, chỉ kỳ có giá
# trị vào ngày đó. Mọi đối tượng đọc được đều giữ lại hoặc để riêng kèm một phát hiện.
#
# The day asked decides which sources are read: of two surveys of existing land use only the one
# valid on that day. Every feature read is either kept, or set aside with a finding.

# %%
dataset = load_layers(project)
counts = pd.DataFrame(
    [
        {
            "vai trò / role": str(count.role),
            "nguồn / source": count.source,
            "đọc / read": count.read,
            "giữ / kept": count.kept,
            "để riêng / set aside": count.set_aside,
        }
        for count in dataset.counts
    ]
)
display(counts)

# %% [markdown]
# ## Nguồn gốc / Origins
#
# Hệ tọa độ và bảng mã chữ được đọc từ tệp; cột «vì sao» ghi căn cứ. Mã băm cho biết hai người có
# đang nói về cùng một tệp hay không.
#
# Coordinate system and text encoding are found in the file; the column «why» gives the reason.
# The hash tells whether two people speak of the same file.

# %%
origins = pd.DataFrame(
    [
        {
            "nguồn / source": origin.source,
            "tệp / file": origin.path,
            "hệ tọa độ / CRS": origin.crs,
            "vì sao / why": origin.crs_reason,
            "cơ quan / publisher": origin.publisher,
            "ngày / date": origin.date or "",
            "sha256": origin.sha256[:12],
        }
        for origin in dataset.origins
    ]
)
reason = "vì sao / why"
display(origins.drop(columns=reason))
with pd.option_context("display.max_colwidth", None):
    display(origins[["nguồn / source", reason]])

# %% [markdown]
# ## Một lớp nhìn gần / One layer at close range
#
# Các cột có cùng tên ở mọi dự án; giá trị gốc của mã nằm ở `source_value`. Diện tích dưới đây là
# tổng các đối tượng như được vẽ: chỗ chồng lấn tính hai lần, chỗ hở không tính. Bảng cân bằng đất
# của `urbanplan run` không mắc lỗi đó.
#
# Columns have the same names in every project; `source_value` keeps the code as delivered. The
# areas below add up features as drawn: overlaps count twice, gaps not at all. The land balance of
# `urbanplan run` has neither fault.

# %%
land_use = dataset.layers["land_use"].frame
display(land_use.drop(columns="geometry").head())
by_code = (land_use.area.groupby(land_use["code"]).sum() / 1e4).sort_values(ascending=False)
display(by_code.head(10).rename("ha").to_frame())

# %% [markdown]
# ## Phát hiện / Findings
#
# Phát hiện là một khiếm khuyết của dữ liệu: ở đâu, bao nhiêu hecta, đã làm gì. Không có gì bị bỏ
# âm thầm. Các phát hiện có thể nằm trên cùng một chỗ đất, nên cột hecta không cộng với nhau.
#
# A finding is one defect in the data: where, how many hectares, what was done. Nothing is dropped
# in silence. Findings may lie on the same ground, so hectares are not to be added up.

# %%
checked = check(dataset, project.facts.as_of, project.tolerance)
findings = pd.DataFrame(
    [
        {
            "code": finding.code,
            "severity": str(finding.severity),
            "layer": finding.layer,
            "ha": (finding.area_m2 or 0.0) / 1e4,
            "features": " ".join(finding.feature_ids[:3]),
            "tiếng Việt": finding.message.say("vi"),
            "English": finding.message.say("en"),
        }
        for finding in checked.findings
    ]
)
summary = findings.groupby(["severity", "layer", "code"])["ha"].agg(["count", "max"])
display(summary.rename(columns={"count": "số / count", "max": "lớn nhất / largest (ha)"}))

# %% [markdown]
# ### Mười phát hiện lớn nhất / The ten largest

# %%
with pd.option_context("display.max_colwidth", None):
    display(findings.head(10))

# %% [markdown]
# ## Bản đồ xem nhanh / A quick look
#
# Ranh giới đơn vị, bảy xã dự kiến thành lập phường (tô màu) và vị trí các phát hiện. Đây là hình
# xem nhanh; bản đồ có tỷ lệ, chú giải và nguồn do `urbanplan maps` vẽ.
#
# Unit boundaries, the seven communes slated to become wards (shaded) and where the findings lie.
# This is a quick look; sheets with scale, legend and sources are drawn by `urbanplan maps`.

# %%
units = checked.dataset.layers["units"].frame
figure, axes = plt.subplots(figsize=(10, 8))
units.plot(ax=axes, color="white", edgecolor="grey", linewidth=0.6)
if units["slated"].any():
    units[units["slated"]].plot(ax=axes, color="#fdf0d5", edgecolor="grey", linewidth=0.6)
colours = {"info": "#9aa5b1", "warning": "#e09f3e", "error": "#c1121f"}
for severity, colour in colours.items():
    words = Text.of(f"severity.{severity}").say("both")
    shapes = [
        finding.geometry
        for finding in checked.findings
        if str(finding.severity) == severity and finding.geometry is not None
    ]
    if shapes:
        spots = gpd.GeoSeries(shapes, crs=project.facts.crs).representative_point()
        spots.plot(ax=axes, color=colour, markersize=6, label=f"{words} ({len(spots)})")
paper = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5}
for name, place in zip(units["name"], units.representative_point(), strict=True):
    short = name.removeprefix("Phường ").removeprefix("Xã ")
    axes.annotate(short, (place.x, place.y), fontsize=7, ha="center", bbox=paper)
xmin, ymin, xmax, ymax = units.total_bounds
axes.set(xlim=(xmin - 1000, xmax + 1000), ylim=(ymin - 1000, ymax + 1000))
axes.legend(title="Phát hiện / findings", loc="upper left")
axes.set_title(f"Phát hiện về dữ liệu / Findings in the data{mark}")
axes.set_axis_off()

# %% [markdown]
# ## Tiếp theo / Next
#
# Điều gì làm với từng phát hiện do người quyết định, ghi trong `decisions.csv` cạnh
# `project.toml` (xem README). Sổ tay `02_from_layers_to_a_figure` đi tiếp từ các lớp đến một chỉ
# tiêu.
#
# What is to be done about a finding is for people to decide, in `decisions.csv` beside
# `project.toml` (see the README). Notebook `02_from_layers_to_a_figure` goes on from layers to a
# figure.
