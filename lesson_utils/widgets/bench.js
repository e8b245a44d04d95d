// The bench: controls for a recipe, and the chart of one view of it at a time. The speeds are
// computed here; what the model must read for a chart, Python has it read. It describes the chart of
// perplexity, and tells where all heads of a layer look, so that a press of head or position waits
// for nobody.

// --- a recipe: a method and its settings ---

// A value by Python's format: ".2f" asks for two digits, "g" or nothing for as many as it has.
function formatted(value, spec = "") {
  const digits = spec.match(/\.(\d)f$/)?.[1];
  return digits ? written(value, Number(digits)) : String(value);
}

// Names the method and those settings that it has, as recipe.py does.
export function inWords({ label, words }, recipe) {
  const form = /\{(\w+)(?::([^}]*))?\}/g;
  const told = words.replace(form, (_, name, spec) => formatted(recipe[name], spec));
  return told ? `${label}, ${told}` : label;
}

export function recipeControls({ methods, knobs, now }, set) {
  const options = methods.map(({ name, label }) => [name, label]);
  const controls = { method: choice({ label: "method", options, value: now.method }, set) };
  for (const { name, label, values, words, digits } of knobs) {
    const write = (value) => (digits ? written(value, digits) : value.toLocaleString("en-US"));
    controls[name] = words?.length
      ? choice({ label, options: words.map((word) => [word, word]), value: now[name] }, set)
      : slider({ label, values, value: now[name], write }, set);
  }
  return controls;
}

// Those settings that the chosen method does not have are greyed out.
function greyOut({ method, ...others }, methods) {
  const { has } = methods.find(({ name }) => name === method.value);
  for (const [name, control] of Object.entries(others)) {
    const off = !has.includes(name);
    if ("disabled" in control) control.disabled = off;
    else control.element.disabled = off;
  }
}

// --- the speeds: figures/bench.py's `speeds_chart` ---

function speedsOf({ methods, shape }, recipe, target) {
  const method = methods.find(({ name }) => name === recipe.method);
  const trained = inverseFrequencies("rope", shape);
  const speeds = inverseFrequencies(recipe.method, { ...method.others, ...recipe, ...shape });
  const slowed = slowDown(trained, speeds);
  const factor = method.has.includes("factor") ? recipe.factor : Math.max(...slowed);
  return {
    label: inWords(method, recipe),
    colour: method.colour,
    fresh: meetsNewAngles(speeds, target, shape.trained_length, trained),
    rows: [slowed, turns(speeds, target), shareKept(trained, speeds, factor)],
  };
}

// A line a recipe in every panel; in the second, they lie between what training saw and the crosses
// on pairs with new angles.
function linesOf({ lines }, row, recipes) {
  const pattern = lines[row === 1 ? 1 : 0];
  const curves = recipes.map(({ label, colour, rows }, place) => {
    return { ...pattern, label, colour, y: rows[row], dash: place ? "--" : "-" };
  });
  if (row !== 1) return curves;
  const [{ fresh, rows }] = recipes;
  const x = pattern.x.filter((pair) => fresh[pair]);
  return [lines[0], ...curves, { ...lines.at(-1), x, y: x.map((pair) => rows[1][pair]) }];
}

function inNumbers({ label, rows: [slowed, , kept] }, withShares) {
  const every = [...slowed.keys()].filter((pair) => pair % 8 === 0);
  const shown = every.map((pair) => `${pair} by ${written(slowed[pair], 2)}`).join(", ");
  if (!withShares) return `${label}: pair ${shown}`;
  const mean = kept.reduce((sum, share) => sum + share, 0) / kept.length;
  return `${label}: pair ${shown}; share left alone on average ${written(mean, 2)}`;
}

export function describeSpeeds(s, now, kept, target) {
  const both = [now, kept].map((recipe) => speedsOf(s, recipe, target));
  const recipes = both[0].label === both[1].label ? both.slice(0, 1) : both;
  const most = Math.max(32, ...recipes.flatMap(({ rows }) => rows[0]));
  const fourfolds = [1, 4, 16, 64, 256, 1024, 4096].filter((times) => times <= most);
  const [slowed, reached, ...share] = s.speeds.panels.map((panel, row) => {
    return { ...panel, lines: linesOf(panel, row, recipes) };
  });
  const count = recipes[0].fresh.filter(Boolean).length;
  const meet = count === 1 ? "1 pair of 32 meets" : `${count} pairs of 32 meet`;
  const ticks = fourfolds.map((times) => [times, String(times)]);
  return {
    title: `${recipes[0].label}: ${meet} new angles within ${written(target)} bytes`,
    number: String(count),
    digest: recipes.map((each) => inNumbers(each, share.length > 0)),
    panels: [
      { ...slowed, y: { ...slowed.y, limits: [0.85, most * 1.2], ticks } },
      { ...reached, y: { ...reached.y, label: `turns in ${written(target)}` } },
      ...share,
    ],
  };
}

