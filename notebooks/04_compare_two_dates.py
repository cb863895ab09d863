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
# # So sánh hai thời điểm / Compare two dates
#
# Cùng một dự án ở hai ngày: ngày đánh giá và một ngày trước đó mà nguồn dữ liệu có kể. Mỗi ngày
# chọn nguồn, đồ án và quy định còn hiệu lực của ngày đó. Với `project.toml` ban đầu, đây là
# **dữ liệu mô phỏng**.
#
# The same project on two days: its own and an earlier one that the sources tell of. Each day
# chooses the sources, plans and law in force on it. With `project.toml` as delivered this is
# **synthetic data**.

# %%
from pathlib import Path

import geopandas as gpd
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from urbanplan_gis import (
    check,
    derive_layers,
    evaluate,
    gather,
    indicators,
    land_balance,
    load_layers,
    load_project,
)

here = Path.cwd()
root = next(folder for folder in (here, *here.parents) if (folder / "project.toml").is_file())
project = load_project(root / "project.toml")
mark = "\nDỮ LIỆU MÔ PHỎNG / SYNTHETIC" if project.facts.synthetic else ""
print("Các ngày trước có nguồn / earlier days at hand:", *project.days_at_hand)
before, now = project.days_at_hand[-1], project.facts.as_of


# %%
def evidence_of(day):
    """What the layers say on one day."""
    then = project.at(day)
    checked = check(load_layers(then), day, then.tolerance)
    evidence, _ = gather(derive_layers(checked, then.derive, day), day, then.facts.boundaries)
    return evidence


days = {before: evidence_of(before), now: evidence_of(now)}

# %% [markdown]
# ## Chỉ tiêu của thành phố / Figures of the city
#
# Chỉ so hai số có cùng cách tính, cùng ranh giới và cùng trạng thái. Số liệu thống kê lệch quá hai
# năm so với ngày đánh giá thì kết luận không chắc; ở đây chỉ so giá trị.
#
# Only figures of one definition, boundaries and state are compared. Statistics more than two years
# away from the day make a verdict inconclusive; here values alone are compared.

# %%
rows = []
for day, evidence in days.items():
    for figure in evaluate(indicators().values(), evidence, ["existing"]):
        if figure.is_default and figure.unit_code == "city":
            rows.append((figure.indicator, figure.definition, str(day), figure.value))
values = pd.DataFrame(rows, columns=["indicator", "definition", "day", "value"])
table = values.pivot(index=["indicator", "definition"], columns="day", values="value")
table["khác / difference"] = table[str(now)] - table[str(before)]
display(table.dropna().round(3))

# %% [markdown]
# ## Đất theo loại / Land by class
#
# Hai kỳ có thể dùng hai danh mục mã: cột `code_list` cho biết. Tổng của mỗi kỳ bằng diện tích tự
# nhiên, kể cả phần chưa phân loại.
#
# The two surveys may use two lists of codes: column `code_list` tells. Each adds up to the natural
# area, unclassified ground included.

# %%
balances = {str(day): land_balance(evidence, "existing") for day, evidence in days.items()}
land = pd.DataFrame(
    {
        day: frame[frame["unit_code"] == "city"].groupby("code")["area_ha"].sum()
        for day, frame in balances.items()
    }
).fillna(0.0)
land["khác / difference (ha)"] = land[str(now)] - land[str(before)]
total = land[[str(before), str(now)]].sum()
assert abs(total[str(before)] - total[str(now)]) <= 1e-9 * total[str(now)]
largest = land["khác / difference (ha)"].abs().sort_values(ascending=False).index[:12]
display(land.loc[largest].round(2))
print("Tổng / total (ha):", *(f"{value:.4f}" for value in total))

# %%
change = land.loc[largest, "khác / difference (ha)"].sort_values()
_, axes = plt.subplots(figsize=(9, 4))
axes.barh(change.index, change, color=["#b2182b" if one < 0 else "#1b7837" for one in change])
axes.axvline(0, color="black", linewidth=0.8)
axes.set(xlabel="ha")
axes.set_title(f"Đất đổi loại / Land that changed class, {before} → {now}{mark}")
axes.figure.tight_layout()

# %% [markdown]
# ## Từ đâu sang đâu / From what to what
#
# Phân loại của hai kỳ nằm trên hai lưới mảnh khác nhau. Một thửa đổi loại được thấy ở điểm đại diện
# của mỗi mảnh kỳ sau: đủ để biết xu hướng, không phải số liệu công bố.
#
# The classes of two surveys lie on two different sets of faces. What became of a parcel is read at
# a point inside each later face: enough to see the trend, not a figure to publish.


# %%
def faces(evidence):
    """Faces with their code and hectares."""
    coded = evidence.labels.coded["existing"]["land_use"]
    names = [pair[1] for pair in coded.pairs] + ["-"]
    return gpd.GeoDataFrame(
        {"code": [names[at] for at in coded.position], "ha": evidence.mosaic.area / 1e4},
        geometry=evidence.mosaic.geometries,
        crs=project.facts.crs,
    )


later, earlier = faces(days[now]), faces(days[before])
points = later.set_geometry(later.representative_point())
joined = points.sjoin(earlier[["code", "geometry"]], lsuffix="now", rsuffix="before")
moved = joined[joined["code_now"] != joined["code_before"]]
flows = moved.groupby(["code_before", "code_now"])["ha"].sum().sort_values(ascending=False)
display(flows.head(12).round(2).to_frame())

# %% [markdown]
# ## Cho báo cáo / For a report
#
# `earlier = ["..."]` trong `[project]` làm cả hai kỳ trong một lần chạy, có xu thế trong
# `gaps.csv`; bản đã giao (`urbanplan deliver`) thì mọi lần sau được so với nó (`changes.csv`).
#
# `earlier = ["..."]` under `[project]` measures both days in one run, with the trend in
# `gaps.csv`; after `urbanplan deliver` every later run is compared with what was delivered
# (`changes.csv`).
