// Paints the layers of a scene, square by square. It works in a worker, so that a map of many
// shapes can be moved while it is painted; where there are no workers, in the page itself.

/** Vertices nearer to the one before (pixels drawn) do not show, nor do shapes smaller than that. */
const UNSEEN = 0.6;

/** Shapes drawn as one path: browsers take ever longer over each corner of a long path. Dots, and
 * areas that may overlap one another, are drawn each alone. */
const AT_ONCE = 400;

/** What is known of shapes, by the name of their source, and what is shown of them. */
const painted = { shapes: {}, columns: {}, layers: [], wholeScale: 1 };

/** What a painter does when it is asked; the answer to a request is given back. */
const painter = {
  open({ wholeScale }) {
    painted.wholeScale = wholeScale;
  },

  shapes({ source, shapes }) {
    painted.shapes[source] = shapes;
  },

  /** Ground as the file holds it, made readable; the page gets it too. */
  async ground({ source, packed, classes, count }) {
    const columns = {};
    for (const [label, column] of Object.entries(await unpackedTable(classes))) columns[label] = Int16Array.from(column);
    const shapes = readShapes(await inflated(packed), count, true);
    painted.shapes[source] = shapes;
    painted.columns[source] = columns;
    return { shapes, columns };
  },

  show({ layers }) {
    painted.layers = layers.map((layer) => {
      const shapes = painted.shapes[layer.source];
      const classes = layer.classes || painted.columns[layer.source][layer.column];
      return { ...layer, shapes, lists: members(classes, shapes.count) };
    });
  },

  /** A square of ground, `side` metres wide, as a picture of so many pixels; `ratio` of them to one of the page. */
  tile({ left, top, side, pixels, ratio }) {
    const canvas = newCanvas(pixels, pixels);
    // by the processor: paths of many thousand corners are slow on graphics cards
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const frame = { left, top, side, scale: pixels / side, ratio };
    for (const layer of painted.layers) paintLayer(pen, layer, frame);
    return canvas.transferToImageBitmap ? canvas.transferToImageBitmap() : createImageBitmap(canvas);
  },
};

/** Positions of the shapes of each class, found once for each list of classes. */
const membersKnown = new WeakMap();
function members(classes, count) {
  if (!membersKnown.has(classes)) {
    const lists = new Map();
    for (let n = 0; n < count; n++) {
      if (classes[n] < 0) continue;
      if (!lists.has(classes[n])) lists.set(classes[n], []);
      lists.get(classes[n]).push(n);
    }
    membersKnown.set(classes, lists);
  }
  return membersKnown.get(classes);
}

/** How much wider lines are drawn than at the scale of the whole city. */
function widening(metresPerPixel) {
  const closer = Math.log2(painted.wholeScale / metresPerPixel);
  return Math.min(3.4, Math.max(0.55, 0.8 * 1.27 ** closer));
}

function paintLayer(pen, layer, frame) {
  const room = (20 * frame.ratio) / frame.scale; // lines and dots reach over the edge
  const [x0, x1] = [frame.left - room, frame.left + frame.side + room];
  const [y0, y1] = [frame.top - frame.side - room, frame.top + room];
  const order = [...layer.lists.keys()].sort((one, two) => (layer.reverse ? two - one : one - two));
  const { boxes } = layer.shapes;
  for (const which of order) {
    const sign = layer.signs[which];
    if (!sign) continue;
    const inside = layer.lists.get(which).filter((n) => {
      const b = 4 * n;
      return boxes[b] <= x1 && boxes[b + 2] >= x0 && boxes[b + 1] <= y1 && boxes[b + 3] >= y0;
    });
    const step = layer.overlapping || layer.shapes.isPoint ? 1 : AT_ONCE;
    for (const brush of brushesOf(layer, sign)) {
      for (let from = 0; from < inside.length; from += step) {
        pen.beginPath();
        for (const n of inside.slice(from, from + step)) trace(pen, layer.shapes, n, frame);
        brush(pen, sign, frame);
      }
    }
  }
}

