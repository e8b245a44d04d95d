// A dial for every pair, turned by offset times its speed, under a method of one's choice.

// --- what the signs mean ---

function legend() {
  const mark = (kind, text) => {
    const { turning } = dial("");
    turning.setAttribute("class", kind);
    return make("span", {}, make("svg", { viewBox: "0 -10 50 20" }, turning), text);
  };
  const pale = make("span", {}, make("i", { class: "rope-pale" }), "trained range");
  const blur = make("span", {}, make("i", { class: "rope-whirl" }), "turns too fast to be drawn");
  const marks = [mark("rope-seen", "inside the trained range"), mark("rope-new", "new angle")];
  return make("div", { class: "rope-legend", "aria-hidden": "true" }, ...marks, pale, blur);
}

// --- the wall ---

// Arrow keys go from one dial to the next, and from row to row.
function goThrough(wall, elementsNow, chosenNow) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  onKeys(wall, ["ArrowUp", "ArrowDown", ...Object.keys(steps)], (key) => {
    const elements = elementsNow();
    const top = elements[0].offsetTop;
    const columns = elements.filter((one) => one.offsetTop === top).length;
    const by = steps[key] ?? (key === "ArrowUp" ? -columns : columns);
    const wanted = chosenNow() + by;
    const to = Math.min(elements.length - 1, Math.max(0, wanted));
    if (to === wanted || key in steps) elements[to].focus(); // else there is no such row
  });
}

// The dials of all pairs, on a place that stays the same for 8 and for 64 of them. `describe(pair)`
// says in a sentence what is known of the one that is looked at.
function wallOf(describe) {
  const element = make("div", { class: "rope-wall", role: "group", "aria-label": "Dials" });
  const detail = make("p", { class: "rope-detail" });
  const hint = "Point at a dial, or go through them with the arrow keys, to read its numbers.";
  let dials = [];
  let chosen = null;
  function tell() {
    detail.textContent = chosen === null ? hint : describe(chosen);
    if (chosen !== null) dials[chosen].element.setAttribute("aria-label", describe(chosen));
  }
  function choose(pair) {
    if (chosen !== null) dials[chosen]?.element.classList.remove("rope-chosen");
    chosen = pair;
    dials.forEach((one, i) => (one.element.tabIndex = i === (pair ?? 0) ? 0 : -1));
    if (pair !== null) dials[pair].element.classList.add("rope-chosen");
    tell();
  }
  const pairAt = (event) => dials.findIndex((one) => one.element.contains(event.target));
  const onDial = (event) => pairAt(event) >= 0 && pairAt(event) !== chosen && choose(pairAt(event));
  element.addEventListener("pointerover", onDial);
  element.addEventListener("focusin", onDial);
  goThrough(element, () => dials.map((one) => one.element), () => chosen);
  function resize(pairs) {
    if (dials.length === pairs) return;
    choose(null);
    dials = Array.from({ length: pairs }, (_, pair) => dial(pair));
    element.replaceChildren(...dials.map((one) => one.element));
    element.style.setProperty("--decade", pairs / 4); // at base 10,000, a row is a decade of pairs
    element.style.setProperty("--square", Math.ceil(Math.sqrt(pairs)));
    choose(null);
  }
  return { element, detail, resize, tell, get dials() { return dials; } };
}

// --- what sets it ---

// Sliders for what only some methods have: those of the method at hand, on a place for two.
function ownControls(rows, onInput) {
  const write = (value) => value.toLocaleString("en-US");
  const controls = {};
  for (const option of rows.flatMap((row) => row.options)) {
    const { name, values } = option;
    controls[name] ??= values.length ? slider({ ...option, write }, onInput) : option;
  }
  const slots = [0, 1].map(() => make("div", { class: "rope-slot" }));
  return {
    slots,
    show(row) {
      const shown = row.options.filter(({ values }) => values.length);
      slots.forEach((slot, i) => {
        const wanted = shown[i] && controls[shown[i].name].element;
        if (slot.firstChild === (wanted ?? null)) return; // taken out, a slider is let go of
        slot.replaceChildren(...(wanted ? [wanted] : []));
      });
    },
    get values() {
      const entries = Object.entries(controls);
      return Object.fromEntries(entries.map(([name, control]) => [name, control.value]));
    },
  };
}

function wallControls(s, set) {
  const own = ownControls(s.methods, set);
  const options = s.methods.map(({ name, label }) => [name, label]);
  return {
    base: slider({ label: "base", values: s.bases, step: 1, value: s.base }, set),
    headDim: slider({ label: "head_dim", values: s.headDims, value: s.headDim }, set),
    trainedLength: slider({ label: "trained window", values: s.windows, value: s.window }, set),
    method: choice({ label: "method", options, value: "rope" }, set),
    factor: slider({ label: "factor", values: s.factors, value: s.factor }, set),
    own,
  };
}

