// What all views of the page share: the model, the text, and the recipe that it is read with.

import { attentionScaling, inverseFrequencies, inWords } from "./course.js";
import { kindHere, Model } from "./model.js";
import { runOwn } from "./own.js";

export const OWN = "mine";
const OWN_METHOD = {
  name: OWN,
  label: "your own",
  words: "factor {factor:g}",
  has: ["factor"],
  others: {},
};

const here = (name) => new URL(name, import.meta.url);

async function fetched(name) {
  const response = await fetch(here(name));
  if (!response.ok)
    throw new Error(`${name} did not come (status ${response.status}). Reload the page.`);
  return response;
}

const picked = (names, all) => Object.fromEntries(names.map((name) => [name, all[name]]));

// Tells "change" when something that is read with has changed, and "loaded" when a model has come.
export class Lab extends EventTarget {
  constructor(settings, text, kind) {
    super();
    this.settings = { ...settings, methods: [...settings.methods, OWN_METHOD] };
    this.course = { name: settings.document, bytes: text };
    this.text = this.course;
    this.model = new Model(settings, kind);
    this.name = "base"; // of the weights
    this.recipe = settings.now;
    this.body = ""; // of the learner's own function
    this.bodies = new Set(); // all that were run
    this.loaded = new Set(); // names of weights
  }

  put(changes) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event("change"));
  }

  async load(report) {
    const kind = await this.model.load(this.name, report);
    this.loaded.add(this.name);
    this.dispatchEvent(new Event("loaded"));
    return kind;
  }

  get ready() {
    return this.loaded.has(this.name);
  }

  methodOf(recipe) {
    return this.settings.methods.find(({ name }) => name === recipe.method);
  }

  // Two recipes of one name do the same, so each function of the learner's has a number.
  inWords(recipe = this.recipe) {
    const words = inWords(this.methodOf(recipe), recipe);
    if (recipe.method !== OWN) return words;
    this.bodies.add(this.body);
    return words.replace(
      OWN_METHOD.label,
      `${OWN_METHOD.label} no. ${[...this.bodies].indexOf(this.body) + 1}`,
    );
  }

  // Radians per position of each pair, and the multiplier on cos and sin, for each of some lengths.
  async frequencies(lengths, recipe = this.recipe) {
    const { has, others } = this.methodOf(recipe);
    const given = { ...others, ...picked(has, recipe), ...this.settings.shape };
    if (recipe.method === OWN) return runOwn(this.body, given, lengths);
    const at = (length) => ({
      speeds: inverseFrequencies(recipe.method, { ...given, length }),
      scaling: attentionScaling(recipe.method, given),
    });
    return Object.fromEntries(lengths.map((length) => [length, at(length)]));
  }
}

// `runtime` is "webgpu" or "wasm"; left out, what this browser has.
export async function openLab({ runtime } = {}) {
  const files = ["settings.json", "document.txt"].map(fetched);
  const [settings, text, kind] = await Promise.all([...files, runtime ?? kindHere()]);
  return new Lab(await settings.json(), new Uint8Array(await text.arrayBuffer()), kind);
}
