// Keeps a panel up to date: Python is asked for it whenever it comes into sight again.

export default {
  render({ model, el }) {
    const panel = () => document.querySelector(`.rope-progress[data-key="${model.get("key")}"]`);
    const ask = () => model.send({});
    function put() {
      const old = Array.from(panel().querySelectorAll("a"));
      panel().innerHTML = model.get("html");
      // JupyterLab has taught the old links to open a notebook beside this one.
      for (const link of panel().querySelectorAll("a")) link.replaceWith(old.shift() ?? link);
    }
    const watch = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && ask());
    watch.observe(panel() ?? el);
    addEventListener("focus", ask);
    model.on("change:html", put);
    return () => {
      watch.disconnect();
      removeEventListener("focus", ask);
      model.off("change:html", put);
    };
  },
};
