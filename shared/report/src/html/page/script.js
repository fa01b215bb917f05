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
  // A way to mend a finding: what it does, what to paste, and whether that is safe now.
  const pasted = (text) => {
    const line = element("div", undefined, "command");
    const pre = element("pre");
    const button = element("button", "Copy", "copy");
    pre.append(element("code", text));
    button.type = "button";
    line.append(pre, button);
    return line;
  };
  const way = ({ title, commands = [], terraform, console: at, note }) => {
    const part = element("section", undefined, "fix");
    part.append(element("h3", title), ...commands.map(pasted));
    if (terraform) part.append(pasted(terraform.trimEnd()));
    part.append(element("p", note, "safety"));
    if (at?.startsWith("https://")) {
      const link = element("a", "See it in the AWS console");
      link.href = at;
      link.rel = "noreferrer";
      part.append(link);
    }
    return part;
  };
  const fill = (box) => {
    if (box.childElementCount > 1) return;
    const { remedies, reasons, findings: all } = details();
    const { rule, nth } = box.closest(".finding").dataset;
    const { remedy, fixes = [], evidence, resources, fingerprint } = all[nth];
    for (const fix of fixes) box.append(way(fix));
    const list = element("dl", undefined, "facts-of");
    const add = (name, text, className) => list.append(element("dt", name), element("dd", text, className));
    if (remedies[remedy]) add("what to do", remedies[remedy], "words");
    if (reasons[rule]) add("why", reasons[rule], "words");
    for (const [name, value] of Object.entries(evidence)) add(name.replaceAll("_", " "), words(value));
    for (const [name, value] of Object.entries(resources)) {
      add(name.replaceAll("_", " "), name === "target" ? target(value) : Array.isArray(value) ? value.join("\n") : words(value));
    }
    add("fingerprint", fingerprint);
    box.append(list);
  };
  let keep = () => {};
  document.addEventListener("toggle", ({ target: box }) => {
    if (!box.closest(".finding")) return;
    if (box.open) fill(box);
    keep();
  }, true);

  // Copying, where the browser lets a page do it.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = element("textarea", text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const button of document.querySelectorAll(".copy")) button.hidden = false;
  document.addEventListener("click", async ({ target: button }) => {
    if (!button.matches?.(".copy")) return;
    await copy(button.parentElement.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  // Search and filters.
  const filters = $("filters");
  let filter = () => {};
  if (filters) {
    const form = filters.querySelector("form");
    const [query, rule, place, count, none] = ["query", "rule", "place", "count", "none"].map($);
    const boxes = [...form.querySelectorAll("[name=severity]")];
    const traffic = $("traffic");
    const causes = [...document.querySelectorAll("[data-cause].cause")];
    const others = [...document.querySelectorAll(".others > details")];
    let cause = "";
    const places = [...document.querySelectorAll(".place")];
    const links = [...document.querySelectorAll(".index li")];
    const names = places.map((section) => section.querySelector("h2").textContent);
    const severities = boxes.map((box) => box.value);
    const rows = findings.map((item) => ({
      item,
      severity: severities.find((severity) => item.classList.contains(severity)),
      rule: item.dataset.rule,
      cause: item.dataset.cause,
      traffic: "traffic" in item.dataset,
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
          && (!cause || row.cause === cause)
          && (!traffic.checked || row.traffic)
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
      // A search finds healthy services, too; the other filters are about findings.
      const narrowed = cause || traffic.checked || rule.value || place.value || shown.size < boxes.length;
      for (const other of others) {
        other.text ??= other.textContent.toLowerCase();
        set(other, Boolean(narrowed) || !wanted.every((word) => other.text.includes(word)));
      }
      for (const section of document.querySelectorAll(".others")) {
        set(section, [...section.querySelectorAll(":scope > details")].every((one) => one.hidden));
      }
      for (const button of causes) button.setAttribute("aria-pressed", String(button.dataset.cause === cause));
      for (const tile of document.querySelectorAll(".tiles button")) {
        const { severity } = tile.dataset;
        const on = severity ? shown.size === 1 && shown.has(severity) : traffic.checked;
        tile.setAttribute("aria-pressed", String(on));
      }
      set(none, total > 0);
      keep();
      count.textContent = total === rows.length ? `all ${total} findings` : `${total} of ${rows.length} findings`;
    };
    let waiting;
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, rows.length > 1000 ? 90 : 0);
    };
    const clear = () => { form.reset(); cause = ""; filter(); };
    // The filters and the open findings are in the address: a link shows what its sender saw.
    keep = () => {
      const state = new URLSearchParams();
      if (query.value) state.set("q", query.value);
      const shown = boxes.filter((box) => box.checked).map((box) => box.value);
      if (shown.length < boxes.length) state.set("severity", shown.join(","));
      if (rule.value) state.set("rule", rule.value);
      if (place.value) state.set("service", place.value);
      if (traffic.checked) state.set("traffic", "1");
      if (cause) state.set("cause", cause);
      const open = [...document.querySelectorAll(".finding > details[open]")].map((box) => box.parentElement.id);
      if (open.length) state.set("open", open.slice(0, 20).join(","));
      const text = state.toString();
      if (text || location.hash.includes("=")) history.replaceState(null, "", text ? `#${text}` : location.pathname);
    };
    const restore = () => {
      const state = new URLSearchParams(location.hash.slice(1));
      query.value = state.get("q") ?? "";
      const shown = state.get("severity")?.split(",");
      for (const box of boxes) box.checked = !shown || shown.includes(box.value);
      rule.value = state.get("rule") ?? "";
      place.value = state.get("service") ?? "";
      traffic.checked = state.has("traffic");
      cause = state.get("cause") ?? "";
      const ids = (state.get("open") ?? "").split(",").filter(Boolean);
      filter();
      const items = ids.map($).filter((item) => item?.matches(".finding"));
      for (const item of items) item.querySelector("details").open = true;
      items[0]?.scrollIntoView({ block: "center" });
    };
    for (const button of causes) {
      button.addEventListener("click", () => { cause = cause === button.dataset.cause ? "" : button.dataset.cause; filter(); });
    }
    for (const tile of document.querySelectorAll(".tiles button")) {
      tile.addEventListener("click", () => {
        const { severity } = tile.dataset;
        const on = tile.getAttribute("aria-pressed") === "true";
        if (severity) for (const box of boxes) box.checked = on || box.value === severity;
        else traffic.checked = !on;
        filter();
        $("findings").scrollIntoView();
      });
    }
    form.addEventListener("input", soon);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => { cause = ""; setTimeout(filter); });
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
      if (location.hash.includes("=")) { restore(); return; }
      const found = $(decodeURIComponent(location.hash.slice(1)));
      if (!found) return;
      if (found.hidden || found.closest("[hidden]")) clear();
      found.scrollIntoView({ block: found.matches(".finding") ? "center" : "start" });
      found.focus({ preventScroll: true });
    };
    addEventListener("hashchange", follow);
    filters.hidden = false;
    if (location.hash.includes("=")) restore();
    else { filter(); if (location.hash) follow(); }
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
