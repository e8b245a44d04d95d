// Where one head looks: the text itself, each byte shaded by the weight that it gets.

import { choice, make, slider, valuesOf, written } from "./course.js";
import { bar, button, guarded, line, page } from "./parts.js";

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
  const element = make("pre", {
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
  const row = make("div", { class: "model-strip", "aria-hidden": true }, ...bars, edge);
  const words =
    "The whole text from its first byte to its last. The upright line stands 512 bytes back: farther than that the model never looked in training.";
  const element = make("div", {}, row, make("p", { class: "model-hint" }, words));
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

export function mount(element, lab) {
  const { shape } = lab.settings;
  const [status, progress] = [line(), bar("how much of the text is read")];
  const headline = make(
    "p",
    { class: "rope-headline rope-count" },
    make("strong", { class: "rope-big" }),
    make(
      "span",
      { class: "rope-line" },
      "Press Look, and the text is shaded by what one head attends to.",
    ),
  );
  const list = (label, values, value, presets) => slider({ label, values, value, presets }, show);
  const upTo = (count) => [...Array(count).keys()];
  const places = upTo(BYTES / EVERY).map((n) => (n + 1) * EVERY - 1);
  const controls = {
    layer: list("layer", upTo(shape.layers), 4),
    head: list("head", upTo(shape.heads), 0),
    position: list("query at byte", places, 2047, [255, 511, 1023, 2047]),
  };
  const readers = [
    ["rope", "unchanged"],
    ["recipe", "with the recipe above"],
  ];
  const which = choice({ label: "reader", options: readers, value: "rope" }, show);
  const text = textOf((at) => {
    controls.position.value = at;
    show();
  });
  const strip = stripOf();
  const found = { rope: [], recipe: [] }; // of each reader, a row for each place
  let names = {};

  const look = button("Look", () =>
    lab.ready
      ? guarded(status, readBoth)
      : (status.textContent = "Load the model first: the button above."),
  );
  async function readOne(reader, recipe) {
    const bytes = lab.text.bytes.slice(0, BYTES);
    const frequencies = (await lab.frequencies([bytes.length], recipe))[bytes.length];
    found[reader] = [];
    names[reader] = lab.inWords(recipe);
    const job = { kind: "attention", model: lab.name, text: bytes, frequencies, every: EVERY };
    return lab.model.ask("attention", job, ({ position, weights }) => {
      found[reader][(position + 1) / EVERY - 1] = weights;
      progress.show((position + 1) / bytes.length);
      status.textContent = `${names[reader]}: ${written(position + 1)} bytes read`;
    });
  }
  async function readBoth() {
    text.put(lab.text.bytes.slice(0, BYTES));
    const recipe = lab.recipe;
    for (const [reader, how] of [
      ["rope", { method: "rope" }],
      ["recipe", recipe],
    ]) {
      if (!(await readOne(reader, how))) return;
      which.value = reader;
      show();
      text.reveal();
    }
    progress.show(null);
    status.textContent = "Read. Choose a layer, a head and a byte, or press on a byte of the text.";
  }
  function show() {
    const at = valuesOf(controls);
    const row = (reader) => found[reader][(at.position + 1) / EVERY - 1];
    const now = row(which.value);
    if (!now) return;
    const looks = looksOf(now, shape, at, shape.trained_length);
    text.shade(looks.weights, at.position);
    strip.show(looks.weights, at.position, shape.trained_length);
    const other = which.value === "rope" ? "recipe" : "rope";
    const beside = row(other) && looksOf(row(other), shape, at, shape.trained_length);
    const percent = (share) => `${written(100 * share)} %`;
    headline.firstChild.textContent = percent(looks.beyond);
    headline.lastChild.textContent =
      `of what layer ${at.layer}, head ${at.head} gives at byte ${written(at.position)} goes ` +
      `512 bytes back or further` +
      (beside ? ` (${names[other]}: ${percent(beside.beyond)})` : "");
  }
  lab.addEventListener("change", () => {
    lab.model.stop("attention");
    progress.show(null);
    if (found.rope.length)
      status.textContent = "The settings have changed: press Look to read again.";
  });
  const row = make("div", { class: "rope-player" }, look, which.element, progress.element);
  const knobs = make(
    "div",
    { class: "rope-knobs" },
    ...Object.values(controls).map((each) => each.element),
  );
  element.append(page(row, status, headline, strip.element, text.element, knobs));
  text.put(lab.text.bytes.slice(0, BYTES));
}
