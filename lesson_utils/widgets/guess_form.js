// A question as a form: radio buttons, a field for a number, or a list to bring into order.

function choiceEntry({ name, label, choices }, said) {
  const options = choices.map((text) => [text, text]);
  const { element } = choice({ label, options, value: said }, () => {});
  for (const input of element.querySelectorAll("input")) input.required = true;
  return { element, read: () => element.querySelector(":checked").value };
}

function numberEntry({ label, unit }, said) {
  const input = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", size: 9, required: "", ...OWN_KEYS,
  });
  input.value = said;
  const element = make("label", { class: "rope-number" }, make("strong", {}, label), input, unit);
  return { element, read: () => input.value };
}

function orderEntry({ label, choices }, said, tell) {
  const items = said ? said.split(", then ") : [...choices];
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
  const put = () => list.replaceChildren(...items.map((item) => rows.get(item)));
  put();
  const element = make("fieldset", {}, make("legend", {}, label), list);
  return { element, read: () => items.join(", then ") };
}

const ENTRIES = { choice: choiceEntry, number: numberEntry, order: orderEntry };

function render({ model, el }) {
  const question = model.get("settings");
  const line = make("p", { role: "status", class: "rope-line", tabindex: -1 });
  const tell = (text) => (line.textContent = text);
  const entry = ENTRIES[question.kind](question, model.get("said"), tell);
  const commit = make("button", { type: "submit", class: "rope-play", ...OWN_KEYS }, "Guess");
  const name = `Guess ${question.name}`;
  const form = make("form", { class: "rope-guess", "aria-label": name }, entry.element, commit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.send({ guess: entry.read() });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // JupyterLab keeps the browser from doing this by itself
    form.requestSubmit();
  });
  function show() {
    tell(model.get("told"));
    if (!model.get("closed")) return;
    const inside = form.contains(document.activeElement);
    for (const control of form.querySelectorAll("input, button")) control.disabled = true;
    commit.hidden = true;
    if (inside) line.focus(); // else the keys of who commits by keyboard would lead nowhere
  }
  model.on("change:told change:closed", show);
  el.append(page(form, line));
  show();
  return () => model.off("change:told change:closed", show);
}

export default { render };
