// The panel: figures of a unit or group against their targets, and the ground that was pointed at.

const GROUPS = ["city", "slated", "wards"];

function placeName(code) {
  const unit = content.units.list.find((one) => one.code === code);
  return unit ? unit.name : content.words[`group.${code}`] ? say(`group.${code}`) : code;
}

function groupsAtHand() {
  const there = new Set(content.stops.flatMap((one) => Object.values(one.figures).flatMap((rows) => Object.keys(rows))));
  return GROUPS.filter((code) => there.has(code));
}

function figuresPanel() {
  const code = state.unit || "city";
  const unit = content.units.list.find((one) => one.code === code);
  const parts = [unitChoice(code)];
  const heading = make("h2", { dir: "auto" }, placeName(code));
  const facts = [stop().name[lang]];
  if (unit) facts.unshift(say("natural_area", { area: hectares(unit.hectares) }));
  if (unit && unit.slated) facts.push(say("slated"));
  parts.push(heading, make("p", { class: "faint" }, facts.join(" · ")));
  if (state.ground >= 0) parts.push(groundCard());
  const cards = content.indicators
    .map((one) => [one, (stop().figures[one.id] || {})[code]])
    .filter(([, panel]) => panel)
    .map(([one, panel]) => figureCard(one, panel));
  parts.push(...(cards.length ? cards : [make("p", { class: "empty" }, say("no_figures"))]));
  return parts;
}

function unitChoice(code) {
  const option = (value, text) => make("option", { value, selected: value === code }, text);
  const slated = content.units.list.filter((unit) => unit.slated);
  const others = content.units.list.filter((unit) => !unit.slated);
  const list = make("select", { id: "unit", onchange: (event) => chooseUnit(event.target.value, true) },
    groupsAtHand().map((one) => option(one, placeName(one))),
    [[slated, "slated_units"], [others, "other_units"]].filter(([list]) => list.length).map(([list, key]) =>
      make("optgroup", { label: say(key) }, list.map((unit) => option(unit.code, unit.name)))));
  return make("div", { class: "choice" }, make("label", { for: "unit" }, say("unit")), list);
}

function figureCard(one, panel) {
  const first = panel.targets[0];
  const value = panel.value
    ? make("span", { class: "big" }, own(panel.value), make("small", {}, ` ${own(one.unit)}`))
    : make("span", { class: "big none" }, say("verdict.no_data"));
  const card = make("article", { class: "figure", "data-indicator": one.id },
    make("h3", {}, own(one.name)),
    make("div", { class: "row" }, value,
      panel.verdict === "no_data" && !panel.value ? null : make("span", { class: `verdict ${panel.verdict}` }, say(`verdict.${panel.verdict}`))));
  if (panel.value && (first || panel.between)) card.append(bullet(one, panel));
  for (const target of panel.targets) card.append(targetLine(one, target));
  const facts = [];
  if (panel.between) facts.push(say("interval", { between: own(panel.between) }));
  if (panel.known) facts.push(say("known", { percent: own(panel.known) }));
  facts.push(say("basis", { basis: say(`basis.${panel.basis}`) }));
  card.append(make("p", { class: "faint" }, facts.join(" · ")));
  card.append(make("details", {}, make("summary", {}, say("how")),
    make("p", {}, own(panel.definition)), own(panel.note) ? make("p", {}, own(panel.note)) : null,
    one.source ? make("p", { class: "faint" }, one.source) : null,
    make("p", { class: "faint id" }, panel.id)));
  return card;
}

function targetLine(one, target) {
  const words = say("target", { year: target.year, sense: say(`sense.${target.sense}`),
                                value: own(target.value), unit: own(one.unit) });
  const gap = target.gap === undefined ? ""
    : target.short > 0 ? say("short", { area: own(target.gap) })
    : target.short < 0 ? say("over", { area: own(target.gap) }) : say("even");
  return make("p", { class: "target" }, make("span", {}, words), gap ? make("b", { class: target.short > 0 ? "lack" : "" }, gap) : null);
}

/** A bullet bar: the value, the targets as ticks, the interval as a whisker. */
function bullet(one, panel) {
  const [wide, high] = [300, 26];
  const targets = panel.targets.map((target) => target.number);
  const most = Math.max(panel.number, panel.high ?? 0, ...targets, 0) * 1.08 || 1;
  const full = own(one.unit) === "%" && most > 90 ? Math.max(100, most / 1.08) : most;
  const at = (value) => Math.min(wide, Math.max(0, (value / full) * wide));
  const bar = draw("svg", { class: "bullet", viewBox: `0 0 ${wide} ${high}`, role: "img", preserveAspectRatio: "none",
    "aria-label": `${own(panel.value)} ${own(one.unit)}` });
  bar.append(draw("rect", { x: 0, y: 7, width: wide, height: 12, class: "track" }));
  bar.append(draw("rect", { x: 0, y: 7, width: at(panel.number), height: 12, class: "value" }));
  if (panel.high !== undefined) {
    bar.append(draw("rect", { x: at(panel.low), y: 12, width: Math.max(1.5, at(panel.high) - at(panel.low)), height: 2, class: "whisker" }));
    for (const end of [panel.low, panel.high]) bar.append(draw("rect", { x: at(end) - 0.6, y: 9, width: 1.2, height: 8, class: "whisker" }));
  }
  targets.forEach((value, n) => bar.append(draw("rect", { x: Math.min(wide - 3, at(value) - 1.25), y: 1, width: 2.5, height: 24, class: n ? "aim later" : "aim" })));
  return bar;
}

