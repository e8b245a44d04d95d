// What lives on the pages: views, and what this browser remembers of the reader.

const HERE = new URL(".", import.meta.url);

async function mountView(place) {
  const { mount } = await import(new URL(`views/${place.dataset.view}.js`, HERE));
  const settings = JSON.parse(place.querySelector("script").textContent);
  mount(place, settings);
  place.closest(".cell_output")?.classList.add("rope-live");
}

for (const place of document.querySelectorAll(".rope-mount")) mountView(place);
