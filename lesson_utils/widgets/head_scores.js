// A head's score as a sum of turning pairs: head_scores.py's `chart`, drawn as figures/head_scores.py
// says. What does not change stands in `s.chart`, the description of a chart with all its lines.

const ROOM = 0.12;

// What a method makes of a head's pairs: figures/head_scores.py's `Scores`.
function scoresOf({ methods, contents, heads, edges, near }, name, { layer, head, factor, pair }) {
  const method = methods.find((each) => each.name === name);
  const speeds = inverseFrequencies(name, { ...method.has, factor });
  const times = attentionScaling(name, { factor }) ** 2;
  const { real, imag } = contents[heads.length * layer + head];
  const content = real.map((each, i) => [times * each, times * imag[i]]);
  const scores = (starts, blocks) => pairScores(content, speeds, starts, blocks);
  const sizes = edges.slice(1).map((edge, i) => edge - edges[i]);
  const each = scores(edges.slice(0, -1), sizes);
  const window = method.has.trained_length;
  const both = scores([0, window], [window, edges.at(-1) - window]);
  const nearest = sumOf(scores([...Array(near + 1).keys()], Array(near + 1).fill(1)));
  const steps = nearest.slice(1).map((score, i) => Math.abs(score - nearest[i]));
  return {
    ...method,
    curve: sumOf(each),
    alone: each[pair],
    inside: total(both.map(([inside]) => inside)),
    past: total(both.map(([, past]) => past)),
    lift: both.map(([inside, past]) => past - inside),
    step: total(steps) / near,
  };
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

const sumOf = (rows) => rows[0].map((_, place) => total(rows.map((row) => row[place])));

// The axis with its ends a little beyond the lines.
function fitted(axis, lines) {
  const values = lines.flatMap(({ y }) => y);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = ROOM * (high - low);
  return { ...axis, limits: [low - room, high + room] };
}

function headInWords({ layer, head }, now, plain, others) {
  const most = [...now.lift.keys()].sort((a, b) => now.lift[b] - now.lift[a]).slice(0, 3);
  const told = most.map((pair) => `${pair} by ${written(now.lift[pair], 2)}`).join(", ");
  const steps = [now.step, plain.step].map((step) => written(step, 2));
  const near = `neighbours among the nearest 16 bytes differ by ${steps[0]}`;
  return [
    `Layer ${layer}, head ${head}: mean score inside the window ${written(now.inside, 2)}, ` +
      `past it ${written(now.past, 2)}`,
    `pairs that lift it most: ${told}`,
    ...(others ? [`${near}; ${plain.label}: ${steps[1]}`] : []),
  ];
}

export function describe(s, settings) {
  const { method, layer, head, pair } = settings;
  const [now, plain] = [method, "rope"].map((name) => scoresOf(s, name, settings));
  const others = method !== "rope"; // plain RoPE is then drawn, too
  const [byOffset, byPair] = s.chart.panels;
  const [alone, unchanged, own] = byOffset.lines;
  const [zero, ring, hollow, full] = byPair.lines;
  const { label, colour, marker } = now;
  const above = [
    { ...alone, label: `pair ${pair} alone`, y: now.alone },
    ...(others ? [{ ...unchanged, y: plain.curve }] : []),
    { ...own, label, colour, y: now.curve },
  ];
  const below = [
    zero,
    { ...ring, label: `pair ${pair}`, x: [pair], y: [now.lift[pair]] },
    ...(others ? [{ ...hollow, y: plain.lift }] : []),
    { ...full, label, colour, marker, y: now.lift },
  ];
  const lift = total(now.lift);
  const number = written(Math.abs(lift), 2);
  return {
    title: `${number} ${lift > 0 ? "higher" : "lower"} on average past the window: ${label}`,
    number,
    digest: headInWords(settings, now, plain, others),
    panels: [
      { ...byOffset, y: fitted(byOffset.y, above), lines: above, rows: above.length },
      { ...byPair, y: fitted(byPair.y, below), lines: below },
    ],
  };
}

export function mount(element, s) {
  const { start } = s;
  const options = s.methods.map(({ name, label }) => [name, label]);
  const list = (label, values, name) => slider({ label, values, value: start[name] }, draw);
  const controls = {
    method: choice({ label: "method", options, value: start.method }, draw),
    factor: list("factor", s.factors, "factor"),
    layer: list("layer", s.layers, "layer"),
    head: list("head", s.heads, "head"),
    pair: list("pair drawn alone", [...s.contents[0].real.keys()], "pair"),
  };
  const view = chartView(element, controls);
  function draw() {
    controls.factor.disabled = controls.method.value === "rope";
    view.show(describe(s, valuesOf(controls)));
  }
  draw();
  return view.stop;
}
