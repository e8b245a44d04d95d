// A button that says how much it loads, and a bar while it comes.

import { make } from "./course.js";
import { bar, button, guarded, line, megabytes } from "./parts.js";

const WHERE = { webgpu: "on your graphics card", wasm: "on your processor" };

export function loader(lab) {
  const [status, progress] = [line(), bar("how much of the model has come")];
  const load = button("", async () => {
    const all = lab.model.bytesToLoad(lab.name);
    load.disabled = true;
    const report = (come) => {
      progress.show(Math.min(1, come / all));
      status.textContent =
        come < all ? `${megabytes(come)} of ${megabytes(all)} have come` : "Setting it up …";
    };
    report(0);
    await guarded(status, () => lab.load(report));
    load.disabled = false;
    progress.show(null);
  });
  const element = make("div", { class: "rope-player model-card" }, load, progress.element, status);
  function show() {
    const what = lab.name === "base" ? "the model" : "the fine-tuned weights";
    load.textContent = `Load ${what} (${megabytes(lab.model.bytesToLoad(lab.name))})`;
    load.hidden = lab.ready;
    element.classList.toggle("model-loaded", lab.ready);
    status.textContent = lab.ready
      ? `The model is here. It computes ${WHERE[lab.model.kind]}.`
      : "";
  }
  lab.addEventListener("change", show);
  lab.addEventListener("loaded", show);
  show();
  return element;
}
