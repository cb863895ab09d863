// The list of layers: what colours the ground, what lies over it, and the legend of both.

function showLayers() {
  const holder = document.getElementById("layers");
  const ground = groundOf(stop().ground);
  const themes = themesAtHand().map((theme) => make("div", { class: "theme" },
    make("label", {}, make("input", { type: "radio", name: "theme", value: theme, checked: theme === state.theme,
      onchange: () => chooseTheme(theme) }), make("span", {}, say(`theme_${theme}`))),
    theme === "figure" && state.theme === "figure" ? indicatorChoice() : null));
  const overlays = overlaysAtHand().map((overlay) => make("div", { class: "overlay" },
    make("label", {}, make("input", { type: "checkbox", name: overlay, checked: state.overlays.has(overlay),
      onchange: (event) => chooseOverlay(overlay, event.target.checked) }), make("span", {}, say(`overlay_${overlay}`)))));
  const shown = OVERLAYS.filter((overlay) => state.overlays.has(overlay) && overlaysAtHand().includes(overlay));
  const legends = [themeLegend(state.theme, ground), ...shown.map((overlay) => overlayLegend(overlay, ground))].filter(Boolean);
  holder.replaceChildren(
    make("fieldset", {}, make("legend", {}, say("themes")), themes),
    make("fieldset", {}, make("legend", {}, say("overlays")), overlays),
    make("section", { id: "legend", hidden: !legends.length }, make("h2", {}, say("legend")), legends));
}

function indicatorChoice() {
  const list = make("select", { id: "indicator", "aria-label": say("indicator"),
    onchange: (event) => chooseIndicator(Number(event.target.value)) },
    content.indicators.map((one, n) => make("option", { value: n, selected: n === state.indicator }, own(one.name))));
  return make("div", { class: "choice" }, list);
}

function themeLegend(theme, ground) {
  if (theme === "none") return null;
  if (theme === "figure") {
    const used = new Set(view.layers.find((layer) => layer.id === "figure").classes);
    const order = [5, 4, 3, 2, 1, 0].filter((step) => step < content.scale.length - 3);
    const steps = [...order, ...[3, 2, 1].map((back) => content.scale.length - back)];
    const entries = steps.filter((step) => used.has(step)).map((step) => entryOf(content.scale[step]));
    const unsure = view.layers.find((layer) => layer.id === "unsure").classes.includes(0);
    if (unsure) entries.push(entryOf(content.incomplete));
    return make("ul", { class: "legend" }, make("li", { class: "group title" }, say("share_of_target")), entries);
  }
  const entries = [];
  let group = "";
  for (const entry of ground.legends[theme]) {
    if (entry.group && own(entry.group) !== group) entries.push(make("li", { class: "group" }, (group = own(entry.group))));
    entries.push(entryOf(entry));
  }
  const { columns } = grounds[stop().ground];
  if (columns[theme].includes(-1)) entries.push(entryOf({ name: content.words[`unfilled_${theme}`], sign: PAPER_SIGN }));
  return make("ul", { class: "legend" }, make("li", { class: "group title" }, say(`theme_${theme}`)), entries);
}

function overlayLegend(overlay, ground) {
  const plans = ground.plans;
  const entries = {
    green: () => ground.legends.green,
    roads: () => content.roads.legend,
    plans_in: () => [plans.legend[0]],
    plans_out: () => [plans.legend[1], { name: content.words.void, sign: plans.void }],
    plans_other: () => [plans.legend[2]],
    borders: () => content.units.legend.filter((_, n) => content.units.class.includes(n)),
    findings: () => content.findings.legend.filter((entry) => content.findings.list.some((one) => one.severity === entry.id)),
  }[overlay];
  const title = overlay === "borders" ? null : make("li", { class: "group title" }, say(`overlay_${overlay}`));
  return entries ? make("ul", { class: "legend" }, title, entries().map((entry) => entryOf(entry, overlay === "findings"))) : null;
}

/** One line of a legend; a long code stands below the name. */
function entryOf(entry, round = false) {
  const short = entry.code && entry.code.length <= 4;
  return make("li", {}, swatch(entry.sign, round), short ? make("b", {}, entry.code) : null,
    make("span", {}, own(entry.name), entry.code && !short ? make("small", {}, entry.code) : null));
}
