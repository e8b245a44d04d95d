// Mounts every view of the page: each element with data-model-view names one.

import * as attention from "./attention_view.js";
import * as completion from "./completion_view.js";
import { openLab } from "./lab.js";
import * as perplexity from "./perplexity_view.js";
import * as recipe from "./recipe_view.js";

const VIEWS = { recipe, perplexity, attention, completion };

function style(name) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(name, import.meta.url) });
  document.head.append(link);
  return new Promise((done) => (link.onload = link.onerror = done));
}

// `options` may say {runtime: "wasm"}; else the page takes the graphics card where there is one.
export async function mountAll(root = document, options = {}) {
  const [lab] = await Promise.all([openLab(options), style("course.css"), style("model_in_page.css")]);
  for (const element of root.querySelectorAll("[data-model-view]"))
    VIEWS[element.dataset.modelView].mount(element, lab);
  return lab;
}
