// Sliders, radio buttons and a play button, for everything that moves in the page.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = ["svg", "circle", "path", "line", "text", "g", "rect", "title", "polyline", "tspan"];

export function make(name, attributes = {}, ...children) {
  const drawn = DRAWN.includes(name);
  const element = drawn ? document.createElementNS(SVG, name) : document.createElement(name);
  put(element, attributes);
  element.append(...children);
  return element;
}

export function put(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

export function page(...children) {
  return make("div", { class: "rope-page" }, ...children);
}

// Keys pressed on a control belong to it: JupyterLab would move from cell to cell instead.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

export function written(number, digits = 0) {
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = number.toLocaleString("en-US", form).replace("-", "−");
  return Number(text.replace("−", "")) === 0 ? text.replace("−", "") : text;
}

// --- scales: which value lies where on a track that runs from 0 to 1 ---

const within = (value, from, to) => Math.min(to, Math.max(from, value));

const toStep = (value, from, to, step) =>
  Number((from + Math.round((within(value, from, to) - from) / step) * step).toFixed(9));

// Handle and keys go from one value of the list to the next. With a `step`, those between can be
// typed.
function listScale(values, step) {
  const last = values.length - 1;
  const [from, to] = [values[0], values[last]];
  const valueAt = (index) => values[within(Math.round(index), 0, last)];
  const indexOf = (value) => {
    const above = values.findIndex((each) => each >= value);
    if (above <= 0) return above === 0 ? 0 : last;
    return above - (values[above] - value) / (values[above] - values[above - 1]);
  };
  const moved = (value, by) => {
    const index = indexOf(value);
    return valueAt((by > 0 ? Math.floor(index) : Math.ceil(index)) + by);
  };
  return {
    steps: step ? 1000 : last,
    from,
    to,
    nearest: (value) => (step ? toStep(value, from, to, step) : valueAt(indexOf(value))),
    shareOf: (value) => indexOf(value) / Math.max(1, last),
    valueAt: (share) => valueAt(share * last),
    moved,
    paged: (value, way) => moved(value, way * Math.max(1, Math.round(last / 8))),
  };
}

// 1, 2 or 5 times a power of ten: the smallest that is not below `width`.
function roundStep(width) {
  const power = 10 ** Math.floor(Math.log10(width));
  return power * [1, 2, 5, 10].find((times) => times * power >= width * 0.999);
}

// Every step from `from` to `to`. A range of more than 1,000 steps is logarithmic, and a place on
// it is a round number, no finer than a pixel can hit. Keys and number box reach every value.
function rangeScale({ from, to, step = 1 }) {
  const steps = Math.round((to - from) / step);
  const soft = from > 0 ? from : (to - from) / 256; // from here on it is logarithmic
  const even = steps <= 1000;
  const grown = Math.log1p((to - from) / soft);
  const place = (share) => from + (even ? share * (to - from) : soft * Math.expm1(share * grown));
  const nearest = (value) => toStep(value, from, to, step);
  const shareOf = (value) =>
    even ? (value - from) / (to - from) : Math.log1p((value - from) / soft) / grown;
  const roundAt = (share, width) => {
    const [here, beyond] = [share, share + width].map((at) => place(within(at, 0, 1)));
    const round = Math.max(step, roundStep(beyond - here || step));
    return share >= 1 ? to : nearest(round * Math.round(here / round));
  };
  return {
    steps: even ? steps : 1000,
    from,
    to,
    nearest,
    shareOf,
    valueAt: (share) => (even ? nearest(place(share)) : roundAt(share, 0.002)),
    moved: (value, by) => nearest(value + by * step),
    paged(value, way) {
      if (even) return nearest(value + way * roundStep(Math.max(1, steps / 16)) * step);
      const next = roundAt(shareOf(value) + way * 0.05, 0.02);
      return (next - value) * way > 0 ? next : nearest(value + way * step);
    },
  };
}

// --- a slider ---

const KEYS = {
  ArrowRight: (scale, value) => scale.moved(value, 1),
  ArrowUp: (scale, value) => scale.moved(value, 1),
  ArrowLeft: (scale, value) => scale.moved(value, -1),
  ArrowDown: (scale, value) => scale.moved(value, -1),
  PageUp: (scale, value) => scale.paged(value, 1),
  PageDown: (scale, value) => scale.paged(value, -1),
  Home: (scale) => scale.from,
  End: (scale) => scale.to,
};
const KEYS_OF_BOX = ["ArrowUp", "ArrowDown", "PageUp", "PageDown"];

export const KEYS_OF_TRACK = Object.keys(KEYS);

export function onKeys(element, names, press) {
  element.addEventListener("keydown", (event) => {
    if (!names.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    press(event.key);
  });
}

// What is wrong with a number that was typed, or nothing.
function complaint(typed, { from, to, nearest }, write) {
  if (!(typed >= from && typed <= to)) return `${write(from)} to ${write(to)}`;
  return nearest(typed) === typed ? "" : "nearest value";
}

// A box in which a value is typed. `take` gets the number, when it is one.
function numberBox(label, scale, write, take) {
  const box = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", class: "rope-box",
    "aria-label": `${label}, type a number`, ...OWN_KEYS,
  });
  const note = make("span", { role: "status", class: "rope-note" });
  const widest = Math.max(3, ...[scale.from, scale.to].map((value) => write(value).length));
  box.style.width = `${widest + 2}ch`;
  function enter() {
    const text = box.value.replace(/[,\s_]/g, "").replace("−", "-");
    const typed = text === "" ? NaN : Number(text);
    take(Number.isNaN(typed) ? null : typed);
    note.textContent = complaint(typed, scale, write);
  }
  box.addEventListener("change", enter);
  box.addEventListener("focus", () => box.select());
  box.addEventListener("input", () => (note.textContent = ""));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // JupyterLab keeps the browser from doing this by itself
    enter();
    box.select();
  });
  return { box, note };
}

