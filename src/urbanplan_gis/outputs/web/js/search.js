// Search: units, plans, parks, streets, and the ids of parcels and lots; marks on letters may be left out.

const SHOWN_HITS = 12;
let searchable = null;
let hits = [];
let hitAt = -1;
let asked = 0;

/** What can be found: text, what it is, where, and what to do when it is chosen. */
function searchList() {
  const list = [];
  const add = (kind, text, go) => list.push({ kind, text, key: folded(text), go });
  content.units.list.forEach((unit) => add("unit", unit.name, () => chooseUnit(unit.code, true)));
  const ground = groundOf(stop().ground);
  if (ground.plans) {
    ground.plans.list.forEach((plan, n) => add("plan", plan.name && plan.name !== plan.id ? `${plan.id} – ${plan.name}` : plan.id,
      () => goTo(planShapes[stop().ground], [n], plan.kind !== "zoning" ? "plans_other" : plan.in_force ? "plans_in" : "plans_out")));
  }
  if (content.parks) content.parks.list.forEach((park, n) => add("park", park.name, () => goTo(parks, [n], "green")));
  if (content.roads) {
    const named = new Map();
    content.roads.list.forEach((road, n) => {
      if (road.name) named.set(road.name, [...(named.get(road.name) || []), n]);
    });
    for (const [name, pieces] of named) add("road", name, () => goTo(roads, pieces, "roads"));
  }
  return list;
}

/** Parcels and lots by their ids; faces of one parcel are one hit. */
function parcelHits(words, room) {
  const loaded = grounds[stop().ground];
  if (!loaded || !loaded.table || words.length < 2) return [[], 0];
  const found = [];
  let more = 0;
  for (const label of ["land_use", "zoning"]) {
    const ids = loaded.table[`${label}_id`];
    if (!ids) continue;
    ids.names.forEach((name, id) => {
      if (!folded(name).includes(words)) return;
      if (found.length >= room) more++;
      else found.push({ kind: label === "land_use" ? "parcel" : "lot", text: name, go: () => goToFeature(label, id) });
    });
  }
  return [found, more];
}

function goToFeature(label, id) {
  const { table, shapes } = grounds[stop().ground];
  const pieces = table[`${label}_id`].rows.flatMap((one, n) => (one === id ? [n] : []));
  state.ground = pieces[0] ?? -1;
  const unit = table.unit.names[table.unit.rows[state.ground]];
  if (unit) state.unit = unit;
  state.tab = "figures";
  if (themesAtHand().includes(label)) state.theme = label;
  goTo(shapes, pieces);
}

async function goTo(shapes, pieces, overlay) {
  if (overlay) state.overlays.add(overlay);
  await showScene();
  showLayers();
  showPanel();
  view.map.mark(shapes, pieces);
  const box = joined(pieces.map((n) => boxOf(shapes, n)));
  if (box) view.map.fit(roomAround(box, 60));
}

async function search() {
  const turn = ++asked;
  const words = folded(document.getElementById("query").value.trim());
  searchable = searchable || searchList();
  if (words.length >= 2) await loadTable(stop().ground);
  if (turn !== asked) return; // typed on, or closed, meanwhile
  const starts = (one) => (one.key.startsWith(words) ? 0 : one.key.includes(` ${words}`) ? 1 : 2);
  const named = words ? searchable.filter((one) => one.key.includes(words)).sort((a, b) => starts(a) - starts(b)) : searchable;
  const [parcels, more] = parcelHits(words, Math.max(0, SHOWN_HITS - named.length));
  hits = [...named, ...parcels].slice(0, SHOWN_HITS);
  hitAt = hits.length ? 0 : -1;
  showHits(named.length + parcels.length + more - hits.length);
}

function showHits(left) {
  const list = document.getElementById("hits");
  list.replaceChildren(...hits.map((hit, n) => make("li", { role: "option", id: `hit-${n}`, "aria-selected": n === hitAt ? "true" : "false",
    onmousedown: (event) => { event.preventDefault(); chooseHit(n); } },
    make("span", { dir: "auto" }, hit.text), make("small", {}, say(`kind_${hit.kind}`)))));
  if (!hits.length) list.append(make("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, say("no_hits")));
  if (left > 0) list.append(make("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, say("more_hits", { count: number(left, 0) })));
  list.hidden = false;
  const query = document.getElementById("query");
  query.setAttribute("aria-expanded", "true");
  if (hitAt >= 0) query.setAttribute("aria-activedescendant", `hit-${hitAt}`);
}

function closeHits() {
  asked++;
  document.getElementById("hits").hidden = true;
  const query = document.getElementById("query");
  query.setAttribute("aria-expanded", "false");
  query.removeAttribute("aria-activedescendant");
}

function chooseHit(n) {
  const hit = hits[n];
  if (!hit) return;
  closeHits();
  document.getElementById("query").value = hit.text;
  announce(hit.text);
  hit.go();
}

function searchKey(event) {
  const list = document.getElementById("hits");
  if (event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault(); // else the browser empties the field, and that opens the list again
    if (list.hidden) event.target.value = "";
    closeHits();
  } else if (event.key === "Enter") {
    chooseHit(Math.max(0, hitAt));
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) return void search();
    const by = event.key === "ArrowDown" ? 1 : -1;
    hitAt = (hitAt + by + hits.length) % Math.max(1, hits.length);
    [...list.querySelectorAll("[role=option]")].forEach((one, n) => {
      one.setAttribute("aria-selected", n === hitAt ? "true" : "false");
      if (n === hitAt) one.scrollIntoView({ block: "nearest" });
    });
    event.target.setAttribute("aria-activedescendant", `hit-${hitAt}`);
  }
}
