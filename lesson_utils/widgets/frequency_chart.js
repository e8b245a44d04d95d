// Frequency and wavelength of every pair: figures/lesson_03.py's `wavelength_chart`. What does not
// change stands in `start`, the description of the chart at first.

export function describe(start, settings) {
  const speeds = inverseFrequencies("rope", settings);
  const waves = speeds.map((speed) => TURN / speed);
  const window = settings.trained_length;
  const slow = waves.filter((wave) => wave > window).length;
  const first = waves.length - slow;
  const ends = [-0.5, waves.length - 0.5];
  const [values, borders] = [[speeds, waves], [TURN / window, window]];
  const panels = start.panels.map((panel, row) => {
    const [dots, turn] = panel.lines;
    const label = `one turn in the trained window, ${written(window)}`;
    return {
      ...panel,
      x: { ...panel.x, limits: ends },
      shade: slow ? { ...panel.shade, ends: [first - 0.5, ends[1]] } : null,
      lines: [
        { ...dots, x: [...waves.keys()], y: values[row] },
        { ...turn, label, x: ends, y: [borders[row], borders[row]] },
      ],
    };
  });
  const last = waves.length - 1;
  const which = slow ? `the first that never finishes one is pair ${first}` : "all finish one";
  const pair = `pair 0 turns once in ${written(waves[0], 2)} positions`;
  return {
    title: `${slow} of ${waves.length} pairs never finish a turn in ${written(window)} positions`,
    number: String(slow),
    digest: [`${pair}, pair ${last} in ${written(waves[last])}; ${which}`],
    panels,
  };
}

export function mount(element, { bases, headDims, windows, start, chart }) {
  const controls = {
    base: slider({ label: "base", values: bases, step: 1, value: start.base }, draw),
    head_dim: slider({ label: "head_dim", values: headDims, value: start.head_dim }, draw),
    trained_length: slider(
      { label: "trained window", values: windows, value: start.trained_length }, draw,
    ),
  };
  const view = chartView(element, controls);
  function draw() {
    view.show(describe(chart, valuesOf(controls)));
  }
  draw();
  return view.stop;
}
