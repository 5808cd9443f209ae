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
  bar.append(link("Input and output", () => choose(home)));
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
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) {
    if (event.key === "Escape") { clearFilter(); refresh(); listEvents(); search.blur(); }
    return;
  }
  const act = { n: nextProblem, e: toggleProblems, t: turnAxis, p: () => stepVisit(-1), q: () => stepVisit(1), "/": () =>
    search.focus(), Escape: () => choose(executionNode(chosen.execution)), h: () =>
    openTab(eventPane.hidden ? "events" : "lanes") }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
for (const [id, property, start, size] of [["across", "--left", "clientX", "width"],
  ["down", "--top", "clientY", "height"]]) {
  const splitter = by(id), room = by("room");
  const frame = () => (id === "across" ? room : room).getBoundingClientRect();
  const set = (share) => room.style.setProperty(property, `${(Math.min(Math.max(share, 0.12), 0.85) * 100).toFixed(2)}%`);
  splitter.addEventListener("pointerdown", (event) =>
    { splitter.setPointerCapture(event.pointerId); event.preventDefault(); });
  splitter.addEventListener("pointermove", (event) => {
    if (splitter.hasPointerCapture(event.pointerId)) set((event[start] - frame()[id === "across" ? "left"
      : "top"]) / frame()[size]);
  });
  splitter.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.03, ArrowUp: -0.03, ArrowRight: 0.03, ArrowDown: 0.03 }[event.key];
    if (!by) return;
    event.preventDefault();
    const box = splitter.getBoundingClientRect();
    set((box[id === "across" ? "left" : "top"] - frame()[id === "across" ? "left" : "top"]) / frame()[size] + by);
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
