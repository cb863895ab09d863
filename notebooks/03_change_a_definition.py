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
# # Đổi một cách tính / Change a definition
#
# Tỷ lệ đất giao thông thay đổi thế nào nếu hiểu khác đi: lấy một cách tính đã khai báo khác làm mặc
# định, rồi tự viết một cách tính mới. Các lớp chỉ đọc và chồng một lần; đổi cách tính không phải
# chồng lại. Với `project.toml` ban đầu, đây là **dữ liệu mô phỏng**.
#
# How the transport land share changes if it is read otherwise: take another declared definition as
# the default, then write one of your own. Layers are read and overlaid once; another definition
# needs no new overlay. With `project.toml` as delivered this is **synthetic data**.

# %%
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from urbanplan_gis import (
    assess,
    check,
    derive_layers,
    evaluate,
    figures_frame,
    gather,
    indicators,
    load_layers,
    load_project,
)
from urbanplan_gis.model.figures import Condition
from urbanplan_gis.text import Name

here = Path.cwd()
root = next(folder for folder in (here, *here.parents) if (folder / "project.toml").is_file())
project = load_project(root / "project.toml")
facts = project.facts
mark = "\nDỮ LIỆU MÔ PHỎNG / SYNTHETIC" if facts.synthetic else ""

checked = check(load_layers(project), facts.as_of, project.tolerance)
derived = derive_layers(checked, project.derive, facts.as_of)
evidence, lacking = gather(derived, facts.as_of, facts.boundaries)

# %% [markdown]
# ## Những cách tính đã khai báo / The definitions declared
#
# Mỗi cách là một thay đổi so với cách mặc định, viết trong `indicators.toml`.
#
# Each is one change to the default, written in `indicators.toml`.

# %%
share = indicators()["transport_land_share"]
figures = evaluate([share], evidence, ["existing"])
names = {item.definition_id: item.name.say("both") for item in share.definitions}
rows = [
    {
        "cách tính / definition": figure.definition,
        "tên / name": names[figure.definition],
        "%": figure.value,
        "mặc định / default": figure.is_default,
    }
    for figure in figures
    if figure.unit_code == "city"
]
with pd.option_context("display.max_colwidth", None):
    display(pd.DataFrame(rows).round(2))

# %% [markdown]
# ## Lấy cách khác làm mặc định / Another one as the default
#
# Cho cả dự án thì ghi `[definitions] transport_land_share = "codes_without_static"` vào
# `project.toml`; ở đây chỉ đổi cho lần tính này. Kết luận so với mục tiêu được tính lại.
#
# For a whole project write `[definitions] transport_land_share = "codes_without_static"` into
# `project.toml`; here it is changed for this evaluation only. The verdict is worked out anew.

# %%
chosen = {"transport_land_share": "codes_without_static"}
other = evaluate([share], evidence, ["existing"], chosen)
table = figures_frame(assess(other, indicators()), "both")
defaults = [figure.figure_id for figure in other if figure.is_default]
of_city = table[table["figure_id"].isin(defaults) & (table["unit_code"] == "city")]
display(of_city[["definition", "value", "target_year", "target", "gap", "gap_ha", "verdict"]].T)

# %% [markdown]
# ## Một cách tính của riêng mình / A definition of your own
#
# Ví dụ: đất giao thông trên **toàn bộ** diện tích tự nhiên trong các phường. Tử số bỏ điều kiện
# «đất xây dựng đô thị», mẫu số bỏ mọi điều kiện. Con số này không so được với mục tiêu 22 %, nên
# không có kết luận (`judged = False`).
#
# An example: transport land over the **whole** natural area of the wards. The numerator drops the
# condition «urban construction land», the denominator drops all. This number cannot be held
# against the target of 22 %, so it gets no verdict (`judged = False`).

# %%
ours = replace(
    share.definitions[0],
    variant="over_natural_area",
    scope="wards",
    own_scope=True,
    judged=False,
    reading=False,
    name=Name("trên diện tích tự nhiên của các phường", "over the natural area of the wards"),
    numerator=replace(share.definitions[0].numerator, where=(Condition("land_use", "transport"),)),
    denominator=replace(share.definitions[0].denominator, where=()),
)
widened = replace(share, definitions=(*share.definitions, ours))
mine = {
    figure.unit_code: figure
    for figure in evaluate([widened], evidence, ["existing"])
    if figure.definition == ours.definition_id
}
figure = mine["city"]
print(figure.figure_id)
print(f"{figure.numerator / 1e4:.2f} ha / {figure.denominator / 1e4:.2f} ha = {figure.value:.2f} %")

# %% [markdown]
# Mẫu số phải bằng diện tích các phường: cộng lại từ lớp ranh giới.
#
# The denominator must be the area of the wards: added up from the boundaries themselves.

# %%
wards = evidence.units[evidence.is_ward]
assert abs(wards.area.sum() - figure.denominator) <= 1e-6 * figure.denominator
print(f"{wards.area.sum() / 1e4:.2f} ha, {len(wards)} phường / wards")

# %% [markdown]
# ## Đặt cạnh nhau / Side by side

# %%
values = pd.Series({row["cách tính / definition"]: row["%"] for row in rows})
values[ours.definition_id] = figure.value
colours = ["#9aa5b1"] * (len(values) - 1) + ["#c1121f"]
_, axes = plt.subplots(figsize=(9, 4))
axes.barh(values.index, values.to_numpy(), color=colours)
axes.invert_yaxis()
axes.set(xlabel="%")
axes.set_title(f"Tỷ lệ đất giao thông của thành phố / Transport land share of the city{mark}")
axes.figure.tight_layout()

# %% [markdown]
# ## Giữ lại / To keep it
#
# Một cách tính đáng giữ được khai báo trong `src/urbanplan_gis/standards/data/indicators.toml` (xem
# README): từ đó nó có trong mọi bảng, trong `explain` và trong kiểm toán.
#
# A definition worth keeping is declared in `src/urbanplan_gis/standards/data/indicators.toml` (see
# the README): from then on it is in all tables, in `explain` and in the audit.
