// The graphs: which is shown, what is marked in it, and how often each part was taken.

const frames = new Map([...document.querySelectorAll("#graphs .family")].map((frame) =>
  [Number(frame.dataset.family), frame]));
const graphs = new Map();
let shownFamily = -1;
function graphOf(family) {
  const frame = frames.get(family)?.querySelector(".graph");
  if (!graphs.has(family)) {
    graphs.set(family, frame ? new Graph(frame) : null);
    if (frame) drawCounts(graphs.get(family), machines[family]);
  }
  return graphs.get(family);
}
function showGraph(node, reveal) {
  const { family } = node.execution;
  if (family !== shownFamily) {
    for (const [number, frame] of frames) frame.hidden = number !== family;
    by("nograph").hidden = frames.has(family);
    by("graphname").textContent = machines.length > 1 ? node.execution.machine.split("/")[0] : "";
    shownFamily = family;
  }
  const graph = graphOf(family);
  if (!graph) return;
  const target = node.kind === "line" ? node.parent : node;
  const pointer = target.kind === "visit" ? visitOf(target).pointer : null;
  graph.mark("chosen", pointer ? [pointer] : []);
  if (pointer && reveal && (!graph.fitted ||
    reveal === "close")) graph.reveal(pointer); // a graph that is seen whole stays so
}
const SVG = "http://www.w3.org/2000/svg";
function drawCounts(graph,
  { taken }) { // how often, where that is more than once: of states, and of transitions that are not all of a state's
  const busy = [...graph.svg.querySelectorAll(".ground,.node:not(.group)>.shape")].map((part) => part.getBBox());
  const mark = (parent, x, y, words, width) => {
    const group = document.createElementNS(SVG, "g"), ground = document.createElementNS(SVG, "rect"),
      text = document.createElementNS(SVG, "text");
    group.setAttribute("class", "count");
    for (const [name, value] of Object.entries({ x: x - width / 2, y: y - 8, width, height: 16,
      rx: 8 })) ground.setAttribute(name, value);
    text.setAttribute("x", x);
    text.setAttribute("y", y + 4);
    text.textContent = words;
    group.append(ground, text);
    parent.append(group);
    busy.push({ x: x - width / 2, y: y - 8, width, height: 16 });
  };
  const free = (x, y, width) => busy.every((box) => x + width / 2 + 2 < box.x || x - width / 2 - 2 > box.x + box.width ||
    y + 10 < box.y || y - 10 > box.y + box.height);
  const edges = [];
  for (const [pointer, count] of Object.entries(taken)) {
    const words = `${count.toLocaleString("en")}\u00d7`, width = words.length * 6.6 + 10;
    for (const part of graph.parts(pointer)) {
      if (part.classList.contains("edge")) edges.push([part, pointer, count, words, width]);
      if (count < 2 || !part.classList.contains("node")) continue;
      const box = part.querySelector(".shape").getBBox(), diamond = part.querySelector("polygon.shape");
      mark(part, diamond ? box.x + box.width + width / 2 - 8 : box.x + box.width - 14, diamond ? box.y + box.height / 2
        : box.y, words, width);
    }
  }
  for (const [part, pointer, count, words, width] of edges) {
    const state = pointer.replace(/\/(Next|Default|Choices\/\d+\/Next|Catch\/\d+\/Next)$/, "");
    if (count === taken[state] || taken[state] < 2) continue;
    const path = part.querySelector(".line"), whole = path.getTotalLength();
    for (const share of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
      const { x, y } = path.getPointAtLength(whole * share);
      if (!free(x, y, width)) continue;
      mark(part, x, y, words, width);
      break;
    }
  }
}
by("graphs").addEventListener("click", (event) => {
  const pointer = Graph.pointerAt(event.target);
  if (pointer) choosePointer(pointer);
});
by("graphs").addEventListener("keydown", (event) => {
  const pointer = event.target.closest && Graph.pointerAt(event.target);
  if (!pointer || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  choosePointer(pointer);
});
function choosePointer(pointer) { // the next visit of a state, one with an error first; a transition's is that of its state
  const way = pointer.match(/^(.*)\/(?:(Catch|Choices)\/(\d+)\/Next|(Default)|Next|Catch\/.*|Retry\/.*)$/);
  const fits = (execution, row) => {
    const own = states(execution)[row[0]][3];
    if (own === pointer) return true;
    if (!way || own !== way[1]) return false;
    if (way[2] === "Catch") return (more(row).caught || [])[0] === `Catch[${way[3]}]`;
    if (way[2] === "Choices") return more(row).choice === Number(way[3]);
    return way[4] ? more(row).choice === -1 : true;
  };
  const found = executions.filter((execution) => execution.family === shownFamily)
    .flatMap((execution) => execution.visits.flatMap((row, visit) => (fits(execution, row) ? [[execution, visit]] : [])));
  if (!found.length) return;
  const at = found.findIndex(([execution, visit]) => chosen && chosen.execution === execution && chosen.visit === visit);
  const first = Math.max(found.findIndex(([execution, visit]) => problem(execution.visits[visit])), 0);
  choose(nodeOf(...found[at < 0 ? first : (at + 1) % found.length]), { graph: false });
}
by("graphs").append(el("p", { id: "graphname", class: "soft" }),
  el("p", { class: "note", id: "nograph", hidden: true },
  "The graph of this execution is not drawn: a page has those of the first executions."));
