// What a panel of ipywidgets lacks: a chart as wide as the panel, keys for its controls, and sliders
// whose handles have a name and say the value that stands beside them.

// Else JupyterLab takes the arrows, and moves from cell to cell. It asks the focused element alone.
function keepKeys(panel) {
  for (const control of panel.querySelectorAll(".noUi-handle, select, button"))
    control.setAttribute("data-lm-suppress-shortcuts", "true");
}

function nameSliders(panel) {
  for (const box of panel.querySelectorAll(".widget-hslider, .jupyter-widget-hslider")) {
    const [handle, label, readout] = [".noUi-handle", ".widget-label", ".widget-readout"].map(
      (part) => box.querySelector(part),
    );
    if (!handle || !readout) continue;
    const say = () => handle.setAttribute("aria-valuetext", readout.textContent);
    handle.setAttribute("aria-label", label.textContent);
    new MutationObserver(say).observe(readout, { childList: true, characterData: true });
    say();
  }
}

function render({ el }) {
  const fit = () => window.dispatchEvent(new Event("resize")); // plotly listens to nothing else
  const width = new ResizeObserver(fit);
  const drawn = setInterval(() => {
    const panel = el.closest(".rope-panel");
    if (!panel?.querySelector(".main-svg")) return;
    clearInterval(drawn);
    keepKeys(panel);
    nameSliders(panel);
    width.observe(panel);
  }, 50);
  return () => (clearInterval(drawn), width.disconnect());
}

export default { render };
