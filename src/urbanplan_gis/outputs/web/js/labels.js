// Names of units, written over the map where there is room for them.

function placeNames() {
  const holder = document.getElementById("names");
  if (!view.map) return;
  if (!state.overlays.has("names")) {
    holder.replaceChildren();
    return;
  }
  const frame = holder.getBoundingClientRect();
  const taken = ["zoom", "north"].map((id) => {
    const box = document.getElementById(id).getBoundingClientRect();
    return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
  });
  const shown = [];
  const asFigures = state.theme === "figure" && indicator();
  const panels = asFigures ? panelsOf(indicator()) : {};
  const order = content.units.list.map((unit, n) => [unit, n]);
  order.sort(([one, a], [two, b]) => (two.code === state.unit) - (one.code === state.unit)
    || two.slated - one.slated || two.hectares - one.hectares || a - b);
  for (const [unit] of order) {
    const [at, up] = view.map.toPixel(unit.at[0], unit.at[1]);
    if (at < 0 || up < 0 || at > frame.width || up > frame.height) continue;
    const panel = panels[unit.code];
    const name = unit.short.length > 34 ? `${unit.short.slice(0, 33)}…` : unit.short;
    const value = asFigures && panel && panel.value ? `${own(panel.value)} ${own(indicator().unit)}` : "";
    for (const lines of value ? [[name, value], [value]] : [[name]]) {
      const wide = Math.max(...lines.map((line) => textWidth(line)));
      const half = [wide / 2 + 6, lines.length * 8 + 1];
      const [x, y] = [within(at, half[0], frame.width), within(up, half[1], frame.height)];
      const box = [x - half[0], y - half[1], x + half[0], y + half[1]];
      if (taken.some((one) => box[0] < one[2] && box[2] > one[0] && box[1] < one[3] && box[3] > one[1])) continue;
      taken.push(box);
      shown.push([x, y, lines, unit]);
      break;
    }
  }
  const labels = shown.map(([x, y, lines, unit]) => {
    const label = make("div", { class: "name", dir: "auto" });
    lines.forEach((line) => label.append(make("span", { class: line === unit.short || line.endsWith("…") ? "" : "value" }, line)));
    label.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)`;
    if (unit.code === state.unit) label.classList.add("chosen");
    return label;
  });
  holder.replaceChildren(...labels);
}

/** Nearest to `at` such that what reaches `half` to either side stays between 0 and `most`. */
function within(at, half, most) {
  return Math.max(half, Math.min(at, most - half));
}

const widthsKnown = new Map();
function textWidth(text) {
  if (!widthsKnown.has(text)) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "600 12.5px 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";
    widthsKnown.set(text, pen.measureText(text).width);
  }
  return widthsKnown.get(text);
}
