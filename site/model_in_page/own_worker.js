// Where a learner's own function runs, once for each length.

import { complaintAbout } from "./own.js";

const NAMES = ["base", "head_dim", "factor", "trained_length", "length"];

function frequenciesOf(compute, given, length) {
  const returned = compute(...NAMES.map((name) => (name === "length" ? length : given[name])));
  const complaint = complaintAbout(returned, given.head_dim / 2);
  if (complaint) throw new Error(complaint);
  const speeds = Array.from(returned.inv_freq ?? returned, Math.fround);
  return { speeds, scaling: returned.attention_scaling ?? 1 };
}

function compiled(body) {
  try {
    return new Function(...NAMES, `"use strict";\n${body}`);
  } catch (error) {
    throw new Error(`Your code cannot be read: ${error.message}.`);
  }
}

function guarded(compute) {
  return (...values) => {
    try {
      return compute(...values);
    } catch (error) {
      throw new Error(`Your code stopped: ${error?.message ?? error}.`);
    }
  };
}

addEventListener("message", ({ data: { body, given, lengths } }) => {
  try {
    const compute = guarded(compiled(body));
    const each = lengths.map((length) => [length, frequenciesOf(compute, given, length)]);
    postMessage({ frequencies: Object.fromEntries(each) });
  } catch (error) {
    postMessage({ error: error.message });
  }
});
