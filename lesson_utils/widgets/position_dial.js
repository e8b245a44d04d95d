// One query and one key as arrows, each turned by position times speed. Both can be dragged.

export function turned([x, y], angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
}

export function score(query, key, queryAt, keyAt, speed) {
  const [q, k] = [turned(query, queryAt * speed), turned(key, keyAt * speed)];
  return q[0] * k[0] + q[1] * k[1];
}

const TURN = 2 * Math.PI;
const angleOf = ([x, y]) => Math.atan2(y, x);
const onCircle = (radius, angle) => [radius * Math.cos(angle), -radius * Math.sin(angle)];

// --- the dial ---

function arrow(letter, name) {
  const line = make("line", { class: `rope-${letter}` });
  const grip = make("line", { class: "rope-grip" });
  const head = make("path", { class: `rope-${letter}-head`, d: "M0 0L-18 8L-18 -8Z" });
  const text = make("text", { class: `rope-letter rope-${letter}-head` }, letter);
  const attributes = { class: "rope-arrow", role: "slider", tabindex: 0, "aria-label": name };
  const element = make("g", { ...attributes, ...OWN_KEYS }, grip, line, head, text);
  function point(vector, position, last) {
    const [length, angle] = [100 * Math.hypot(...vector), angleOf(vector)];
    const [[x2, y2], [x, y]] = [length - 10, length + 16].map((far) => onCircle(far, angle));
    const tip = onCircle(length, angle);
    put(line, { x2, y2 });
    put(grip, { x2: tip[0], y2: tip[1] });
    put(head, { transform: `translate(${tip}) rotate(${(-360 * angle) / TURN})` });
    put(text, { x, y });
    put(element, { "aria-valuenow": position, "aria-valuemin": 0, "aria-valuemax": last });
  }
  return { element, point };
}

// A text beside a point, on the side that is away from the middle.
function beside(text, [x, y]) {
  const side = Math.abs(x) < 12 ? "middle" : x > 0 ? "start" : "end";
  put(text, { x, y, dy: side === "middle" ? Math.sign(y) * 8 : 0, "text-anchor": side });
}

// The way from the key to the query: first α, which is there at offset 0, then what the offset
// turns, round and round where it is more than a turn.
function wayBetween() {
  const first = make("path", { class: "rope-alpha" });
  const rest = make("path", { class: "rope-between" });
  const [letter, words] = ["rope-alpha-text", "rope-between-text"].map((name) =>
    make("text", { class: name }),
  );
  const points = (radiusAt, from, by) => {
    const steps = 1 + Math.ceil(12 * Math.abs(by));
    const each = (_, i) => onCircle(radiusAt(i / steps), from + (by * i) / steps).join(" ");
    return `M${Array.from({ length: steps + 1 }, each).join("L")}`;
  };
  function draw(from, alpha, by, offset) {
    const radiusAt = (share) => 34 + (12 * Math.abs(share * by)) / TURN;
    put(first, { d: points(() => 34, from, alpha) });
    put(rest, { d: points(radiusAt, from + alpha, by) });
    beside(letter, onCircle(42, from + alpha / 2));
    beside(words, onCircle(radiusAt(0.5) + 10, from + alpha + by / 2));
    letter.textContent = "α";
    words.textContent = offset === 0 ? "" : `offset ${written(offset)}`;
  }
  return { lines: [first, rest], texts: [letter, words], draw };
}

// Dragged, an arrow keeps to the pointer, round and round: each new angle counts from the last.
function draggable(handle, picture, start, turnTo) {
  let last = null;
  let whole = 0;
  const angleAt = ({ clientX, clientY }) => {
    const box = picture.getBoundingClientRect();
    return Math.atan2(box.top + box.height / 2 - clientY, clientX - box.left - box.width / 2);
  };
  // Else a finger would scroll the page: browsers heed no touch-action inside a drawing.
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    [last, whole] = [angleAt(event), 0];
    start();
    handle.focus({ preventScroll: true });
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const by = angleAt(event) - last;
    whole += by - TURN * Math.round(by / TURN);
    last = angleAt(event);
    turnTo(whole);
  });
  for (const end of ["pointerup", "pointercancel"])
    handle.addEventListener(end, () => (last = null));
}

// --- the score ---