function rowsOf({ base, headDim, trainedLength, method, factor, own }) {
  const row = (...parts) => make("div", { class: "rope-knobs" }, ...parts);
  const shape = row(base.element, headDim.element, trainedLength.element);
  return [shape, method.element, row(factor.element, ...own.slots)];
}

function settingsOf({ base, headDim, trainedLength, factor, own }) {
  const now = Object.entries({ base, head_dim: headDim, trained_length: trainedLength, factor });
  return { ...Object.fromEntries(now.map(([name, control]) => [name, control.value])), ...own.values };
}

// --- what is said ---

function headline() {
  const number = make("strong", { class: "rope-big" });
  const text = make("span", { class: "rope-line" });
  const spoken = voice();
  const element = make("p", { class: "rope-headline rope-count" }, number, text, spoken.element);
  function say(count, pairs, position) {
    number.textContent = count;
    element.classList.toggle("rope-some", count > 0);
    text.textContent = `of ${pairs} hands are at a new angle at offset ${written(position)}`;
    spoken.say(`${count} ${text.textContent}`);
  }
  return { element, say };
}

// One dial in numbers.
function inNumbers(pair, speed, trainedSpeed, window, position, isNew) {
  const digits = (value) => (value < 100 ? 2 : 0);
  const long = (value) => written(value, value < 100 ? 1 : 0);
  const [now, before] = [TURN / speed, TURN / trainedSpeed];
  const was = Math.abs(now / before - 1) > 1e-9 ? ` (${long(before)} in training)` : "";
  const [turns, inside] = [(speed * position) / TURN, (trainedSpeed * window) / TURN];
  return (
    `Pair ${pair}: wavelength ${long(now)} positions${was}. ` +
    `${written(inside, digits(inside))} turns in the trained window, ` +
    `${written(turns, digits(turns))} by offset ${written(position)}: ` +
    (isNew ? "a new angle." : "inside the trained range.")
  );
}

// --- all of it ---

// The film: 30 positions a second is half a radian a frame for the fastest pair. Where a hand
// would turn further than that in a frame, it is not drawn.
const SPEEDS = { slow: 8, normal: 30, fast: 1000 };
const FURTHEST = 0.51; // radians a frame

function film({ last, position: start, window }, draw) {
  const position = slider(
    { label: "offset", from: 0, to: last, value: start, presets: [window, 4000] }, follow,
  );
  let at = position.value;
  const button = playButton({
    speeds: SPEEDS, speed: "normal", unit: "positions", step: window / 8,
    atEnd: () => at >= last,
    restart: () => move(0),
    rest: follow,
    advance: (amount) => (move(at + amount), at < last),
  });
  function move(to) {
    at = Math.min(last, to);
    position.value = Math.floor(at);
    draw();
  }
  function follow() {
    at = position.value;
    button.label();
    draw();
  }
  const element = make("div", { class: "rope-first" }, button.element, position.element);
  return { element, button, get at() { return at; } };
}

// Draws into any element of any page. `settings` are those of dials.py's `wall_of_dials`.
export function mount(element, s) {
  try {
    for (const { name } of s.methods) requireMethod(name);
  } catch (error) {
    element.append(page(make("p", { role: "alert" }, error.message)));
    return () => {};
  }
  return mountWall(element, s);
}

function mountWall(element, s) {
  const controls = wallControls(s, set);
  const play = film(s, draw);
  const wall = wallOf(describe);
  const count = headline();
  let speeds, trained, fresh;

  function set() {
    const row = s.methods.find(({ name }) => name === controls.method.value);
    controls.factor.disabled = !row.asksFactor;
    controls.own.show(row);
    speeds = inverseFrequencies(row.name, settingsOf(controls));
    trained = inverseFrequencies("rope", settingsOf(controls));
    wall.resize(speeds.length);
    const last = controls.trainedLength.value - 1;
    wall.dials.forEach((one, i) => one.sweep(trained[i] * last));
    draw();
  }

  function draw() {
    fresh = newAngles(speeds, play.at, controls.trainedLength.value, trained);
    wall.dials.forEach((one, i) => {
      const degrees = (((speeds[i] * play.at) % TURN) * 360) / TURN;
      one.turning.setAttribute("transform", `rotate(${-degrees})`);
      one.turning.setAttribute("class", fresh[i] ? "rope-new" : "rope-seen");
      one.element.classList.toggle("rope-fresh", fresh[i]);
      one.element.classList.toggle("rope-fast", speeds[i] * play.button.perFrame > FURTHEST);
    });
    count.say(fresh.filter(Boolean).length, fresh.length, play.at);
    wall.tell();
  }

  function describe(pair) {
    const window = controls.trainedLength.value;
    return inNumbers(pair, speeds[pair], trained[pair], window, play.at, fresh[pair]);
  }

  const picture = [count.element, play.element, wall.element, legend(), wall.detail];
  element.append(page(...picture, ...rowsOf(controls)));
  set();
  return play.button.stop;
}
