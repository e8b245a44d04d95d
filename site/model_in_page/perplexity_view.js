// Perplexity by length, read live: a point comes as soon as its length is read.

import { chartView, written } from "./course.js";
import { bar, guarded, line } from "./parts.js";
import { describeBeside } from "./tries.js";

const UNCHANGED = { recipe: { method: "rope" }, name: "base" };

// What was read so far, on each text.
function notes({ settings, course }) {
  const texts = new Map();
  return (text) => {
    if (!texts.has(text)) {
      const { rope, last_512 } = text === course ? settings.recorded : { rope: {}, last_512: {} };
      texts.set(text, { tries: {}, unchanged: rope, last: last_512 });
    }
    return texts.get(text);
  };
}

export function mount(element, lab) {
  const [status, progress] = [line(), bar("how much of the reading is done")];
  const view = chartView(element, {}, { below: [progress.element, status] });
  const notesOn = notes(lab);
  let turn = 0; // counts what was asked for; only the newest goes on
  const lengths = () => lab.settings.lengths.filter((each) => each <= lab.text.bytes.length);

  function show(now) {
    const { tries, ...beside } = notesOn(lab.text);
    const chart = describeBeside({ tries, now, lengths: lengths() }, beside);
    const title = "Load the model, and it reads what you set";
    view.show(now ? chart : { ...chart, title, digest: [] });
  }

  // Reads into a curve those lengths that it lacks. False when something newer was asked for.
  async function read(curve, { what, now, recipe, name, reach }, mine) {
    const missing = lengths().filter((length) => !(length in curve));
    const longest = lengths().at(-1);
    const text = lab.text.bytes.slice(0, longest);
    const frequencies = await lab.frequencies(missing, recipe);
    if (mine !== turn) return false;
    const job = { kind: "perplexity", model: name, text, lengths: missing, longest, frequencies };
    return lab.model.ask("perplexity", { ...job, reach }, ({ length, share = 1, perplexity }) => {
      if (perplexity !== undefined) {
        curve[length] = perplexity;
        show(now);
      }
      progress.show(share);
      status.textContent = `${what}, ${written(length)} bytes at once: ${written(100 * share)} %`;
    });
  }
  async function readAll(mine) {
    const { tries, unchanged, last } = notesOn(lab.text);
    const { recipe, name } = lab;
    const now = name === "base" ? lab.inWords() : `fine-tuned, ${lab.inWords()}`;
    tries[now] ??= {};
    show(now);
    const reach = lab.settings.shape.trained_length;
    const jobs = [
      [tries[now], { what: "Reading", now, recipe, name }],
      [last, { what: `Reading with ${reach} bytes in sight`, now, ...UNCHANGED, reach }],
      [unchanged, { what: "Reading unchanged", now, ...UNCHANGED }],
    ];
    for (const [curve, job] of jobs) if (!(await read(curve, job, mine))) return;
    status.textContent = `Read: ${lab.text.name}. Change a setting, and the model reads again.`;
    progress.show(null);
  }
  function start() {
    lab.model.stop("perplexity");
    const mine = ++turn;
    const unlessOld = (error) => mine === turn && Promise.reject(error);
    if (lab.ready) return guarded(status, () => readAll(mine).catch(unlessOld));
    progress.show(null);
    status.textContent = "Load the weights, above, and the model reads.";
  }
  lab.addEventListener("change", start);
  lab.addEventListener("loaded", start);
  show("");
  return view.stop;
}
