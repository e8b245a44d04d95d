// Answers what the bench asks where no kernel runs: where a head looks, as tools/pages/attention.py
// noted it. It draws nothing.

const nameOf = ({ method, factor }) => (method === "rope" ? method : `${method}-${factor}`);

// Whole numbers as Python writes them: a tie goes to the even one.
const whole = (value) => (Math.abs(value) % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

function binName(starts, place) {
  const [first, next] = [starts[place], starts[place + 1]];
  if (next === undefined) return `${written(first)} and more`;
  return first === next - 1 ? written(first) : `${written(first)}–${written(next - 1)}`;
}

const count = (keys) => (keys < 100 ? String(keys) : written(keys));

// figures/lesson_04.py's `attention_chart`. `looks` has a {name, shares, keys} for each recipe, the
// shares of one head at one place, in thousandths.
export function describe(s, looks, { layer, head, position }) {
  const [panel] = s.chart.panels;
  const border = s.starts.indexOf(s.window);
  const told = looks.map(({ name, shares, keys }) => {
    const values = shares.map((share) => share / 1000);
    const beyond = 100 * values.slice(border).reduce((sum, share) => sum + share, 0);
    const peak = values.indexOf(Math.max(...values));
    return { ...s.recipes[name], values, keys, peak, beyond: `${whole(beyond)} %` };
  });
  const lines = told.map(({ words, colour, marker, values }, order) => ({
    label: words, colour, marker, x: [...values.keys()], y: values.map((share) => 100 * share),
    dash: order ? "--" : "-", open_marker: order > 0, width: 2.5, named: true, size: 7,
  }));
  const digest = told.map(
    ({ words, beyond, values, peak, keys }) =>
      `${words}: ${beyond} goes ${written(s.window)} bytes back or further; most, ` +
      `${whole(100 * values[peak])} %, goes ${binName(s.starts, peak)} back; ${count(keys)} keys share it`,
  );
  const sends = told.map(({ label, beyond }) => `${label} sends ${beyond}`).join(", ");
  const where = `Layer ${layer}, head ${head} at byte ${written(position)}`;
  return {
    title: `${where}: beyond the window, ${sends}`,
    number: told[0].beyond,
    digest,
    panels: [{ ...panel, rows: told.length, lines }],
  };
}

export function mount(element, s) {
  const files = new Map();
  const load = (name) => {
    const address = new URL(`../attention/${name}.json`, import.meta.url);
    if (!files.has(name)) files.set(name, fetch(address).then((response) => response.json()));
    return files.get(name);
  };
  const tell = (detail) => dispatchEvent(new CustomEvent(`rope-told-${s.key}`, { detail }));
  async function answer({ recipe, kept, place, number, view }) {
    const names = [...new Set([recipe, kept].map(nameOf))];
    const known = await Promise.all(names.map(load));
    const { layer, head, position } = place;
    const at = s.positions.indexOf(position);
    const looks = known.map(({ shares, keys }, i) => {
      return { name: names[i], shares: shares[layer][head][at], keys: keys[layer][head][at] };
    });
    tell({ number, view, status: "", chart: describe(s, looks, place) });
  }
  addEventListener(`rope-ask-${s.key}`, (event) => {
    event.preventDefault(); // says that somebody has heard
    answer(event.detail).catch(() => tell({ number: event.detail.number, status: "Not fetched. Is the network there?" }));
  });
  answer({ ...s.ask, number: 0, view: "attention" });
}
