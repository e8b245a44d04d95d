// Where a head looks: figures/lesson_04.py's `attention_chart`, from what was told of a whole layer.

// Whole numbers as Python writes them: a tie goes to the even one.
const whole = (value) => (Math.abs(value) % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));
const count = (keys) => (keys < 100 ? String(Number(keys.toPrecision(3))) : written(whole(keys)));

function binName(starts, place) {
  const [first, next] = [starts[place], starts[place + 1]];
  if (next === undefined) return `≥ ${written(first)}`;
  return first === next - 1 ? written(first) : `${written(first)}–${written(next - 1)}`;
}

// What one head does at one place, from the looks of its layer, {shares, keys}: flat lists of
// [heads, positions, bins] and [heads, positions].
function lookAt({ positions, attention }, looks, { head, position }) {
  const { starts, window } = attention;
  const at = head * positions.length + positions.indexOf(position);
  const values = Array.from(looks.shares.slice(at * starts.length, (at + 1) * starts.length));
  const far = values.slice(starts.indexOf(window));
  const beyond = `${whole(100 * far.reduce((sum, share) => sum + share, 0))} %`;
  return { ...looks, values, beyond, peak: values.indexOf(Math.max(...values)), keys: looks.keys[at] };
}

// `looks` are those of one layer, one of each recipe: {words, label, colour, marker, shares, keys}.
export function describeAttention(s, looks, place) {
  const { starts, window, chart } = s.attention;
  const told = looks.map((each) => lookAt(s, each, place));
  const lines = told.map(({ words, colour, marker, values }, order) => ({
    label: words, colour, marker, x: [...values.keys()], y: values.map((share) => 100 * share),
    dash: order ? "--" : "-", open_marker: order > 0, width: 2.5, named: true, size: 7,
  }));
  const digest = told.map(
    ({ words, beyond, values, peak, keys }) =>
      `${words}: ${beyond} goes ${written(window)} bytes back or further; most, ` +
      `${whole(100 * values[peak])} %, goes ${binName(starts, peak)} back; ${count(keys)} keys share it`,
  );
  const sends = told.map(({ label, beyond }) => `${label} sends ${beyond}`).join(", ");
  const where = `Layer ${place.layer}, head ${place.head} at byte ${written(place.position)}`;
  return {
    title: `${where}: beyond the window, ${sends || "reading …"}`,
    number: told.length ? told[0].beyond : "…",
    digest,
    panels: [{ ...chart.panels[0], rows: lines.length && Math.max(2, lines.length), lines }],
  };
}

// Numbers as Python sends them, in a buffer, or as a page without a kernel has them, in a list.
const floats = (sent) =>
  sent instanceof DataView
    ? new Float32Array(sent.buffer.slice(sent.byteOffset, sent.byteOffset + sent.byteLength))
    : sent;

// All that was told, kept by recipe and layer, so that it is asked for once. `names` are what the
// recipes to be drawn are called, {recipe, kept}: of which nothing is known, and a chart of the rest.
export function looksKept(s) {
  const known = new Map();
  const name = (words, layer) => `${words}, layer ${layer}`;
  return {
    lacking: (names, { layer }) =>
      Object.keys(names).filter((which) => !known.has(name(names[which], layer))),
    chart(names, place) {
      const looks = Object.values(names).map((words) => known.get(name(words, place.layer)));
      return describeAttention(s, [...new Set(looks)].filter(Boolean), place);
    },
    keep(told) {
      for (const { words, layer, shares, keys, ...look } of told) {
        const numbers = { shares: floats(shares), keys: floats(keys) };
        known.set(name(words, layer), { ...look, words, ...numbers });
      }
    },
  };
}
