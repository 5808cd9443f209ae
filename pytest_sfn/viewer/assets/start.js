// The page's head, its keys, its splitters, and where it begins.

function header() {
  const bar = by("top"), { execution } = home;
  const statuses = new Map();
  for (const root of roots) statuses.set(root.execution.status, (statuses.get(root.execution.status) || 0) + 1);
  for (const [status, count] of statuses) bar.append(el("span", { class: `chip ${statusClass(status)}` }, roots.length > 1
    ? `${count} ${status}` : status));
  const sum = (of) => roots.reduce((total, root) => total + of(root.execution), 0);
  bar.append(el("span", { class: "soft" }, [`${duration(lasting > 1 ? lasting : 0)} of virtual time`,
    execution.redriven.length ? `redriven ${counted(execution.redriven.length, "time")}` : "",
    counted(sum(({ visits }) => visits.length), "visit"), counted(sum(({ last }) => last),
      "event")].filter(Boolean).join(" · ")));
  if (execution.error !== undefined) bar.append(el("span", { class: "failed strong" }, execution.error));
  bar.append(link("Input and output", () => choose(home)), link("Keys", () => by("keys").showModal()));
  const cut = Object.keys(data.cut).map((ref) => texts[ref].length);
  const left = executions.filter(({ gap }) => gap).map(({ machine, gap }) =>
    `${counted(gap[1], "event")} in the middle of ${named(machine)}, and the visits that they began`);
  if (data.missing) left.push(`${counted(data.missing, "execution")} that others started`);
  const shortest = Math.min(...cut).toLocaleString("en");
  if (cut.length) left.push(`the rest of ${counted(cut.length, "value")} longer than ${shortest} characters`);
  if (left.length) bar.append(el("p", { class: "left soft" }, `Left out: ${left.join("; ")}.`));
}
function nextProblem() {
  if (!allProblems.length) return;
  const at = allProblems.findIndex(([execution, visit]) => chosen && chosen.kind === "visit" &&
    chosen.execution === execution && chosen.visit === visit);
  choose(nodeOf(...allProblems[(at + 1) % allProblems.length]));
}
const KEYS = [
  ["n", "the next visit with an error", nextProblem],
  ["e", "only visits with an error", () => toggleProblems()],
  ["p", "the visit of this state before", () => stepVisit(-1)],
  ["q", "the visit of this state after", () => stepVisit(1)],
  ["t", "virtual time, or the order of events", () => turnAxis()],
  ["h", "lanes, or history", () => openTab(eventPane.hidden ? "events" : "lanes")],
  ["/", "filter", () => search.focus()],
  ["Escape", "the execution", () => choose(executionNode(chosen.execution))],
  ["?", "these keys", () => by("keys").showModal()],
];
const ARROWS = [
  ["↑ ↓", "another row"],
  ["→ ←", "unfold, fold"],
  ["Enter", "from a row to its details; unfold an event"],
  ["+ − 0 1", "in the graph: larger, smaller, whole, full size"],
  ["Ctrl + wheel", "in the graph and the lanes: larger, smaller"],
];
document.body.append(el("dialog", { id: "keys", "aria-label": "Keys" },
  el("table", {}, ...[...KEYS, ...ARROWS].map(([name, words]) => 
    el("tr", {}, el("th", { scope: "row" }, el("kbd", {}, name)), el("td", {}, words)))),
  el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close"))));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || by("keys").open) return;
  if (event.target === search) {
    if (event.key !== "Escape") return;
    clearFilter();
    refresh();
    listEvents();
    search.blur();
    return;
  }
  if (event.target === document.body && /^(Arrow|Page)|^(Home|End)$/.test(event.key)) { // as if a row had been clicked
    const pane = eventPane.hidden ? lanePane : eventPane;
    pane.focus({ preventScroll: true });
    pane.dispatchEvent(new KeyboardEvent("keydown", { key: event.key }));
    event.preventDefault();
    return;
  }
  const found = KEYS.find(([name]) => name === event.key);
  if (!found) return;
  event.preventDefault();
  found[2]();
});

for (const [id, property, edge, axisOf, size] of [["across", "--left", "left", "clientX", "width"],
  ["down", "--top", "top", "clientY", "height"]]) {
  const splitter = by(id), room = by("room");
  const put = (at) => {
    const frame = room.getBoundingClientRect(), share = (at - frame[edge]) / frame[size];
    room.style.setProperty(property, percent(Math.min(Math.max(share, 0.12), 0.85)));
  };
  splitter.addEventListener("pointerdown", (event) => {
    splitter.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  splitter.addEventListener("pointermove", (event) => splitter.hasPointerCapture(event.pointerId) && put(event[axisOf]));
  splitter.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -30, ArrowUp: -30, ArrowRight: 30, ArrowDown: 30 }[event.key];
    if (!step) return;
    event.preventDefault();
    put(splitter.getBoundingClientRect()[edge] + step);
  });
}

// A page of several executions begins at the last that did not succeed, since a test stops where it fails.
const home = roots.findLast(({ execution }) => execution.status !== "SUCCEEDED") || roots.at(-1);
header();
openTab("lanes");
refresh();
const wanted = location.hash.match(/^#visit-(\d+)\.(\d+)$/);
const failing = home.execution.failing;
if (wanted && executions[wanted[1]]?.visits[wanted[2]]) choose(nodeOf(executions[wanted[1]], Number(wanted[2])),
  { graph: "close" });
else if (failing >= 0) choose(nodeOf(home.execution, failing), { graph: "close" });
else choose(home);
drawAxis();
document.documentElement.classList.add("ready");
