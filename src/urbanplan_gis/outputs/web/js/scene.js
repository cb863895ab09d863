// What is on the map: sources, the layers over them, and which of them are shown.

const CODED = ["land_use", "zoning", "general_plan"];
const THEMES = [...CODED, "figure", "none"];
const OVERLAYS = ["green", "roads", "plans_in", "plans_out", "plans_other", "borders", "names", "findings"];
const PAPER_SIGN = { fill: "#f1f0ea" };

/** What the reader has chosen. */
const state = {
  theme: "figure", indicator: 0, stop: content.start, overlays: new Set(["borders", "names"]),
  unit: null, ground: -1, finding: 0, severity: "", tab: "figures",
};

/** The map itself: engine, layers, and the scale (metres to a pixel) that shows the whole city. */
const view = { map: null, studio: null, layers: [], wholeScale: 1, box: null };

const grounds = content.grounds.map(() => null);
let units = null;
let roads = null;
let parks = null;
let findingPlaces = null;
const findingParts = {};
const planShapes = content.grounds.map(() => null);

const stop = () => content.stops[state.stop];
const groundOf = (number) => content.grounds[number];
const indicator = () => content.indicators[state.indicator];
const panelsOf = (which) => (stop().figures[which.id] || {});

async function shapesOf(told, isArea = true, count = told.class.length) {
  return readShapes(await inflated(told.shapes), count, isArea);
}

async function loadOverlays() {
  units = await shapesOf(content.units);
  if (content.roads) roads = await shapesOf(content.roads, false);
  if (content.parks) parks = await shapesOf(content.parks);
  for (const [n, ground] of content.grounds.entries()) {
    if (ground.plans) planShapes[n] = await shapesOf(ground.plans);
  }
  const found = content.findings;
  findingPlaces = pointShapes(found.list.map((one) => one.at));
  if (found.areas) findingParts.areas = await shapesOf(found.areas);
  if (found.lines) findingParts.lines = await shapesOf(found.lines, false);
}

function block(name) {
  return document.getElementById(name).textContent;
}

/** The faces of one day, read by the painter when they are first needed. */
async function loadGround(number) {
  if (grounds[number]) return;
  const source = `ground-${number}`;
  const { shapes, columns } = await view.studio.ask("ground", { source, count: groundOf(number).count,
    packed: block(`${source}-shapes`), classes: block(`${source}-classes`) });
  grounds[number] = { table: null, shapes, columns };
}

/** The same with all that is known of each face: its features, their sources, plans. */
async function loadTable(number) {
  await loadGround(number);
  const ground = grounds[number];
  ground.table = ground.table || (await unpackedTable(block(`ground-${number}-table`)));
  return ground;
}

