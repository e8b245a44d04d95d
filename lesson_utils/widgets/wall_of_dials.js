// A dial for every pair, turned by position times its speed, under a method of the learner's choice.

// Radians per position of each pair, as lesson_utils.rope and lesson_utils.scaling have them. The
// names, and those of a method's own options, are the ones in lesson_utils/methods.py.
export const METHODS = {
  rope: (s) => plain(s.headDim, s.base),
  pi: (s) => plain(s.headDim, s.base).map((speed) => speed / s.factor),
  ntk_aware: (s) => plain(s.headDim, s.base * s.factor ** (s.headDim / (s.headDim - 2))),
  ntk_by_parts: (s) => byParts(s, s.beta_fast, s.beta_slow),
  yarn: (s) => byParts(s, s.beta_fast, s.beta_slow),
  llama3: (s) => byParts(s, s.high_freq_factor, s.low_freq_factor),
  abf: (s) => plain(s.headDim, s.adjusted_base),
};

function plain(headDim, base) {
  return Array.from({ length: headDim / 2 }, (_, i) => base ** ((-2 * i) / headDim));
}

function byParts({ headDim, base, factor, trainedLength }, fast, slow) {
  return plain(headDim, base).map((speed) => {
    const turns = (trainedLength * speed) / (2 * Math.PI);
    const untouched = Math.min(1, Math.max(0, (turns - slow) / (fast - slow)));
    return untouched * speed + ((1 - untouched) * speed) / factor;
  });
}

// A method that is not in the list is refused, and never drawn as plain RoPE.
export function ruleOf(method) {
  if (Object.hasOwn(METHODS, method)) return METHODS[method];
  const known = Object.keys(METHODS).join(", ");
  throw new Error(
    `The wall of dials cannot draw ${method}, only ${known}. Add it to wall_of_dials.js.`,
  );
}

// Which pairs point where the trained window never put them, as lesson_utils.angles has it.
export function newAngles(speeds, offset, trainedSpeeds, trainedLength) {
  const turn = 2 * Math.PI;
  return speeds.map((speed, i) => {
    const reached = trainedSpeeds[i] * trainedLength;
    return reached < turn && (speed * offset) % turn >= reached * (1 - 1e-6);
  });
}

function dial(pair) {
  const swept = make("path", { class: "rope-swept" });
  const hand = make("line", { x2: 40 });
  const round = make("circle", { class: "rope-round", cx: 40, r: 7 });
  const cross = make("path", { class: "rope-cross", d: "M33 -7L47 7M33 7L47 -7" });
  const turning = make("g", {}, hand, round, cross);
  const picture = make(
    "svg", { viewBox: "-50 -50 100 100", "aria-hidden": "true" },
    swept, make("circle", { class: "rope-rim", r: 40 }), turning,
  );
  return { swept, turning, element: make("div", { class: "rope-one" }, picture, `${pair}`) };
}

// Angle 0 is to the right and hands turn counter-clockwise, as angles do in maths.
function sector(angle) {
  if (angle >= 2 * Math.PI) return "M40 0A40 40 0 1 0 -40 0A40 40 0 1 0 40 0Z";
  const end = `${40 * Math.cos(angle)} ${-40 * Math.sin(angle)}`;
  return `M0 0L40 0A40 40 0 ${angle > Math.PI ? 1 : 0} 0 ${end}Z`;
}

function legend() {
  const mark = (kind, text) => {
    const one = dial("").turning;
    one.setAttribute("class", kind);
    const picture = make("svg", { viewBox: "0 -10 50 20", "aria-hidden": "true" }, one);
    return make("span", {}, picture, text);
  };
  const pale = make("span", {}, make("i", { class: "rope-pale" }), "swept in training");
  const marks = [mark("rope-seen", "angle met in training"), mark("rope-new", "new angle"), pale];
  return make("div", { class: "rope-legend" }, ...marks);
}

