// The path of a pair's hand along the text, in space: drag it, or turn it with the sliders.
// widgets/helix_figure.py draws the same with plotly.

const PARTS = [
  ["in the window", "helix-window"],
  ["beyond it, angle met in training", "helix-known"],
  ["beyond it, new angle", "helix-new"],
];
const LONG = 2.2; // how long the text is drawn, beside a hand of length 1

// The runs of a path: {part, points}, each point [position, angle]; runs touch.
export function runsOf(s, method, pair) {
  const settings = { ...s.head, ...s.methods.find(({ name }) => name === method).others };
  const speed = inverseFrequencies(method, settings)[pair];
  const trained = inverseFrequencies("rope", settings)[pair];
  const window = settings.trained_length;
  const step = Math.min(32, TURN / (20 * speed));
  const runs = [];
  for (let at = 0; at < s.length - 1 + step; at += step) {
    const position = Math.min(at, s.length - 1);
    const fresh = newAngles([speed], position, window, [trained])[0];
    const part = position <= window - 1 ? 0 : fresh ? 2 : 1;
    const point = [position, position * speed];
    const last = runs.at(-1);
    if (last?.part === part) last.points.push(point);
    else runs.push({ part, points: last ? [last.points.at(-1), point] : [point] });
  }
  return runs;
}

export function mount(element, s) {
  const view = { viewBox: "-150 -105 300 210", class: "helix", role: "img" };
  const picture = make("svg", view);
  const list = (label, values, value) => slider({ label, values, value }, draw);
  const pair = list("pair", s.pairs, s.pairs.at(-1));
  const turn = slider({ label: "turn, degrees", from: 0, to: 180, value: 25 }, draw);
  const tilt = slider({ label: "tilt, degrees", from: -90, to: 90, value: 20 }, draw);
  const options = s.methods.map(({ name, label }) => [name, label]);
  const method = choice({ label: "method", options, value: "rope" }, draw);
  const legend = PARTS.map(([text, kind]) => {
    const line = make("line", { class: kind, x1: 2, x2: 34, y1: 8, y2: 8 });
    return make("span", {}, make("svg", { width: 36, height: 16 }, line), text);
  });
  const words = make("p", { class: "rope-line" });
  const spoken = voice();

  function place([position, angle]) {
    const [yaw, pitch] = [turn.value, tilt.value].map((degrees) => (degrees * TURN) / 360);
    const along = LONG * (position / s.length - 0.5);
    const [across, up] = [Math.cos(angle) * 0.75, Math.sin(angle) * 0.75];
    const x = along * Math.cos(yaw) + across * Math.sin(yaw);
    const deep = across * Math.cos(yaw) - along * Math.sin(yaw);
    return `${(100 * x).toFixed(1)} ${(-100 * (up * Math.cos(pitch) + deep * Math.sin(pitch))).toFixed(1)}`;
  }
  const path = (points, kind) => make("path", { class: kind, d: `M${points.map(place).join("L")}` });

  function draw() {
    const runs = runsOf(s, method.value, pair.value);
    const arc = Math.min(TURN, inverseFrequencies("rope", s.head)[pair.value] * (s.head.trained_length - 1));
    const edge = Array.from({ length: 33 }, (_, i) => (arc * i) / 32);
    const sheet = [...edge.map((angle) => [0, angle]), ...edge.reverse().map((angle) => [s.length, angle])];
    const axis = make("path", { class: "rope-grid", d: `M${[[0], [s.length]].map(([at]) => axisAt(at)).join("L")}` });
    picture.replaceChildren(path(sheet, "helix-sheet"), axis, ...runs.map(({ part, points }) => path(points, PARTS[part][1])));
    const fresh = runs.some(({ part }) => part === 2);
    const made = runs.at(-1).points.at(-1)[1] / TURN;
    words.textContent =
      `Pair ${pair.value} makes ${written(made, 2)} turns in ${written(s.length)} positions` +
      (fresh ? ", and meets new angles." : ", and meets no new angle.");
    put(picture, { "aria-label": words.textContent });
    spoken.say(words.textContent);
  }
  function axisAt(position) {
    const [yaw, pitch] = [turn.value, tilt.value].map((degrees) => (degrees * TURN) / 360);
    const along = LONG * (position / s.length - 0.5);
    return `${100 * along * Math.cos(yaw)} ${100 * along * Math.sin(yaw) * Math.sin(pitch)}`;
  }
  picture.addEventListener("pointerdown", (event) => picture.setPointerCapture(event.pointerId));
  picture.addEventListener("pointermove", ({ buttons, movementX, movementY }) => {
    if (!buttons) return;
    turn.value -= movementX / 2;
    tilt.value += movementY / 2;
    draw();
  });
  const names = make("div", { class: "rope-legend" }, ...legend);
  const knobs = make("div", { class: "rope-knobs" }, pair.element, turn.element, tilt.element);
  element.append(page(words, names, picture, method.element, knobs, spoken.element));
  draw();
}
