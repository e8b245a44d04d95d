// Answers what the bench asks where no kernel runs: where all heads of a layer look, as
// tools/pages/attention.py noted it. It draws nothing.

const nameOf = ({ method, factor }) => (method === "rope" ? method : `${method}-${factor}`);

export function mount(element, s) {
  const files = new Map();
  const load = (name) => {
    const address = new URL(`../attention/${name}.json`, import.meta.url);
    if (!files.has(name)) files.set(name, fetch(address).then((response) => response.json()));
    return files.get(name);
  };
  const tell = (detail) => dispatchEvent(new CustomEvent(`rope-told-${s.key}`, { detail }));
  async function answer({ recipe, kept, place: { layer }, number, view }) {
    const names = [...new Set([recipe, kept].map(nameOf))];
    const known = await Promise.all(names.map(load));
    const looks = known.map(({ shares, keys }, i) => {
      const numbers = { shares: shares[layer].flat(2).map((n) => n / 1000), keys: keys[layer].flat() };
      return { ...s.recipes[names[i]], layer, ...numbers };
    });
    tell({ number, view, status: "", looks });
  }
  addEventListener(`rope-ask-${s.key}`, (event) => {
    event.preventDefault(); // says that somebody has heard
    answer(event.detail).catch(() => tell({ number: event.detail.number, status: "Not fetched. Is the network there?" }));
  });
  answer({ ...s.ask, number: 0, view: "attention" });
}