/** All layers, the lowest first. */
function makeLayers() {
  const layers = [];
  const add = (id, told) => layers.push({ id, visible: false, ...told });
  const zero = new Int16Array(content.units.list.length);
  const borders = Int16Array.from(content.units.class);
  const ofUnits = { source: "units", shapes: units };
  add("paper", { ...ofUnits, kind: "area", classes: zero, signs: [PAPER_SIGN] });
  content.grounds.forEach((ground, n) => {
    for (const label of CODED) {
      if (!ground.legends[label]) continue;
      add(`ground-${n}-${label}`, { source: `ground-${n}`, kind: "area", column: label, theme: label,
        ground: n, signs: ground.legends[label].map((entry) => entry.sign) });
    }
  });
  const none = new Int16Array(content.units.list.length).fill(-1);
  add("figure", { ...ofUnits, kind: "area", theme: "figure", classes: none,
    signs: content.scale.map((step) => step.sign) });
  add("unsure", { ...ofUnits, kind: "area", theme: "figure", classes: none,
    signs: [content.incomplete.sign] });
  content.grounds.forEach((ground, n) => {
    if (!ground.legends.green) return;
    add(`ground-${n}-green`, { source: `ground-${n}`, kind: "area", column: "green", overlay: "green",
      ground: n, signs: ground.legends.green.map((entry) => entry.sign) });
  });
  if (roads) {
    const classes = Int16Array.from(content.roads.class);
    add("roads", { source: "roads", shapes: roads, kind: "line", classes, overlay: "roads", reverse: true,
      signs: content.roads.legend.map((entry) => entry.sign) });
  }
  content.grounds.forEach((ground, n) => {
    if (!ground.plans) return;
    const classes = Int16Array.from(ground.plans.class);
    const told = { source: `plans-${n}`, shapes: planShapes[n], classes, ground: n, overlapping: true };
    const [standing, not, other] = ground.plans.legend.map((entry) => entry.sign);
    add(`plans-${n}-void`, { ...told, kind: "area", overlay: "plans_out", signs: [null, ground.plans.void, null] });
    add(`plans-${n}-other`, { ...told, kind: "line", overlay: "plans_other", signs: [null, null, other] });
    add(`plans-${n}-out`, { ...told, kind: "line", overlay: "plans_out", signs: [null, not, null] });
    add(`plans-${n}-in`, { ...told, kind: "line", overlay: "plans_in", signs: [standing, null, null] });
  });
  add("borders", { ...ofUnits, kind: "line", classes: borders, overlay: "borders",
    signs: content.units.legend.map((entry) => entry.sign) });
  const found = content.findings;
  const signs = found.legend.map((entry) => entry.sign);
  for (const name of ["areas", "lines"]) {
    if (!found[name]) continue;
    const classes = Int16Array.from(found[name].class);
    add(`findings-${name}`, { source: `findings-${name}`, shapes: findingParts[name], kind: "line", classes,
      overlay: "findings", signs, reverse: true });
  }
  if (found.list.length) {
    const order = found.legend.map((entry) => entry.id);
    const classes = Int16Array.from(found.list, (one) => order.indexOf(one.severity));
    add("findings-places", { source: "findings-places", shapes: findingPlaces, kind: "point", classes,
      overlay: "findings", signs, reverse: true });
  }
  return layers;
}

/** Classes of units for the indicator and day chosen. */
function unitClasses(classOf) {
  const panels = indicator() ? panelsOf(indicator()) : {};
  return Int16Array.from(content.units.list, (unit) => classOf(panels[unit.code]));
}

/** Makes the map show what the state says. */
async function showScene() {
  const number = stop().ground;
  const needed = CODED.includes(state.theme) || state.overlays.has("green");
  if (needed && !grounds[number]) {
    notify(say("opening", { count: inReaderForm(groundOf(number).count) }));
    await new Promise((painted) => setTimeout(painted, 30));
    await loadGround(number);
    notify("");
  }
  const noData = content.scale.length - 1;
  for (const layer of view.layers) {
    const here = layer.ground === undefined || layer.ground === number;
    const asked = layer.theme ? layer.theme === state.theme
      : layer.overlay ? state.overlays.has(layer.overlay) : true;
    if (layer.column && here && grounds[number]) {
      const { shapes, columns } = grounds[number];
      Object.assign(layer, { shapes, classes: columns[layer.column], sent: true });
    }
    layer.visible = Boolean(here && asked && layer.shapes);
    if (layer.id === "figure") layer.classes = unitClasses((panel) => (panel ? panel.step : noData));
    if (layer.id === "unsure") layer.classes = unitClasses((panel) => (panel && panel.unsure ? 0 : -1));
  }
  view.studio.show(view.layers.filter((layer) => layer.visible));
  view.map.update(view.studio);
  placeNames();
}

function inReaderForm(count) {
  return number(count, 0);
}

/** Themes the day chosen has ground for; one whose classes all look alike would tell nothing. */
function themesAtHand() {
  const legends = groundOf(stop().ground).legends;
  const tells = (legend) => legend && legend.length &&
    (legend.length === 1 || new Set(legend.map((entry) => JSON.stringify(entry.sign))).size > 1);
  return THEMES.filter((theme) =>
    theme === "none" || (theme === "figure" ? content.indicators.length : tells(legends[theme])));
}

function overlaysAtHand() {
  const ground = groundOf(stop().ground);
  const has = (which) => ground.plans && ground.plans.class.includes(which);
  const there = {
    green: ground.legends.green && ground.legends.green.length, roads: content.roads && content.roads.class.length,
    plans_in: has(0), plans_out: has(1), plans_other: has(2), borders: true, names: true,
    findings: content.findings.list.length,
  };
  return OVERLAYS.filter((overlay) => there[overlay]);
}
