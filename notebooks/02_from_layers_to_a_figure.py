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
# # Từ các lớp đến một chỉ tiêu / From layers to a figure
#
# Tỷ lệ đất giao thông trên đất xây dựng đô thị, của toàn thành phố và của Tịnh Khê: con số nào,
# gồm những mảnh đất nào, và vì sao đánh giá như vậy. Với `project.toml` ban đầu, đây là **dữ liệu
# mô phỏng**. Chạy mất chừng một phút.
#
# The share of transport land in urban construction land, of the whole city and of Tịnh Khê: what
# it is, which ground it is made of, and why the verdict is what it is. With `project.toml` as
# delivered this is **synthetic data**. It takes about a minute to run.

# %%
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

from urbanplan_gis import figures_frame, indicators, load_project, run_project

here = Path.cwd()
root = next(folder for folder in (here, *here.parents) if (folder / "project.toml").is_file())
project = load_project(root / "project.toml")
mark = "\nDỮ LIỆU MÔ PHỎNG / SYNTHETIC" if project.facts.synthetic else ""
run = run_project(project)
evidence = run.evidence

INDICATOR = "transport_land_share"
COMMUNE = evidence.units.loc[evidence.units["name"].str.endswith("Tịnh Khê"), "code"].item()
STATE = "existing"

# %% [markdown]
# ## Con số / The figure
#
# `city` là toàn thành phố, mã còn lại là Tịnh Khê. `figure_id` ghi đủ: chỉ tiêu, đơn vị và mốc địa
# giới, ngày, trạng thái, cách tính.
#
# `city` is the whole city, the other code is Tịnh Khê. A `figure_id` says it all: indicator, unit
# and vintage of boundaries, day, state, definition.

# %%
figures = figures_frame(run.assessments, "both")
ours = figures[
    (figures["indicator"] == INDICATOR)
    & (figures["scenario"] == STATE)
    & figures["unit_code"].isin(["city", COMMUNE])
]
assessments = {
    item.figure.unit_code: item
    for item in run.assessments
    if item.figure.indicator == INDICATOR
    and item.figure.scenario == STATE
    and item.figure.is_default
}
chosen = [assessments[code].figure.figure_id for code in ("city", COMMUNE)]
with pd.option_context("display.max_colwidth", None):
    display(
        ours.set_index("figure_id").loc[chosen, ["value", "low", "high", "target", "verdict"]].T
    )

# %% [markdown]
# ## Cách tính / The definition
#
# Chỉ tiêu là một khai báo, không phải một đoạn mã: tử số, mẫu số, mỗi bên là danh sách điều kiện
# «nhãn thuộc tập mã». Phạm vi `general_plan` chỉ tính đất đô thị theo quy hoạch chung.
#
# An indicator is a declaration, not code: a numerator and a denominator, each a list of conditions
# «label in class set». Scope `general_plan` counts the urban land of the general plan only.

# %%
city = assessments["city"].figure
declared = indicators()[INDICATOR]
definition = next(item for item in declared.definitions if item.definition_id == city.definition)
print(definition.definition_id, "·", definition.name.say("both"))
for name, measure in (("tử số", definition.numerator), ("mẫu số", definition.denominator)):
    print(f"{name:7}", [f"{part.label} in {part.set_name}" for part in measure.where])

# %% [markdown]
# ## Tử số và mẫu số / Numerator and denominator
#
# Các lớp đã được chồng một lần thành các mảnh không chồng lên nhau và phủ kín từng đơn vị. Mọi con
# số là tổng diện tích của những mảnh thỏa điều kiện: dưới đây cộng lại từ đầu và so với con số đã
# công bố.
#
# The layers were overlaid once into faces that do not overlap and leave nothing of a unit out.
# Every figure adds up the faces that satisfy its conditions: here from scratch, compared with the
# figure as published.


