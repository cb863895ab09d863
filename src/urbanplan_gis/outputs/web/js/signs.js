// The legend's pictures of signs, drawn as on the map.

/** A legend's picture of a sign. */
function swatch(sign, round = false) {
  const ratio = 2;
  const [wide, high] = [30, 18];
  const canvas = make("canvas", { class: "swatch", width: wide * ratio, height: high * ratio, "aria-hidden": "true" });
  const pen = canvas.getContext("2d", { willReadFrequently: true }); // drawn by the processor
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
