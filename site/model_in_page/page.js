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
  const places = root.querySelectorAll("[data-model-view]");
  try {
    const [lab] = await Promise.all([openLab(options), styled()]);
    for (const place of places) VIEWS[place.dataset.modelView].mount(place, lab);
    return lab;
  } catch (error) {
    for (const place of places) place.textContent = error.message;
    throw error;
  }
}