# %%
def where_all(conditions):
    """The faces on which every condition holds for certain."""
    return np.logical_and.reduce([evidence.labels.certain(part, STATE) for part in conditions])


area = evidence.mosaic.area
counted = where_all(definition.numerator.where)
base = where_all(definition.denominator.where)
if definition.scope == "general_plan":
    urban = replace(
        definition.denominator.where[0], label="general_plan", set_name="general_plan_urban"
    )
    in_scope = where_all([urban])
    counted, base = counted & in_scope, base & in_scope
in_commune = evidence.mosaic.unit == evidence.codes.index(COMMUNE)
everywhere = np.ones(len(area), dtype=bool)

rows = []
for code, ground in (("city", everywhere), (COMMUNE, in_commune)):
    numerator, denominator = area[counted & ground].sum(), area[base & ground].sum()
    figure = assessments[code].figure
    assert abs(numerator - figure.numerator) <= 1e-9 * figure.numerator
    assert abs(denominator - figure.denominator) <= 1e-9 * figure.denominator
    rows.append(
        {
            "đơn vị / unit": figure.unit_name,
            "tử số / numerator (ha)": numerator / 1e4,
            "mẫu số / denominator (ha)": denominator / 1e4,
            "%": 100 * numerator / denominator,
            "số mảnh / faces": int((base & ground).sum()),
        }
    )
display(pd.DataFrame(rows).round(3))

# %% [markdown]
# ## Mẫu số gồm những gì / What the denominator is made of
#
# Theo mã đất, của thành phố và của Tịnh Khê. Tỷ lệ đất giao thông của một xã có thể cao không phải
# vì nhiều đường mà vì ít đất xây dựng: hãy so cột hecta với cột phần trăm.
#
# By land code, for the city and for Tịnh Khê. The share of a commune may be high not because it
# has many roads but because it has little built land: compare hectares with per cent.

# %%
coded = evidence.labels.coded[STATE]["land_use"]
labels = np.array([" ".join(part for part in pair[1:] if part) for pair in coded.pairs] + ["-"])
faces = pd.DataFrame(
    {
        "code": labels[coded.position],
        "ha": area / 1e4,
        "counted": counted,
        "base": base,
        "commune": in_commune,
    }
)
table = pd.DataFrame(
    {
        "thành phố / city (ha)": faces[faces["base"]].groupby("code")["ha"].sum(),
        "Tịnh Khê (ha)": faces[faces["base"] & faces["commune"]].groupby("code")["ha"].sum(),
    }
).fillna(0.0)
for column in list(table):
    table[column.replace("(ha)", "(%)")] = 100 * table[column] / table[column].sum()
display(table.sort_values("thành phố / city (ha)", ascending=False).head(12).round(2))

# %% [markdown]
# ## Những mảnh lớn nhất / The largest faces
#
# Mỗi mảnh biết đối tượng nguồn của nó: mở lại được tới từng thửa đất trong tệp gốc.
#
# Each face knows the source feature it lies in, so a figure opens back to the parcels of the file.

# %%
land_use = evidence.dataset.layers["land_use"].frame
mine = np.flatnonzero(counted & in_commune)
largest = mine[np.argsort(-area[mine])][:8]
parcels = land_use.iloc[evidence.mosaic.labels["land_use"][largest]]
display(
    parcels[["feature_id", "source", "code", "sub_use"]]
    .assign(**{"ha của mảnh / of the face": area[largest] / 1e4})
    .reset_index(drop=True)
    .round(3)
)

# %%
figure, axes = plt.subplots(figsize=(9, 7))
commune = evidence.units[evidence.units["code"] == COMMUNE]
commune.plot(ax=axes, color="#f4f1ea", edgecolor="black", linewidth=0.8)
for mask, colour, label in (
    (base & ~counted, "#e9c46a", "đất xây dựng đô thị khác / other urban construction land"),
    (counted, "#c1121f", "đất giao thông / transport land"),
):
    shown = gpd.GeoSeries(evidence.mosaic.geometries[mask & in_commune], crs=project.facts.crs)
    shown.plot(ax=axes, color=colour, linewidth=0)
    axes.plot([], [], color=colour, linewidth=6, label=label)
axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), fontsize=8)
axes.set_title(f"Tịnh Khê: tử số và mẫu số / numerator and denominator{mark}")
axes.set_axis_off()

# %% [markdown]
# ## Các cách tính đặt cạnh nhau / Definitions beside each other
#
# Không cách nào là «con số thật»: mỗi cách là một cách hiểu bảo vệ được. Cách tính theo tim đường
# hoặc chỉ giới đường đỏ không phụ thuộc mã đất, nên là phép thử độc lập.
#
# None of them is «the true figure»: each is a reading that can be defended. Centre lines and red
# lines do not depend on land codes, so they are an independent check.

# %%
beside = ours.pivot(index="definition", columns="unit_code", values="value")[["city", COMMUNE]]
display(beside.rename(columns={"city": "thành phố / city (%)", COMMUNE: "Tịnh Khê (%)"}).round(2))
target = assessments["city"].target
axes = beside.rename(columns={"city": "thành phố / city", COMMUNE: "Tịnh Khê"}).plot.barh(
    figsize=(9, 4)
)
axes.axvline(target.value, color="black", linestyle="--")
axes.set(xlabel=f"%   (- - mục tiêu {target.year} / target: {target.value:g} %)", ylabel="")
axes.set_title(f"Tỷ lệ đất giao thông / Transport land share{mark}")
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
axes.figure.tight_layout()

# %% [markdown]
# ## Đánh giá / The verdict
#
# Mục tiêu của chương trình gắn với **toàn thành phố**, nên hàng của Tịnh Khê chỉ để tham khảo.
# Một kết luận phải đứng vững ở cả cận dưới, cận trên (đất chưa biết) và ở mọi cách hiểu quy định
# được khai báo; nếu không thì «chưa đủ cơ sở đánh giá». Ở thành phố mẫu, tính cả giao thông tĩnh
# thì trên 22 %, không tính thì dưới 22 %: hai cách hiểu cho hai kết luận, nên chưa kết luận được.
#
# The programme's targets bind **the whole city**, so the row of Tịnh Khê is for reference. A
# verdict must hold at `low` and at `high` (ground that is not known), and under every declared
# reading of the rule; else it is inconclusive. In the sample city static parking lifts the share
# above 22 % and without it the share stays below: two readings, two verdicts, so none is given.

# %%
columns = ["value", "low", "high", "target_year", "target", "gap", "gap_ha", "verdict", "note"]
years = figures_frame(run.by_year, "both")
both_years = years[years["figure_id"].isin(chosen)]
with pd.option_context("display.max_colwidth", None):
    display(both_years.set_index("unit_name")[columns].T)

# %% [markdown]
# ## Khi quy hoạch không vẽ đường / Where a plan draws no streets
#
# Trạng thái `planned` là kết hợp quy hoạch – hiện trạng. Đồ án QHPK-05 của thành phố mẫu không vẽ
# lô đất đường: tính theo mã thì Tịnh Khê có rất ít đất giao thông, còn `high` cho biết có thể tới
# bao nhiêu. Cách tính `remainder` coi phần còn lại của đồ án là đường: một **cận trên**, không dùng
# để kết luận.
#
# State `planned` is the plan where one lies, the existing use elsewhere. Plan QHPK-05 of the sample
# city has no street polygons: by codes Tịnh Khê has very little transport land, and `high` says how
# much it might be. Definition `remainder` takes what is left of the plan for streets: an **upper
# bound**, which decides nothing.

# %%
planned = figures[
    (figures["indicator"] == INDICATOR)
    & (figures["scenario"] == "planned")
    & (figures["unit_code"] == COMMUNE)
]
display(planned.set_index("definition")[["value", "low", "high", "verdict"]].round(2))