// A large number, and a bar from 0 to it, on a track that ends at the largest score possible.
function scoreBar(most) {
  const number = make("strong", { class: "rope-big" });
  const fill = make("div", { class: "rope-bar-fill" });
  const ends = [-most, 0, most].map((value) => make("span", {}, value ? written(value, 1) : "0"));
  const bar = make("div", { class: "rope-bar", "aria-hidden": "true" }, fill);
  const scale = make("div", { class: "rope-ends", "aria-hidden": "true" }, ...ends);
  const name = make("span", {}, "score q · k");
  const track = make("div", {}, bar, scale);
  const element = make("div", { class: "rope-headline" }, name, number, track);
  function show(value) {
    const share = (50 * value) / most;
    number.textContent = written(value, 3);
    fill.style.left = `${50 + Math.min(0, share)}%`;
    fill.style.width = `${Math.abs(share)}%`;
  }
  return { element, show };
}

// --- all of it ---

// What is shown of two positions, in numbers.
function numbersOf({ query, key, speed }, m, n) {
  const [lq, lk] = [query, key].map((vector) => Math.hypot(...vector));
  const alpha = angleOf(query) - angleOf(key);
  const value = score(query, key, m, n, speed);
  const formula =
    `|q| |k| cos(α + (m − n) θ) = ${written(lq, 3)} × ${written(lk, 3)} × ` +
    `cos(${written(alpha, 3)} + ${written(m - n)} × ${speed}) = ${written(value, 3)}`;
  const facts = `query at ${written(m)} · key at ${written(n)} · offset ${written(m - n)}`;
  return { alpha, value, formula, facts, most: lq * lk };
}

// Mouse, finger and keys on an arrow move the slider of its position.
function handle(arrowOf, picture, control, speed, draw) {
  let start;
  draggable(
    arrowOf.element, picture, () => (start = control.value),
    (angle) => {
      control.value = start + (speed ? angle / speed : 0);
      draw();
    },
  );
  onKeys(arrowOf.element, KEYS_OF_TRACK, control.press);
}

function dialPicture({ query, key }, q, k, between) {
  const [rq, rk] = [query, key].map((vector) => 100 * Math.hypot(...vector));
  const reach = 30 + Math.max(rq, rk);
  const rings = [rq, rk].map((r) => make("circle", { r, class: "rope-ring" }));
  const viewBox = [-reach, -reach, 2 * reach, 2 * reach].join(" ");
  const parts = [...rings, ...between.lines, k.element, q.element, ...between.texts];
  return make("svg", { viewBox, role: "group", "aria-label": "The dial" }, ...parts);
}

// Draws into any element of any page. `settings` are those of dials.py's `position_dial`.
export function mount(element, settings) {
  const { query, key, speed, queryAt, keyAt, places, shifts } = settings;
  const controls = [
    slider({ label: "query", from: 0, to: places, value: queryAt, tone: "query" }, draw),
    slider({ label: "key", from: 0, to: places, value: keyAt, tone: "key" }, draw),
    slider({ label: "both further by", from: 0, to: shifts, value: 0, presets: [1, shifts] }, draw),
  ];
  const [q, k, between] = [arrow("q", "query"), arrow("k", "key"), wayBetween()];
  const picture = dialPicture(settings, q, k, between);
  const bar = scoreBar(numbersOf(settings, 0, 0).most);
  const facts = make("p", { class: "rope-facts" });
  const line = make("p", { class: "rope-line" });
  const spoken = voice();
  handle(q, picture, controls[0], speed, draw);
  handle(k, picture, controls[1], speed, draw);

  function draw() {
    const [place, other, further] = controls.map((control) => control.value);
    const [m, n] = [place + further, other + further];
    const now = numbersOf(settings, m, n);
    q.point(turned(query, m * speed), place, places);
    k.point(turned(key, n * speed), other, places);
    between.draw(angleOf(turned(key, n * speed)), now.alpha, (m - n) * speed, m - n);
    bar.show(now.value);
    facts.textContent = now.facts;
    line.textContent = now.formula;
    spoken.say(`${now.facts} · score ${written(now.value, 3)}`);
  }

  const sliders = controls.map((control) => control.element);
  const side = make("div", { class: "rope-side" }, facts, ...sliders);
  const dial = make("div", { class: "rope-dial" }, picture, side);
  element.append(page(bar.element, dial, line, spoken.element));
  draw();
}
