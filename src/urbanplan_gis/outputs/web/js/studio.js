// The page's side of the painter: what it is told, and the squares of the map asked of it.

const TILE = 512;

class Studio {
  constructor() {
    this.turn = 0;
    this.waiting = new Map();
    this.squares = []; // asked for and not yet begun
    this.busy = false;
    this.resting = Promise.resolve();
    this.worker = startWorker();
    if (!this.worker) return;
    this.worker.onmessage = ({ data }) => {
      const [done, failed] = this.waiting.get(data.turn);
      this.waiting.delete(data.turn);
      if (data.problem) failed(new Error(data.problem));
      else done(data.answer);
    };
    this.worker.onerror = ({ message }) => {
      for (const [, failed] of this.waiting.values()) failed(new Error(message));
    };
  }

  /** What the painter answers. */
  async ask(what, told) {
    if (!this.worker) return painter[what](told);
    const turn = ++this.turn;
    this.worker.postMessage({ ...told, what, turn });
    return new Promise((...two) => this.waiting.set(turn, two));
  }

  /** The painter learns the shapes of layers it did not read itself. */
  know(layers) {
    const sources = new Map(layers.filter(({ shapes, sent }) => shapes && !sent).map(({ source, shapes }) => [source, shapes]));
    return Promise.all([...sources].map(([source, shapes]) => this.ask("shapes", { source, shapes })));
  }

  /** From now on these layers are painted. */
  show(layers) {
    return this.ask("show", { layers: layers.map(({ source, kind, column, classes, signs, reverse, overlapping, sent }) =>
      ({ source, kind, column, signs, reverse, overlapping, classes: sent ? undefined : classes })) });
  }

  /** The picture of a square counted from the corner of the library's plane, or null when it was given up. */
  square(column, row, side, ratio, signal) {
    const half = (Math.PI * RADIUS) / plane.stretch;
    const told = { left: column * side - half, top: half - row * side, side, ratio, pixels: Math.round(TILE * ratio) };
    return new Promise((done, failed) => {
      this.squares.push({ told, signal, done, failed });
      this.#next();
    });
  }

  /** Resolves when nothing is left to be painted. */
  idle() {
    return this.resting;
  }

  /** One at a time: those given up while they wait cost nothing. */
  #next() {
    if (!this.busy) this.resting = this.#paint();
  }

  async #paint() {
    this.busy = true;
    document.getElementById("map").setAttribute("aria-busy", "true");
    while (this.squares.length) {
      const { told, signal, done, failed } = this.squares.shift();
      if (signal && signal.aborted) done(null);
      else await this.ask("tile", told).then(done, failed);
    }
    this.busy = false;
    document.getElementById("map").setAttribute("aria-busy", "false");
  }
}

/** A worker from the code the page holds, or null where there can be none. */
function startWorker() {
  if (typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") return null;
  try {
    const given = `const content = ${JSON.stringify({ plane })};\n`;
    const code = document.getElementById("painter").textContent;
    const address = URL.createObjectURL(new Blob([given, code], { type: "text/javascript" }));
    return new Worker(address);
  } catch {
    return null;
  }
}

/** Pixels painted to one of the page: squares are shown up to 1.41 times as large as they are. */
function paintRatio() {
  return Math.min(2, 1.4 * (window.devicePixelRatio || 1));
}
