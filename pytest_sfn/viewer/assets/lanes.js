// What is chosen, the filter, and the lanes.

let chosen = null, rows = [], filter = "", only = false;

function matches(node) {
  const { execution } = node;
  if (node.kind === "line") return filter !== "" && !only && node.prefix.includes(filter);
  if (node.kind === "execution") {
    return node.depth > 0 && (only ? statusClass(execution.status) === "failed" : true) &&
      (!filter || `${node.prefix} ${execution.name} ${execution.machine}`.toLowerCase().includes(filter));
  }
  const { row, name, type, more: extra } = visitOf(node);
  if (only && !problem(row)) return false;
  if (!filter) return true;
  if (`${node.prefix} ${name} ${type} ${extra.error || ""}`.toLowerCase().includes(filter)) return true;
  if (filter.length < 3) return false;
  return [inputOf(execution, row), outputOf(execution, row)].some((ref) => ref !== undefined && holds(ref));
}
let held = new Map(); // by the number of a value, whether the filter is in it
function holds(ref) {
  if (!held.has(ref)) held.set(ref, texts[ref].length < 20000 && texts[ref].toLowerCase().includes(filter));
  return held.get(ref);
}
function refresh() {
  rows = [];
  if (filter || only) {
    const walk = (node) => {
      const at = rows.length;
      rows.push(node);
      const inner = below(node).map(walk).some(Boolean);
      const own = matches(node);
      if (!inner && !own && (node.depth || roots.length > 1)) rows.length = at;
      node.shown = inner;
      return inner || own;
    };
    roots.forEach(walk);
  } else {
    const walk = (node) => {
      rows.push(node);
      node.shown = node.open && foldable(node);
      if (node.shown) below(node).forEach(walk);
    };
    roots.forEach(walk);
  }
  lanes.length(rows.length);
  by("found").textContent = filter || only ? counted(rows.filter(matches).length, "match", "matches") : "";
}

function choose(node, how = {}) {
  if (!node) return;
  chosen = node;
  for (let above = node.parent; above; above = above.parent) {
    if (!above.open) { above.open = true; how.again = true; }
  }
  if (how.again || !rows.includes(node)) {
    if ((filter || only) && !rows.includes(node)) clearFilter();
    refresh();
  }
  const at = rows.indexOf(node);
  if (how.scroll !== false) lanes.reveal(at);
  lanes.draw();
  showGraph(node, how.graph ?? true);
  showDetail(node);
  showEvents(node, how.events !== false);
  const name = node.kind === "visit" ? `#visit-${key(node.execution, node.visit)}` : "#";
  try { history.replaceState(null, "", name); } catch { /* a page in a frame may not */ }
}
function clearFilter() {
  filter = ""; only = false;
  by("filter").value = "";
  by("problems").setAttribute("aria-pressed", "false");
}

const story = by("story"), detail = by("detail");
const tabs = ["lanes", "events"].map((name) =>
  el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": name, onclick: () => openTab(name) },
    name === "lanes" ? "Lanes" : "History"));
const search = el("input", { id: "filter", type: "search", placeholder: "Filter: state, error, item, value",
  "aria-label": "Filter", title: "Filter (/)" });
const allProblems = executions.flatMap((execution) => execution.visits.flatMap((row, visit) => (problem(row) ? [[execution,
  visit]] : [])));
const tools = el("div", { class: "bar" },
  el("span", { class: "tabs", role: "tablist" }, ...tabs),
  search,
  el("button", { type: "button", id: "problems", "aria-pressed": "false", hidden: !allProblems.length,
    title: "Only visits with an error (e); the next one (n)", onclick: () => toggleProblems() },
    counted(allProblems.length, "error")),
  el("span", { id: "whose", class: "soft" }),
  el("span", { id: "found", class: "soft", "aria-live": "polite" }),
  el("span", { class: "right" },
    el("span", { class: "tabs", role: "group", "aria-label": "Axis", title: "The axis of the lanes (t)" },
      ...["time", "order"].map((each) => el("button", { type: "button", "data-axis": each, onclick: () => turnAxis(each) },
        each === "time" ? "Time" : "Order"))),
    el("button", { type: "button", title: "Less of it (Ctrl+wheel)", "aria-label": "Zoom out", onclick: () =>
      zoomLanes(1.6) }, "−"),
    el("button", { type: "button", title: "More of it (Ctrl+wheel)", "aria-label": "Zoom in", onclick: () =>
      zoomLanes(1 / 1.6) }, "+")));
const ruler = el("div", { class: "ruler", "aria-hidden": "true" }, el("span", {}, "State"),
  el("span", {}, "What happened"), el("span", { class: "ticks" }));
const lanePane = el("div", { class: "rows", id: "lanes", role: "tree", tabindex: "0", "aria-label": "Lanes" }, ruler);
const eventPane = el("div", { class: "rows", id: "events", role: "grid", tabindex: "0", "aria-label": "History",
  hidden: true });
story.append(tools, lanePane, eventPane);

