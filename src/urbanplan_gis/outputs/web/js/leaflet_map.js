// The map drawn on canvas tiles: for cities of few polygons, and wherever there is no WebGL.

const TILE = 512;

class LeafletMap {
  constructor(container) {
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, fadeAnimation: false, zoomSnap: 0.25,
      zoomDelta: 0.5, wheelPxPerZoomLevel: 110, maxZoom: Math.ceil(zoomAt(CLOSEST)), minZoom: 0, boxZoom: false,
      preferCanvas: true, worldCopyJump: false,
    });
    this.layers = [];
    this.marked = L.layerGroup();
    const paint = (canvas, coords) => this.#paint(canvas, coords);
    const Tiles = L.GridLayer.extend({
      createTile(coords) {
        const ratio = Math.min(2, window.devicePixelRatio || 1);
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = TILE * ratio;
        paint(canvas, coords);
        return canvas;
      },
    });
    this.tiles = new Tiles({ tileSize: TILE, noWrap: true, keepBuffer: 1,
                             updateWhenZooming: false, maxZoom: 40, minZoom: 0 });
  }

  /** Shows layers of a scene for the first time, with `box` (metres) in view. */
  async open(layers, box) {
    this.layers = layers;
    this.fit(box, false);
    this.tiles.addTo(this.map);
    this.marked.addTo(this.map);
  }

  update() {
    this.tiles.redraw();
  }

  fit(box, animate = true) {
    const edge = Math.min(40, this.map.getSize().x / 12);
    this.map.fitBounds([[latitude(box[1]), longitude(box[0])], [latitude(box[3]), longitude(box[2])]],
                       { animate, padding: [edge, edge] });
  }

  zoomBy(steps) {
    this.map.setZoom(this.map.getZoom() + steps);
  }

  on({ move, click, pointer }) {
    this.map.on("move zoom resize", move);
    this.map.on("click", ({ latlng }) => click(metresEast(latlng.lng), metresNorth(latlng.lat)));
    this.map.on("mousemove", ({ latlng }) => pointer(metresEast(latlng.lng), metresNorth(latlng.lat)));
  }

  toPixel(east, north) {
    const point = this.map.latLngToContainerPoint([latitude(north), longitude(east)]);
    return [point.x, point.y];
  }

  middle() {
    const { lat, lng } = this.map.getCenter();
    return [metresEast(lng), metresNorth(lat)];
  }

  metresPerPixel() {
    return (2 * Math.PI * RADIUS) / (256 * 2 ** this.map.getZoom() * plane.stretch);
  }

  resize() {
    this.map.invalidateSize({ animate: false });
  }

  /** Marks shapes by a rim. */
  mark(shapes, indices) {
    this.marked.clearLayers();
    if (!shapes) return;
    for (const [color, weight] of [["#ffffff", 6], ["#b3005e", 3]]) {
      for (const n of indices) {
        const options = { color, weight, fill: false, interactive: false, radius: 9 };
        const lines = latLngs(shapes, n);
        if (shapes.isPoint) this.marked.addLayer(L.circleMarker(lines[0][0], options));
        else this.marked.addLayer(L.polyline(lines, options));
      }
    }
  }

  #paint(canvas, coords) {
    const world = (2 * Math.PI * RADIUS) / plane.stretch;
    const side = world * (TILE / 256) / 2 ** coords.z;
    const frame = { left: coords.x * side - world / 2, top: world / 2 - coords.y * side,
                    scale: canvas.width / side, ratio: canvas.width / TILE, canvas };
    const pen = canvas.getContext("2d");
    for (const layer of this.layers) if (layer.visible) paintLayer(pen, layer, frame, side);
  }
}

function latLngs(shapes, n) {
  const lines = [];
  const [first, last] = ringsOf(shapes, n);
  for (let ring = first; ring < last; ring++) {
    const line = [];
    for (let p = shapes.ringPoints[ring]; p < shapes.ringPoints[ring + 1]; p++) {
      line.push([latitude(shapes.y[p]), longitude(shapes.x[p])]);
    }
    if (shapes.isArea) line.push(line[0]);
    lines.push(line);
  }
  return lines;
}

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

function paintLayer(pen, layer, frame, side) {
  const { shapes } = layer;
  const wide = widening(frame.ratio / frame.scale) * PX_PER_MM * frame.ratio;
  const room = (20 * frame.ratio) / frame.scale; // lines and dots reach over the edge
  const [x0, x1] = [frame.left - room, frame.left + side + room];
  const [y0, y1] = [frame.top - side - room, frame.top + room];
  const lists = members(layer.classes, shapes.count);
  const order = [...lists.keys()].sort((one, two) => (layer.reverse ? two - one : one - two));
  for (const which of order) {
    const sign = layer.signs[which];
    if (!sign) continue;
    const path = new Path2D();
    for (const n of lists.get(which)) {
      const b = 4 * n;
      const box = shapes.boxes;
      if (!(box[b] <= x1 && box[b + 2] >= x0 && box[b + 1] <= y1 && box[b + 3] >= y0)) continue;
      trace(path, shapes, n, frame);
    }
    if (shapes.isPoint) {
      pen.fillStyle = sign.line;
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 1.2 * frame.ratio;
      pen.fill(path);
      pen.stroke(path);
      continue;
    }
    pen.setLineDash([]);
    pen.lineJoin = layer.kind === "area" ? "bevel" : "round";
    if (layer.kind === "area" && sign.fill) {
      pen.fillStyle = pen.strokeStyle = sign.fill;
      pen.lineWidth = 0.7 * frame.ratio; // closes the hairlines between neighbours
      pen.fill(path, "evenodd");
      pen.stroke(path);
    }
    if (layer.kind === "area" && sign.hatch) {
      const pattern = pen.createPattern(hatchTile(sign, frame.ratio), "repeat");
      pen.fillStyle = pattern;
      pen.fill(path, "evenodd");
    }
    if (sign.line && layer.kind === "line") {
      if (sign.casing) {
        pen.strokeStyle = sign.casing;
        pen.lineWidth = (sign.mm + 2 * sign.casing_mm) * wide;
        pen.stroke(path);
      }
      pen.strokeStyle = sign.line;
      pen.lineWidth = Math.max(0.5 * frame.ratio, sign.mm * wide);
      pen.setLineDash((sign.dash || []).map((length) => length * PX_PER_MM * frame.ratio));
      pen.stroke(path);
    }
  }
}

function trace(path, shapes, n, frame) {
  const { x, y, ringPoints } = shapes;
  const { left, top, scale } = frame;
  if (shapes.isPoint) {
    const [at, up] = [(x[n] - left) * scale, (top - y[n]) * scale];
    const radius = 4.5 * frame.ratio;
    path.moveTo(at + radius, up);
    path.arc(at, up, radius, 0, 7);
    return;
  }
  const [first, last] = ringsOf(shapes, n);
  for (let ring = first; ring < last; ring++) {
    const [from, to] = [ringPoints[ring], ringPoints[ring + 1]];
    path.moveTo((x[from] - left) * scale, (top - y[from]) * scale);
    for (let p = from + 1; p < to; p++) path.lineTo((x[p] - left) * scale, (top - y[p]) * scale);
    if (shapes.isArea) path.closePath();
  }
}