// Sliders for what only some methods have; those of the method at hand are shown.
function ownControls(rows, onInput) {
  const write = (value) => value.toLocaleString("en-US");
  const controls = {};
  for (const option of rows.flatMap((row) => row.options)) {
    const { name, values } = option;
    controls[name] ??= values.length ? slider({ ...option, write }, onInput) : option;
  }
  const element = make("div", { class: "rope-knobs" });
  let shown = null;
  return {
    element,
    show(row) {
      if (row === shown) return; // a slider that is taken out and put back is let go of
      shown = row;
      const sliders = row.options.filter(({ values }) => values.length);
      element.replaceChildren(...sliders.map(({ name }) => controls[name].element));
    },
    get values() {
      const entries = Object.entries(controls);
      return Object.fromEntries(entries.map(([name, control]) => [name, control.value]));
    },
  };
}

function render({ model, el }) {
  const s = model.get("settings");
  try {
    for (const { name } of s.methods) ruleOf(name);
  } catch (error) {
    el.append(page(make("p", { role: "alert" }, error.message)));
    return;
  }
  const position = slider(
    { label: "position", from: 0, to: s.last, value: s.position, presets: [512, 4000] }, moved,
  );
  const base = slider({ label: "base", values: s.bases, value: s.base }, set);
  const headDim = slider({ label: "head_dim", values: s.headDims, value: s.headDim }, set);
  const window_ = slider({ label: "trained window", values: s.windows, value: s.window }, set);
  const rows = Object.fromEntries(s.methods.map((row) => [row.name, row]));
  const names = s.methods.map(({ name, label }) => [name, label]);
  const method = choice({ label: "method", options: names, value: "rope" }, set);
  const own = ownControls(s.methods, set);
  const factor = slider({ label: "factor", values: s.factors, value: s.factor }, set);
  const line = make("p", { role: "status", class: "rope-line" });
  const wall = make("div", { class: "rope-wall" });
  let dials = [];
  let at = position.value;
  let speeds;
  let trained;

  function settings() {
    return {
      headDim: headDim.value, base: base.value, factor: factor.value, trainedLength: window_.value,
      ...own.values,
    };
  }

  function set() {
    const row = rows[method.value];
    factor.disabled = !row.asksFactor;
    own.show(row);
    speeds = ruleOf(row.name)(settings());
    trained = ruleOf("rope")(settings());
    if (dials.length !== speeds.length) {
      dials = speeds.map((_, pair) => dial(pair));
      wall.replaceChildren(...dials.map((one) => one.element));
      wall.style.setProperty("--columns", speeds.length > 32 ? 12 : 8);
    }
    dials.forEach((one, i) => {
      one.swept.setAttribute("d", sector(trained[i] * (window_.value - 1)));
    });
    draw();
  }

  function moved() {
    at = position.value;
    draw();
  }

  function draw() {
    const fresh = newAngles(speeds, at, trained, window_.value);
    dials.forEach((one, i) => {
      const degrees = (((speeds[i] * at) % (2 * Math.PI)) * 180) / Math.PI;
      one.turning.setAttribute("transform", `rotate(${-degrees})`);
      one.turning.setAttribute("class", fresh[i] ? "rope-new" : "rope-seen");
    });
    const count = fresh.filter(Boolean).length;
    line.textContent =
      `Position ${written(at)}: ${count} of ${dials.length} hands point somewhere new.`;
  }

  function advance(amount) {
    at = Math.min(s.last, at + amount);
    position.value = Math.floor(at);
    draw();
    return at < s.last;
  }

  const button = playButton({
    advance,
    atEnd: () => at >= s.last,
    restart: () => advance(-at),
    speeds: { slow: 8, normal: 30, fast: 1000 },
    speed: "normal",
    unit: "positions",
    step: 64,
  });
  const first = make("div", { class: "rope-first" }, button.element, position.element);
  const rest = [base, headDim, window_, factor].map((control) => control.element);
  const knobs = make("div", { class: "rope-knobs" }, ...rest);
  el.append(page(first, knobs, method.element, own.element, line, wall, legend()));
  set();
  return button.stop;
}

export default { render };