function openTab(name) {
  for (const tab of tabs) tab.setAttribute("aria-selected", String(tab.id === `tab-${name}`));
  lanePane.hidden = name !== "lanes";
  eventPane.hidden = name !== "events";
  story.dataset.tab = name;
  if (name === "lanes") lanes.reveal(rows.indexOf(chosen));
  else {
    listEvents();
    revealEvents();
  }
}
function toggleProblems() {
  only = !only;
  by("problems").setAttribute("aria-pressed", String(only));
  refresh();
  listEvents();
}
function turnAxis(to = axis === "time" ? "order" : "time") {
  axis = to;
  view = [0, 1];
  drawAxis();
}
function drawAxis() {
  for (const button of document.querySelectorAll("[data-axis]")) button.setAttribute("aria-pressed",
    String(button.dataset.axis === axis));
  ruler.lastChild.replaceChildren(...ticks());
  lanes.draw();
}
function ticks() {
  const whole = axis === "time" ? lasting : Math.max(allEvents - 1, 1);
  const [from, to] = view, room = Math.max(Math.floor(ruler.lastChild.clientWidth / 110), 2);
  const least = ((to - from) * whole) / room;
  const steps = axis === "time" ? TIMES : [];
  let step = steps.find((each) => each >= least);
  if (!step) {
    const unit = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
    step = [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= least) || 1;
  }
  const found = [];
  for (let at = Math.ceil((from * whole) / step) * step; at <= to * whole + 1e-6 && found.length < 40; at += step) {
    const x = ((at / whole - from) / (to - from)) * 100;
    found.push(el("i", { style: `left:${x.toFixed(3)}%` }, axis === "time" ? (at ? duration(Math.round(at)) : "0 s")
      : `#${Math.round(at) + 1}`));
  }
  return found;
}
const TIMES = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000,
  864000].map((each) => each * 1e6)];

const lanes = new Rows(lanePane, ROW, (at) => laneRow(rows[at], at));
const percent = (share) => `${(share * 100).toFixed(3)}%`;
function laneRow(node, at) {
  const { execution } = node;
  const [what, look] = words(node);
  let name, small = "";
  if (node.kind === "visit") { const found = visitOf(node); name = found.name; small = found.type; }
  else if (node.kind === "execution" && !isItem(execution)) { name = execution.machine; small = node.depth ? execution.name
    : "execution"; }
  else { name = null; small = (execution.visitsOf[node.line || 0] || []).slice(0, 6).map((visit) =>
    named(states(execution)[execution.visits[visit][0]][0])).join(" → "); }
  const fold = foldable(node)
    ? el("span", { class: `twisty${node.shown ? " open" : ""}`, title: node.shown ? "Fold (←)" : "Unfold (→)" })
      : el("span", { class: "twisty none" });
  const bars = el("span", { class: "lane" });
  const [from, to] = view, width = to - from;
  for (const [one, two, kind, title] of pieces(node)) {
    const left = (one - from) / width, right = (two - from) / width;
    if (right < 0 || left > 1) continue;
    const start = Math.max(left, 0);
    bars.append(el("i", { class: `${kind}${two <= one ? " point" : ""}`, title,
      style: `left:min(${percent(start)}, calc(100% - 5px));width:${percent(Math.min(right, 1) - start)}` }));
  }
  return el("div", {
    class: `row ${node.kind}${node === chosen ? " chosen" : ""}`, role: "treeitem", id: `row-${at}`, "data-at": at,
      "aria-level": node.depth + 1,
    "aria-selected": String(node === chosen), "aria-expanded": foldable(node) ? String(node.shown) : null,
  },
    el("span", { class: "label", style: `padding-left:${Math.min(node.depth, 12) * 12}px`,
      title: [node.prefix, name, small].filter(Boolean).join(" · ") }, fold,
      node.prefix ? el("em", {}, node.prefix) : null, name === null ? null
        : el("b", {}, named(name)), el("small", {}, small)),
    el("span", { class: `what ${look}`, title: what }, what), bars);
}
lanePane.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row) return;
  const node = rows[Number(row.dataset.at)];
  if (event.target.closest(".twisty:not(.none)")) return toggle(node);
  if (node.kind === "line") toggle(node);
  else choose(node, { scroll: false });
});
lanePane.addEventListener("dblclick", (event) => {
  const row = event.target.closest(".row");
  if (row && !event.target.closest(".twisty")) toggle(rows[Number(row.dataset.at)]);
});
function toggle(node) {
  if (!foldable(node) || filter || only) return;
  node.open = !node.open;
  refresh();
}
lanePane.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = Math.max(rows.indexOf(chosen), 0), page = Math.max(Math.floor(lanePane.clientHeight / ROW) - 2, 1);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0,
    End: rows.length - 1 }[event.key];
  if (to !== undefined) choose(rows[Math.min(Math.max(to, 0), rows.length - 1)]);
  else if (event.key === "ArrowRight") { if (!chosen.open) toggle(chosen); else if (rows[at + 1]) choose(rows[at + 1]); }
  else if (event.key === "ArrowLeft") { if (chosen.open && foldable(chosen) &&
    chosen.depth) toggle(chosen); else if (chosen.parent) choose(chosen.parent); }
  else if (event.key === "Enter" || event.key === " ") detail.focus();
  else return;
  event.preventDefault();
});
function zoomLanes(factor, middle = 0.5) {
  const [from, to] = view, at = from + (to - from) * middle;
  const width = Math.min(Math.max((to - from) * factor, 1e-6), 1);
  const start = Math.min(Math.max(at - width * middle, 0), 1 - width);
  view = [start, start + width];
  drawAxis();
}
lanePane.addEventListener("wheel", (event) => {
  const frame = ruler.lastChild.getBoundingClientRect(), x = (event.clientX - frame.left) / frame.width;
  if (x < 0) return;
  const width = view[1] - view[0];
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoomLanes(Math.exp(event.deltaY / 300), x);
  } else if (width < 1 && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    const start = Math.min(Math.max(view[0] + (event.deltaX / frame.width) * width, 0), 1 - width);
    view = [start, start + width];
    drawAxis();
  }
}, { passive: false });
new ResizeObserver(() => drawAxis()).observe(lanePane);

search.addEventListener("input", () => {
  filter = search.value.trim().toLowerCase();
  held = new Map();
  refresh();
  listEvents();
});
