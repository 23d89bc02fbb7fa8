"use strict";
// The filter of the stores. Without this script the whole table is there.
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const page = 200; // rows that are shown at once, so that a long table stays quick
  const rows = Array.from(document.querySelectorAll("#store-table tbody tr"));
  const field = id => document.getElementById(id);
  const query = field("q"), verdict = field("f-verdict"), dataset = field("f-dataset"), country = field("f-country");
  const shown = field("shown"), more = field("more"), noun = shown.dataset.noun;
  const texts = rows.map(row => row.textContent.toLowerCase());
  const data = rows.map(row => row.children[2].textContent);
  let room = page;

  const fits = i => {
    const row = rows[i].dataset;
    if (verdict.value && !row.v.split(" ").includes(verdict.value)) return false;
    if (dataset.value === "-" ? data[i] !== "none" : dataset.value && !data[i].includes(dataset.value + " (")) return false;
    if (country.value === "-" ? row.u === undefined : country.value && !row.c.split(" ").includes(country.value)) return false;
    return words.every(word => texts[i].includes(word));
  };
  let words = [];
  const filter = () => {
    words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    rows.forEach((row, i) => {
      const fit = fits(i);
      if (fit) found++;
      const hide = !fit || found > room;
      if (row.hidden !== hide) row.hidden = hide;
    });
    more.hidden = found <= room;
    shown.textContent = found === rows.length && found <= room
      ? `${rows.length} ${noun}`
      : `${Math.min(found, room)} of ${found === rows.length ? "" : `${found} found among `}${rows.length} ${noun} shown`;
  };
  const again = () => { room = page; filter(); };
  query.addEventListener("input", again);
  form.addEventListener("change", again);
  form.addEventListener("reset", () => setTimeout(again));
  form.addEventListener("submit", event => event.preventDefault());
  more.addEventListener("click", () => { room += page; filter(); });
  // What is printed is all that was found.
  addEventListener("beforeprint", () => { room = Infinity; filter(); });
  addEventListener("afterprint", again);
  form.hidden = false;
  filter();
})();
