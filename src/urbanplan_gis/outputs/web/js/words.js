// Words, numbers and elements. Text from data only ever becomes the text of an element.

const content = JSON.parse(document.getElementById("content").textContent);
let lang = content.lang;

/** A word of the page in the language chosen; {name} stands for a value. */
function say(key, values = {}) {
  const words = content.words[key];
  const text = words ? words[lang] : key;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** The half of a pair that is in the language chosen. */
function own(pair) {
  return pair ? pair[lang] : "";
}

/** A number in the reader's form: 1.234,5 in Vietnamese, 1,234.5 in English. */
function number(value, decimals) {
  const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
  const [group, point] = lang === "vi" ? [".", ","] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  const negative = value < 0 && Number(Math.abs(value).toFixed(decimals)) !== 0;
  return (negative ? "-" : "") + grouped + (part ? point + part : "");
}

/** Hectares, with more digits where they are few. */
function hectares(value) {
  const decimals = value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
  return `${number(value, decimals)} ha`;
}

/** An element; a child that is a string becomes text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== ""));
  return element;
}

/** The same for drawings. */
function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Letters without marks and case, so that «Trần Phú» is found by «tran phu». */
function folded(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
}

function announce(text) {
  document.getElementById("live").textContent = text;
}
