// Draws a chart from its description: what figures/chart.py's `as_data` gives, for any page. A
// panel is a picture of its own, so its width is that of the page and its letters stay as large.

const LEFT = 62;
const RIGHT = 26;
const TOP = 8;
const BELOW = { named: 46, bare: 10 }; // under a panel, with and without numbers of its own
const HEIGHTS = { 1: 290, 2: 165, 3: 120 }; // of one panel among so many
const DASHES = { "--": "8 5", ":": "2 4", "-.": "9 4 2 4" };

// A marker around its middle, `r` wide to each side.
const star = (r, points) => {
  const corner = (_, i) => {
    const [far, angle] = [i % 2 ? r * 0.45 : r, (Math.PI * i) / points];
    return `${far * Math.sin(angle)} ${-far * Math.cos(angle)}`;
  };
  return polygon(Array.from({ length: 2 * points }, corner));
};
const polygon = (corners) => `M${corners.join("L")}Z`;
const MARKERS = {
  o: (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  s: (r) => polygon([`${-r} ${-r}`, `${r} ${-r}`, `${r} ${r}`, `${-r} ${r}`]),
  "^": (r) => polygon([`0 ${-r}`, `${r} ${r}`, `${-r} ${r}`]),
  v: (r) => polygon([`0 ${r}`, `${r} ${-r}`, `${-r} ${-r}`]),
  "<": (r) => polygon([`${-r} 0`, `${r} ${-r}`, `${r} ${r}`]),
  D: (r) => polygon([`0 ${-r * 1.2}`, `${r * 1.2} 0`, `0 ${r * 1.2}`, `${-r * 1.2} 0`]),
  P: (r) => `M${-r} 0H${r}M0 ${-r}V${r}`,
  X: (r) => `M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`,
  "*": (r) => star(r * 1.3, 5),
  p: (r) => polygon([0, 1, 2, 3, 4].map((i) => {
    const angle = (2 * Math.PI * i) / 5;
    return `${r * 1.1 * Math.sin(angle)} ${-r * 1.1 * Math.cos(angle)}`;
  })),
};
const CROSSES = ["P", "X"]; // have no inside

// --- where a number lies ---

function scaleOf({ limits: [low, high], log }, from, to) {
  const [place, start, end] = log ? [Math.log, Math.log(low), Math.log(high)] : [Number, low, high];
  return (value) => from + ((place(value) - start) / (end - start)) * (to - from);
}

// The numbers along an axis: those it asks for, else round ones, as many as there is room for.
function ticksOf({ limits: [low, high], ticks }, length) {
  if (ticks.length) return ticks.filter(([value]) => value >= low && value <= high);
  const room = (high - low) / Math.max(2, length / 60);
  const power = 10 ** Math.floor(Math.log10(room));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= room);
  const first = Math.ceil(low / step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => [(first + i) * step, written((first + i) * step, digits)]);
}

// Leaves out numbers that would touch the one before.
function apart(places, gap) {
  let last = -Infinity;
  return places.filter(([place, , room]) => {
    if (place - room < last + gap) return false;
    last = place + room;
    return true;
  });
}

// --- the parts of a panel ---

const round = (place) => Number(place.toFixed(2));

function points({ x, y }, [across, up]) {
  const known = (i) => x[i] !== null && y[i] !== null;
  return x.map((value, i) => (known(i) ? [round(across(value)), round(up(y[i]))] : null));
}

function pathThrough(places) {
  const sign = (i) => (i && places[i - 1] ? "L" : "M");
  return places.map((place, i) => (place ? sign(i) + place.join(" ") : "")).join("");
}

function markersAt(line, places) {
  const shape = MARKERS[line.marker](line.size / 2);
  const hollow = line.open_marker || CROSSES.includes(line.marker);
  const inside = line.open_marker ? "var(--paper)" : hollow ? "none" : line.colour;
  const look = `stroke:${line.colour};fill:${inside};stroke-width:${hollow ? 2.5 : 1}`;
  const at = ([x, y]) => make("path", { d: shape, transform: `translate(${x} ${y})`, style: look });
  return make("g", { class: "rope-markers" }, ...places.filter(Boolean).map(at));
}

