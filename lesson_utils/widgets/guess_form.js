// A question as a form: radio buttons, a field for a number, or a list to bring into order. With a
// kernel the guess goes to Python, which says what is kept. Without one, this browser keeps it, and
// gives it to Python when the cell is run.

// --- what is entered: `read` and `write` it, say what is wrong with it, and put it into words ---

const THEN = ", then ";
const NUMBER = /^-?((\d+|\d{1,3}(,\d{3})+)(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i; // as kinds.py reads it
const quoted = (text) => `“${text}”`;

function choiceEntry({ label, choices }) {
  const options = choices.map((text) => [text, text]);
  const control = choice({ label, options, value: null }, () => {});
  for (const input of control.element.querySelectorAll("input")) input.required = true;
  return {
    element: control.element,
    read: () => control.value,
    write: (said) => (control.value = said),
    complaint: () => "",
    inWords: quoted,
  };
}

// Whole numbers whole, others to three digits.
function plainly(number) {
  const whole = Number.isInteger(number) || Math.abs(number) >= 1000;
  const form = whole ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return number.toLocaleString("en-US", form).replace("-", "−");
}

function numberEntry({ label, unit }) {
  const input = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", size: 9, maxlength: 40, required: "",
    ...OWN_KEYS,
  });
  const plain = (text) => {
    const number = text.replace("−", "-").replace(/[ \u202f]/g, "");
    return unit && number.endsWith(unit) ? number.slice(0, -unit.length) : number;
  };
  const value = (text) => Number(plain(text).replaceAll(",", ""));
  return {
    element: make("label", { class: "rope-number" }, make("strong", {}, label), input, unit),
    read: () => input.value,
    write: (said) => (input.value = said),
    complaint: (text) =>
      NUMBER.test(plain(text)) && Number.isFinite(value(text))
        ? ""
        : `${quoted(text.slice(0, 20))} is no number here. Write one such as 0.5 or 1,000.`,
    inWords: (text) => `${plainly(value(text))} ${unit}`.trim(),
  };
}

function orderEntry({ label, choices }, tell) {
  let items = [...choices];
  const list = make("ol");
  const rows = new Map(items.map((item) => [item, row(item)]));
  function row(item) {
    const [up, down] = [["up", -1], ["down", 1]].map(([way, by]) => {
      const button = make(
        "button",
        { type: "button", class: "rope-move", "aria-label": `Move ${item} ${way}`, ...OWN_KEYS },
        by < 0 ? "▲" : "▼",
      );
      button.addEventListener("click", () => move(item, by, button));
      return button;
    });
    return make("li", {}, up, down, make("span", {}, item));
  }
  function move(item, by, button) {
    const [from, to] = [items.indexOf(item), items.indexOf(item) + by];
    if (to < 0 || to >= items.length) return;
    [items[from], items[to]] = [items[to], items[from]];
    put();
    button.focus(); // it went along with its row
    tell(`${item}: ${to + 1} of ${items.length}`);
  }
  function put() {
    list.replaceChildren(...items.map((item) => rows.get(item)));
  }
  function write(said) {
    items = said.split(THEN);
    put();
  }
  put();
  const element = make("fieldset", {}, make("legend", {}, label), list);
  return { element, read: () => items.join(THEN), write, complaint: () => "", inWords: quoted };
}

const ENTRIES = { choice: choiceEntry, number: numberEntry, order: orderEntry };

// A guess that this question can have been answered by.
function keptFor({ name, kind, choices = [] }) {
  const said = kept().guesses[name];
  if (kind === "choice") return choices.includes(said) ? said : null;
  if (kind === "order") return said?.split(THEN).sort().join() === [...choices].sort().join() ? said : null;
  return said;
}

// --- the kernel, through the widget of line.js ---

const PATIENCE = 3000; // milliseconds, after which a kernel counts as gone or busy

// `ask(guess)` says whether somebody hears it; `take(state)` gets what Python says.
function kernelOf(key, take) {
  let number = 0;
  addEventListener(`rope-told-${key}`, ({ detail }) => take(detail));
  return (guess) => {
    const detail = { guess, number: ++number };
    return !dispatchEvent(new CustomEvent(`rope-ask-${key}`, { detail, cancelable: true }));
  };
}

// --- all of it ---

function formOf({ name }, entry) {
  const commit = make("button", { type: "submit", class: "rope-play", ...OWN_KEYS }, "Guess");
  const label = { class: "rope-guess", "aria-label": `Guess ${name}` };
  const form = make("form", label, entry.element, commit);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // JupyterLab keeps the browser from doing this by itself
    form.requestSubmit();
  });
  return { form, commit };
}

export function mount(element, question) {
  const { name } = question;
  const line = make("p", { role: "status", class: "rope-line", tabindex: -1 });
  const tell = (text) => (line.textContent = text);
  const entry = ENTRIES[question.kind](question, tell);
  const { form, commit } = formOf(question, entry);
  const ask = kernelOf(question.key, hear);
  let waiting;

  function show({ said, told, closed }) {
    if (said) entry.write(said);
    tell(told);
    const inside = form.contains(document.activeElement);
    for (const control of form.querySelectorAll("input, button")) control.disabled = closed;
    commit.hidden = closed;
    if (closed && inside) line.focus(); // else the keys of who commits by keyboard lead nowhere
  }
  function hear(state) {
    clearTimeout(waiting);
    const here = keptFor(question);
    if (state.closed) keepGuess(name, null); // Python has it, or takes none
    else if (here && !state.told) return ask(here);
    show(state);
  }
  function keepHere(said) {
    keepGuess(name, said);
    const told = `You said ${entry.inWords(said)}. It is kept in this browser.`;
    show({ said, told, closed: true });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = entry.read();
    const wrong = entry.complaint(said);
    if (ask(said)) waiting = setTimeout(() => wrong || keepHere(said), PATIENCE);
    else if (wrong) tell(wrong);
    else keepHere(said);
  });
  const all = page(form, line);
  all.classList.add("rope-form");
  element.append(all);
  const here = keptFor(question);
  if (question.closed || !here) show(question);
  else keepHere(here);
  dispatchEvent(new CustomEvent(`rope-open-${question.key}`));
}
