// What this browser remembers of its reader, where no kernel does: the text of a progress file, as
// progress/state.py reads it, under one key of localStorage. So a page can export it as it is, and
// `python -m lesson_utils progress --import` adds it.

export const KEPT_UNDER = "stretching-rope-progress";
const NOTHING = { version: 2, read: [], passed: [], tries: {}, guesses: {}, near: [] };

export function kept() {
  try {
    const record = JSON.parse(localStorage.getItem(KEPT_UNDER));
    if (record.version === NOTHING.version && record.guesses) return record;
  } catch {
    // nothing is kept, or it is damaged, or the browser keeps nothing
  }
  return NOTHING;
}

// Changes some entries of it.
export function keep(changed) {
  try {
    localStorage.setItem(KEPT_UNDER, JSON.stringify({ ...kept(), ...changed }));
  } catch {
    // a browser that keeps nothing: the page goes on
  }
}

// Keeps a guess under its name, or forgets it where there is none.
export function keepGuess(name, said) {
  const { [name]: before, ...guesses } = kept().guesses;
  if (before !== said) keep({ guesses: said ? { ...guesses, [name]: said } : guesses });
}
