// Where one head looks: the text itself, each byte shaded by the weight that it gets.

import { choice, make, slider, valuesOf, written } from "./course.js";
import { bar, hint, knobs, line, modelButton, page, row } from "./parts.js";

const BYTES = 2048;
const EVERY = 32; // a query stands at every 32nd byte
const MARKS = { "\n": "⏎\n", "\t": "⇥" };

// The text as characters, each with the bytes that it takes.
export function characters(bytes) {
  const encoder = new TextEncoder();
  let at = 0;
  return Array.from(new TextDecoder().decode(bytes), (letter) => {
    const from = at;
    at += letter === "\uFFFD" ? 1 : encoder.encode(letter).length;
    return { letter, from, to: at };
  });
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

// The weights of one head at one query, and which share goes beyond the trained window.
export function looksOf(row, { heads }, { layer, head, position }, window) {
  const count = position + 1;
  const from = (layer * heads + head) * count;
  const weights = row.subarray(from, from + count);
  const near = Math.max(0, count - window);
  return { weights, beyond: sum(weights.subarray(0, near)) };
}

// The text, one element a character; `shade` colours it.
function textOf(onChoose) {
  const element = make("div", {
    class: "model-text",
    tabindex: 0,
    role: "region",
    "aria-label": "the text, shaded by attention",
  });
  let letters = [];
  function put(bytes) {
    letters = characters(bytes);
    element.replaceChildren(
      ...letters.map(({ letter }) => make("span", {}, MARKS[letter] ?? letter)),
    );
  }
  function shade(weights, position) {
    const most = Math.max(...weights, 1e-9);
    letters.forEach(({ from, to }, index) => {
      const span = element.children[index];
      const weight = from <= position ? sum(weights.subarray(from, to)) : 0;
      span.style.setProperty("--share", Math.sqrt(weight / most).toFixed(3));
      span.className =
        from > position ? "model-ahead" : from <= position && position < to ? "model-query" : "";
      if (from <= position) span.title = `${position - from} back: ${written(100 * weight, 1)} %`;
    });
  }
  function reveal() {
    const query = element.querySelector(".model-query");
    if (query) element.scrollTop = query.offsetTop - element.offsetTop - element.clientHeight * 0.7;
  }
  element.addEventListener("click", ({ target }) => {
    const index = Array.prototype.indexOf.call(element.children, target);
    if (index >= 0) onChoose(letters[index].from);
  });
  return { element, put, shade, reveal };
}

const BINS = 64;

// All of the text from its first byte to the last, in bins; a bar is a bin's share of the attention.
function stripOf() {
  const bars = Array.from({ length: BINS }, () => make("i"));
  const edge = make("b", { title: "512 bytes back" });
  const bins = make("div", { class: "model-strip", "aria-hidden": true }, ...bars, edge);
  const element = make(
    "div",
    {},
    bins,
    hint(
      "The whole text from its first byte to its last. The upright line stands 512 bytes back: ",
      "farther than that the model never looked in training.",
    ),
  );
  element.hidden = true;
  function show(weights, position, window) {
    const size = BYTES / BINS;
    const shares = bars.map((_, n) => sum(weights.subarray(n * size, (n + 1) * size)));
    const most = Math.max(...shares);
    bars.forEach((each, n) => {
      each.style.setProperty("--share", (shares[n] / most).toFixed(3));
      each.title = `bytes ${n * size} to ${(n + 1) * size - 1}: ${written(100 * shares[n], 1)} %`;
    });
    edge.style.left = `${(100 * Math.max(0, position + 1 - window)) / BYTES}%`;
    edge.hidden = position < window;
    element.hidden = false;
  }
  return { element, show };
}

// What both readers looked at: of each, a row of weights for every place of a query.
function readingsOf(lab, status, progress) {
  const found = { rope: [], recipe: [] };
  const names = {};
  const bytes = () => {
    const whole = Math.min(BYTES, lab.text.bytes.length);
    return lab.text.bytes.slice(0, whole - (whole % EVERY));
  };
  function clear() {
    found.rope = [];
    found.recipe = [];
  }
  async function read(reader, recipe) {
    const text = bytes();
    const frequencies = (await lab.frequencies([text.length], recipe))[text.length];
    names[reader] = lab.inWords(recipe);
    const job = { kind: "attention", model: lab.name, text, frequencies, every: EVERY };
    return lab.model.ask("attention", job, ({ position, weights }) => {
      found[reader].push(weights);
      progress.show((position + 1) / text.length);
      status.textContent = `${names[reader]}: ${written(position + 1)} bytes read`;
    });
  }
  return { found, names, bytes, clear, read };
}

function controlsOf({ layers, heads }, show) {
  const list = (label, values, value, presets) => slider({ label, values, value, presets }, show);
  const upTo = (count) => [...Array(count).keys()];
  const places = upTo(BYTES / EVERY).map((n) => (n + 1) * EVERY - 1);
  return {
    layer: list("layer", upTo(layers), 4),
    head: list("head", upTo(heads), 0),
    position: list("query at byte", places, 2047, [255, 511, 1023, 2047]),
  };
}

// How much goes beyond the window, large, and beside it the same of the other reader.
function headlineOf() {
  const number = make("strong", { class: "rope-big" });
  const words = "Press Look, and the text is shaded by what one head attends to.";
  const text = make("span", { class: "rope-line" }, words);
  const percent = (share) => `${written(100 * share)} %`;
  function say({ layer, head, position }, beyond, other) {
    number.textContent = percent(beyond);
    const place = `of what layer ${layer}, head ${head} gives at byte ${written(position)}`;
    const beside = other ? ` (${other.name}: ${percent(other.beyond)})` : "";
    text.textContent = `${place} goes 512 bytes back or further${beside}`;
  }
  return { element: make("p", { class: "rope-headline rope-count" }, number, text), say };
}

export function mount(element, lab) {
  const { shape } = lab.settings;
  const [status, progress] = [line(), bar("how much of the text is read")];
  const [headline, strip, controls] = [headlineOf(), stripOf(), controlsOf(shape, show)];
  const { found, names, bytes, clear, read } = readingsOf(lab, status, progress);
  const text = textOf((at) => {
    controls.position.value = at;
    show();
  });
  const options = [
    ["rope", "unchanged"],
    ["recipe", "with the recipe above"],
  ];
  const which = choice({ label: "reader", options, value: "rope" }, show);

  function looks(reader, at) {
    const row = found[reader][(at.position + 1) / EVERY - 1];
    return row && { ...looksOf(row, shape, at, shape.trained_length), name: names[reader] };
  }
  function show() {
    const at = valuesOf(controls);
    at.position = Math.min(at.position, bytes().length - 1); // a short text ends earlier
    const now = looks(which.value, at);
    if (!now) return;
    text.shade(now.weights, at.position);
    strip.show(now.weights, at.position, shape.trained_length);
    headline.say(at, now.beyond, looks(which.value === "rope" ? "recipe" : "rope", at));
  }
  async function readBoth() {
    clear();
    text.put(bytes());
    for (const [reader, recipe] of Object.entries({
      rope: { method: "rope" },
      recipe: lab.recipe,
    })) {
      if (!(await read(reader, recipe))) return;
      which.value = reader;
      show();
      text.reveal();
    }
    progress.show(null);
    status.textContent = "Read. Choose a layer, a head and a byte, or press on a byte of the text.";
  }
  lab.addEventListener("change", () => {
    lab.model.stop("attention");
    progress.show(null);
    if (found.rope.length)
      status.textContent = "The settings have changed: press Look to read again.";
  });
  const look = modelButton("Look", lab, status, readBoth);
  const top = row(look, which.element, progress.element);
  element.append(page(top, status, headline.element, strip.element, text.element, knobs(controls)));
  text.put(bytes());
}
