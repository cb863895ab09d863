// The map moved by MapLibre on WebGL: for cities of many polygons.

const CLEAR = "rgba(0,0,0,0)";
/** The address under which the library asks for squares; nothing leaves the page. */
const SCHEME = "painted";

class MapLibreMap {
  /** Throws where there is no WebGL. */
  constructor(container, studio) {
    this.turn = 0; // of addresses, which differ when something else is to be painted
    maplibregl.addProtocol(SCHEME, async ({ url }, { signal }) => {
      const [zoom, column, row] = url.split("/").slice(-3).map(Number);
      const side = (2 * Math.PI * RADIUS) / plane.stretch / 2 ** zoom;
      const data = await studio.square(column, row, side, paintRatio(), signal);
      if (!data) throw new DOMException("", "AbortError");
      return { data };
    });
    this.map = new maplibregl.Map({
      container, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, maxPitch: 0, maxZoom: Math.min(24, zoomAt(CLOSEST) - 1), boxZoom: false, fadeDuration: 0,
      renderWorldCopies: false, canvasContextAttributes: { preserveDrawingBuffer: true },
      style: { version: 8, sources: {}, layers: [] }, locale: { "Map.Title": say("map") },
    });
    this.map.on("error", ({ error }) => {
      if (error.name !== "AbortError") console.error(error); // given up for something newer
    });
    for (const name of ["role", "aria-label", "data-label"]) container.removeAttribute(name); // the canvas has them
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
  }

  async open(box) {
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
  }

  /** The squares in view are painted anew, the old ones staying till then. */
  update() {
    const tiles = [`${SCHEME}://${++this.turn}/{z}/{x}/{y}`];
    if (this.map.getSource("ground")) return void this.map.getSource("ground").setTiles(tiles);
    this.map.addSource("ground", { type: "raster", tiles, tileSize: TILE });
    this.map.addLayer({ id: "ground", type: "raster", source: "ground", paint: { "raster-fade-duration": 0 } }, "marked-6");
  }

  /** Resolves when all that is in view has been painted; squares are asked for with the next picture. */
  drawn() {
    return new Promise((done) => this.map.once("idle", done));
  }

  fit(box, animate = true) {
    const bounds = [[longitude(box[0]), latitude(box[1])], [longitude(box[2]), latitude(box[3])]];
    const [across, along] = edgesOf(this.map.getContainer().clientWidth);
    const padding = { left: across, right: across, top: along, bottom: along };
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

  mark(shapes, indices) {
    const features = shapes ? indices.map((n) => outline(shapes, n)) : [];
    this.map.getSource("marked").setData({ type: "FeatureCollection", features });
  }
}

function noFeatures() {
  return { type: "FeatureCollection", features: [] };
}

/** Degrees to millimetres of ground: the library passes them on as text, and long ones cost time. */
function short(degrees) {
  return Math.round(degrees * 1e6) / 1e6;
}

function outline(shapes, n) {
  const ring = (r) => {
    const line = [];
    for (let p = shapes.ringPoints[r]; p < shapes.ringPoints[r + 1]; p++) {
      line.push([short(longitude(shapes.x[p])), short(latitude(shapes.y[p]))]);
    }
    if (shapes.isArea) line.push(line[0]);
    return line;
  };
  const [first, last] = ringsOf(shapes, n);
  const geometry = shapes.isPoint ? { type: "Point", coordinates: ring(first)[0] }
    : { type: "MultiLineString", coordinates: Array.from({ length: last - first }, (_, k) => ring(first + k)) };
  return { type: "Feature", properties: {}, geometry };
}
