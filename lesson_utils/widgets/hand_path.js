// The path of a pair's hand as the offset grows, a helix in space: dragged, or turned with two sliders.

const [LONG, HAND] = [2.2, 0.75]; // how long the text is drawn, and the hand
const SPAN = 2 * Math.hypot(LONG / 2, HAND);
const POINTS_IN_TURN = 20;
const PARTS = [
  ["in the window", "rope-path-window"],
  ["beyond it, angle met in training", "rope-path-known"],
  ["beyond it, new angle", "rope-path-new"],
];

// Numbers from `low` to `high`, at most `step` apart.
function spaced(low, high, step) {
  const count = Math.max(48, Math.ceil((high - low) / step));
  return Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
}

// A pair's path, cut where it leaves the window and where its angles become new, or known again:
// [{part, points}], a point being [offset, angle]. Where one run ends, the next begins.
export function runsOf({ head, length, methods }, method, pair) {
  const { others } = methods.find(({ name }) => name === method);
  const [speed, trained] = [method, "rope"].map((name) => inverseFrequencies(name, { ...head, ...others })[pair]);
  const edge = head.trained_length - 1;
  const step = TURN / (POINTS_IN_TURN * speed);
  const runs = [];
  for (const at of [...spaced(0, edge, step), ...spaced(edge, length - 1, step).slice(1)]) {
    const fresh = newAngles([speed], at, head.trained_length, [trained])[0];
    const part = at <= edge ? 0 : fresh ? 2 : 1;
    const point = [at, at * speed];
    const last = runs.at(-1);
    if (last?.part === part) last.points.push(point);
    else runs.push({ part, points: last ? [last.points.at(-1), point] : [point] });
  }
  return runs;
}

// Where the tip of a hand lies on the paper, from the middle: to the right, and up. `reach` is how
// much of the hand is meant; `turned` and `tilted` are how the drawing is held, in degrees.
export function onPaper([position, angle, reach = 1], length, [turned, tilted]) {
  const [yaw, pitch] = [turned, tilted].map((degrees) => (degrees * TURN) / 360);
  const along = LONG * (position / (length - 1) - 0.5);
  const [across, up] = [Math.cos(angle), Math.sin(angle)].map((part) => part * HAND * reach);
  const deep = across * Math.cos(yaw) - along * Math.sin(yaw);
  const right = along * Math.cos(yaw) + across * Math.sin(yaw);
  return [right, up * Math.cos(pitch) + deep * Math.sin(pitch)];
}

// --- the drawing ---

// Everything in it is a line through points of space. `place` puts them on the paper.
function drawing({ length, head }, runs, arc, place) {
  const line = (points, kind) => make("path", { class: kind, d: `M${points.map(place).join("L")}` });
  const [edge, end] = [head.trained_length - 1, length - 1];
  const arcOf = (position) => spaced(0, arc, arc).map((angle) => [position, angle]);
  const rim = (position) => line(spaced(0, TURN, TURN).map((angle) => [position, angle]), "rope-grid");
  const name = (position) => {
    const [x, y] = place([position, -TURN / 4, 1.1]);
    return make("text", { x, y: y + 14, class: "rope-tick rope-middle" }, written(position));
  };
  return [
    line([...arcOf(0), ...arcOf(end).reverse()], "rope-path-sheet"),
    ...[0, edge, end].map(rim),
    line([[0, 0, 0], [end, 0, 0]], "rope-grid"),
    ...runs.map(({ part, points }) => line(points, PARTS[part][1])),
    ...[0, edge, end].map(name),
  ];
}

function legendOf() {
  const sample = (kind) => {
    const line = make("line", { class: kind, x1: 2, x2: 34, y1: 8, y2: 8 });
    return make("svg", { width: 36, height: 16, "aria-hidden": true }, line);
  };
  const names = PARTS.map(([text, kind]) => make("span", {}, sample(kind), text));
  const sheet = make("span", {}, make("i", { class: "rope-pale" }), "all angles met in training");
  return make("div", { class: "rope-legend" }, ...names, sheet);
}

// A drag over the picture moves the two sliders; a touch that goes up or down scrolls the page.
function dragged(picture, { turn, tilt }, draw) {
  picture.addEventListener("pointerdown", ({ pointerId }) => picture.setPointerCapture(pointerId));
  picture.addEventListener("pointermove", ({ buttons, movementX, movementY }) => {
    if (!buttons) return;
    turn.value -= movementX / 2;
    tilt.value += movementY / 2;
    draw();
  });
}

function inWords(pair, runs, length) {
  const turns = written(runs.at(-1).points.at(-1)[1] / TURN, 2);
  const fresh = runs.find(({ part }) => part === 2);
  const meets = fresh ? `first new angle near offset ${written(fresh.points[1][0])}` : "no new angle";
  const times = turns === "1.00" ? "turn" : "turns";
  return { number: turns, title: `${turns} ${times} of pair ${pair}'s hand in ${written(length)} positions; ${meets}` };
}

export function mount(element, s) {
  const picture = make("svg", { class: "rope-panel rope-path", role: "img" });
  const [headline, spoken] = [chartHeadline(), voice()];
  const options = s.methods.map(({ name, label }) => [name, label]);
  const method = choice({ label: "method", options, value: "rope" }, draw);
  const controls = {
    pair: slider({ label: "pair", values: s.pairs, value: s.pairs.at(-1) }, draw),
    turn: slider({ label: "turn, degrees", from: -90, to: 90, value: 25 }, draw),
    tilt: slider({ label: "tilt, degrees", from: -90, to: 90, value: 20 }, draw),
  };
  let width = 0;
  function draw() {
    if (!width) return;
    const { pair, turn, tilt } = valuesOf(controls);
    const scale = Math.min((width - 40) / SPAN, 160);
    const height = SPAN * scale + 30; // room for it however it is turned
    const place = (point) => {
      const [right, up] = onPaper(point, s.length, [turn, tilt]);
      return [(width / 2 + scale * right).toFixed(1), (height / 2 - 8 - scale * up).toFixed(1)].map(Number);
    };
    const runs = runsOf(s, method.value, pair);
    const speed = inverseFrequencies("rope", s.head)[pair];
    const arc = Math.min(TURN, speed * s.head.trained_length);
    put(picture, { width, height });
    picture.replaceChildren(...drawing(s, runs, arc, place));
    const said = inWords(pair, runs, s.length);
    headline.say(said);
    put(picture, { "aria-label": said.title });
    spoken.say(said.title);
  }
  dragged(picture, controls, draw);
  const knobs = make("div", { class: "rope-knobs" }, ...Object.values(controls).map((c) => c.element));
  const frame = make("div", {}, picture);
  const all = page(headline.element, frame, legendOf(), method.element, knobs, spoken.element);
  all.classList.add("rope-helix");
  element.append(all);
  const watch = new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    draw();
  });
  watch.observe(frame);
  width = frame.clientWidth;
  draw();
  return () => watch.disconnect();
}
