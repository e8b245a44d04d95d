// Small parts that several views of this page are made of.

import { make, OWN_KEYS, page, written } from "./course.js";

export const megabytes = (bytes) => `${written(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`;

export function button(text, onClick) {
  const element = make("button", { type: "button", class: "rope-play", ...OWN_KEYS }, text);
  element.addEventListener("click", onClick);
  return element;
}

// A bar that fills; hidden while it has nothing to show.
export function bar(label) {
  const element = make("progress", { max: 1, value: 0, "aria-label": label, class: "model-bar" });
  element.hidden = true;
  return {
    element,
    show(share) {
      element.hidden = share === null;
      if (share !== null) element.value = share;
    },
  };
}

export const hint = (...words) => make("p", { class: "model-hint" }, ...words);
export const row = (...parts) => make("div", { class: "rope-player" }, ...parts);
export const knobs = (controls) =>
  make("div", { class: "rope-knobs" }, ...Object.values(controls).map((each) => each.element));

export const line = (role = "status") => make("p", { class: "rope-line", role });

// Has some work done while a button is pressed; what goes wrong is said in a line.
export async function guarded(status, work) {
  status.classList.remove("model-wrong");
  try {
    return await work();
  } catch (error) {
    status.textContent = error.message;
    status.classList.add("model-wrong");
    return null;
  }
}

// A button whose work asks the model, once it is loaded.
export function modelButton(text, lab, status, work) {
  return button(text, () => {
    if (lab.ready) return guarded(status, work);
    status.textContent = "Load the model first: the button above.";
  });
}

export function area(label, rows, text) {
  const element = make("textarea", {
    rows,
    spellcheck: false,
    autocapitalize: "off",
    class: "model-area",
    "aria-label": label,
    ...OWN_KEYS,
  });
  element.value = text;
  return element;
}

function style(name) {
  const link = Object.assign(document.createElement("link"), {
    rel: "stylesheet",
    href: new URL(name, import.meta.url),
  });
  document.head.append(link);
  return new Promise((done) => (link.onload = link.onerror = done));
}

// Gives a page the look of all views, and of these.
export const styled = () => Promise.all([style("course.css"), style("model_in_page.css")]);

export { page };
