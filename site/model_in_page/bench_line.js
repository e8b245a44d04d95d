// Answers what a lesson's bench asks of the model where no kernel runs: the model in the page reads.

import { make } from "./course.js";
import { openLab } from "./lab.js";
import { loader } from "./loader.js";
import { page, styled } from "./parts.js";
import { describeTries } from "./tries.js";

const NOT_HERE = "Load the model, with the button below, and it reads what you set.";

export async function mount(element, { key }) {
  const [lab] = await Promise.all([openLab(), styled()]);
  const { lengths } = lab.settings;
  const tries = {};
  let asked = null; // the question that is open

  function tell(status) {
    const chart = describeTries({ tries, now: lab.inWords(asked.recipe), lengths });
    const { number, view } = asked;
    dispatchEvent(new CustomEvent(`rope-told-${key}`, { detail: { number, view, status, chart } }));
  }
  async function read({ recipe }) {
    const curve = tries[lab.inWords(recipe)];
    const missing = lengths.filter((length) => !(length in curve));
    if (!missing.length) return tell("");
    tell("The model is reading …");
    const frequencies = await lab.frequencies(missing, recipe);
    const job = {
      kind: "perplexity",
      model: "base",
      text: lab.text.bytes,
      longest: lengths.at(-1),
    };
    const take = ({ length, perplexity }) => {
      if (perplexity === undefined) return;
      curve[length] = perplexity;
      tell(length === lengths.at(-1) ? "" : "The model is reading …");
    };
    await lab.model.ask(key, { ...job, lengths: missing, frequencies }, take);
  }
  async function answer(question) {
    asked = question;
    tries[lab.inWords(asked.recipe)] ??= {};
    if (!lab.ready) return tell(NOT_HERE);
    await read(asked).catch((error) => tell(`Not read: ${error.message}`));
  }
  addEventListener(`rope-ask-${key}`, (event) => {
    event.preventDefault(); // says that somebody has heard
    answer(event.detail);
  });
  lab.addEventListener("loaded", () => asked && answer(asked));
  element.append(
    page(
      make("p", { class: "rope-line" }, "For its view of perplexity, the bench needs the model:"),
      loader(lab),
    ),
  );
}
