// The map moved by Leaflet: for cities of few polygons, and wherever there is no WebGL.

class LeafletMap {
  constructor(container, studio) {
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, fadeAnimation: false, zoomSnap: 0.25,
      zoomDelta: 0.5, wheelPxPerZoomLevel: 110, maxZoom: Math.ceil(zoomAt(CLOSEST)), minZoom: 0, boxZoom: false,
      preferCanvas: true, worldCopyJump: false,
    });
    this.marked = L.layerGroup();
    this.shown = new Map(); // squares on the map
    const paint = (canvas) => this.#paint(canvas, studio);
    const shown = this.shown;
    const Tiles = L.GridLayer.extend({
      createTile(coords, done) {
        const canvas = document.createElement("canvas");
        shown.set(canvas, { coords, given: new AbortController() });
        paint(canvas).then(() => done(null, canvas), (problem) => done(problem, canvas));
        return canvas;
      },
    });
    this.tiles = new Tiles({ tileSize: TILE, noWrap: true, keepBuffer: 1,
                             updateWhenZooming: false, maxZoom: 40, minZoom: 0 });
    this.tiles.on("tileunload", ({ tile }) => {
      if (shown.has(tile)) shown.get(tile).given.abort();
      shown.delete(tile);
    });
  }

  /** Shows the ground for the first time, with `box` (metres) in view. */
  async open(box) {
    this.fit(box, false);
    this.tiles.addTo(this.map);
    this.marked.addTo(this.map);
  }

  /** The squares in view are painted anew, the old ones staying till then. */
  update(studio) {
    for (const [canvas, square] of this.shown) {
      square.given.abort();
      square.given = new AbortController();
      this.#paint(canvas, studio);
    }
  }

  async #paint(canvas, studio) {
    const { coords, given } = this.shown.get(canvas);
    const side = ((2 * Math.PI * RADIUS) / plane.stretch) * (TILE / 256) / 2 ** coords.z;
    const picture = await studio.square(coords.x, coords.y, side, paintRatio(), given.signal);
    if (!picture) return;
    canvas.width = canvas.height = picture.width;
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0);
    picture.close();
  }

  /** Resolves when all that is in view has been painted. */
  drawn(studio) {
    return studio.idle();
  }

  fit(box, animate = true) {
    this.map.fitBounds([[latitude(box[1]), longitude(box[0])], [latitude(box[3]), longitude(box[2])]],
                       { animate, padding: edgesOf(this.map.getSize().x) });
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
