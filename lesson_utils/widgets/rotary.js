// The course's formulas in JavaScript. tests/test_views_in_page.py compares each with its Python
// twin: lesson_utils/rope.py, scaling.py and angles.py. Names of settings are those of Python.

const TURN = 2 * Math.PI;

// --- radians per position of each pair: rope.py and scaling.py ---

function plain(headDim, base) {
  return Array.from({ length: headDim / 2 }, (_, i) => base ** ((-2 * i) / headDim));
}

function ntkAware({ head_dim, base }, factor) {
  return plain(head_dim, base * factor ** (head_dim / (head_dim - 2)));
}

function dynamicNtk(s) {
  return ntkAware(s, Math.max(1, (s.factor * s.length) / s.trained_length - (s.factor - 1)));
}

const clamp = (share) => Math.min(1, Math.max(0, share));

// Between which pairs the "index" ramp falls.
function correctionRange({ head_dim, base, trained_length, beta_fast, beta_slow, truncate }) {
  const pairThatMakes = (turns) =>
    (head_dim * Math.log(trained_length / (TURN * turns))) / (2 * Math.log(base));
  let [low, high] = [beta_fast, beta_slow].map(pairThatMakes);
  if (truncate) [low, high] = [Math.floor(low), Math.ceil(high)];
  [low, high] = [Math.max(low, 0), Math.min(high, head_dim - 1)];
  return [low, low === high ? high + 0.001 : high];
}

// The ramp γ of every pair.
function untouchedShare(s, fast = s.beta_fast, slow = s.beta_slow) {
  if (s.ramp === "index") {
    const [low, high] = correctionRange(s);
    return plain(s.head_dim, s.base).map((_, i) => clamp(1 - (i - low) / (high - low)));
  }
  return plain(s.head_dim, s.base).map((speed) => {
    return clamp(((s.trained_length * speed) / TURN - slow) / (fast - slow));
  });
}

function byParts(s, ...ends) {
  const shares = untouchedShare(s, ...ends);
  return plain(s.head_dim, s.base).map(
    (speed, i) => shares[i] * speed + ((1 - shares[i]) * speed) / s.factor,
  );
}

// The names, and those of a method's own options, are the ones in lesson_utils/methods.py.
export const METHODS = {
  rope: (s) => plain(s.head_dim, s.base),
  pi: (s) => plain(s.head_dim, s.base).map((speed) => speed / s.factor),
  ntk_aware: (s) => ntkAware(s, s.factor),
  dynamic_ntk: (s) => dynamicNtk(s),
  ntk_by_parts: (s) => byParts(s),
  yarn: (s) => byParts(s),
  llama3: (s) => byParts(s, s.high_freq_factor, s.low_freq_factor),
  abf: (s) => plain(s.head_dim, s.adjusted_base),
};

// A method that is not in the list is refused, and never drawn as plain RoPE.
export function requireMethod(name) {
  if (Object.hasOwn(METHODS, name)) return;
  const known = Object.keys(METHODS).join(", ");
  throw new Error(`The page cannot compute ${name}, only ${known}. Add it to rotary.js.`);
}

// Rounded to float32, as in Python.
export function inverseFrequencies(method, settings) {
  requireMethod(method);
  return METHODS[method](settings).map(Math.fround);
}

// The multiplier on cos and sin: what is asked for, or else the method's own.
export function attentionScaling(method, { factor, attention_scaling }) {
  return attention_scaling ?? (method === "yarn" ? 0.1 * Math.log(factor) + 1 : 1);
}

// --- what pairs do: angles.py ---

export const turns = (speeds, length) => speeds.map((speed) => (length * speed) / TURN);

export const slowDown = (trained, speeds) => trained.map((speed, i) => speed / speeds[i]);

export function shareKept(trained, speeds, factor) {
  if (factor === 1) return trained.map(() => 1);
  return slowDown(trained, speeds).map((slowed) => (factor / slowed - 1) / (factor - 1));
}

const ROUNDING = 1e-6;

function firstNew(trained, trainedLength) {
  return trained.map((speed) => {
    const reached = speed * trainedLength;
    return reached < TURN ? reached * (1 - ROUNDING) : Infinity;
  });
}

// Which pairs point, at an offset, where the trained window never put them.
export function newAngles(speeds, offset, trainedLength, trained = speeds) {
  const first = firstNew(trained, trainedLength);
  return speeds.map((speed, i) => (speed * offset) % TURN >= first[i]);
}

// Which pairs meet a new angle at any offset within a text.
export function meetsNewAngles(speeds, length, trainedLength, trained = speeds) {
  const first = firstNew(trained, trainedLength);
  return speeds.map((speed, i) => speed * (length - 1) >= first[i]);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function meanScore(speeds, offsets) {
  return offsets.map((offset) => mean(speeds.map((speed) => Math.cos(offset * speed))));
}

export function blockMeanScore(speeds, starts, block) {
  const [content, blocks] = [speeds.map(() => [1, 0]), starts.map(() => block)];
  const scores = pairScores(content, speeds, starts, blocks);
  return starts.map((_, at) => mean(scores.map((row) => row[at])));
}

// What each pair adds to a score, as a mean over a block of offsets from each start on. `content` is
// [real, imaginary] of each pair.
export function pairScores(content, speeds, starts, blocks) {
  return content.map(([real, imag], i) => {
    const half = speeds[i] / 2;
    return starts.map((start, at) => {
      const [middle, block] = [half * (2 * start + blocks[at] - 1), blocks[at]];
      const turned = real * Math.cos(middle) - imag * Math.sin(middle);
      return (turned * Math.sin(block * half)) / (block * Math.sin(half));
    });
  });
}
