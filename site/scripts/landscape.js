// The landscape of lesson 03: plotly draws it, and its script is fetched when a reader asks for it.
// Until then, the saved picture stays. See tools/pages/landscape.py.

const script = (address) =>
  new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    Object.assign(tag, { src: address, onload: resolve, onerror: reject });
    document.head.append(tag);
  });

export function mount(element, { megabytes }) {
  const folder = new URL("../landscape/", import.meta.url);
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const place = document.createElement("div");
  button.className = "rope-fetch";
  button.textContent = `Turn it here: load plotly (${megabytes} MB)`;
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = "Loading …";
    try {
      const [answer] = await Promise.all([
        fetch(new URL("landscape.json", folder)),
        script(new URL("plotly.min.js", folder)),
      ]);
      const { data, layout, config } = await answer.json();
      const { eye } = layout.scene.camera; // further away where the page is narrow
      for (const axis in eye) eye[axis] *= Math.max(1, 640 / element.clientWidth);
      await window.Plotly.newPlot(place, data, layout, { ...config, responsive: true });
      button.remove();
      element.closest(".cell_output").querySelector("img").hidden = true;
    } catch {
      button.disabled = false;
      button.textContent = "It could not be loaded. Try again.";
    }
  });
  element.append(button, place);
}
