// How the score of a matching key falls with distance: distance.py's `chart`. What does not change
// stands in `start`, the description of the chart at first.

const [SINGLE, BLOCKS] = [512, 32]; // offsets drawn one by one; means over neighbouring offsets

const rising = (count, step) => Array.from({ length: count }, (_, i) => i * step);

function byBlock(speeds, reach) {
  const block = reach / BLOCKS;
  const starts = rising(BLOCKS, block);
  return { x: starts.map((at) => at + (block - 1) / 2), y: blockMeanScore(speeds, starts, block) };
}

export function describe(start, settings, tiny) {
  const { base, head_dim, reach } = settings;
  const speeds = inverseFrequencies("rope", settings);
  const offsets = rising(SINGLE + 1, reach / SINGLE);
  const [own, kept] = [speeds, inverseFrequencies("rope", tiny)].map((s) => byBlock(s, reach));
  const [near, ...ends] = [meanScore(speeds, [1, 16, 512]), own.y.at(-1), kept.y.at(-1)];
  const [panel] = start.panels;
  const [single, means, others] = panel.lines;
  const lines = [
    { ...single, x: offsets, y: meanScore(speeds, offsets) },
    { ...means, ...own, label: `base ${written(base)}, head_dim ${head_dim}` },
    { ...others, ...kept },
  ];
  const ticks = rising(5, reach / 4).map((value) => [value, written(value)]);
  const [at1, at16, at512, last, theirs] = [...near, ...ends].map((score) => written(score, 2));
  const slow = turns(speeds, reach).filter((made) => made < 1).length;
  return {
    title: `Near offset ${written(reach)}, a matching key scores ${last}`,
    number: last,
    digest: [
      `score at offset 1: ${at1}, at 16: ${at16}, at 512: ${at512}`,
      `mean over the last ${written(reach / BLOCKS)} offsets: ${last}, ${others.label}: ${theirs}`,
      `pairs that turn less than once in ${written(reach)}: ${slow} of ${speeds.length}`,
    ],
    panels: [{
      ...panel,
      x: { ...panel.x, limits: [0, reach], ticks },
      lines,
      uprights: panel.uprights.filter(({ x }) => x < reach),
    }],
  };
}

export function mount(element, { bases, headDims, reaches, start, chart, tiny }) {
  const controls = {
    base: slider({ label: "base", values: bases, step: 1, value: start.base }, draw),
    head_dim: slider({ label: "head_dim", values: headDims, value: start.head_dim }, draw),
    reach: slider({ label: "reach, positions", values: reaches, value: start.reach }, draw),
  };
  const view = chartView(element, controls);
  function draw() {
    view.show(describe(chart, valuesOf(controls), tiny));
  }
  draw();
  return view.stop;
}