// --- what the model must read for: Python is asked, through the widget of line.js ---

// In a page without a kernel any other module can answer in its place. It hears `rope-ask-KEY` with
// {number, view, recipe, kept, place, lacking}, prevents the event's default, and tells
// `rope-told-KEY` with {number, view, status} and the chart as figures/chart.py's `as_data` describes
// one; of attention, with `looks` instead, as looks.js takes them, those of `lacking` in place.layer.

const NOT_HEARD = "Run this cell, and the model reads what you set.";
const PATIENCE = 1000; // milliseconds, after which a question counts as lost

// One question at a time; while one is open, only the newest of the others is kept.
function kernelLine(key, take) {
  let number = 0;
  let since = -Infinity; // when the open question was asked
  let waiting = null;
  function send(question) {
    number += 1;
    waiting = null;
    since = performance.now();
    const detail = { ...question, number };
    if (!dispatchEvent(new CustomEvent(`rope-ask-${key}`, { detail, cancelable: true }))) return;
    since = -Infinity;
    take({ status: NOT_HEARD });
  }
  addEventListener(`rope-told-${key}`, ({ detail }) => {
    if (!(detail.number <= number)) return; // answers what was asked before the page was opened
    if (detail.number === number) since = -Infinity;
    if (waiting) send(waiting);
    else take(detail);
  });
  return (question) => {
    if (performance.now() - since > PATIENCE) send(question);
    else waiting = question;
  };
}

// --- all of it ---

// What only one of the views is set by.
function viewControls(s, set) {
  const list = (label, values, value) => slider({ label, values, value }, set);
  const all = {
    speeds: () => ({ target: list("bytes to read", s.targets, s.target) }),
    perplexity: () => ({}),
    attention: () => ({
      layer: list("layer", s.layers, s.place.layer),
      head: list("head", s.heads, s.place.head),
      position: list("position of the query", s.positions, s.place.position),
    }),
  };
  return Object.fromEntries(s.views.map((name) => [name, all[name]()]));
}

function keepButton(keep) {
  const button = make("button", { type: "button", class: "rope-play", ...OWN_KEYS }, "Keep for comparison");
  const note = make("span", { role: "status" });
  button.addEventListener("click", () => (note.textContent = `Kept: ${keep()}`));
  return make("div", { class: "rope-player" }, button, note);
}

// What the recipe is called at which the controls stand.
function nameOf({ now, methods }, recipe) {
  const settings = { ...now, ...valuesOf(recipe) };
  return inWords(methods.find(({ name }) => name === settings.method), settings);
}

export function mount(element, s) {
  const recipe = recipeControls(s, set);
  const ofView = viewControls(s, set);
  const which = choice({ label: "view", options: s.views.map((v) => [v, v]), value: s.views[0] }, set);
  const status = make("p", { class: "rope-line", role: "status" });
  const keeper = keepButton(keep);
  const own = Object.values(ofView).flatMap(Object.values);
  const places = make("div", { class: "rope-knobs" }, ...own.map((control) => control.element));
  const above = s.views.length > 1 ? [which.element] : [];
  const below = [places, keeper, ...(s.key ? [status] : [])];
  const view = chartView(element, recipe, { above, below });
  const ask = s.key && kernelLine(s.key, take);
  const looks = looksKept(s);
  let kept = { recipe: s.kept, words: s.kept_words };

  const place = () => valuesOf(ofView.attention ?? {});
  const names = () => ({ recipe: nameOf(s, recipe), kept: kept.words });
  function keep() {
    kept = { recipe: valuesOf(recipe), words: nameOf(s, recipe) };
    set();
    return kept.words;
  }
  function take({ status: words, chart, looks: told = [], view: name }) {
    status.textContent = words;
    looks.keep(told);
    if (name !== which.value) return;
    if (name === "attention") view.show(looks.chart(names(), place()));
    else if (chart) view.show(chart);
  }
  function showControls() {
    greyOut(recipe, s.methods);
    for (const [name, controls] of Object.entries(ofView))
      for (const control of Object.values(controls)) control.element.hidden = name !== which.value;
    keeper.hidden = which.value === "perplexity";
  }
  function set() {
    showControls();
    const now = { view: which.value, recipe: valuesOf(recipe), kept: kept.recipe, place: place() };
    const lacking = now.view === "attention" ? looks.lacking(names(), now.place) : [];
    if (now.view === "perplexity" || lacking.length) return ask({ ...now, lacking });
    status.textContent = "";
    view.show(
      now.view === "attention"
        ? looks.chart(names(), now.place)
        : describeSpeeds(s, now.recipe, now.kept, ofView.speeds.target.value),
    );
  }

  view.show(s.chart);
  showControls();
  if (s.key) dispatchEvent(new CustomEvent(`rope-open-${s.key}`));
  return view.stop;
}
