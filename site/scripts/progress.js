// What this browser knows of its reader, shown, written to a file and read from one. The file is a
// progress file of the course: `python -m lesson_utils progress --import` adds it.

const ENTRIES = ["version", "read", "passed", "tries", "guesses", "near"];

const union = (one, other) => [...new Set([...one, ...other])].sort();

// Keeps all that either knows, as lesson_utils/progress/state.py merges two states.
export function merged(one, other) {
  const guesses = { ...one.guesses, ...other.guesses };
  for (const [name, said] of Object.entries(one.guesses))
    if (said < guesses[name]) guesses[name] = said;
  const tries = { ...one.tries };
  for (const [name, count] of Object.entries(other.tries))
    tries[name] = Math.max(count, tries[name] ?? 0);
  return {
    version: one.version,
    read: union(one.read, other.read),
    passed: union(one.passed, other.passed),
    tries,
    guesses,
    near: union(one.near, other.near),
  };
}

// Reads a progress file, or says in one line why it is none.
export function parsed(text) {
  let record;
  try {
    record = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  if (record?.version > 2) throw new Error(`its version is ${record.version}, and these pages read 2`);
  if (record?.version === 1) Object.assign(record, { version: 2, guesses: {}, near: [] });
  const whole = record?.version === 2 && ENTRIES.every((name) => typeof record[name] === typeof NOTHING[name]);
  if (!whole) throw new Error("it is not a progress file of this course");
  return record;
}

function download(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: address, download: "my_progress.json" }).click();
  URL.revokeObjectURL(address);
}

const button = (text, act) => {
  const element = make("button", { type: "button", class: "rope-play" }, text);
  element.addEventListener("click", act);
  return element;
};

// The guesses of a lesson's main path.
const namesOf = (number, count) => Array.from({ length: count }, (_, i) => `${number}.${i + 1}`);

function row({ number, title, page: address, guesses, exercises }, root) {
  const { read, guesses: said, passed } = kept();
  const made = namesOf(number, guesses).filter((name) => name in said).length;
  const link = make("a", { href: new URL(address, root) }, `${number} · ${title}`);
  const done = exercises.filter((id) => passed.includes(id)).length;
  const cells = [
    link, read.includes(number) ? "✓ read" : "", `${made} of ${guesses}`,
    exercises.length ? `${done} of ${exercises.length}` : "",
  ];
  return make("tr", {}, ...cells.map((cell) => make("td", {}, cell)));
}

function table(lessons, root) {
  const names = ["lesson", "", "guesses made", "exercises passed"];
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)));
  const body = make("tbody", {}, ...lessons.map((lesson) => row(lesson, root)));
  return make("table", { class: "docutils" }, make("thead", {}, head), body);
}

// The page of progress: `lessons` are those of course.json; links start from the root of the pages.
export function mount(element, { lessons }) {
  const root = new URL("../../", import.meta.url);
  const place = make("div", { class: "table-wrapper" });
  const line = make("p", { role: "status", class: "rope-line" });
  const file = make("input", { type: "file", accept: ".json,application/json", hidden: "" });
  const show = (words) => {
    place.replaceChildren(table(lessons, root));
    line.textContent = words;
  };
  file.addEventListener("change", async () => {
    try {
      keep(merged(kept(), parsed(await file.files[0].text())));
      show(`Added what ${file.files[0].name} holds. Nothing that was here is lost.`);
    } catch (error) {
      show(`${file.files[0].name} was not read: ${error.message}.`);
    }
    file.value = "";
  });
  const save = button("Save to a file", () => {
    download(`${JSON.stringify(kept(), null, 1)}\n`);
    show("Saved as my_progress.json.");
  });
  const load = button("Add from a file", () => file.click());
  const reset = button("Start over", () => {
    if (!confirm("Forget what this browser keeps of this course?")) return;
    keep(NOTHING);
    show("This browser has forgotten it.");
  });
  const buttons = make("div", { class: "rope-player" }, save, load, reset, file);
  element.append(page(place, buttons, line));
  show("");
}

// The end of a lesson: read it is once the guesses of its main path are made, or the reader says so.
export function mountRead(element, { number, title, guesses }) {
  const line = make("span", { role: "status" });
  const mark = button("", () => {
    keep({ read: union(kept().read, [number]) });
    show();
    dispatchEvent(new Event("rope-kept"));
  });
  function show() {
    const { read, guesses: said } = kept();
    const open = namesOf(number, guesses).filter((name) => !(name in said)).length;
    mark.hidden = read.includes(number);
    mark.textContent = open ? "I read it without guessing" : "I have read this lesson";
    const left = `${open} of its ${guesses} guesses ${open === 1 ? "is" : "are"} open.`;
    line.textContent = mark.hidden ? `✓ ${number} · ${title} is read.` : open ? left : "All its guesses are made.";
  }
  element.append(page(make("div", { class: "rope-player" }, mark, line)));
  addEventListener("submit", show); // a guess was made; its form has kept it by now
  show();
}
