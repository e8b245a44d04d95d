// The chart of all recipes tried: figures/bench.py's `tries_chart`, and two readers to compare with.

import { written } from "./course.js";

const COLOURS = {
  now: "light-dark(#D55E00, #FF8A3D)",
  best: "light-dark(#0072B2, #56B4E9)",
  earlier: "light-dark(#8C8C8C, #9A9A9A)",
  unchanged: "light-dark(#000000, #EEEEEE)",
  last: "light-dark(#555555, #A6A6A6)",
};
const PLAIN = { marker: "o", dash: "-", width: 2, open_marker: false, named: true, size: 7 };
const ROUND = [1, 2, 2.5, 3, 4, 5, 6, 8];

const lineOf = (label, curve, colour, look = {}) => ({
  ...PLAIN,
  ...look,
  label,
  colour,
  x: Object.keys(curve).map(Number),
  y: Object.values(curve),
});

// Earlier tries are one line with gaps.
function earlierLine(tries, without) {
  const [x, y] = [[], []];
  for (const [words, curve] of Object.entries(tries)) {
    if (without.includes(words)) continue;
    x.push(...Object.keys(curve).map(Number), null);
    y.push(...Object.values(curve), null);
  }
  return { ...lineOf("earlier tries", {}, COLOURS.earlier, { width: 1.5 }), x, y };
}

// The recipe with the lowest perplexity at a length; nothing if none was read so far.
function bestOf(tries, length) {
  const whole = Object.entries(tries).filter(([, curve]) => length in curve);
  return whole.sort((a, b) => a[1][length] - b[1][length])[0]?.[0];
}

function upAxis(curves) {
  const values = curves.flatMap((curve) => Object.values(curve));
  const highest = Math.max(...(values.length ? values : [2]));
  const top = [4, 8, 16, 32, 64].find((each) => highest <= each) ?? 1.2 * highest;
  const low = Math.min(1.8, ...values.map((value) => 0.95 * value));
  const numbers = [0.1, 1, 10, 100, 1000].flatMap((power) => ROUND.map((step) => step * power));
  const ticks = numbers
    .filter((each) => low <= each && each <= top)
    .map((each) => [each, each.toLocaleString("en-US")]);
  return { label: "perplexity per byte (log scale)", limits: [low, top], log: true, ticks };
}

function acrossAxis(lengths) {
  const limits = [lengths[0] / 1.15, lengths.at(-1) * 1.15];
  const ticks = lengths.map((length) => [length, written(length)]);
  return { label: "bytes read at once (log scale)", limits, log: true, ticks };
}

function titleOf({ tries, now, lengths }, best) {
  const longest = lengths.at(-1);
  const value = tries[now]?.[longest];
  if (value === undefined) return "Reading …";
  if (now === best) return `${written(value, 2)} at ${written(longest)} bytes: the best so far`;
  const than = written(tries[best][longest], 2);
  return `${written(value, 2)} at ${written(longest)} bytes; the best so far has ${than}`;
}

// `tries` are {recipe in words: {length: perplexity}}, one of them `now`.
export function describeTries(state) {
  const { tries, now, lengths } = state;
  const longest = lengths.at(-1);
  const best = bestOf(tries, longest);
  const values = Object.entries(tries[now]).map(
    ([n, each]) => `${written(Number(n))}: ${written(each, 2)}`,
  );
  const digest = [`this one, ${now}: ${values.join(", ") || "reading …"}`];
  if (best)
    digest.push(`best so far, ${best}: ${written(tries[best][longest], 2)} at ${written(longest)}`);
  digest.push(`tries: ${Object.keys(tries).length}`);
  const value = tries[now][longest];
  const lines = [
    earlierLine(tries, [now, best]),
    lineOf("best so far", tries[best] ?? {}, COLOURS.best, {
      marker: "D",
      dash: "--",
      open_marker: true,
    }),
    lineOf("this one", tries[now], COLOURS.now, { marker: "v", width: 3 }),
  ];
  const axes = { x: acrossAxis(lengths), y: upAxis(Object.values(tries)) };
  const panel = { ...axes, lines, uprights: [], shade: null, band: null, rows: lines.length };
  return {
    title: titleOf(state, best),
    number: value === undefined ? "…" : written(value, 2),
    digest,
    panels: [panel],
  };
}

// The same beside two curves: the model unchanged, and with the last 512 bytes in sight.
export function describeBeside(state, { unchanged, last }) {
  const { tries, now, lengths } = state;
  const chart = describeTries({ ...state, tries: { [now]: {}, ...tries } });
  const [panel] = chart.panels;
  const lines = [
    lineOf("unchanged", unchanged, COLOURS.unchanged),
    lineOf("last 512", last, COLOURS.last, { marker: "p", dash: ":" }),
    ...panel.lines,
  ];
  const y = upAxis([unchanged, last, ...Object.values(tries)]);
  const uprights = [{ label: "trained window", x: 512, height: 0.97, side: "left" }];
  const known = Object.keys(tries[now] ?? {})
    .map(Number)
    .at(-1);
  const sofar = known !== undefined &&
    known < lengths.at(-1) && {
      number: written(tries[now][known], 2),
      title: `${written(tries[now][known], 2)} at ${written(known)} bytes; reading on …`,
    };
  return { ...chart, ...sofar, panels: [{ ...panel, y, lines, uprights, rows: lines.length }] };
}
