// One dial: the slice that a hand swept in training, and the hand.

function dial(pair) {
  const swept = make("path", { class: "rope-swept" });
  const hand = make("line", { x2: 40 });
  const round = make("circle", { class: "rope-round", cx: 40, r: 7 });
  const cross = make("path", { class: "rope-cross", d: "M33 -7L47 7M33 7L47 -7" });
  const turning = make("g", {}, hand, round, cross);
  const rim = make("circle", { class: "rope-rim", r: 40 });
  const known = make("path", { class: "rope-known" });
  const view = { viewBox: "-49 -49 98 98", preserveAspectRatio: "xMidYMax" };
  const picture = make("svg", view, swept, rim, known, turning);
  const attributes = { class: "rope-one", role: "img", tabindex: -1, "aria-label": `pair ${pair}` };
  const element = make("div", { ...attributes, ...OWN_KEYS }, picture, make("span", {}, `${pair}`));
  function sweep(angle) {
    swept.setAttribute("d", `M0 0L${arc(angle)}Z`);
    known.setAttribute("d", `M${arc(angle)}`);
  }
  return { sweep, turning, element };
}

// Angle 0 is to the right and hands turn counter-clockwise, as angles do in maths.
function arc(angle) {
  if (angle >= TURN) return "40 0A40 40 0 1 0 -40 0A40 40 0 1 0 40 0";
  const end = `${40 * Math.cos(angle)} ${-40 * Math.sin(angle)}`;
  return `40 0A40 40 0 ${angle > Math.PI ? 1 : 0} 0 ${end}`;
}
