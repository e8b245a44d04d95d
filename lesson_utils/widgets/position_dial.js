// One query and one key as arrows, each turned by position times speed.

export function turned([x, y], angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
}

export function score(query, key, queryAt, keyAt, speed) {
  const [q, k] = [turned(query, queryAt * speed), turned(key, keyAt * speed)];
  return q[0] * k[0] + q[1] * k[1];
}

function arrow(name) {
  const line = make("line", { class: `rope-${name}` });
  const head = make("path", { class: `rope-${name}-head` });
  const letter = make("text", { class: "rope-letter" }, name);
  return { line, head, letter, element: make("g", {}, line, head, letter) };
}

function point({ line, head, letter }, [x, y]) {
  const length = Math.hypot(x, y);
  const degrees = (Math.atan2(y, x) * 180) / Math.PI;
  line.setAttribute("x2", 100 * x * (1 - 0.1 / length));
  line.setAttribute("y2", -100 * y * (1 - 0.1 / length));
  head.setAttribute("d", "M0 0L-16 7L-16 -7Z");
  head.setAttribute("transform", `translate(${100 * x} ${-100 * y}) rotate(${-degrees})`);
  letter.setAttribute("x", 100 * x * (1 + 0.14 / length));
  letter.setAttribute("y", -100 * y * (1 + 0.14 / length) + 6);
}

// The arc from the key to the query, the short way round, as the static figure draws it.
function arcBetween(q, k) {
  let [start, stop] = [Math.atan2(k[1], k[0]), Math.atan2(q[1], q[0])];
  if (stop - start > Math.PI) stop -= 2 * Math.PI;
  if (start - stop > Math.PI) stop += 2 * Math.PI;
  const [a, b] = [start, stop].map((t) => `${25 * Math.cos(t)} ${-25 * Math.sin(t)}`);
  return `M${a}A25 25 0 0 ${stop > start ? 0 : 1} ${b}`;
}

function render({ model, el }) {
  const { query, key, speed, queryAt, keyAt, places, shifts } = model.get("settings");
  const upTo = (last) => Array.from({ length: last + 1 }, (_, i) => i);
  const controls = [
    slider({ label: "query", values: upTo(places), value: queryAt }, draw),
    slider({ label: "key", values: upTo(places), value: keyAt }, draw),
    slider({ label: "both further by", values: upTo(shifts), value: 0 }, draw),
  ];
  const circles = [query, key].map((v) => make("circle", { r: 100 * Math.hypot(...v) }));
  const arc = make("path", { class: "rope-between" });
  const [q, k] = [arrow("q"), arrow("k")];
  const reach = 125 * Math.max(Math.hypot(...query), Math.hypot(...key));
  const picture = make(
    "svg",
    { viewBox: [-reach, -reach, 2 * reach, 2 * reach].join(" "), role: "img" },
    ...circles, arc, k.element, q.element,
  );
  const numbers = make("table");
  const line = make("p", { role: "status", class: "rope-line" });

  function draw() {
    const [place, other, further] = controls.map((control) => control.value);
    const [m, n] = [place + further, other + further];
    const ends = [turned(query, m * speed), turned(key, n * speed)];
    point(q, ends[0]);
    point(k, ends[1]);
    arc.setAttribute("d", arcBetween(...ends));
    const value = written(score(query, key, m, n, speed), 3);
    const lines = [
      ["query at", written(m)], ["key at", written(n)], ["offset", written(m - n)],
      ["score", value],
    ];
    numbers.replaceChildren(
      ...lines.map(([name, text]) => make("tr", {}, make("th", {}, name), make("td", {}, text))),
    );
    const [lq, lk] = [Math.hypot(...query), Math.hypot(...key)];
    const alpha = Math.atan2(query[1], query[0]) - Math.atan2(key[1], key[0]);
    line.textContent =
      `|q| |k| cos(α + (m − n) θ) = ${written(lq, 3)} × ${written(lk, 3)} × ` +
      `cos(${written(alpha, 3)} + ${written(m - n)} × ${written(speed, 1)}) = ${value}`;
    picture.setAttribute("aria-label", `q at ${m}, k at ${n}, offset ${m - n}, score ${value}`);
  }

  const side = make("div", { class: "rope-numbers" }, numbers);
  const knobs = make("div", { class: "rope-knobs" }, ...controls.map((c) => c.element));
  el.append(page(knobs, make("div", { class: "rope-dial" }, picture, side), line));
  draw();
}

export default { render };
