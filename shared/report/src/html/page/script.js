"use strict";
{
  const $ = (id) => document.getElementById(id);
  const findings = [...document.querySelectorAll(".finding")];

  // What a finding rests on becomes elements when it is asked for.
  let read;
  const details = () => (read ??= JSON.parse($("details").textContent));
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const words = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 1));
  const target = ({ ip, port }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);
  const fill = (box) => {
    if (box.childElementCount > 1) return;
    const { remedies, findings: all } = details();
    const { remedy, evidence, resources, fingerprint } = all[box.closest(".finding").dataset.nth];
    const list = element("dl", undefined, "facts-of");
    const add = (name, text, className) => list.append(element("dt", name), element("dd", text, className));
    if (remedies[remedy]) add("what to do", remedies[remedy], "words");
    for (const [name, value] of Object.entries(evidence)) add(name.replaceAll("_", " "), words(value));
    for (const [name, value] of Object.entries(resources)) {
      add(name.replaceAll("_", " "), name === "target" ? target(value) : Array.isArray(value) ? value.join("\n") : words(value));
    }
    add("fingerprint", fingerprint);
    box.append(list);
  };
  document.addEventListener("toggle", ({ target: box }) => {
    if (box.open && box.closest(".finding")) fill(box);
  }, true);

  // Search and filters.
  const filters = $("filters");
  let filter = () => {};
  if (filters) {
    const form = filters.querySelector("form");
    const [query, rule, place, count, none] = ["query", "rule", "place", "count", "none"].map($);
    const boxes = [...form.querySelectorAll("[name=severity]")];
    const places = [...document.querySelectorAll(".place")];
    const links = [...document.querySelectorAll(".index li")];
    const names = places.map((section) => section.querySelector("h2").textContent);
    const severities = boxes.map((box) => box.value);
    const rows = findings.map((item) => ({
      item,
      severity: severities.find((severity) => item.classList.contains(severity)),
      rule: item.dataset.rule,
      place: places.indexOf(item.closest(".place")),
    }));
    const text = (row) => (row.text ??= [
      item_text(row.item), names[row.place], JSON.stringify(details().findings[row.item.dataset.nth]),
    ].join("\n").toLowerCase());
    const item_text = (item) => [...item.children].filter((part) => part.tagName !== "DETAILS").map((part) => part.textContent).join("\n");
    const set = (node, hidden) => { if (node && node.hidden !== hidden) node.hidden = hidden; };
    filter = () => {
      const wanted = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const left = new Array(places.length).fill(0);
      let total = 0;
      for (const row of rows) {
        const fits = shown.has(row.severity)
          && (!rule.value || row.rule === rule.value)
          && (!place.value || names[row.place] === place.value)
          && (!wanted.length || wanted.every((word) => text(row).includes(word)));
        set(row.item, !fits);
        if (fits) { total += 1; left[row.place] += 1; }
      }
      left.forEach((n, nth) => {
        set(places[nth], n === 0);
        set(links[nth], n === 0);
        const number = links[nth].querySelector(".n");
        if (number.textContent !== String(n)) number.textContent = n;
      });
      set(none, total > 0);
      count.textContent = total === rows.length ? `all ${total} findings` : `${total} of ${rows.length} findings`;
    };
    let waiting;
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, rows.length > 1000 ? 90 : 0);
    };
    const clear = () => { form.reset(); filter(); };
    form.addEventListener("input", soon);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    $("all").addEventListener("click", () => { clear(); query.focus(); });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        query.select();
      } else if (event.key === "Escape" && event.target === query && query.value) {
        event.preventDefault();
        query.value = "";
        filter();
      }
    });
    // Whoever follows a fault in a picture gets to its finding, even if a filter hides it.
    const follow = () => {
      const found = $(decodeURIComponent(location.hash.slice(1)));
      if (!found) return;
      if (found.hidden || found.closest("[hidden]")) clear();
      found.scrollIntoView({ block: found.matches(".finding") ? "center" : "start" });
      found.focus({ preventScroll: true });
    };
    addEventListener("hashchange", follow);
    filters.hidden = false;
    filter();
    if (location.hash) follow();
  }

  // The theme: as the system, light, dark.
  const button = $("theme");
  const root = document.documentElement;
  const tell = () => { button.querySelector("span").textContent = root.dataset.theme ?? "as the system"; };
  button.addEventListener("click", () => {
    const next = { undefined: "dark", dark: "light" }[root.dataset.theme];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    try { if (next) localStorage.setItem("theme", next); else localStorage.removeItem("theme"); } catch { /* no storage */ }
    tell();
  });
  button.hidden = false;
  tell();
}
