// Scale bar, north, and the coordinates of the pointer.

const BAR_STEPS = [1, 2, 5];

function showScale() {
  const perPixel = view.map.metresPerPixel();
  const most = perPixel * Math.min(140, window.innerWidth / 4);
  const power = 10 ** Math.floor(Math.log10(most));
  const length = Math.max(...BAR_STEPS.map((step) => step * power).filter((step) => step <= most));
  const bar = document.getElementById("bar");
  bar.firstElementChild.style.width = `${length / perPixel}px`;
  const decimals = length >= 1 ? 0 : Math.ceil(-Math.log10(length));
  const words = length >= 1000 ? `${number(length / 1000, 0)} km` : `${number(length, decimals)} m`;
  bar.lastElementChild.textContent = words;
  bar.setAttribute("aria-label", say("scale", { length: words }));
}

function showPlace(east, north) {
  const holder = document.getElementById("place");
  const [x, y] = [east + plane.origin[0], north + plane.origin[1]];
  const parts = [say("coordinates", { x: number(y, 0), y: number(x, 0) })];
  const degrees = onEarth(east, north);
  if (degrees) {
    parts.push(say("degrees", { lat: number(Math.abs(degrees[0]), 5), lon: number(Math.abs(degrees[1]), 5),
      ns: say(degrees[0] < 0 ? "south" : "north_short"), ew: say(degrees[1] < 0 ? "west" : "east") }));
  }
  holder.replaceChildren(...parts.map((part) => make("span", {}, part)));
}

function notify(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = !text;
}

/** Pixels kept free left and right, above and below of what the map is fitted to: no island under the
 * arrow or the buttons, wherever a window is wide enough for it. */
function edgesOf(width) {
  return [Math.min(60, width / 9), Math.min(40, width / 12)];
}