function smallButton(text, name, onClick) {
  const button = make("button", { type: "button", class: "rope-small", ...OWN_KEYS }, text);
  button.setAttribute("aria-label", name);
  button.addEventListener("click", onClick);
  return button;
}

// Track, number box, presets and reset, which all call `put(value)`, and `say(value)` for all.
function sliderParts({ label, presets = [], write = written }, scale, start, put) {
  const track = make("input", {
    type: "range", min: 0, max: scale.steps, "aria-label": label, class: "rope-track", ...OWN_KEYS,
  });
  const { box, note } = numberBox(label, scale, write, put);
  const reset = smallButton("↺", `Reset ${label} to ${write(start)}`, () => put(start));
  reset.classList.add("rope-reset");
  reset.title = `Reset to ${write(start)}`;
  const ready = presets.map((each) => [
    each, smallButton(write(each), `${label} ${write(each)}`, () => put(each)),
  ]);
  const row = make("div", { class: "rope-presets" }, ...ready.map(([, button]) => button));
  function say(value) {
    const share = scale.shareOf(value);
    track.value = Math.round(share * scale.steps);
    track.style.setProperty("--share", share);
    track.setAttribute("aria-valuetext", write(value));
    box.value = write(value);
    reset.classList.toggle("rope-idle", value === start);
    for (const [each, button] of ready) button.setAttribute("aria-pressed", each === value);
  }
  const parts = [track, box, reset, note, ...(ready.length ? [row] : [])];
  return { track, box, parts, say };
}

// With `values` a slider goes through a list of rising numbers, else from `from` to `to` by `step`.
// `presets` are values with a button each. `tone`, "query" or "key", says what it moves.
export function slider(spec, onInput) {
  const { label, values, tone = "seen" } = spec;
  const scale = values ? listScale(values, spec.step) : rangeScale(spec);
  const start = scale.nearest(spec.value);
  let value = start;
  const { track, box, parts, say } = sliderParts(spec, scale, start, put);
  const name = make("span", { class: "rope-label" }, label);
  const element = make("div", { class: `rope-slider rope-${tone}-tone` }, name, ...parts);
  function put(wanted) {
    const before = value;
    if (wanted !== null) value = scale.nearest(wanted);
    say(value);
    if (value !== before) onInput();
  }
  track.addEventListener("input", () => put(scale.valueAt(track.value / scale.steps)));
  const press = (key) => put(KEYS[key](scale, value));
  onKeys(track, KEYS_OF_TRACK, press);
  onKeys(box, KEYS_OF_BOX, press);
  say(value);
  return {
    element,
    press,
    input: track,
    get value() { return value; },
    set value(wanted) { say((value = scale.nearest(wanted))); },
    get disabled() { return track.disabled; },
    set disabled(off) {
      for (const part of element.querySelectorAll("input, button")) part.disabled = off;
    },
  };
}

