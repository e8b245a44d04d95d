// What the model reads, and how: weights, text, method and its settings, or frequencies of one's own.

import { choice, make, recipeControls, valuesOf, written } from "./course.js";
import { OWN } from "./lab.js";
import { loader } from "./loader.js";
import { area, button, guarded, hint, knobs, line, page, row } from "./parts.js";

const KEPT = "rope-own-frequencies"; // in the browser's storage: the learner's own function
const SHORTEST = 1024;

const STARTS = {
  "two halves": `// Fast pairs stay, slow pairs slow down.
const numbers = [];
for (let pair = 0; pair < head_dim / 2; pair++) {
  const plain = base ** (-2 * pair / head_dim);
  numbers.push(pair < 16 ? plain : plain / factor);
}
return numbers;`,
  PI: `// Every pair slows down by the factor.
return Array.from({ length: head_dim / 2 }, (_, pair) => base ** (-2 * pair / head_dim) / factor);`,
  "a ramp and sharper attention": `// A ramp from pair 8 to pair 20, and a multiplier on cos and sin.
const inv_freq = [];
for (let pair = 0; pair < head_dim / 2; pair++) {
  const plain = base ** (-2 * pair / head_dim);
  const kept = Math.min(1, Math.max(0, (20 - pair) / 12));
  inv_freq.push(kept * plain + (1 - kept) * plain / factor);
}
return { inv_freq, attention_scaling: 0.07 * Math.log(factor) + 1 };`,
};

// --- frequencies of one's own ---

// What the browser keeps; a browser that keeps nothing starts with the first example.
function kept(text) {
  try {
    if (text !== undefined) localStorage.setItem(KEPT, text);
    return localStorage.getItem(KEPT) ?? STARTS["two halves"];
  } catch {
    return STARTS["two halves"];
  }
}

function inNumbers({ speeds, scaling }) {
  const ends = [speeds[0], speeds.at(-1)].map((speed) => speed.toPrecision(3));
  const slowest = speeds.length - 1;
  return (
    `It runs. Pair 0 turns by ${ends[0]} radians per position, pair ${slowest} by ${ends[1]}; ` +
    `multiplier ${written(scaling, 2)}.`
  );
}

function editor(lab) {
  const box = area("your own function, in JavaScript", 9, kept());
  const told = line();
  async function run() {
    kept(box.value);
    lab.body = box.value;
    const length = lab.settings.lengths.at(-1);
    const recipe = { ...lab.recipe, method: OWN };
    const found = await guarded(told, () => lab.frequencies([length], recipe));
    if (!found) return;
    told.textContent = inNumbers(found[length]);
    lab.put({ recipe });
  }
  const starts = Object.entries(STARTS).map(([name, text]) =>
    button(name, () => {
      box.value = text;
      run();
    }),
  );
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  lab.body = box.value;
  const names = make("code", {}, "base, head_dim, factor, trained_length, length");
  const words =
    ". Return 32 numbers, radians per position, the fast pair first. Ctrl + Enter runs it.";
  const buttons = row(button("Run", run), make("span", {}, "or start from"), ...starts);
  const parts = [hint("Given: ", names, words), box, buttons, told];
  return { element: make("div", { class: "model-editor" }, ...parts), run };
}

// --- the text ---

function textPicker(lab) {
  const box = area("your own text", 6, "");
  const told = line();
  const longest = lab.settings.lengths.at(-1);
  function read() {
    const bytes = new TextEncoder().encode(box.value);
    const enough = bytes.length >= SHORTEST;
    told.classList.toggle("model-wrong", !enough);
    told.textContent = enough
      ? `${written(bytes.length)} bytes; the first ${written(Math.min(bytes.length, longest))} are read.`
      : `${written(bytes.length)} bytes. Paste at least ${written(SHORTEST)}.`;
    if (enough) lab.put({ text: { name: "your text", bytes: bytes.slice(0, longest) } });
  }
  box.placeholder = "Paste a text here: Python code suits this model best. It stays in this page.";
  box.addEventListener("keydown", (event) => event.stopPropagation());
  const own = make(
    "div",
    { class: "model-editor" },
    box,
    row(button("Read this text", read), told),
  );
  own.hidden = true;
  const options = [
    ["course", lab.course.name],
    ["own", "a text of your own"],
  ];
  const which = choice({ label: "text", options, value: "course" }, () => {
    own.hidden = which.value === "course";
    if (own.hidden) lab.put({ text: lab.course });
    else box.focus();
  });
  return { choice: which.element, own };
}

export function mount(element, lab) {
  const controls = recipeControls({ ...lab.settings, now: lab.recipe }, set);
  const [own, text] = [editor(lab), textPicker(lab)];
  const names = [
    ["base", "base model", "trained on 512 bytes at once"],
    ["yarn", "fine-tuned with YaRN", "trained on with factor 8"],
  ];
  const weights = choice({ label: "model", options: names, value: lab.name }, () =>
    lab.put({ name: weights.value }),
  );
  const top = make("div", { class: "rope-knobs model-what" }, weights.element, text.choice);
  function show() {
    const { has } = lab.methodOf(valuesOf(controls));
    for (const [name, { element }] of Object.entries(controls))
      element.hidden = name !== "method" && !has.includes(name);
    own.element.hidden = controls.method.value !== OWN;
  }
  function set() {
    show();
    const recipe = valuesOf(controls);
    if (recipe.method === OWN && lab.recipe.method !== OWN) {
      lab.recipe = recipe;
      return own.run();
    }
    lab.put({ recipe });
  }
  element.append(page(loader(lab), top, text.own, knobs(controls), own.element));
  show();
}
