// What lives on the pages: views, what this browser remembers, and where a problem is reported.

const HERE = new URL(".", import.meta.url);
const module = (name) => import(new URL(`views/${name}.js`, HERE));

// --- views ---

async function mountViews(places) {
  for (const place of places) module(place.dataset.view); // all at once; mounted one by one, in order
  for (const place of places) {
    const { mount } = await module(place.dataset.view);
    const settings = JSON.parse(place.querySelector("script").textContent);
    mount(place, settings);
    place.dataset.mounted = "";
    if (!settings.keepsPicture) place.closest(".cell_output")?.classList.add("rope-live");
  }
}

mountViews(document.querySelectorAll(".rope-mount"));

// --- what is wider than the page, keys can scroll ---

function reachable() {
  for (const wide of document.querySelectorAll("article pre, .text_html, .table-wrapper, .formula")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

reachable();
addEventListener("resize", reachable);

// --- on paper, every answer is open ---

let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("article details:not([open])")];
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
});

// --- what was read ---

async function mountProgress(places) {
  const { mount, mountRead } = await module("progress");
  const { lessons } = await (await fetch(new URL("course.json", HERE))).json();
  for (const place of places) {
    const { lesson } = place.dataset;
    if (lesson) mountRead(place, lessons.find(({ number }) => number === lesson));
    else mount(place, { lessons });
  }
}

const places = document.querySelectorAll(".rope-read, .rope-progress");
if (places.length) mountProgress(places);

function tickLessons() {
  let read = [];
  try {
    read = JSON.parse(localStorage.getItem("stretching-rope-progress"))?.read ?? [];
  } catch {
    // nothing is kept here
  }
  for (const link of document.querySelectorAll(".sidebar-tree > ul > li > a")) {
    const number = link.textContent.match(/^(\d\d) · /)?.[1];
    if (number && read.includes(number)) link.classList.add("is-read");
  }
}

tickLessons();
addEventListener("rope-kept", tickLessons);

// --- a problem, with the section in which it was seen ---

const report = document.querySelector("a.report");

function reportOf(heading) {
  const address = new URL(report.href);
  address.searchParams.set("section", heading.firstChild.textContent.trim());
  const words = "Report a problem in this section";
  const link = Object.assign(document.createElement("a"), { href: address, title: words, textContent: "⚑" });
  link.className = "headerlink";
  link.setAttribute("aria-label", words);
  return link;
}

for (const heading of document.querySelectorAll("article :is(h2, h3)"))
  if (report) heading.append(reportOf(heading));
