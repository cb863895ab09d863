// What happens when something is chosen, and how the page begins.

const TABS = ["layers", "figures", "findings", "sources"];

function showPanel() {
  const tabs = document.getElementById("tabs");
  tabs.replaceChildren(...TABS.map((tab) => make("button", {
    type: "button", role: "tab", id: `tab-${tab}`, "aria-selected": tab === state.tab ? "true" : "false",
    "aria-controls": "panel", tabindex: tab === state.tab ? 0 : -1, class: `tab-${tab}`,
    onclick: () => chooseTab(tab), onkeydown: tabKey }, say(`tab_${tab}`))));
  document.body.dataset.tab = state.tab;
  const panel = document.getElementById("panel");
  panel.setAttribute("aria-labelledby", `tab-${state.tab}`);
  const content_ = { figures: figuresPanel, findings: findingsPanel, sources: sourcesPanel }[state.tab];
  const held = document.activeElement && panel.contains(document.activeElement) ? document.activeElement.id : "";
  panel.replaceChildren(...(content_ ? content_() : []));
  if (held && document.getElementById(held)) document.getElementById(held).focus();
}

function chooseTab(tab) {
  const changed = state.tab !== tab;
  state.tab = tab;
  showPanel();
  if (tab === "findings" && changed) showFinding(false);
  document.getElementById("panel").scrollTop = 0;
  document.getElementById(`tab-${tab}`).focus({ preventScroll: true });
}

function tabKey(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const seen = TABS.filter((tab) => document.getElementById(`tab-${tab}`).offsetParent);
  chooseTab(seen[(seen.indexOf(state.tab) + by + seen.length) % seen.length]);
}

/** A unit or group by its code; none: the whole city. */
function chooseUnit(code, zoom) {
  const n = content.units.list.findIndex((unit) => unit.code === code);
  state.unit = n < 0 && code === "city" ? null : code;
  state.ground = -1;
  state.tab = "figures";
  showPanel();
  view.map.mark(n < 0 ? null : units, [n]);
  if (zoom) view.map.fit(n < 0 ? view.box : boxOf(units, n));
  placeNames();
  announce(placeName(code || "city"));
}

/** The unit and the piece of ground at a point. */
async function pointAt(east, north) {
  showPlace(east, north);
  const n = shapeAt(units, east, north);
  const loaded = await loadTable(stop().ground);
  state.ground = n < 0 ? -1 : shapeAt(loaded.shapes, east, north);
  state.unit = n < 0 ? null : content.units.list[n].code;
  state.tab = "figures";
  showPanel();
  document.getElementById("panel").scrollTop = 0;
  const onGround = state.ground >= 0 && CODED.includes(state.theme);
  if (onGround) view.map.mark(loaded.shapes, [state.ground]);
  else view.map.mark(n < 0 ? null : units, [n]);
  placeNames();
  announce(placeName(state.unit || "city"));
}

function chooseTheme(theme) {
  state.theme = theme;
  showScene().then(() => {
    showLayers();
    showPanel();
    const radio = document.querySelector(`input[name=theme][value=${theme}]`);
    if (radio) radio.focus({ preventScroll: true });
  });
}

function chooseIndicator(which) {
  state.indicator = which;
  showScene().then(() => {
    showLayers();
    document.getElementById("indicator").focus({ preventScroll: true });
  });
}

function chooseOverlay(overlay, on) {
  if (on) state.overlays.add(overlay);
  else state.overlays.delete(overlay);
  showScene().then(() => {
    showLayers();
    document.querySelector(`input[name=${overlay}]`).focus({ preventScroll: true });
  });
}

function chooseSeverity(severity) {
  state.severity = severity;
  state.finding = findingsShown()[0];
  showFinding(true);
  document.getElementById("severity").focus();
}

/** Another day or state; the ground follows: lots where plans are meant, land use where not. */
function chooseStop(which) {
  state.stop = which;
  state.ground = -1;
  searchable = null;
  if (state.theme === "land_use" && stop().state === "planned") state.theme = "zoning";
  else if (state.theme === "zoning" && stop().state === "existing") state.theme = "land_use";
  const there = themesAtHand();
  if (!there.includes(state.theme)) state.theme = there.includes("zoning") ? "zoning" : there[0];
  if (state.unit === null) view.map.mark(null, []);
  showScene().then(() => {
    showLayers();
    showPanel();
    showTime();
  });
  announce(own(stop().name));
}

function showTime() {
  const slider = document.getElementById("stop");
  slider.max = content.stops.length - 1;
  slider.value = state.stop;
  slider.setAttribute("aria-valuetext", own(stop().name));
  document.getElementById("stop-name").textContent = own(stop().name);
  document.getElementById("time").hidden = content.stops.length < 2;
}

