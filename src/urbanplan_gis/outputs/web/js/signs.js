// Signs: fills, hatches and lines, drawn alike on the map and in the legend.

const PX_PER_MM = 3.2;

/** A square of a hatch, to be repeated. `ratio` is pixels of the screen to those of the page. */
function hatchTile(sign, ratio) {
  const kinds = [...new Set(sign.hatch)];
  const most = Math.max(...kinds.map((kind) => [...sign.hatch].filter((one) => one === kind).length));
  const side = Math.max(4, Math.round(28 / most)) * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.strokeStyle = pen.fillStyle = sign.ink;
  pen.lineWidth = 0.9 * ratio;
  const line = (x0, y0, x1, y1) => {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  };
  pen.beginPath();
  for (const kind of kinds) {
    if ("/xX".includes(kind)) for (const d of [-side, 0, side]) line(d - 1, side + 1, d + side + 1, -1);
    if ("\\xX".includes(kind)) for (const d of [-side, 0, side]) line(d - 1, -1, d + side + 1, side + 1);
    if ("|+".includes(kind)) line(side / 2, 0, side / 2, side);
    if ("-+".includes(kind)) line(0, side / 2, side, side / 2);
  }
  pen.stroke();
  for (const kind of kinds) {
    if (!"oO.*".includes(kind)) continue;
    pen.beginPath();
    if (kind === "*") star(pen, side / 2, 0.34 * side);
    else pen.arc(side / 2, side / 2, (kind === "O" ? 0.36 : kind === "o" ? 0.24 : 0.14) * side, 0, 7);
    if (kind === "." || kind === "*") pen.fill();
    else pen.stroke();
  }
  return canvas;
}

/** The outline of a five-pointed star about (middle, middle). */
function star(pen, middle, radius) {
  for (let corner = 0; corner < 10; corner++) {
    const reach = corner % 2 ? 0.4 * radius : radius;
    const turn = (corner * Math.PI) / 5;
    pen.lineTo(middle + reach * Math.sin(turn), middle - reach * Math.cos(turn));
  }
  pen.closePath();
}

/** How much wider lines are drawn than at the scale of the whole city. */
function widening(metresPerPixel) {
  const closer = Math.log2(view.wholeScale / metresPerPixel);
  return Math.min(3.4, Math.max(0.55, 0.8 * 1.27 ** closer));
}

/** A legend's picture of a sign. */
function swatch(sign, round = false) {
  const ratio = 2;
  const [wide, high] = [30, 18];
  const canvas = make("canvas", { class: "swatch", width: wide * ratio, height: high * ratio, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  const isLine = sign.line && !sign.fill && !sign.hatch && !round;
  if (isLine) {
    const strokes = sign.casing ? [[sign.casing, sign.mm + 2 * sign.casing_mm, []]] : [];
    strokes.push([sign.line, sign.mm, sign.dash || []]);
    for (const [colour, mm, dash] of strokes) {
      pen.strokeStyle = colour;
      pen.lineWidth = Math.max(1.2, mm * PX_PER_MM) * ratio;
      pen.setLineDash(dash.map((length) => length * PX_PER_MM * ratio));
      pen.beginPath();
      pen.moveTo(0, (high / 2) * ratio);
      pen.lineTo(wide * ratio, (high / 2) * ratio);
      pen.stroke();
    }
    return canvas;
  }
  pen.beginPath();
  if (round) pen.arc((wide / 2) * ratio, (high / 2) * ratio, 6 * ratio, 0, 7);
  else pen.rect(1, 1, wide * ratio - 2, high * ratio - 2);
  if (sign.fill) {
    pen.fillStyle = sign.fill;
    pen.fill();
  }
  if (sign.hatch) {
    pen.fillStyle = pen.createPattern(hatchTile(sign, ratio), "repeat");
    pen.fill();
  }
  if (round) {
    pen.fillStyle = sign.line;
    pen.fill();
  }
  pen.lineWidth = ratio;
  pen.strokeStyle = round ? "#ffffff" : "rgba(40,50,60,0.55)";
  pen.stroke();
  return canvas;
}
