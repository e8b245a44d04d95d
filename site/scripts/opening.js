// The first screen of the pages: a dial to turn past what a model met in training, and the curve
// that answers. `settings` are those of tools/pages/opening.py.

// Perplexity at any length: straight between two measured ones, on the chart's log scales.
export function between({ x, y }, length) {
  const right = Math.max(1, x.findIndex((each) => each >= length));
  const share = Math.log(length / x[right - 1]) / Math.log(x[right] / x[right - 1]);
  return y[right - 1] * (y[right] / y[right - 1]) ** share;
}

// The chart with the chosen method drawn strong, and a point where the reader stands.
export function describe({ chart, methods, window }, name, length) {
  const [panel] = chart.panels;
  const chosen = methods.findIndex((method) => method.name === name);
  const [line, { label }] = [panel.lines[chosen], methods[chosen]];
  const value = between(line, length);
  const known = line.x.includes(length);
  const number = `${known ? "" : "≈ "}${written(value, 1)}`;
  const lines = panel.lines.map((each, i) => ({ ...each, width: i === chosen ? 3.5 : 1.2 }));
  const point = { ...line, x: [length], y: [value], marker: "o", dash: "", size: 15, named: false };
  const where = length === window ? ", all it was trained on" : "";
  return {
    title: `${number} is the perplexity of ${written(length)} bytes read at once${where}`,
    number,
    digest: [`${label}: ${line.x.map((n, i) => `${written(n)}: ${written(line.y[i], 2)}`).join(", ")}`],
    panels: [{ ...panel, rows: 0, lines: [...lines, point] }], // the buttons name the lines
  };
}

// How fast the pair's hand turns when so many bytes are read under a method, in radians per byte.
export function speedAt({ head, methods, window, pair }, name, length) {
  const { others } = methods.find((method) => method.name === name);
  const factor = Math.max(1, length / window);
  const settings = { ...head, ...others, factor, trained_length: window, length };
  return inverseFrequencies(name, settings)[pair];
}

function bigDial(s, turnTo) {
  const one = dial(s.pair);
  const ghost = make("line", { class: "opening-ghost", x2: 40 });
  const picture = one.element.querySelector("svg");
  picture.append(ghost);
  picture.append(one.turning);
  one.element.classList.add("opening-dial");
  const speed = speedAt(s, "rope", s.window);
  const plain = (length) => speed * (length - 1);
  one.sweep(plain(s.window));
  const follow = ({ clientX, clientY }) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const angle = Math.atan2(top + height / 2 - clientY, clientX - left - width / 2);
    turnTo(1 + ((angle + TURN) % TURN) / speed);
  };
  picture.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    follow(event);
  });
  picture.addEventListener("pointermove", (event) => event.buttons && follow(event));
  function show(name, length) {
    const now = speedAt(s, name, length);
    const [fresh] = newAngles([now], length - 1, s.window, [speed]);
    const turned = (angle) => `rotate(${(-360 * angle) / TURN})`;
    const transform = turned(now * (length - 1));
    put(one.turning, { transform, class: fresh ? "rope-new" : "rope-seen" });
    put(ghost, { transform: turned(plain(length)) });
    return fresh;
  }
  return { element: one.element, show };
}

export function mount(element, s) {
  const options = s.methods.map(({ name, label }) => [name, label]);
  const [headline, chart] = [chartHeadline(), chartOf()];
  const position = slider(
    { label: "bytes read at once", from: s.window, to: s.longest, value: s.window, presets: s.lengths },
    draw,
  );
  const method = choice({ label: "frequencies", options, value: "rope" }, draw);
  s.chart.panels[0].lines.forEach(({ colour }, i) => {
    method.element.querySelectorAll("label")[i].style.boxShadow = `inset 0 -4px ${colour}`;
  });
  const face = bigDial(s, move);
  const play = playButton({
    speeds: { slow: 200, normal: 600 }, speed: "normal", unit: "bytes", step: 512,
    atEnd: () => position.value >= s.longest,
    restart: () => move(s.window),
    rest: () => play.label(),
    advance: (amount) => move(position.value + amount),
  });
  const says = make("p", { class: "rope-line opening-says" });
  const spoken = voice();

  // Says whether there is further to go.
  function move(length) {
    position.value = length;
    draw();
    return position.value < s.longest;
  }
  function draw() {
    const [name, length] = [method.value, position.value];
    const described = describe(s, name, length);
    const fresh = face.show(name, length);
    headline.say(described);
    chart.show(described);
    says.textContent = s.says[length === s.window ? "edge" : fresh ? "fresh" : name === "pi" ? "close" : "home"];
    spoken.say(`${described.title}. ${says.textContent}`);
  }

  const left = make("div", { class: "opening-left" }, face.element, says);
  const right = make("div", { class: "opening-right" }, headline.element, chart.picture);
  const both = make("div", { class: "opening-both" }, left, right);
  const ways = make("div", { class: "opening-ways" }, method.element, play.element);
  element.append(page(both, position.element, ways, spoken.element));
  draw();
  return play.stop;
}
