// Does what the page asks of the model: one job of each view at a time, the newest first. A job that
// a newer one of the same view replaces is given up between two pieces of text.

import { openModel, Reading, readWindow } from "./reader.js";

// --- models ---

let settings = null;
const models = {};

// Opens a model once. One that did not come can be asked for again.
function modelOf(name, report = () => {}) {
  models[name] ??= openModel(name, settings, report).catch((error) => {
    delete models[name];
    throw error;
  });
  return models[name];
}

// --- jobs: each yields its results, and awaits `check` before each piece of text ---

// Where windows end, and how many of their last bytes are scored: perplexity.py's `places`.
export function* places(length, longest) {
  let scored = Math.floor(longest / 2);
  while (scored < longest) {
    const end = Math.min(scored + length - Math.floor(length / 2), longest);
    yield { end, fresh: end - scored };
    scored = end;
  }
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

// The perplexity at each length, all on the bytes that the longest can score; before it, how much
// of the reading is done.
async function* perplexity({ model: name, text, lengths, longest, frequencies, reach }, check) {
  const model = await modelOf(name);
  for (const length of lengths) {
    const laid = [...places(length, longest)];
    let [nats, read] = [0, 0];
    for (const { end, fresh } of laid) {
      const window = text.subarray(end - length, end);
      const pieces = readWindow(model, window, frequencies[length], check, { reach });
      for await (const { from, bytes, losses } of pieces) {
        const scored = losses.subarray(0, length - 1 - from); // the last byte has no answer
        nats += sum(Array.from(scored.subarray(Math.max(0, length - fresh - 1 - from))));
        yield { length, share: (read += bytes.length) / (laid.length * length) };
      }
    }
    yield { length, perplexity: Math.exp(nats / (longest - Math.floor(longest / 2))) };
  }
}

// What each head looks at from every `every`-th byte.
async function* attention({ model: name, text, frequencies, every }, check) {
  const model = await modelOf(name);
  for await (const { from, bytes, weights } of readWindow(model, text, frequencies, check, {
    piece: every,
  }))
    yield { position: from + bytes.length - 1, weights };
}

// Numbers from 0 to 1 by chance, the same for the same seed (mulberry32).
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEMPERATURE = 0.7; // of what is drawn by chance; below 1 the likely becomes likelier

function drawn(logits, share) {
  const most = Math.max(...logits);
  const odds = Array.from(logits, (logit) => Math.exp((logit - most) / TEMPERATURE));
  let left = share * sum(odds);
  const found = odds.findIndex((each) => (left -= each) < 0);
  return found < 0 ? odds.indexOf(1) : found;
}

// The next byte, again and again, with its probability: the likeliest, or, with a seed, by chance.
async function* completion({ model: name, text, count, frequencies, seed }, check) {
  const next = seed === undefined ? null : chance(seed);
  const reading = new Reading(await modelOf(name), frequencies);
  try {
    let logits;
    for (let from = 0; from < text.length; from += 256) {
      await check();
      const bytes = text.subarray(from, from + 256);
      ({ logits } = await reading.read(bytes, bytes));
      yield { read: from + bytes.length };
    }
    for (let made = 0; made < count; made++) {
      const byte = next ? drawn(logits, next()) : logits.indexOf(Math.max(...logits));
      const all = sum(Array.from(logits, (logit) => Math.exp(logit - logits[byte])));
      yield { byte, probability: 1 / all };
      await check();
      ({ logits } = await reading.read([byte], [0]));
    }
  } finally {
    reading.close();
  }
}

async function* load({ model: name }, check, tell) {
  yield { kind: (await modelOf(name, (bytes) => tell({ bytes }))).kind };
}

const WORK = { load, perplexity, attention, completion };

// --- whose turn it is ---

const jobs = []; // the newest last
const GIVEN_UP = new Error("given up");
const pause = (milliseconds = 0) => new Promise((resume) => setTimeout(resume, milliseconds));

// Lets messages come in, and waits while a newer job of another view has work to do.
async function turn(job) {
  do {
    await pause();
    if (job.givenUp) throw GIVEN_UP;
    if (job.kind === "load") return;
  } while (jobs.at(-1) !== job && (await pause(20), true));
}

function giveUp(view) {
  for (const job of jobs) if (job.view === view) job.givenUp = true;
}

async function work(job) {
  giveUp(job.view);
  jobs.push(job);
  const { number, kind } = job;
  const tell = (result) => postMessage({ number, result });
  try {
    for await (const result of WORK[kind](job, () => turn(job), tell)) tell(result);
    postMessage({ number, end: "done" });
  } catch (error) {
    if (error === GIVEN_UP) postMessage({ number, end: "given up" });
    else postMessage({ number, end: "failed", message: error.message });
  } finally {
    jobs.splice(jobs.indexOf(job), 1);
  }
}

addEventListener("message", ({ data }) => {
  if (data.settings) settings = data.settings;
  else if (data.stop) giveUp(data.stop);
  else work(data);
});
