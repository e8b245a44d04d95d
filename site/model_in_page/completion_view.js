// The model goes on with a text, byte by byte: unchanged, and with the recipe, side by side.

import { choice, make, slider, written } from "./course.js";
import { line, modelButton, page, row } from "./parts.js";

const NEW_BYTES = 160;
const SHOWN = 120; // bytes of what came before

const decoded = (bytes) => new TextDecoder().decode(Uint8Array.from(bytes));

function column(title) {
  const [before, made] = [
    make("span", { class: "model-before" }),
    make("span", { class: "model-made" }),
  ];
  const [name, note] = [make("strong", {}, title), make("span", { class: "model-hint" })];
  const text = make(
    "div",
    { class: "model-text model-short", tabindex: 0, role: "region", "aria-label": title },
    before,
    made,
  );
  const element = make("div", { class: "model-column" }, name, text, note);
  return {
    element,
    name: (words) => (name.textContent = words),
    note: (words) => (note.textContent = words),
    show(prompt, bytes) {
      before.textContent = decoded(prompt.slice(-SHOWN));
      made.textContent = decoded(bytes);
      text.scrollTop = text.scrollHeight;
    },
  };
}

// Takes what the model reads and writes, and shows it in a column with its pace.
function writer(at, text) {
  const made = [];
  let begun = 0;
  return ({ read, byte }) => {
    if (read) {
      begun = performance.now();
      return at.note(`${written(read)} of ${written(text.length)} bytes read`);
    }
    made.push(byte);
    at.show(text, made);
    const pace = written((1000 * made.length) / (performance.now() - begun));
    const keys = written(text.length + made.length);
    at.note(`${made.length} bytes, ${pace} a second; the cache holds ${keys} keys of each head`);
  };
}

export function mount(element, lab) {
  const status = line();
  const lengths = [128, 256, 384, 512, 768, 1024, 1536, 2048, 3072];
  const length = slider(
    { label: "bytes read before", values: lengths, value: 1536, presets: [384, 1536, 3072] },
    show,
  );
  const options = [
    ["likeliest", "the likeliest"],
    ["chance", "by chance"],
  ];
  const how = choice({ label: "next byte", options, value: "chance" }, () => {});
  let seed = 0; // each press of the button draws anew, the same for both readers
  const columns = {
    rope: column("unchanged RoPE"),
    recipe: column("with the recipe above"),
    real: column("the text itself"),
  };
  const prompt = () => lab.text.bytes.slice(0, Math.min(length.value, lab.text.bytes.length));

  function show() {
    const read = prompt();
    for (const each of Object.values(columns)) each.show(read, []);
    columns.real.show(read, lab.text.bytes.slice(read.length, read.length + NEW_BYTES));
  }
  async function complete(reader, recipe) {
    const [text, at] = [prompt(), columns[reader]];
    const whole = text.length + NEW_BYTES;
    const frequencies = (await lab.frequencies([whole], recipe))[whole];
    at.name(lab.inWords(recipe));
    const job = { kind: "completion", model: lab.name, text, count: NEW_BYTES, frequencies };
    if (how.value === "chance") job.seed = seed;
    return lab.model.ask("completion", job, writer(at, text));
  }
  async function both() {
    show();
    seed += 1;
    const recipe = lab.recipe;
    status.textContent = "The model writes …";
    if (!(await complete("rope", { method: "rope" }))) return;
    if (!(await complete("recipe", recipe))) return;
    status.textContent =
      "Written. Keys and values of what was read are kept, so each new byte costs one step.";
  }
  const go = modelButton("Complete", lab, status, both);
  lab.addEventListener("change", () => {
    lab.model.stop("completion");
    columns.recipe.name(lab.inWords());
    show();
  });
  const three = Object.values(columns).map((each) => each.element);
  const below = make("div", { class: "model-columns" }, ...three);
  element.append(page(length.element, row(go, how.element), status, below));
  columns.recipe.name(lab.inWords());
  show();
}
