// Perplexity by length, read live: a point comes as soon as its length is read.

import { chartView, written } from "./course.js";
import { bar, guarded, line } from "./parts.js";
import { describeBeside } from "./tries.js";

export function mount(element, lab) {
  const [status, progress] = [line(), bar("how much of the reading is done")];
  const view = chartView(element, {}, { below: [progress.element, status] });
  const { lengths: all, recorded, shape } = lab.settings;
  const texts = new Map(); // of each text, what was read on it
  const nameOf = () => (lab.name === "base" ? lab.inWords() : `fine-tuned, ${lab.inWords()}`);

  function known() {
    if (!texts.has(lab.text)) {
      const { rope, last_512 } = lab.text === lab.course ? recorded : { rope: {}, last_512: {} };
      texts.set(lab.text, { tries: {}, plain: rope, floor: last_512 });
    }
    const lengths = all.filter((length) => length <= lab.text.bytes.length);
    return { ...texts.get(lab.text), lengths };
  }
  function show(now) {
    const { plain, floor, ...state } = known();
    const chart = describeBeside({ ...state, now }, { unchanged: plain, last: floor });
    view.show(
      now ? chart : { ...chart, title: "Load the model, and it reads what you set", digest: [] },
    );
  }

  // Reads into a curve those lengths that it lacks.
  async function read(curve, what, now, job) {
    const { lengths } = known();
    const missing = lengths.filter((length) => !(length in curve));
    const frequencies = await lab.frequencies(missing, job.recipe);
    const longest = lengths.at(-1);
    const text = lab.text.bytes.slice(0, longest);
    const ask = {
      kind: "perplexity",
      text,
      lengths: missing,
      longest,
      frequencies,
      model: job.name,
      reach: job.reach,
    };
    return lab.model.ask("perplexity", ask, ({ length, share, perplexity }) => {
      if (perplexity !== undefined) curve[length] = perplexity;
      if (perplexity !== undefined) show(now);
      progress.show(share ?? 1);
      status.textContent = `${what}, ${written(length)} bytes at once: ${written(100 * (share ?? 1))} %`;
    });
  }

  async function readAll() {
    const { tries, plain, floor } = known();
    const [now, recipe, name] = [nameOf(), lab.recipe, lab.name];
    tries[now] ??= {};
    show(now);
    const jobs = [
      [tries[now], "Reading", { recipe, name }],
      [
        floor,
        "Reading with the last 512 in sight",
        { recipe: { method: "rope" }, name: "base", reach: shape.trained_length },
      ],
      [plain, "Reading unchanged", { recipe: { method: "rope" }, name: "base" }],
    ];
    for (const [curve, what, job] of jobs) if (!(await read(curve, what, now, job))) return;
    status.textContent = `Read: ${lab.text.name}. Change a setting, and the model reads again.`;
    progress.show(null);
  }
  function start() {
    lab.model.stop("perplexity");
    if (lab.ready) return guarded(status, readAll);
    progress.show(null);
    status.textContent = "Load the weights, above, and the model reads.";
  }

  lab.addEventListener("change", start);
  lab.addEventListener("loaded", start);
  show("");
  return view.stop;
}
