// Mounts every view of the page: each element with data-model-view names one.

import * as attention from "./attention_view.js";
import * as completion from "./completion_view.js";
import { openLab } from "./lab.js";
import { styled } from "./parts.js";
import * as perplexity from "./perplexity_view.js";
import * as recipe from "./recipe_view.js";

const VIEWS = { recipe, perplexity, attention, completion };

// `options` may say {runtime: "wasm"}; else the page takes the graphics card where there is one.
export async function mountAll(root = document, options = {}) {
  const [lab] = await Promise.all([openLab(options), styled()]);
  for (const element of root.querySelectorAll("[data-model-view]"))
    VIEWS[element.dataset.modelView].mount(element, lab);
  return lab;
}
