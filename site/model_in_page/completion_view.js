// The model goes on with a text, byte by byte: unchanged, and with the recipe, side by side.

import { choice, make, slider, written } from "./course.js";
import { button, guarded, line, page } from "./parts.js";

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
    "pre",
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
    const [text, made] = [prompt(), []];
    const whole = text.length + NEW_BYTES;
    const frequencies = (await lab.frequencies([whole], recipe))[whole];
    const at = columns[reader];
    at.name(lab.inWords(recipe));
    let begun = performance.now();
    const job = { kind: "completion", model: lab.name, text, count: NEW_BYTES, frequencies };
    if (how.value === "chance") job.seed = seed;
    return lab.model.ask("completion", job, ({ read, byte }) => {
      if (read) {
        begun = performance.now();
        return at.note(`${written(read)} of ${written(text.length)} bytes read`);
      }
      made.push(byte);
      at.show(text, made);
      const pace = (1000 * made.length) / (performance.now() - begun);
      at.note(
        `${made.length} bytes, ${written(pace)} a second; the cache holds ${written(text.length + made.length)} keys of each head`,
      );
    });
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
  const go = button("Complete", () =>
    lab.ready
      ? guarded(status, both)
      : (status.textContent = "Load the model first: the button above."),
  );
  lab.addEventListener("change", () => {
    lab.model.stop("completion");
    columns.recipe.name(lab.inWords());
    show();
  });
  const row = make("div", { class: "rope-player" }, go, how.element);
  const three = make(
    "div",
    { class: "model-columns" },
    ...Object.values(columns).map((each) => each.element),
  );
  element.append(page(length.element, row, status, three));
  columns.recipe.name(lab.inWords());
  show();
}
