// Shapes as the file holds them: counted in small steps (quanta) from the middle of the city.

const plane = content.plane;

async function inflated(text) {
  const letters = atob(text);
  const packed = new Uint8Array(letters.length);
  for (let n = 0; n < letters.length; n++) packed[n] = letters.charCodeAt(n);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function unpackedTable(text) {
  return JSON.parse(new TextDecoder().decode(await inflated(text)));
}

/** Reads `count` shapes; parts are lists of rings, rings lists of vertices. */
function readShapes(bytes, count, isArea) {
  let at = 0;
  const next = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const starts = (length) => {
    const all = new Int32Array(length + 1);
    for (let n = 0; n < length; n++) all[n + 1] = all[n] + next();
    return all;
  };
  const shapeParts = starts(count);
  const partRings = starts(shapeParts[count]);
  const ringPoints = starts(partRings[partRings.length - 1]);
  const total = ringPoints[ringPoints.length - 1];
  const x = new Float64Array(total);
  const y = new Float64Array(total);
  let [east, north] = [0, 0];
  const step = () => {
    const value = next();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  for (let n = 0; n < total; n++) {
    x[n] = (east += step()) * plane.quantum;
    y[n] = (north += step()) * plane.quantum;
  }
  return withBoxes({ count, isArea, shapeParts, partRings, ringPoints, x, y });
}

/** Single points in the same form. */
function pointShapes(places) {
  const steps = Int32Array.from({ length: places.length + 1 }, (_, n) => n);
  const x = Float64Array.from(places, (place) => (place ? place[0] : NaN));
  const y = Float64Array.from(places, (place) => (place ? place[1] : NaN));
  const parts = { shapeParts: steps, partRings: steps, ringPoints: steps };
  return withBoxes({ count: places.length, isArea: false, isPoint: true, ...parts, x, y });
}

function withBoxes(shapes) {
  const { count, shapeParts, partRings, ringPoints, x, y } = shapes;
  const boxes = new Float64Array(4 * count);
  for (let n = 0; n < count; n++) {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    const last = ringPoints[partRings[shapeParts[n + 1]]];
    for (let p = ringPoints[partRings[shapeParts[n]]]; p < last; p++) {
      if (x[p] < west) west = x[p];
      if (y[p] < south) south = y[p];
      if (x[p] > east) east = x[p];
      if (y[p] > north) north = y[p];
    }
    boxes[4 * n] = west;
    boxes[4 * n + 1] = south;
    boxes[4 * n + 2] = east;
    boxes[4 * n + 3] = north;
  }
  return { ...shapes, boxes };
}

function ringsOf(shapes, n) {
  return [shapes.partRings[shapes.shapeParts[n]], shapes.partRings[shapes.shapeParts[n + 1]]];
}

function boxOf(shapes, n) {
  return Array.from(shapes.boxes.subarray(4 * n, 4 * n + 4));
}

/** A box around several, or null where none has an extent. */
function joined(boxes) {
  const box = [
    Math.min(...boxes.map((one) => one[0])), Math.min(...boxes.map((one) => one[1])),
    Math.max(...boxes.map((one) => one[2])), Math.max(...boxes.map((one) => one[3])),
  ];
  return box.every(Number.isFinite) ? box : null;
}

/** The shape a point (metres) lies in, or −1. */
function shapeAt(shapes, east, north) {
  const { boxes, x, y } = shapes;
  for (let n = 0; n < shapes.count; n++) {
    const b = 4 * n;
    if (east < boxes[b] || north < boxes[b + 1] || east > boxes[b + 2] || north > boxes[b + 3]) continue;
    let inside = false;
    const [first, last] = ringsOf(shapes, n);
    for (let ring = first; ring < last; ring++) {
      const [from, to] = [shapes.ringPoints[ring], shapes.ringPoints[ring + 1]];
      for (let p = from, q = to - 1; p < to; q = p++) {
        if (y[p] > north !== y[q] > north &&
            east < ((x[q] - x[p]) * (north - y[p])) / (y[q] - y[p]) + x[p]) inside = !inside;
      }
    }
    if (inside) return n;
  }
  return -1;
}

// The plane of the project CRS is laid on the map library's own at its equator, alike but larger.
const RADIUS = 6378137;
const DEGREE = Math.PI / 180;

function longitude(x) {
  return (x * plane.stretch) / RADIUS / DEGREE;
}

function latitude(y) {
  return (2 * Math.atan(Math.exp((y * plane.stretch) / RADIUS)) - Math.PI / 2) / DEGREE;
}

function metresEast(longitude) {
  return (longitude * DEGREE * RADIUS) / plane.stretch;
}

function metresNorth(latitude) {
  return (Math.log(Math.tan(Math.PI / 4 + (latitude * DEGREE) / 2)) * RADIUS) / plane.stretch;
}

/** WGS 84 latitude and longitude of a point in metres from the middle, or null outside. */
function onEarth(east, north) {
  const found = plane.degrees;
  if (!found) return null;
  const [xmin, ymin, xmax, ymax] = plane.extent;
  const u = (2 * (east + plane.origin[0]) - xmin - xmax) / (xmax - xmin);
  const v = (2 * (north + plane.origin[1]) - ymin - ymax) / (ymax - ymin);
  if (Math.abs(u) > 1 || Math.abs(v) > 1) return null; // the polynomials are fitted to the city
  let [across, up, term] = [0, 0, 0];
  for (let i = 0; i <= found.degree; i++) {
    for (let j = 0; j <= found.degree - i; j++, term++) {
      const power = u ** i * v ** j;
      across += found.longitude[term] * power;
      up += found.latitude[term] * power;
    }
  }
  return [up, across];
}

/** The zoom (tiles of 256 pixels) at which a pixel is so many metres. */
function zoomAt(metresPerPixel) {
  return Math.log2((2 * Math.PI * RADIUS) / (256 * plane.stretch * metresPerPixel));
}

/** The closest a reader may come: 2 cm to a pixel. */
const CLOSEST = 0.02;
