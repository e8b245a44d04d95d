// Labelled sliders, radio buttons and a play button, for the widgets that compute in the page.

const SVG = "http://www.w3.org/2000/svg";

export function make(name, attributes = {}, ...children) {
  const drawn = ["svg", "circle", "path", "line", "text", "g"].includes(name);
  const element = drawn ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function page(...children) {
  return make("div", { class: "rope-page" }, ...children);
}

// Keys pressed on a control belong to it: JupyterLab would move from cell to cell instead.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

export function written(number, digits = 0) {
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = number.toLocaleString("en-US", form).replace("-", "−");
  return Number(text.replace("−", "")) === 0 ? text.replace("−", "") : text;
}

export function slider({ label, values, value, write = written }, onInput) {
  const at = Math.max(0, values.indexOf(value));
  const input = make("input", { type: "range", min: 0, max: values.length - 1, ...OWN_KEYS });
  const readout = make("output");
  input.value = at;
  const control = {
    element: make("label", { class: "rope-slider" }, make("span", {}, label), input, readout),
    input,
    get value() {
      return values[input.value];
    },
    set value(wanted) {
      input.value = values.indexOf(wanted);
      say();
    },
  };
  function say() {
    readout.textContent = write(control.value);
    input.setAttribute("aria-valuetext", write(control.value));
  }
  input.setAttribute("aria-label", label);
  readout.style.minWidth = `${Math.max(...values.map((v) => write(v).length))}ch`;
  input.addEventListener("input", () => (say(), onInput()));
  say();
  return control;
}

let groups = 0;

export function choice({ label, options, value }, onChange) {
  const name = `rope-choice-${groups++}`;
  const buttons = options.map(([key, text]) => {
    const input = make("input", { type: "radio", name, value: key, ...OWN_KEYS });
    input.checked = key === value;
    input.addEventListener("change", onChange);
    return make("label", {}, input, text);
  });
  const element = make("fieldset", {}, make("legend", {}, label), ...buttons);
  return { element, get value() { return element.querySelector(":checked").value; } };
}

// Runs `advance(seconds)` every frame until it returns false. Who asked for less motion gets a
// button that moves on by `step` seconds instead.
export function playButton(advance, step) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const button = make("button", { type: "button", class: "rope-play", ...OWN_KEYS });
  let frame = null;
  let before = 0;
  function label() {
    const playing = frame !== null;
    button.textContent = still.matches ? "Step" : playing ? "Pause" : "Play";
  }
  function stop() {
    cancelAnimationFrame(frame);
    frame = null;
    label();
  }
  function tick(now) {
    const more = advance(Math.min(0.1, (now - before) / 1000)) && button.isConnected;
    before = now;
    if (more) frame = requestAnimationFrame(tick);
    else stop();
  }
  button.addEventListener("click", () => {
    if (still.matches) return void advance(step);
    if (frame !== null) return stop();
    before = performance.now();
    frame = requestAnimationFrame(tick);
    label();
  });
  still.addEventListener("change", stop);
  label();
  return { element: button, stop, get playing() { return frame !== null; } };
}