function lineParts(line, scales) {
  const places = points(line, scales);
  const look = `stroke:${line.colour};stroke-width:${line.width}`;
  const dashes = DASHES[line.dash];
  const path = make("path", { class: "rope-curve", d: pathThrough(places), style: look });
  if (dashes) put(path, { "stroke-dasharray": dashes });
  return [...(line.dash ? [path] : []), ...(line.marker ? [markersAt(line, places)] : [])];
}

function filled({ colour, opacity }, x, y, width, height) {
  const style = `fill:${colour};fill-opacity:${opacity}`;
  return make("rect", { x, y, width, height, style });
}

function acrossAxis(axis, across, { right, bottom }) {
  const numbers = ticksOf(axis, right - LEFT).map(([value, text]) => [
    across(value), text, 3.8 * text.length,
  ]);
  const shown = axis.label ? apart(numbers, 6) : [];
  const texts = shown.map(([x, text]) =>
    make("text", { x, y: bottom + 18, class: "rope-tick rope-middle" }, text),
  );
  const marks = numbers.map(([x]) => make("path", { class: "rope-grid", d: `M${x} ${bottom}v4` }));
  const middle = (LEFT + right) / 2;
  const name = make("text", { x: middle, y: bottom + 38, class: "rope-name rope-middle" }, axis.label);
  return [...marks, ...texts, name];
}

function upAxis(axis, up, { right, bottom }) {
  const numbers = ticksOf(axis, bottom - TOP).map(([value, text]) => [up(value), text, 8]);
  const lines = numbers.map(([y]) => make("path", { class: "rope-grid", d: `M${LEFT} ${y}H${right}` }));
  const shown = apart(numbers.sort((a, b) => a[0] - b[0]), 1);
  const texts = shown.map(([y, text]) =>
    make("text", { x: LEFT - 7, y, class: "rope-tick rope-end" }, text),
  );
  const turn = `rotate(-90) translate(${-(TOP + bottom) / 2} 14)`;
  return [...lines, ...texts, make("text", { transform: turn, class: "rope-name rope-middle" }, axis.label)];
}

// An upright line; its name stands at a share of the panel's height.
function upright({ label, x, height, side }, across, { bottom }) {
  const place = across(x);
  const [shift, anchor] = side === "left" ? [5, "rope-start"] : [-5, "rope-end"];
  const y = bottom - height * (bottom - TOP) + 12;
  const line = make("path", { class: "rope-upright", d: `M${place} ${TOP}V${bottom}` });
  return [line, make("text", { x: place + shift, y, class: `rope-note-text ${anchor}` }, label)];
}

function drawPanel(panel, width, height) {
  const below = panel.x.label ? BELOW.named : BELOW.bare;
  const box = { right: width - RIGHT, bottom: TOP + height };
  const [across, up] = [scaleOf(panel.x, LEFT, box.right), scaleOf(panel.y, box.bottom, TOP)];
  const { shade, band } = panel;
  const fills = [];
  if (shade) {
    const [from, to] = shade.ends.map(across);
    fills.push(filled(shade, from, TOP, to - from, height));
  }
  if (band) {
    const [low, high] = band.ends.map(up);
    fills.push(filled(band, LEFT, high, box.right - LEFT, low - high));
  }
  const frame = make("path", { class: "rope-frame", d: `M${LEFT} ${TOP}V${box.bottom}H${box.right}` });
  const marks = panel.uprights.flatMap((each) => upright(each, across, box));
  const curves = panel.lines.flatMap((line) => lineParts(line, [across, up]));
  const axes = [...upAxis(panel.y, up, box), ...acrossAxis(panel.x, across, box)];
  const size = { width, height: TOP + height + below, "aria-hidden": true };
  return make("svg", { class: "rope-panel", ...size }, ...fills, ...axes, frame, ...marks, ...curves);
}

// --- the names of lines ---

function sample(line) {
  const across = { x: [0, 34], y: [0, 0] };
  const middle = { ...line, x: [17], y: [0], dash: "" };
  const scales = [(x) => x + 1, () => 8];
  const parts = [...lineParts({ ...line, ...across, marker: "" }, scales), ...lineParts(middle, scales)];
  return make("svg", { width: 36, height: 16, "aria-hidden": true }, ...parts);
}