function chooseLanguage(chosen) {
  lang = chosen;
  searchable = null;
  document.documentElement.lang = lang;
  document.title = own(content.title);
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  for (const one of document.querySelectorAll("[data-hint]")) one.placeholder = say(one.dataset.hint);
  for (const one of document.querySelectorAll("#languages button")) {
    one.setAttribute("aria-pressed", one.dataset.lang === lang ? "true" : "false");
  }
  const canvas = document.querySelector("#map canvas[tabindex]");
  if (canvas) canvas.setAttribute("aria-label", say("map_keys"));
  for (const id of ["closer", "farther", "whole"]) document.getElementById(id).title = say(id);
  document.getElementById("title").textContent = own(content.title);
  document.getElementById("facts").textContent = `${say("day")}: ${own(content.day)} · ${say("boundaries")}: ${own(content.boundaries)}`;
  document.getElementById("stamps").replaceChildren(...content.stamps.map((stamp) => make("span", { class: "stamp" }, own(stamp))));
  document.getElementById("north-letter").textContent = say("north_letter");
  document.getElementById("north").setAttribute("aria-label", own(plane.north) || say("north"));
  document.getElementById("north").title = own(plane.north);
  document.getElementById("printed").textContent = [...content.stamps.map(own), own(content.title), own(stop().name), own(content.boundaries), own(plane.crs)].join(" · ");
  if (!view.map) return;
  showLayers();
  showPanel();
  showTime();
  showScale();
  showPlace(...view.map.middle());
  placeNames();
}

function startTheme() {
  const there = themesAtHand();
  if (!there.includes("land_use")) ["plans_in", "plans_out", "plans_other"].forEach((one) => state.overlays.add(one));
  return ["land_use", "zoning", "figure"].find((theme) => there.includes(theme)) || "none";
}

/** What the page said when it opened has been read once the reader does something; it also stands among the notes. */
function hideNote() {
  notify("");
}

function keyOnMap(event) {
  if (event.key === "Enter" && event.target.closest("#map")) pointAt(...view.map.middle());
}

function keyAnywhere(event) {
  if (event.key === "Escape") {
    view.map.mark(null, []);
    state.ground = -1;
    chooseUnit("city", false);
  }
}

/** Paper (A4 on its side) shows the map as large as it is on the screen, or smaller, beside its legend. */
function readyToPrint() {
  const { width, height } = document.getElementById("view").getBoundingClientRect();
  const style = document.documentElement.style;
  style.setProperty("--view-width", `${width}px`);
  style.setProperty("--view-height", `${height}px`);
  style.setProperty("--view-zoom", Math.min(1, 660 / width, 610 / height));
}

/** A wider window has the list of layers beside the map, and no tab for it. */
function fitWindow() {
  view.map.resize();
  if (state.tab === "layers" && !by("tab-layers").offsetParent) {
    state.tab = "figures";
    showPanel();
  }
}

const by = (id) => document.getElementById(id);

function listen() {
  view.map.on({ move: () => { showScale(); placeNames(); }, click: pointAt, pointer: showPlace });
  by("closer").addEventListener("click", () => view.map.zoomBy(1));
  by("farther").addEventListener("click", () => view.map.zoomBy(-1));
  by("whole").addEventListener("click", () => view.map.fit(view.box));
  by("print").addEventListener("click", () => window.print());
  by("stop").addEventListener("input", (event) => chooseStop(Number(event.target.value)));
  by("query").addEventListener("input", search);
  by("query").addEventListener("focus", search);
  by("query").addEventListener("blur", closeHits);
  by("query").addEventListener("keydown", searchKey);
  by("map").addEventListener("keydown", keyOnMap);
  document.addEventListener("keydown", keyAnywhere);
  document.querySelectorAll("#languages button").forEach((one) => one.addEventListener("click", () => chooseLanguage(one.dataset.lang)));
  window.addEventListener("beforeprint", readyToPrint);
  window.addEventListener("resize", fitWindow);
}

/** The plane is laid so that the whole city is in view where squares are shown as they were painted. */
function layPlane(holder) {
  const [across, along] = edgesOf(holder.clientWidth);
  const [xmin, ymin, xmax, ymax] = plane.extent;
  view.box = [xmin - plane.origin[0], ymin - plane.origin[1], xmax - plane.origin[0], ymax - plane.origin[1]];
  view.wholeScale = Math.max((xmax - xmin) / Math.max(50, holder.clientWidth - 2 * across),
                             (ymax - ymin) / Math.max(50, holder.clientHeight - 2 * along));
  const zoom = zoomAt(view.wholeScale);
  plane.stretch *= 2 ** (zoom - Math.round(zoom)) * (1 - 1e-9);
}

/** The map on WebGL where the city has many polygons and the browser can; else on canvas. */
function openMap(holder) {
  if (content.engine === "maplibre") {
    try {
      return new MapLibreMap(holder, view.studio);
    } catch {
      holder.replaceChildren();
      holder.className = "";
      state.overCanvas = true;
    }
  }
  return new LeafletMap(holder, view.studio);
}

async function begin() {
  chooseLanguage(lang);
  if (typeof DecompressionStream === "undefined") return notify(say("old_browser"));
  showTime();
  state.theme = startTheme();
  const holder = document.getElementById("map");
  layPlane(holder);
  view.studio = new Studio();
  view.studio.ask("open", { wholeScale: view.wholeScale });
  const first = stop().ground;
  let ground = null;
  if (CODED.includes(state.theme)) {
    notify(say("opening", { count: number(groundOf(first).count, 0) }));
    ground = loadGround(first); // read by the painter while the page makes the map
  }
  await loadOverlays();
  view.layers = makeLayers();
  await view.studio.know(view.layers);
  view.map = openMap(holder);
  await ground;
  await view.map.open(view.box);
  listen();
  await showScene();
  chooseLanguage(lang);
  await view.map.drawn(view.studio);
  notify(state.overCanvas ? say("note_canvas") : "");
  for (const begun of ["pointerdown", "keydown"]) document.addEventListener(begun, hideNote, { once: true });
  document.body.dataset.ready = "yes";
}

begin().catch((problem) => {
  console.error(problem);
  notify(say("broken"));
});
