// The map drawn by WebGL: for cities of many polygons.

const CLEAR = "rgba(0,0,0,0)";

function hasWebGL() {
  if (typeof maplibregl === "undefined") return false;
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

class MapLibreMap {
  constructor(container) {
    this.map = new maplibregl.Map({
      container, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, maxPitch: 0, maxZoom: Math.min(24, zoomAt(CLOSEST) - 1), boxZoom: false, fadeDuration: 0,
      renderWorldCopies: false, canvasContextAttributes: { preserveDrawingBuffer: true },
      style: { version: 8, sources: {}, layers: [] }, locale: { "Map.Title": say("map") },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.layers = [];
  }

  async open(layers, box) {
    this.layers = layers;
    this.fit(box, false);
    await new Promise((done) => {
      if (this.map.isStyleLoaded()) done();
      else this.map.once("load", done);
    });
    this.map.addSource("marked", { type: "geojson", data: noFeatures() });
    for (const [color, width] of [["#ffffff", 6], ["#b3005e", 3]]) {
      this.map.addLayer({ id: `marked-${width}`, type: "line", source: "marked",
                          paint: { "line-color": color, "line-width": width } });
      this.map.addLayer({ id: `marked-place-${width}`, type: "circle", source: "marked",
                          filter: ["==", ["geometry-type"], "Point"],
                          paint: { "circle-radius": 9, "circle-color": CLEAR,
                                   "circle-stroke-color": color, "circle-stroke-width": width / 2 } });
    }
    this.update();
  }

  /** Adds what a layer of the scene needs where it is not there yet, and sets what may change. */
  update() {
    const used = new Set();
    for (const layer of this.layers) {
      if (!layer.visible && !this.map.getLayer(`${layer.id}:0`)) continue;
      const source = this.#source(layer);
      this.#parts(layer).forEach((part, n) => {
        const id = `${layer.id}:${n}`;
        used.add(id);
        const visibility = layer.visible ? "visible" : "none";
        if (!this.map.getLayer(id)) {
          const filter = part.filter ? { filter: part.filter } : {};
          this.map.addLayer({ id, type: part.type, source, paint: part.paint, ...filter,
                              layout: { ...part.layout, visibility } }, this.#above(layer, n));
          return;
        }
        this.map.setLayoutProperty(id, "visibility", visibility);
        if (layer.changing) {
          this.map.setFilter(id, part.filter || null);
          for (const [name, value] of Object.entries(part.paint)) this.map.setPaintProperty(id, name, value);
        }
      });
    }
  }

  /** The first part on the map of the layers that belong above this one. */
  #above(layer, n) {
    const later = this.layers.slice(this.layers.indexOf(layer) + 1);
    const found = later.find((one) => this.map.getLayer(`${one.id}:0`));
    return this.map.getLayer(`${layer.id}:${n + 1}`) ? `${layer.id}:${n + 1}` : found ? `${found.id}:0` : "marked-6";
  }

  #source(layer) {
    const name = layer.source;
    if (!this.map.getSource(name)) {
      this.map.addSource(name, { type: "geojson", data: featuresOf(layer.shapes, layer.columns),
                                 tolerance: 0.25, buffer: 16, maxzoom: 14 });
    }
    return name;
  }

  /** Layers of the library that draw a layer of the scene; as many of them whatever the classes. */
  #parts(layer) {
    const which = layer.changing
      ? ["number", ["at", ["get", "i"], ["literal", Array.from(layer.classes)]]]
      : ["get", layer.column];
    const is = (n) => ["==", which, n];
    const parts = [];
    if (layer.shapes.isPoint) {
      const colours = layer.signs.flatMap((sign, n) => [n, sign.line]);
      parts.push({ type: "circle", paint: { "circle-radius": 4.5, "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 1.2, "circle-color": ["match", which, ...colours, CLEAR] } });
    } else if (layer.kind === "area") {
      const colours = layer.signs.flatMap((sign, n) => (sign && sign.fill ? [n, sign.fill] : []));
      if (colours.length) {
        parts.push({ type: "fill", paint: { "fill-antialias": false, "fill-color": ["match", which, ...colours, CLEAR] } });
      }
      const hatched = new Map(); // classes of one hatch are drawn together
      layer.signs.forEach((sign, n) => {
        if (sign && sign.hatch) hatched.set(this.#pattern(sign), [...(hatched.get(this.#pattern(sign)) || []), n]);
      });
      for (const [name, classes] of hatched) {
        parts.push({ type: "fill", filter: ["in", which, ["literal", classes]], paint: { "fill-pattern": name } });
      }
    } else {
      const order = layer.signs.map((sign, n) => [sign, n]);
      if (layer.reverse) order.reverse();
      for (const [sign, n] of order) {
        if (!sign || !sign.line) continue;
        const round = { "line-cap": sign.dash ? "butt" : "round", "line-join": "round" };
        if (sign.casing) {
          parts.push({ type: "line", filter: is(n), layout: round,
            paint: { "line-color": sign.casing, "line-width": widths(sign.mm + 2 * sign.casing_mm) } });
        }
        const dash = sign.dash ? { "line-dasharray": sign.dash.map((length) => length / sign.mm) } : {};
        parts.push({ type: "line", filter: is(n), layout: round,
                     paint: { "line-color": sign.line, "line-width": widths(sign.mm), ...dash } });
      }
    }
    return parts;
  }

  #pattern(sign) {
    const name = `${sign.hatch} ${sign.ink}`;
    if (!this.map.hasImage(name)) {
      const canvas = hatchTile(sign, 2);
      const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      this.map.addImage(name, picture, { pixelRatio: 2 });
    }
    return name;
  }

  fit(box, animate = true) {
    const bounds = [[longitude(box[0]), latitude(box[1])], [longitude(box[2]), latitude(box[3])]];
    const padding = Math.min(40, this.map.getContainer().clientWidth / 12);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(bounds, { padding, animate: animate && !still, duration: 500 });
  }

  zoomBy(steps) {
    this.map.zoomTo(this.map.getZoom() + steps, { duration: 200 });
  }

  on({ move, click, pointer }) {
    this.map.on("move", move);
    this.map.on("resize", move);
    const at = (act) => ({ lngLat }) => act(metresEast(lngLat.lng), metresNorth(lngLat.lat));
    this.map.on("click", at(click));
    this.map.on("mousemove", at(pointer));
  }

  toPixel(east, north) {
    const point = this.map.project([longitude(east), latitude(north)]);
    return [point.x, point.y];
  }

  middle() {
    const { lat, lng } = this.map.getCenter();
    return [metresEast(lng), metresNorth(lat)];
  }

  metresPerPixel() {
    return (2 * Math.PI * RADIUS) / (512 * 2 ** this.map.getZoom() * plane.stretch);
  }

  resize() {
    this.map.resize();
  }

  /** Resolves when all that is in view has been drawn. */
  drawn() {
    return new Promise((done) => this.map.once("idle", done));
  }

  mark(shapes, indices) {
    const features = shapes ? indices.map((n) => feature(shapes, n, {}, true)) : [];
    this.map.getSource("marked").setData({ type: "FeatureCollection", features });
  }
}

function widths(mm) {
  const whole = zoomAt(view.wholeScale) - 1;
  const stops = [-2, -1, 0, 1, 2, 3, 4, 5, 6].flatMap((step) => {
    const scale = view.wholeScale / 2 ** step;
    return [whole + step, Math.max(0.5, mm * PX_PER_MM * widening(scale))];
  });
  return ["interpolate", ["linear"], ["zoom"], ...stops];
}

function noFeatures() {
  return { type: "FeatureCollection", features: [] };
}

function featuresOf(shapes, columns) {
  const names = Object.keys(columns);
  const features = [];
  for (let n = 0; n < shapes.count; n++) {
    if (shapes.shapeParts[n] === shapes.shapeParts[n + 1] || Number.isNaN(shapes.x[shapes.isPoint ? n : 0])) continue;
    const properties = { i: n };
    for (const name of names) properties[name] = columns[name][n];
    features.push(feature(shapes, n, properties, false));
  }
  return { type: "FeatureCollection", features };
}

/** Degrees to millimetres of ground: the library passes them on as text, and long ones cost time. */
function short(degrees) {
  return Math.round(degrees * 1e6) / 1e6;
}

function feature(shapes, n, properties, asLines) {
  const ring = (r) => {
    const line = [];
    for (let p = shapes.ringPoints[r]; p < shapes.ringPoints[r + 1]; p++) {
      line.push([short(longitude(shapes.x[p])), short(latitude(shapes.y[p]))]);
    }
    if (shapes.isArea) line.push(line[0]);
    return line;
  };
  const [first, last] = ringsOf(shapes, n);
  if (shapes.isPoint) {
    return { type: "Feature", properties, geometry: { type: "Point", coordinates: ring(first)[0] } };
  }
  if (asLines || !shapes.isArea) {
    const coordinates = Array.from({ length: last - first }, (_, k) => ring(first + k));
    return { type: "Feature", properties, geometry: { type: "MultiLineString", coordinates } };
  }
  const coordinates = [];
  for (let part = shapes.shapeParts[n]; part < shapes.shapeParts[n + 1]; part++) {
    const rings = [];
    for (let r = shapes.partRings[part]; r < shapes.partRings[part + 1]; r++) rings.push(ring(r));
    coordinates.push(rings);
  }
  return { type: "Feature", properties, geometry: { type: "MultiPolygon", coordinates } };
}