// Always as many rows, so that nothing below moves when a line comes or goes.
function namesOf({ lines, rows }) {
  const named = lines.filter((line) => line.named && line.label);
  const names = named.map((line) => make("span", {}, sample(line), line.label));
  const element = make("div", { class: "rope-names" }, ...names);
  element.style.setProperty("--rows", rows);
  return element;
}

// --- what is pointed at ---

const short = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 });

// The numbers of a panel's lines where that with the most points has one nearest to a place.
function numbersAt({ x: axis, lines }, place, width) {
  const across = scaleOf(axis, LEFT, width - RIGHT);
  const points = lines.map(({ x }) => x.filter((value) => value !== null));
  const all = points.reduce((most, each) => (each.length > most.length ? each : most), []);
  if (!all.length) return "";
  const far = (value) => Math.abs(across(value) - place);
  const nearest = all.reduce((best, value) => (far(value) < far(best) ? value : best));
  const tick = axis.ticks.find(([value]) => value === nearest);
  const there = lines.filter(({ x }) => x.includes(nearest));
  const told = there.map(({ label, x, y }) => `${label} ${short(y[x.indexOf(nearest)])}`);
  return `at ${tick ? tick[1] : short(nearest)}: ${told.join(" · ")}`;
}

// A line below the picture that says them.
function pointerLine(element, panelAt) {
  const hint = "Point at the picture to read its numbers.";
  const line = make("p", { class: "rope-readout", "aria-hidden": true }, hint);
  element.addEventListener("pointermove", ({ target, clientX }) => {
    const svg = target.closest(".rope-panel");
    if (!svg) return;
    const { left, width } = svg.getBoundingClientRect();
    line.textContent = numbersAt(panelAt(svg), clientX - left, width) || hint;
  });
  element.addEventListener("pointerleave", () => (line.textContent = hint));
  return line;
}

// --- a chart ---

// Its picture in a place of any width. `show(chart)` draws another one there.
export function chartOf() {
  const picture = make("div", { class: "rope-chart", role: "img" });
  let chart = null;
  let width = 0;
  const panels = () => Array.from(picture.querySelectorAll(".rope-panel"));
  const line = pointerLine(picture, (svg) => chart.panels[panels().indexOf(svg)]);
  function draw() {
    if (!chart || !width) return;
    const height = HEIGHTS[chart.panels.length];
    const parts = chart.panels.flatMap((panel) => [
      ...(panel.rows ? [namesOf(panel)] : []), drawPanel(panel, width, height),
    ]);
    picture.replaceChildren(...parts);
  }
  function show(next) {
    chart = next;
    picture.setAttribute("aria-label", [chart.title, ...chart.digest].join(". "));
    width ||= picture.clientWidth;
    draw();
  }
  const watch = new ResizeObserver(() => {
    if (picture.clientWidth === width) return;
    width = picture.clientWidth;
    draw();
  });
  watch.observe(picture);
  return { picture, line, show, stop: () => watch.disconnect() };
}

// The chart's number, large, and the sentence that says what it counts.
export function chartHeadline() {
  const number = make("strong", { class: "rope-big" });
  const text = make("span", { class: "rope-line" });
  const element = make("p", { class: "rope-headline rope-title" }, number, text);
  function say({ title, number: value }) {
    number.textContent = value;
    number.style.minWidth ||= `${value.length + 1}ch`;
    text.textContent = value && title.startsWith(value) ? title.slice(value.length).trim() : title;
  }
  return { element, say };
}

// A chart under its number, with its controls below, and its other numbers in words. `controls` are
// {name: control}; what stands `above` and `below` them is the view's own.
export function chartView(element, controls, { above = [], below = [] } = {}) {
  const [headline, chart, spoken] = [chartHeadline(), chartOf(), voice()];
  const words = make("p", { class: "rope-line rope-words" });
  const knobs = make("div", { class: "rope-knobs" }, ...Object.values(controls).map((c) => c.element));
  const picture = [...above, headline.element, chart.picture, chart.line];
  element.append(page(...picture, knobs, ...below, words, spoken.element));
  function show(next) {
    headline.say(next);
    chart.show(next);
    words.textContent = next.digest.join("\n");
    spoken.say([next.title, ...next.digest].join(". "));
  }
  return { show, stop: chart.stop };
}

export const valuesOf = (controls) =>
  Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, control.value]));