/** What is known of the piece of ground that was pointed at. */
function groundCard() {
  const number_ = stop().ground;
  const { table, columns } = grounds[number_];
  const { legends } = groundOf(number_);
  const n = state.ground;
  const rows = [];
  for (const label of ["land_use", "zoning", "general_plan", "green", "right_of_way"]) {
    const ids = table[`${label}_id`];
    if (!ids) continue;
    const feature = ids.rows[n];
    const entry = legends[label] ? legends[label][columns[label][n]] : null;
    if (feature < 0 && !entry) continue;
    const source = table[`${label}_source`];
    const from = feature < 0 ? null : source.names[source.of[feature]];
    rows.push(make("div", { class: "label" }, make("h3", { class: "part" }, say(`layer.${label}`)),
      entry ? make("p", { class: "class" }, swatch(entry.sign), make("span", {}, entry.code ? `${entry.code} – ${own(entry.name)}` : own(entry.name)))
        : legends[label] ? make("p", {}, say("unclassified")) : null,
      feature < 0 ? null : make("p", { class: "faint" }, say("feature", { id: ids.names[feature] })),
      from ? make("p", { class: "faint" }, originWords(label, from)) : null));
  }
  const listed = (column) => (table[column] && table[column].rows[n] >= 0 ? table[column].names[table[column].rows[n]].split(";") : []);
  const standing = new Set(listed("plans_in_force"));
  const over = listed("plans");
  if (over.length) {
    rows.push(make("div", { class: "label" }, make("h3", { class: "part" }, say("plans_here")),
      make("ul", {}, over.map((id) => {
        const plan = groundOf(number_).plans.list.find((one) => one.id === id);
        const named = plan && plan.name && plan.name !== id ? `${id} – ${plan.name}` : id;
        const state_ = !plan || plan.kind !== "zoning" ? "" : standing.has(id) ? say("in_force") : say("not_in_force");
        return make("li", {}, make("span", { dir: "auto" }, named), state_ ? make("em", {}, ` (${state_})`) : null);
      }))));
  }
  if (!rows.length) rows.push(make("p", {}, say("unclassified")));
  const area = table.area[n] / 10;
  const size = say("area", { area: `${number(area, 1)} m²${area >= 1000 ? ` (${hectares(area / 1e4)})` : ""}` });
  const open = CODED.includes(state.theme);
  return make("details", { class: "ground", open }, make("summary", {}, say("ground")), make("p", {}, size), rows);
}

function originWords(role, source) {
  const origin = (groundOf(stop().ground).sources[role] || []).find((one) => one.source === source);
  if (!origin) return say("source", { source });
  const said = [origin.publisher, origin.document].filter(Boolean);
  if (!said.length) said.push(source);
  said.push(origin.date ? own(origin.date) : say("undated"));
  return say("source", { source: said.join(", ") });
}

/** Sources, notes and licences. */
function sourcesPanel() {
  const rows = [[say("day"), own(content.day)], [say("boundaries"), own(content.boundaries)],
                [say("system"), own(plane.crs)], [say("north"), own(plane.north)]];
  const facts = make("dl", {}, rows.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  const lists = Object.entries(groundOf(stop().ground).sources).filter(([, origins]) => origins.length).map(([role, origins]) =>
    make("section", { class: "role" }, make("h3", {}, content.words[`layer.${role}`] ? say(`layer.${role}`) : role),
      make("ul", {}, origins.map((one) => make("li", { dir: "auto" },
        [one.publisher, one.document].filter(Boolean).join(", ") || one.source,
        ` (${one.date ? own(one.date) : say("undated")})`,
        make("span", { class: "faint" }, [` ${one.path}`, one.licence].filter(Boolean).join(" · ")))))));
  const ground = groundOf(stop().ground);
  const notes = [say("note_drawn", { tolerance: number(ground.tolerance, ground.tolerance < 1 ? 2 : 1), quantum: number(plane.quantum, 2) })];
  if (ground.unseen) notes.push(say("note_unseen", { count: number(ground.unseen, 0) }));
  notes.push(say(state.overCanvas ? "note_canvas" : content.engine === "maplibre" ? "note_webgl" : "note_leaflet"));
  notes.push(say("note_target"), say("note_offline"));
  return [make("h2", {}, say("tab_sources")), make("p", { class: "stamped" }, content.stamps.map(own).join(" · ")), facts, ...lists,
          make("section", { class: "role" }, make("h3", {}, say("notes")), make("ul", {}, notes.map((note) => make("li", {}, note))))];
}
