// The findings, one after the other: where, what, what was done about it and what it is worth.

function findingsShown() {
  const all = content.findings.list.map((_, n) => n);
  return state.severity ? all.filter((n) => content.findings.list[n].severity === state.severity) : all;
}

function findingsPanel() {
  const { list, total, legend } = content.findings;
  const parts = [make("h2", {}, say("tab_findings"))];
  if (!list.length) return [...parts, make("p", { class: "empty" }, say("no_findings"))];
  const shown = findingsShown();
  const at = Math.max(0, shown.indexOf(state.finding));
  const finding = list[shown[at]];
  const kinds = legend.filter((entry) => list.some((one) => one.severity === entry.id));
  const option = (value, text) => make("option", { value, selected: value === state.severity }, text);
  parts.push(make("div", { class: "choice" }, make("label", { for: "severity" }, say("severity")),
    make("select", { id: "severity", onchange: (event) => chooseSeverity(event.target.value) },
      option("", say("all", { count: number(list.length, 0) })),
      kinds.map((entry) => option(entry.id, `${own(entry.name)} (${number(list.filter((one) => one.severity === entry.id).length, 0)})`)))));
  parts.push(make("div", { class: "stepper" },
    make("button", { type: "button", id: "previous", "aria-label": say("previous"), onclick: () => stepFinding(-1) }, "◀"),
    make("output", {}, say("of", { n: number(at + 1, 0), count: number(shown.length, 0) })),
    make("button", { type: "button", id: "next", "aria-label": say("next"), onclick: () => stepFinding(1) }, "▶")));
  parts.push(findingCard(finding));
  if (total > list.length) parts.push(make("p", { class: "faint" }, say("more_findings", { count: number(total - list.length, 0) })));
  return parts;
}

function findingCard(finding) {
  const entry = content.findings.legend.find((one) => one.id === finding.severity);
  const row = (name, value) => (value ? [make("dt", {}, name), make("dd", { dir: "auto" }, value)] : []);
  const features = finding.features.join(", ") + (finding.more ? ` ${say("and_more", { count: number(finding.more, 0) })}` : "");
  const card = make("article", { class: "finding" },
    make("p", { class: "kind" }, entry ? swatch(entry.sign, true) : null, make("b", {}, entry ? own(entry.name) : finding.severity),
      ` · ${content.words[`layer.${finding.layer}`] ? say(`layer.${finding.layer}`) : finding.layer}`),
    make("p", { class: "message", dir: "auto" }, own(finding.message)),
    make("dl", {}, row(say("done"), finding.action ? (content.words[`action.${finding.action}`] ? say(`action.${finding.action}`) : finding.action) : ""),
      row(say("size"), finding.hectares === null ? "" : hectares(finding.hectares)), row(say("features"), features)));
  card.append(make("h3", {}, say("effect")));
  if (!finding.effects.length) card.append(make("p", { class: "faint" }, say("no_effect")));
  else card.append(make("ul", { class: "effects" }, finding.effects.map(effectLine)));
  if (!finding.at) card.append(make("p", { class: "faint" }, say("no_place")));
  card.append(make("p", { class: "faint id" }, finding.id));
  return card;
}

function effectLine(effect) {
  if (effect.more) return make("li", { class: "faint" }, say("more_effects", { count: number(effect.more, 0) }));
  const one = content.indicators.find((item) => item.id === effect.indicator);
  const unit = one ? (own(one.unit) === "%" ? say("points") : own(one.unit)) : "";
  const state_ = content.words[`state_${effect.state}`] ? `, ${say(`state_${effect.state}`)}` : "";
  return make("li", {}, make("b", {}, `${own(effect.delta)} ${unit}`), ` ${one ? own(one.name) : effect.indicator} – ${placeName(effect.unit)}${state_}`,
    make("span", { class: "faint" }, ` ${choiceWords(effect.choice)}`));
}

/** What would have to be decided, in words, and as it is written down where it can be. */
function choiceWords({ words, written }) {
  const note = written ? say("written", { choice: written }) : "";
  if (!words) return note;
  return say("if_decided", { choice: own(words) }) + (note ? ` (${note})` : "");
}

async function stepFinding(by) {
  const shown = findingsShown();
  const at = Math.max(0, shown.indexOf(state.finding));
  state.finding = shown[(at + by + shown.length) % shown.length];
  await showFinding(true);
  const button = document.getElementById(by < 0 ? "previous" : "next");
  if (button) button.focus();
}

/** Shows the finding chosen in panel and map, over the layer it is about; `zoom`: in any case, else
 * only where its place cannot be seen. */
async function showFinding(zoom) {
  showPanel();
  const finding = content.findings.list[state.finding];
  if (!finding) return;
  announce(own(finding.message));
  if (CODED.includes(finding.layer) && themesAtHand().includes(finding.layer)) state.theme = finding.layer;
  for (const one of [finding.layer, "findings"]) if (overlaysAtHand().includes(one)) state.overlays.add(one);
  await showScene();
  showLayers();
  const pieces = ["areas", "lines"].flatMap((name) => {
    const part = content.findings[name];
    return part ? part.of.map((owner, n) => [owner, n]).filter(([owner]) => owner === state.finding).map(([, n]) => [findingParts[name], n]) : [];
  });
  const area = pieces.find(([shapes]) => shapes.isArea) || pieces[0];
  if (area) view.map.mark(area[0], pieces.filter(([shapes]) => shapes === area[0]).map(([, n]) => n));
  else view.map.mark(finding.at ? findingPlaces : null, [state.finding]);
  const box = joined(pieces.map(([shapes, n]) => boxOf(shapes, n))) || (finding.at ? [...finding.at, ...finding.at] : null);
  if (box && (zoom || !isInView(box))) view.map.fit(roomAround(box, 150));
}

function isInView(box) {
  const { clientWidth, clientHeight } = document.getElementById("map");
  const [left, bottom] = view.map.toPixel(box[0], box[1]);
  const [right, top] = view.map.toPixel(box[2], box[3]);
  return left >= 0 && top >= 0 && right <= clientWidth && bottom <= clientHeight;
}

/** A box at least twice `reach` metres wide (less in a small city, more in a very wide one). */
function roomAround(box, reach) {
  const sides = [view.box[2] - view.box[0], view.box[3] - view.box[1]];
  const least = Math.min(Math.max(reach, Math.max(...sides) / 250), ...sides);
  const half = [Math.max((box[2] - box[0]) * 0.7, least), Math.max((box[3] - box[1]) * 0.7, least)];
  const middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  return [middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1]];
}