/** What is done one after the other: all casings lie under all lines, so that crossings stay open. */
function brushesOf(layer, sign) {
  if (layer.shapes.isPoint) return [paintDots];
  if (layer.kind === "area") return [paintAreas];
  return [sign.casing ? paintCasings : null, sign.line ? paintLines : null].filter(Boolean);
}

function paintDots(pen, sign, frame) {
  pen.setLineDash([]);
  pen.fillStyle = sign.line;
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 1.2 * frame.ratio;
  pen.fill();
  pen.stroke();
}

function paintAreas(pen, sign, frame) {
  if (sign.fill) {
    pen.setLineDash([]);
    pen.lineJoin = "bevel";
    pen.fillStyle = pen.strokeStyle = sign.fill;
    pen.lineWidth = 0.7 * frame.ratio; // closes the hairlines between neighbours
    pen.fill("evenodd");
    pen.stroke();
  }
  if (!sign.hatch) return;
  const tile = hatchTile(sign, frame.ratio);
  const pattern = pen.createPattern(tile, "repeat");
  // one hatch runs through all squares
  const across = -(frame.left * frame.scale) % tile.width;
  pattern.setTransform(new DOMMatrix([1, 0, 0, 1, across, (frame.top * frame.scale) % tile.width]));
  pen.fillStyle = pattern;
  pen.fill("evenodd");
}

function paintCasings(pen, sign, frame) {
  pen.setLineDash([]);
  pen.lineJoin = "round";
  pen.strokeStyle = sign.casing;
  pen.lineWidth = (sign.mm + 2 * sign.casing_mm) * pixelsPerMm(frame);
  pen.stroke();
}

function paintLines(pen, sign, frame) {
  pen.lineJoin = "round";
  pen.strokeStyle = sign.line;
  pen.lineWidth = Math.max(0.5 * frame.ratio, sign.mm * pixelsPerMm(frame));
  pen.setLineDash((sign.dash || []).map((length) => length * PX_PER_MM * frame.ratio));
  pen.stroke();
}

function pixelsPerMm(frame) {
  return widening(frame.ratio / frame.scale) * PX_PER_MM * frame.ratio;
}

function trace(pen, shapes, n, frame) {
  const { x, y, boxes, ringPoints, isArea } = shapes;
  const { left, top, scale } = frame;
  if (shapes.isPoint) {
    const [at, up] = [(x[n] - left) * scale, (top - y[n]) * scale];
    const radius = 4.5 * frame.ratio;
    pen.moveTo(at + radius, up);
    pen.arc(at, up, radius, 0, 7);
    return;
  }
  const b = 4 * n;
  const [wide, high] = [(boxes[b + 2] - boxes[b]) * scale, (boxes[b + 3] - boxes[b + 1]) * scale];
  if (isArea && wide < UNSEEN && high < UNSEEN) {
    pen.rect((boxes[b] - left) * scale, (top - boxes[b + 3]) * scale, wide, high);
    return;
  }
  const [first, last] = ringsOf(shapes, n);
  for (let ring = first; ring < last; ring++) {
    const [from, to] = [ringPoints[ring], ringPoints[ring + 1]];
    let [px, py] = [(x[from] - left) * scale, (top - y[from]) * scale];
    pen.moveTo(px, py);
    for (let p = from + 1; p < to; p++) {
      const [qx, qy] = [(x[p] - left) * scale, (top - y[p]) * scale];
      const near = qx - px < UNSEEN && px - qx < UNSEEN && qy - py < UNSEEN && py - qy < UNSEEN;
      if (near && (isArea || p < to - 1)) continue;
      pen.lineTo(qx, qy);
      [px, py] = [qx, qy];
    }
    if (isArea) pen.closePath();
  }
}