// --- a choice ---

// Several modules of a page have each their own copy of this file. Buttons of one name would be one
// group, and to press one would release that of another view.
const copy = Math.random().toString(36).slice(2);
let groups = 0;

// `options` are [value, text] or [value, text, what it means].
export function choice({ label, options, value }, onChange) {
  const name = `rope-choice-${copy}-${groups++}`;
  const buttons = options.map(([key, text, meaning = ""]) => {
    const input = make("input", { type: "radio", name, value: key, ...OWN_KEYS });
    input.checked = key === value;
    input.addEventListener("change", onChange);
    return make("label", meaning ? { title: meaning } : {}, input, text);
  });
  const row = make("div", { class: "rope-options" }, ...buttons);
  const element = make("fieldset", { class: "rope-choice" }, make("legend", {}, label), row);
  return {
    element,
    get value() { return element.querySelector(":checked").value; },
    set value(wanted) {
      for (const input of element.querySelectorAll("input")) input.checked = input.value === wanted;
    },
  };
}

// --- what is said ---

// What changes with every frame is read out only once it has stood still.
export function voice() {
  const element = make("span", { role: "status", class: "rope-aloud" });
  let timer;
  let last;
  function say(text) {
    if (text === last) return;
    last = text;
    clearTimeout(timer);
    timer = setTimeout(() => (element.textContent = text), 800);
  }
  return { element, say };
}

// --- play ---

const FRAME = 1 / 60; // seconds; slower computers play slower, and never in larger steps

// Calls `advance(seconds)` with every frame until it returns false or `element` is gone.
function frames(element, advance, onStop) {
  let frame = null;
  let before = 0;
  function stop() {
    cancelAnimationFrame(frame);
    frame = null;
    onStop();
  }
  function tick(now) {
    const seconds = Math.min(FRAME, (now - before) / 1000);
    before = now;
    if (advance(seconds) && element.isConnected) frame = requestAnimationFrame(tick);
    else stop();
  }
  function start() {
    before = performance.now();
    frame = requestAnimationFrame(tick);
  }
  return { start, stop, get running() { return frame !== null; } };
}

// While it plays, `advance(amount)` is called with every frame until it returns false. `speeds` are
// {word: amount a second}. When it stops, `rest()` is called. At the end, which `atEnd()` tells, the
// button begins again with `restart()`. Who asked for less motion gets steps of `step` instead.
export function playButton({ advance, rest, atEnd, restart, speeds, speed, unit, step }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const button = make("button", { type: "button", class: "rope-play", ...OWN_KEYS });
  const rates = Object.entries(speeds).map(([word, rate]) => [
    word, word, `${written(rate)} ${unit} a second`,
  ]);
  const pace = choice({ label: "speed", options: rates, value: speed }, () => {});
  const film = frames(button, (seconds) => advance(seconds * speeds[pace.value]), rest);
  function label() {
    const resting = still.matches ? "Step" : "▶ Play";
    button.textContent = film.running ? "❚❚ Pause" : atEnd() ? "↺ Restart" : resting;
    pace.element.hidden = still.matches;
  }
  button.addEventListener("click", () => {
    if (film.running) return film.stop();
    if (atEnd()) restart();
    else if (still.matches) advance(step);
    if (!still.matches) film.start();
    label();
  });
  still.addEventListener("change", film.stop);
  label();
  const element = make("div", { class: "rope-player" }, button, pace.element);
  return {
    element,
    label,
    stop: film.stop,
    get perFrame() { return film.running ? speeds[pace.value] * FRAME : 0; },
  };
}
