// Perplexity by length, read live: a point comes as soon as its length is read.

import { chartView, written } from "./course.js";
import { bar, guarded, line } from "./parts.js";

const COLOURS = {
  now: "light-dark(#D55E00, #FF8A3D)",
  best: "light-dark(#0072B2, #56B4E9)",
  earlier: "light-dark(#8C8C8C, #9A9A9A)",
  rope: "light-dark(#000000, #EEEEEE)",
  last_512: "light-dark(#555555, #A6A6A6)",
};
const PLAIN = { marker: "o", dash: "-", width: 2, open_marker: false, named: true, size: 7 };

// --- the chart ---

const lineOf = (label, curve, colour, look = {}) => ({
  ...PLAIN, ...look, label, colour, x: Object.keys(curve).map(Number), y: Object.values(curve),
});

// Earlier tries are one line with gaps.
function earlierLine(tries, without) {
  const [x, y] = [[], []];
  for (const [words, curve] of Object.entries(tries)) {
    if (without.includes(words)) continue;
    x.push(...Object.keys(curve).map(Number), null);
    y.push(...Object.values(curve), null);
  }
  return { ...lineOf("earlier", {}, COLOURS.earlier, { width: 1.5 }), x, y };
}

export function bestOf(tries, length) {
  const whole = Object.entries(tries).filter(([, curve]) => length in curve);
  return whole.sort((a, b) => a[1][length] - b[1][length])[0]?.[0];
}

function upAxis(lines) {
  const highest = Math.max(2, ...lines.flatMap(({ y }) => y));
  const top = [4, 8, 16, 32, 64].find((each) => highest <= each) ?? 1.2 * highest;
  const low = Math.min(1.8, 0.95 * Math.min(...lines.flatMap(({ y }) => y.filter(Boolean))));
  return { label: "perplexity per byte (log scale)", limits: [low, top], log: true, ticks: [] };
}

function acrossAxis(lengths) {
  const limits = [lengths[0] / 1.15, lengths.at(-1) * 1.15];
  const ticks = lengths.map((length) => [length, written(length)]);
  return { label: "bytes read at once (log scale)", limits, log: true, ticks };
}

function titleOf({ now, lengths, floor }, length, value) {
  if (!now) return "Load the model, and it reads what you set";
  if (length === undefined) return "Reading …";
  const told = `${written(value, 2)} at ${written(length)} bytes`;
  if (length < lengths.at(-1)) return `${told}; reading on …`;
  if (!(length in floor)) return told;
  return `${told}. With only the last 512 in sight: ${written(floor[length], 2)}`;
}

// `tries` are {recipe in words: {length: perplexity}}; `plain` and `floor` are the two to compare with.
export function describe(state) {
  const { tries, now, lengths, plain, floor } = state;
  const best = bestOf(tries, lengths.at(-1));
  const lines = [
    lineOf("unchanged", plain, COLOURS.rope),
    lineOf("last 512 only", floor, COLOURS.last_512, { marker: "p", dash: ":" }),
    earlierLine(tries, [now, best]),
    lineOf("best", tries[best] ?? {}, COLOURS.best, { marker: "D", dash: "--", open_marker: true }),
    lineOf("this one", tries[now] ?? {}, COLOURS.now, { marker: "v", width: 3 }),
  ];
  const values = Object.entries(tries[now] ?? {}).map(([n, each]) => `${written(Number(n))}: ${written(each, 2)}`);
  const told = now ? [`this one, ${now}: ${values.join(", ") || "reading …"}`] : [];
  if (best) told.push(`best so far, ${best}: ${written(tries[best][lengths.at(-1)], 2)} at ${written(lengths.at(-1))}`);
  const [length, value] = Object.entries(tries[now] ?? {}).map(([n, each]) => [Number(n), each]).at(-1) ?? [];
  return {
    title: titleOf(state, length, value),
    number: length === undefined ? "…" : written(value, 2),
    digest: told,
    panels: [{
      x: acrossAxis(lengths), y: upAxis(lines), lines, rows: 5, shade: null, band: null,
      uprights: [{ label: "trained window", x: 512, height: 0.97, side: "left" }],
    }],
  };
}

// --- reading ---

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
  const show = (now) => view.show(describe({ ...known(), now }));

  // Reads into a curve those lengths that it lacks.
  async function read(curve, what, now, job) {
    const { lengths } = known();
    const missing = lengths.filter((length) => !(length in curve));
    const frequencies = await lab.frequencies(missing, job.recipe);
    const longest = lengths.at(-1);
    const text = lab.text.bytes.slice(0, longest);
    const ask = { kind: "perplexity", text, lengths: missing, longest, frequencies, model: job.name, reach: job.reach };
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
      [floor, "Reading with the last 512 in sight", { recipe: { method: "rope" }, name: "base", reach: shape.trained_length }],
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
