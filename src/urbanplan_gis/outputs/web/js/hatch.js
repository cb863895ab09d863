// Hatches, as on the sheets: parts in millimetres on paper, drawn into a square to be repeated.

const PX_PER_MM = 3.2;
/** After so many millimetres every hatch of the sheets begins again. */
const HATCH_MM = 25.4 / 3;
/** Thinner lines and smaller marks than these (pixels) would be lost on a screen. */
const LEAST_LINE = 0.8;
const LEAST_MARK = { dot: 0.85, ring: 1.3, star: 1.7 };

function newCanvas(width, height) {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** A square of the hatch of a sign. `ratio` is pixels drawn to those of the page. */
function hatchTile(sign, ratio) {
  const side = Math.round(HATCH_MM * PX_PER_MM * ratio);
  const perMm = side / HATCH_MM;
  const canvas = newCanvas(side, side);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.strokeStyle = pen.fillStyle = sign.ink;
  pen.lineWidth = LEAST_LINE * ratio;
  for (const part of sign.hatch) {
    pen.beginPath();
    if (part.mark) marks(pen, part, perMm, side, ratio);
    else parallels(pen, part, perMm, side);
    if (part.mark === "dot" || part.mark === "star") pen.fill();
    else pen.stroke();
  }
  return canvas;
}

function parallels(pen, { angle, mm }, perMm, side) {
  const slanted = angle % 90 !== 0;
  const count = Math.max(1, Math.round(HATCH_MM / (mm * (slanted ? Math.SQRT2 : 1))));
  const step = side / count;
  for (let n = -count; n <= count; n++) {
    const at = (n + 0.5) * step;
    const line = slanted ? (angle < 90 ? [at, side, at + side, 0] : [at, 0, at + side, side])
      : angle ? [at, 0, at, side] : [0, at, side, at];
    const [dx, dy] = slanted ? [line[2] - line[0], line[3] - line[1]] : [0, 0]; // on over the edges
    pen.moveTo(line[0] - dx, line[1] - dy);
    pen.lineTo(line[2] + dx, line[3] + dy);
  }
}

function marks(pen, { mark, mm, radius }, perMm, side, ratio) {
  const rows = Math.max(2, 2 * Math.round(HATCH_MM / mm / 2)); // even, as every other row is shifted
  const step = side / rows;
  const reach = Math.max(radius * perMm, LEAST_MARK[mark] * ratio);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column <= rows; column++) {
      const [x, y] = [(column + (row % 2 ? 0.5 : 0)) * step, (row + 0.5) * step];
      if (mark === "star") star(pen, x, y, reach);
      else {
        pen.moveTo(x + reach, y);
        pen.arc(x, y, reach, 0, 7);
      }
    }
  }
}

/** The outline of a five-pointed star. */
function star(pen, x, y, radius) {
  for (let corner = 0; corner < 10; corner++) {
    const reach = corner % 2 ? 0.5 * radius : radius;
    const turn = (corner * Math.PI) / 5;
    const place = [x + reach * Math.sin(turn), y - reach * Math.cos(turn)];
    if (corner) pen.lineTo(...place);
    else pen.moveTo(...place);
  }
  pen.closePath();
}
