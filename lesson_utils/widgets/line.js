// Has nothing to see: it carries what a view asks to Python, and what Python tells to the view. The
// view is another output, since it must live on where there is no kernel.

export default {
  render({ model }) {
    const key = model.get("key");
    function ask(event) {
      event.preventDefault(); // says that somebody has heard
      model.set("asked", event.detail);
      model.save_changes();
    }
    const tell = () =>
      dispatchEvent(new CustomEvent(`rope-told-${key}`, { detail: model.get("told") }));
    addEventListener(`rope-ask-${key}`, ask);
    model.on("change:told", tell);
    addEventListener(`rope-open-${key}`, tell);
    tell(); // whichever of view and line is opened last, the view hears how things stand
    return () => {
      removeEventListener(`rope-ask-${key}`, ask);
      removeEventListener(`rope-open-${key}`, tell);
      model.off("change:told", tell);
    };
  },
};
