// The page of an execution. `data` is what viewer/story.py says it is; values are JSON texts, named by their number.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const texts = document.getElementById("values").textContent.replaceAll("\ue000", "<").split("\n");
const { executions, machines, kinds } = data;
const ROW = 24, EVENT = 26, UNFOLDED = 232; // pixels; the style sheet has them too

// -- small tools ------------------------------------------------------------------------------------------------------

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}
const by = (id) => document.getElementById(id);
const counted = (count, word, many = word + "s") => `${count.toLocaleString("en")} ${count === 1 ? word : many}`;
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g; // as in viewer/values.py
const visible = (text) => text.replace(UNSEEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
const named = (name) => (name.trim() ? name : `\u201c${name}\u201d`); // an empty name is seen too
const pad = (number, width = 2) => String(number).padStart(width, "0");

function clock(micros) { // +1d 00:00:07.5, as in the timeline
  const seconds = Math.floor(micros / 1e6), fraction = micros % 1e6;
  const days = Math.floor(seconds / 86400);
  const text = `+${days ? days + "d " : ""}${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return fraction ? `${text}.${pad(fraction, 6)}`.replace(/0+$/, "") : text;
}
function duration(micros) {
  let seconds = Math.floor(micros / 1e6);
  const fraction = micros % 1e6, parts = [];
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) parts.push(`${Math.floor(seconds / size).toLocaleString("en")} ${unit}`);
    seconds %= size;
  }
  if (seconds || fraction || !parts.length) parts.push(`${+(seconds + fraction / 1e6).toFixed(6)} s`);
  return parts.join(" ");
}
function stamp(execution, micros) { // of an event, to the millisecond as AWS's console shows it
  return new Date(Date.parse(execution.started) + micros / 1000).toISOString().replace("T", " ").replace("Z", "");
}

// -- the executions, indexed ------------------------------------------------------------------------------------------

executions.forEach((execution, number) => {
  Object.assign(execution, { number, linesOf: new Map(), visitsOf: execution.lines.map(() => []), below: new Map() });
  execution.lines.forEach(([around], line) => around >= 0 && push(execution.linesOf, around, line));
  execution.visits.forEach(([, line], visit) => execution.visitsOf[line].push(visit));
  execution.last = execution.gap ? execution.events.length + execution.gap[1] : execution.events.length;
});
for (const execution of executions) {
  if (execution.above.length) push(executions[execution.above[0]].below, execution.above[1], execution.number);
}
function push(map, key, value) {
  if (map.has(key)) map.get(key).push(value);
  else map.set(key, [value]);
}
function eventAt(execution, id) {
  const { gap, events } = execution;
  if (!gap || id <= gap[0]) return events[id - 1];
  return id <= gap[0] + gap[1] ? undefined : events[id - 1 - gap[1]];
}
const idOf = ({ gap }, at) => (gap && at >= gap[0] ? at + gap[1] : at) + 1;
function eventsOf(execution, visit) {
  if (!execution.eventsOf) {
    execution.eventsOf = execution.visits.map(() => []);
    execution.events.forEach((event, at) => event[2] >= 0 && execution.eventsOf[event[2]].push(at));
  }
  return execution.eventsOf[visit];
}
function details(event) { // the members of its details
  const found = {};
  let at = 3;
  for (const [member, how, constant] of kinds[event[0]][2]) {
    found[member] = how === "constant" ? constant : how === "own" ? event[at++] : { [how]: event[at++] };
  }
  return found;
}

const states = (execution) => machines[execution.family].states;
const more = (row) => row[8] || {};
function visitOf({ execution, visit }) {
  const row = execution.visits[visit], [name, type, caption, pointer, place] = states(execution)[row[0]];
  return { row, name, type, caption, pointer, place, more: more(row), from: row[4], to: row[5], line: execution.lines[row[1]] };
}
const problem = (row) => more(row).error !== undefined || (more(row).attempts || []).some((attempt) => attempt.length > 2);

function inputOf(execution, row) {
  const event = eventAt(execution, row[2]);
  return event ? details(event).input?.value : more(row).input;
}
function outputOf(execution, row) {
  const event = row[3] && eventAt(execution, row[3]);
  return event ? details(event).output?.value : undefined;
}
function assignedOf(execution, row) {
  const event = row[3] && eventAt(execution, row[3]);
  return event ? details(event).assignedVariables?.values : undefined;
}

// -- rows of the lanes: executions, visits, and lines (branches, iterations) of more than one visit ---------------------

const LITTLE = 8; // so many branches or iterations are unfolded from the start
const roots = executions.filter((execution) => !execution.above.length)
  .map((execution) => ({ kind: "execution", execution, depth: 0, open: true, parent: null }));
const lasting = Math.max(...executions.map(({ offset, elapsed }) => offset + elapsed), 1); // of all, in microseconds
const byVisit = new Map(); // "execution.visit" to its node, as far as nodes are made
const key = (execution, visit) => `${execution.number}.${visit}`;

function below(node) {
  if (node.below) return node.below;
  const { execution } = node;
  if (node.kind === "execution") return (node.below = (execution.visitsOf[0] || []).map((visit) => visitNode(node, visit, "")));
  if (node.kind === "line") return (node.below = execution.visitsOf[node.line].map((visit) => visitNode(node, visit, "")));
  const { type } = visitOf(node), word = type === "Map" ? "item" : "branch";
  const lines = [...(execution.linesOf.get(node.visit) || [])].sort((a, b) => {
    const [, one, first] = execution.lines[a], [, two, second] = execution.lines[b];
    return first - second || one - two;
  });
  const several = lines.some((line) => execution.lines[line][2] > 1);
  node.below = lines.map((line) => {
    const [, index, attempt] = execution.lines[line], visits = execution.visitsOf[line];
    const prefix = `${several ? `attempt ${attempt} ` : ""}${word} ${index}`;
    if (visits.length === 1) return visitNode(node, visits[0], prefix);
    return { kind: "line", execution, line, prefix, depth: node.depth + 1, open: lines.length <= LITTLE, parent: node };
  });
  for (const number of execution.below.get(node.visit) || []) {
    const child = executions[number], index = child.above[2];
    node.below.push({
      kind: "execution", execution: child, depth: node.depth + 1, open: child.visits.length <= LITTLE && index < 0, parent: node,
      prefix: index >= 0 ? `item ${index}` : "execution",
    });
  }
  return node.below;
}
function visitNode(parent, visit, prefix) {
  const { execution } = parent, node = { kind: "visit", execution, visit, prefix, depth: parent.depth + 1, parent };
  const inner = (execution.linesOf.get(visit) || []).length + (execution.below.get(visit) || []).length;
  Object.assign(node, { inner, open: inner > 0 && inner <= LITTLE });
  byVisit.set(key(execution, visit), node);
  return node;
}
function nodeOf(execution, visit) { // made by way of the nodes around it
  const known = byVisit.get(key(execution, visit));
  if (known) return known;
  const line = execution.visits[visit][1], [around] = execution.lines[line];
  if (around >= 0) below(nodeOf(execution, around)).forEach((node) => node.kind === "line" && node.line === line && below(node));
  else below(executionNode(execution));
  return byVisit.get(key(execution, visit));
}
function executionNode(execution) {
  if (!execution.above.length) return roots.find((root) => root.execution === execution);
  const [number, visit] = execution.above;
  return below(nodeOf(executions[number], visit)).find((node) => node.kind === "execution" && node.execution === execution);
}
const isItem = (execution) => execution.above[2] >= 0; // a child of a distributed Map
const foldable = (node) => node.kind !== "visit" || node.inner > 0;

function span(node) { // when it was, in virtual microseconds since the root's start
  const { execution } = node, { offset, elapsed } = execution;
  if (node.kind === "execution") return [offset, offset + elapsed];
  const ends = node.kind === "visit" ? [node.visit, node.visit] : [execution.visitsOf[node.line][0], execution.visitsOf[node.line].at(-1)];
  if (ends[0] === undefined) return [offset, offset];
  const to = execution.visits[ends[1]][5];
  return [offset + execution.visits[ends[0]][4], offset + (to < 0 ? stopOf(node, elapsed) : to)];
}
function stopOf(node, elapsed) { // of what has not been left: its last attempt's end, or the execution's
  const attempts = node.kind === "visit" ? more(node.execution.visits[node.visit]).attempts : undefined;
  const last = attempts && attempts.at(-1);
  return last && last.length > 2 && last[1] >= 0 ? last[1] : node.kind === "visit" && problem(node.execution.visits[node.visit]) ? node.execution.visits[node.visit][4] : elapsed;
}

// -- two scales: virtual time, and the order of events, in which all that takes no time is seen ---------------------------

let axis = lasting > 1 ? "time" : "order";
let view = [0, 1];
const allEvents = roots.reduce((sum, { execution }) => ((execution.first = sum), sum + execution.last), 0);
function orderRange(execution) {
  if (execution.range) return execution.range;
  if (!execution.above.length) return (execution.range = [execution.first / allEvents, (execution.first + execution.last) / allEvents]);
  const [number, visit] = execution.above, outer = executions[number];
  return (execution.range = visitOrder(outer, visit));
}
const orderAt = (execution, id) => {
  const [from, to] = orderRange(execution);
  return from + ((to - from) * (id - 1)) / Math.max(execution.last - 1, 1);
};
function visitOrder(execution, visit) {
  const row = execution.visits[visit], own = row[3] ? null : eventsOf(execution, visit);
  return [orderAt(execution, row[2]), orderAt(execution, row[3] || (own.length ? idOf(execution, own.at(-1)) : row[2]))];
}
function place(node) { // from 0 to 1
  if (axis === "time") return span(node).map((at) => at / lasting);
  const { execution } = node;
  if (node.kind === "execution") return orderRange(execution);
  if (node.kind === "visit") return visitOrder(execution, node.visit);
  const visits = execution.visitsOf[node.line];
  return visits.length ? [visitOrder(execution, visits[0])[0], visitOrder(execution, visits.at(-1))[1]] : [0, 0];
}

const BEGINS = /(Scheduled|MapStateStarted|ParallelStateStarted)$/;
const ENDS = /^(LambdaFunction|Task|Activity|MapState|ParallelState|MapRun)(Failed|TimedOut|Succeeded)$/;
function pieces(node) { // what a row's lane shows: [from, to, class, words]
  if (node.kind === "line") {
    const visits = node.execution.visitsOf[node.line];
    return visits.length > 60 ? [[...place(node), "ok", ""]] : visits.flatMap((visit) => pieces({ kind: "visit", execution: node.execution, visit }));
  }
  if (node.kind === "execution") return [[...place(node), statusClass(node.execution.status), node.execution.status]];
  const { execution, visit } = node, { row, type, more: extra, name } = visitOf(node), [from, to] = place(node);
  const end = extra.error !== undefined ? (extra.caught ? "caught" : "failed") : row[3] ? (type === "Wait" ? "wait" : "ok") : "open";
  if (!extra.attempts || extra.attempts.length < 2) return [[from, to, end, name]];
  const at = (micros) => (execution.offset + micros) / lasting;
  let starts = null, ends = null;
  if (axis === "order") {
    const ids = eventsOf(execution, visit).map((event) => [idOf(execution, event), kinds[execution.events[event][0]][0]]);
    starts = ids.filter(([, kind]) => BEGINS.test(kind)).map(([id]) => orderAt(execution, id));
    ends = ids.filter(([, kind]) => ENDS.test(kind)).map(([id]) => orderAt(execution, id));
    if (starts.length < extra.attempts.length) return [[from, to, end, name]];
  }
  const found = [];
  extra.attempts.forEach(([began, ended, error, , backoff], index) => {
    const last = index === extra.attempts.length - 1;
    const one = starts ? starts[index] : at(began);
    const two = starts ? ends[index] ?? to : ended < 0 ? to : at(ended);
    found.push([one, two, error === undefined ? end : last ? end : "retried", `attempt ${index + 1}${error === undefined ? "" : `: ${error || "no name"}`}`]);
    if (backoff !== undefined && backoff !== null) {
      const next = starts ? starts[index + 1] : at((ended < 0 ? began : ended) + backoff * 1e6);
      if (next !== undefined) found.push([two, next, "backoff", `waits ${duration(backoff * 1e6)}`]);
    }
  });
  return found;
}
const statusClass = (status) => ({ SUCCEEDED: "ok", RUNNING: "open" })[status] || "failed";

function words(node) { // what happened, in a few words
  if (node.kind === "execution") return node.depth ? [node.execution.status, statusClass(node.execution.status)] : ["", ""];
  const [from, to] = span(node), took = to > from ? duration(to - from) : "";
  if (node.kind === "line") {
    const rows = node.execution.visitsOf[node.line].map((visit) => node.execution.visits[visit]);
    if (node.execution.lines[node.line][3]) return [`failed: ${more(rows.at(-1)).error || "no name"}`, "failed"];
    const caught = rows.filter((row) => more(row).error !== undefined).length;
    return [[caught ? `${caught} caught` : "", took].filter(Boolean).join(", "), caught ? "caught" : ""];
  }
  const { more: extra, row, type } = visitOf(node), tries = (extra.attempts || []).length;
  const again = tries > 1 ? `${tries} attempts` : "";
  if (extra.error !== undefined) {
    return [[extra.caught ? `${extra.error} → ${extra.caught[1]}` : `failed: ${extra.error || "no name"}`, again].filter(Boolean).join(", "), extra.caught ? "caught" : "failed"];
  }
  const skipped = node.execution.gap && node.visit && row[2] > node.execution.gap[0] + node.execution.gap[1] && node.execution.visits[node.visit - 1][2] <= node.execution.gap[0]
    ? `after ${counted(node.execution.gap[1], "event")} left out` : "";
  const open = row[3] ? "" : node.execution.status === "RUNNING" && !node.inner ? "not finished" : node.inner ? "" : "stopped";
  const items = type === "Map" ? mapWords(node, extra) : "";
  return [[skipped, items, again, open, took].filter(Boolean).join(", "), open ? "open" : ""];
}
function mapWords(node, extra) {
  if (extra.mapRun) {
    const [, length, failed, kept] = extra.mapRun;
    return [counted(length, "item"), failed ? `${failed.toLocaleString("en")} failed` : "", kept < length - failed ? `${kept.toLocaleString("en")} kept` : ""].filter(Boolean).join(", ");
  }
  const lines = node.execution.linesOf.get(node.visit) || [];
  const failed = lines.filter((line) => node.execution.lines[line][3]).length;
  return lines.length ? counted(lines.length, "item") + (failed ? `, ${failed.toLocaleString("en")} failed` : "") : "";
}

// -- what is chosen, and the filter ----------------------------------------------------------------------------------------

let chosen = null, rows = [], filter = "", only = false;

function matches(node) {
  const { execution } = node;
  if (node.kind === "line") return filter !== "" && !only && node.prefix.includes(filter);
  if (node.kind === "execution") {
    return node.depth > 0 && (only ? statusClass(execution.status) === "failed" : true) && (!filter || `${node.prefix} ${execution.name} ${execution.machine}`.toLowerCase().includes(filter));
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

// -- lists of which only the rows in sight are made -------------------------------------------------------------------------

class Rows {
  constructor(pane, height, make, extra = () => 0) {
    Object.assign(this, { pane, height, make, extra, count: 0, tops: null });
    this.space = el("div", { class: "space" });
    pane.append(this.space);
    pane.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(pane);
  }
  length(count) {
    this.count = count;
    this.measure();
    this.draw();
  }
  measure() { // rows that are unfolded are higher
    const grown = [];
    for (const at of this.extra.rows?.() || []) grown.push(at);
    this.grown = grown.sort((one, two) => one - two);
    this.space.style.height = `${this.count * this.height + grown.length * UNFOLDED}px`;
  }
  top(at) {
    let above = 0;
    for (const each of this.grown) if (each < at) above++;
    return at * this.height + above * UNFOLDED;
  }
  at(y) {
    let low = 0, high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.top(middle + 1) <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  draw() {
    const { scrollTop, clientHeight } = this.pane;
    const from = Math.max(this.at(scrollTop - this.space.offsetTop) - 4, 0);
    const made = [];
    for (let at = from; at < this.count && this.top(at) < scrollTop + clientHeight + 4 * this.height; at++) {
      const row = this.make(at);
      row.style.top = `${this.top(at)}px`;
      made.push(row);
    }
    this.space.replaceChildren(...made);
    this.pane.setAttribute("aria-activedescendant", this.space.querySelector(".row.chosen")?.id || "");
  }
  reveal(at) {
    if (at < 0) return;
    const top = this.top(at), { scrollTop, clientHeight } = this.pane, head = this.space.offsetTop;
    if (top < scrollTop) this.pane.scrollTop = Math.max(top - clientHeight / 3, 0);
    else if (top + head + this.height > scrollTop + clientHeight) this.pane.scrollTop = top + head - (clientHeight * 2) / 3;
    this.draw();
  }
}

// -- the page's parts ----------------------------------------------------------------------------------------------------------

const story = by("story"), detail = by("detail");
const tabs = ["lanes", "events"].map((name) =>
  el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": name, onclick: () => openTab(name) }, name === "lanes" ? "Lanes" : "History"));
const search = el("input", { id: "filter", type: "search", placeholder: "Filter: state, error, item, value", "aria-label": "Filter", title: "Filter (/)" });
const allProblems = executions.flatMap((execution) => execution.visits.flatMap((row, visit) => (problem(row) ? [[execution, visit]] : [])));
const tools = el("div", { class: "bar" },
  el("span", { class: "tabs", role: "tablist" }, ...tabs),
  search,
  el("button", { type: "button", id: "problems", "aria-pressed": "false", hidden: !allProblems.length, title: "Only visits with an error (e); the next one (n)", onclick: () => toggleProblems() }, counted(allProblems.length, "error")),
  el("span", { id: "found", class: "soft", "aria-live": "polite" }),
  el("span", { class: "right" },
    el("span", { class: "tabs", role: "group", "aria-label": "Axis", title: "The axis of the lanes (t)" },
      ...["time", "order"].map((each) => el("button", { type: "button", "data-axis": each, onclick: () => turnAxis(each) }, each === "time" ? "Time" : "Order"))),
    el("button", { type: "button", title: "Less of it (Ctrl+wheel)", "aria-label": "Zoom out", onclick: () => zoomLanes(1.6) }, "−"),
    el("button", { type: "button", title: "More of it (Ctrl+wheel)", "aria-label": "Zoom in", onclick: () => zoomLanes(1 / 1.6) }, "+")));
const ruler = el("div", { class: "ruler", "aria-hidden": "true" }, el("span", {}, "State"), el("span", {}, "What happened"), el("span", { class: "ticks" }));
const lanePane = el("div", { class: "rows", id: "lanes", role: "tree", tabindex: "0", "aria-label": "Lanes" }, ruler);
const eventPane = el("div", { class: "rows", id: "events", role: "grid", tabindex: "0", "aria-label": "History", hidden: true });
story.append(tools, lanePane, eventPane);

function openTab(name) {
  for (const tab of tabs) tab.setAttribute("aria-selected", String(tab.id === `tab-${name}`));
  lanePane.hidden = name !== "lanes";
  eventPane.hidden = name !== "events";
  story.dataset.tab = name;
  if (name === "events") { listEvents(); events.draw(); revealEvents(); } else { lanes.draw(); lanes.reveal(rows.indexOf(chosen)); }
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
  for (const button of document.querySelectorAll("[data-axis]")) button.setAttribute("aria-pressed", String(button.dataset.axis === axis));
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
    found.push(el("i", { style: `left:${x.toFixed(3)}%` }, axis === "time" ? (at ? duration(Math.round(at)) : "0 s") : `#${Math.round(at) + 1}`));
  }
  return found;
}
const TIMES = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000].map((each) => each * 1e6)];

const lanes = new Rows(lanePane, ROW, (at) => laneRow(rows[at], at));
function laneRow(node, at) {
  const { execution } = node;
  const [what, look] = words(node);
  let name, small = "";
  if (node.kind === "visit") { const found = visitOf(node); name = found.name; small = found.type; }
  else if (node.kind === "execution" && !isItem(execution)) { name = execution.machine; small = node.depth ? execution.name : "execution"; }
  else { name = null; small = (execution.visitsOf[node.line || 0] || []).slice(0, 6).map((visit) => named(states(execution)[execution.visits[visit][0]][0])).join(" → "); }
  const fold = foldable(node)
    ? el("span", { class: `twisty${node.shown ? " open" : ""}`, title: node.shown ? "Fold (←)" : "Unfold (→)" }) : el("span", { class: "twisty none" });
  const bars = el("span", { class: "lane" });
  const [from, to] = view, width = to - from;
  for (const [one, two, kind, title] of pieces(node)) {
    const left = (one - from) / width, right = (two - from) / width;
    if (right < 0 || left > 1) continue;
    const start = Math.max(left, 0);
    bars.append(el("i", { class: `${kind}${two <= one ? " point" : ""}`, title, style: `left:min(${(start * 100).toFixed(3)}%, calc(100% - 5px));width:${((Math.min(right, 1) - start) * 100).toFixed(3)}%` }));
  }
  return el("div", {
    class: `row ${node.kind}${node === chosen ? " chosen" : ""}`, role: "treeitem", id: `row-${at}`, "data-at": at, "aria-level": node.depth + 1,
    "aria-selected": String(node === chosen), "aria-expanded": foldable(node) ? String(node.shown) : null,
  },
    el("span", { class: "label", style: `padding-left:${Math.min(node.depth, 12) * 12}px`, title: [node.prefix, name, small].filter(Boolean).join(" · ") }, fold,
      node.prefix ? el("em", {}, node.prefix) : null, name === null ? null : el("b", {}, named(name)), el("small", {}, small)),
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
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) choose(rows[Math.min(Math.max(to, 0), rows.length - 1)]);
  else if (event.key === "ArrowRight") { if (!chosen.open) toggle(chosen); else if (rows[at + 1]) choose(rows[at + 1]); }
  else if (event.key === "ArrowLeft") { if (chosen.open && foldable(chosen) && chosen.depth) toggle(chosen); else if (chosen.parent) choose(chosen.parent); }
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

// -- history -------------------------------------------------------------------------------------------------------------------

let listed = [], shownExecution = null, unfolded = new Set();
const eventHead = el("div", { class: "head", role: "row" }, ...["ID", "Type", "Step", "Resource", "Started after", "Timestamp"].map((name) => el("span", { role: "columnheader" }, name)));
eventPane.append(eventHead);
const unfoldedRows = () => 0;
unfoldedRows.rows = () => listed.flatMap((each, at) => (unfolded.has(each) ? [at] : []));
const events = new Rows(eventPane, EVENT, (at) => eventRow(listed[at]), unfoldedRows);

function stepOf(execution, event) {
  if (kinds[event[0]][0].startsWith("Execution")) return "";
  return event[2] >= 0 ? states(execution)[execution.visits[event[2]][0]][0] : "";
}
function resourceOf(event) {
  const found = details(event);
  if (found.resourceType && found.resource) return `${found.resourceType}:${found.resource}`;
  return typeof found.resource === "string" ? found.resource.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, "lambda:") : "";
}
function listEvents() {
  const execution = shownExecution || executions[0];
  const fits = (event) => {
    if (only && !/(Failed|TimedOut|Aborted)$/.test(kinds[event[0]][0])) return false;
    if (!filter) return true;
    if (`${kinds[event[0]][0]} ${stepOf(execution, event)} ${resourceOf(event)}`.toLowerCase().includes(filter)) return true;
    return filter.length > 2 && Object.values(details(event)).some((each) => (typeof each === "string" ? each.toLowerCase().includes(filter) : each?.value !== undefined && holds(each.value)));
  };
  listed = execution.events.flatMap((event, at) => (fits(event) ? [at] : []));
  if (execution.gap && !filter && !only) listed.splice(execution.gap[0], 0, -1);
  if (!eventPane.hidden) {
    events.length(listed.length);
    by("found").textContent = filter || only ? counted(listed.length, "event") : "";
  }
}
function eventRow(at) {
  const execution = shownExecution;
  if (at < 0) return el("div", { class: "event gap", role: "row" }, el("span", { role: "gridcell" }, `… ${counted(execution.gap[1], "event")} left out`));
  const event = execution.events[at], kind = kinds[event[0]][0], own = chosen && chosen.kind === "visit" && chosen.execution === execution && event[2] === chosen.visit;
  const bad = /(Failed|TimedOut|Aborted)$/.test(kind), open = unfolded.has(at);
  const row = el("div", { class: `event${own ? " chosen" : ""}${bad ? " bad" : ""}`, role: "row", "data-at": at, "aria-expanded": String(open) },
    el("span", { role: "gridcell" }, el("span", { class: `twisty${open ? " open" : ""}` }), String(idOf(execution, at))),
    ...[kind, stepOf(execution, event), resourceOf(event), clock(event[1]), stamp(execution, event[1])].map((text) => el("span", { role: "gridcell", title: text }, text)));
  if (open) row.append(eventDetails(event));
  return row;
}
function eventDetails(event) {
  const body = el("div", { class: "unfolded" });
  for (const [member, value] of Object.entries(details(event))) {
    if (value !== null && typeof value === "object" && "value" in value) body.append(valueCard(member, value.value));
    else if (value !== null && typeof value === "object" && "values" in value) for (const [name, ref] of Object.entries(value.values)) body.append(valueCard(`${member}.${name}`, ref));
    else body.append(el("p", {}, el("b", {}, member), " ", typeof value === "object" ? JSON.stringify(value) : String(value)));
  }
  if (!body.childNodes.length) body.append(el("p", { class: "soft" }, "This event has no details."));
  return body;
}
eventPane.addEventListener("click", (event) => {
  const row = event.target.closest(".event[data-at]");
  if (row && !event.target.closest(".unfolded")) chooseEvent(Number(row.dataset.at));
});
function chooseEvent(at) {
  if (unfolded.has(at)) unfolded.delete(at);
  else unfolded.add(at);
  const visit = shownExecution.events[at][2];
  eventCursor = at;
  if (visit >= 0) choose(nodeOf(shownExecution, visit), { events: false });
  events.measure();
  events.draw();
}
let eventCursor = -1;
eventPane.addEventListener("keydown", (event) => {
  const at = listed.indexOf(eventCursor), page = Math.max(Math.floor(eventPane.clientHeight / EVENT) - 2, 1);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: listed.length - 1 }[event.key];
  if (to !== undefined) {
    eventCursor = listed[Math.min(Math.max(to, 0), listed.length - 1)];
    const visit = eventCursor >= 0 ? shownExecution.events[eventCursor][2] : -1;
    if (visit >= 0) choose(nodeOf(shownExecution, visit), { events: false });
    events.reveal(listed.indexOf(eventCursor));
    events.draw();
  } else if ((event.key === "Enter" || event.key === " ") && eventCursor >= 0) chooseEvent(eventCursor);
  else return;
  event.preventDefault();
});
function showEvents(node, scroll) {
  if (shownExecution !== node.execution) {
    shownExecution = node.execution;
    unfolded = new Set();
    listEvents();
  }
  if (eventPane.hidden) return;
  if (scroll) revealEvents();
  events.draw();
}
function revealEvents() {
  if (!chosen || chosen.kind !== "visit") return;
  const at = listed.indexOf(eventsOf(chosen.execution, chosen.visit)[0]);
  events.reveal(at);
}

// -- values ------------------------------------------------------------------------------------------------------------------

const TOKENS = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;
const escaped = (text) => text.replace(/[&<>]/g, (found) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[found]);
function lookOf(token, most = Infinity) {
  const kind = token[0] === '"' ? "s" : /^[-\d]/.test(token) ? "n" : "w";
  return `<span class="${kind}">${escaped(token.slice(0, most))}${token.length > most ? "…" : ""}</span>`;
}
// JSON text as a tree of its tokens, as they are spelled; a text that is cut just ends.
function parse(text) {
  const tokens = [...text.matchAll(TOKENS)];
  let at = 0;
  const token = (ahead = 0) => tokens[at + ahead]?.[0];
  const read = () => {
    const [open] = tokens[at], start = tokens[at++].index;
    if (open !== "{" && open !== "[") return { leaf: open, start, end: start + open.length };
    const node = { open, close: open === "{" ? "}" : "]", items: [], start };
    while (at < tokens.length && token() !== node.close) {
      if (token() === ",") { at++; continue; }
      const key = open === "{" && token(1) === ":" ? token() : null;
      if (key !== null) at += 2;
      if (at < tokens.length) node.items.push({ key, value: read() });
    }
    node.end = at < tokens.length ? tokens[at++].index + 1 : text.length;
    return node;
  };
  return tokens.length ? read() : { leaf: text, start: 0, end: text.length };
}
const parsed = new Map(); // the latest, by number
function treeOf(ref) {
  if (!parsed.has(ref)) {
    if (parsed.size > 20) parsed.clear();
    parsed.set(ref, parse(texts[ref]));
  }
  return parsed.get(ref);
}
function membersOf(ref) { // of an object: name to text
  const whole = treeOf(ref);
  return whole.open === "{" ? new Map(whole.items.map(({ key, value }) => [key, texts[ref].slice(value.start, value.end)])) : null;
}
const keyed = (key) => (key ? `<span class="k">${escaped(key)}</span>: ` : "");
const inline = (node, most) => (node.leaf === undefined ? node.open + node.items.map((item) => keyed(item.key) + inline(item.value, most)).join(", ") + node.close : lookOf(node.leaf, most));
// The first lines, with the first characters of each text; small objects and arrays stay in one. Members that `old` has not, or with another value, are marked.
function pretty(text, whole, most, old = null) {
  const found = [], changed = (item) => old.get(item.key) !== text.slice(item.value.start, item.value.end);
  if (!whole.items?.length || !old || whole.items.every(changed)) old = null; // another value, not a changed one
  let lines = 0, mark = false, complete = true;
  const line = (make) => {
    if (lines++ < most) found.push(mark ? `<span class="new">${make()}</span>` : make());
  };
  const members = (node, indent) => node.items.forEach((item, index) => {
    if (node === whole && old) mark = changed(item);
    write(item.value, indent + "  ", item.key, index < node.items.length - 1 ? "," : "");
    if (node === whole) mark = false;
  });
  const write = (node, indent, key, comma) => {
    if (!node.items?.length || (node.end - node.start + indent.length <= 70 && !(node === whole && old))) {
      if (node.leaf?.length > 10 * most) complete = false;
      return line(() => indent + keyed(key) + inline(node, 10 * most) + comma);
    }
    line(() => indent + keyed(key) + node.open);
    members(node, indent);
    return line(() => indent + node.close + comma);
  };
  write(whole, "", null, "");
  return { html: found.join("\n"), lines, complete: complete && lines <= most };
}
const FIRST = 200; // lines of a value that are shown at first
function valueBody(ref, before) {
  const text = texts[ref], cut = data.cut[ref];
  const body = el("div", { class: "value" }), pre = el("pre");
  const old = before === undefined || data.cut[before] ? null : membersOf(before);
  const shown = pretty(text, treeOf(ref), FIRST, old);
  pre.innerHTML = shown.html;
  body.append(pre);
  if (!shown.complete) {
    const act = (event) => { pre.innerHTML = pretty(text, treeOf(ref), 1e6, old).html; event.target.remove(); };
    body.append(el("button", { type: "button", onclick: act }, shown.lines > FIRST ? `Show all ${shown.lines.toLocaleString("en")} lines` : "Show all"));
  }
  if (cut) body.append(el("p", { class: "soft" }, `Cut: the first ${text.length.toLocaleString("en")} of ${counted(cut, "character")}; the test has it whole.`));
  return body;
}
function valueCard(title, ref, remark = "", open = true, before = undefined) {
  const made = el("details", { class: "card", open }, el("summary", {}, el("b", {}, title), el("small", {}, remark || size(ref))));
  const fill = () => { if (made.open && made.childNodes.length === 1) made.append(copyButton(ref), valueBody(ref, before)); };
  made.addEventListener("toggle", fill);
  if (open) fill();
  return made;
}
const size = (ref) => { const length = data.cut[ref] || texts[ref].length; return length < 1000 ? "" : length < 1e6 ? `${(length / 1000).toFixed(1)} kB` : `${(length / 1e6).toFixed(1)} MB`; };
function copyButton(ref) {
  return el("button", { type: "button", class: "copy", title: "Copy the JSON text", async onclick(event) {
    event.preventDefault();
    try { await navigator.clipboard.writeText(texts[ref]); event.target.textContent = "Copied"; }
    catch { getSelection().selectAllChildren(event.target.parentElement.querySelector("pre")); event.target.textContent = "Selected"; }
  } }, "Copy");
}
function causeBlock(ref) { // the message first where it is a function's JSON
  if (ref === null || ref === undefined) return null;
  let cause = texts[ref], inner = null;
  try { cause = JSON.parse(cause); inner = JSON.parse(cause); } catch { /* no JSON, or cut */ }
  if (inner === null || typeof inner !== "object") return el("pre", { class: "cause" }, visible(String(cause)));
  const trace = Array.isArray(inner.stackTrace) ? inner.stackTrace.join("") : "";
  const message = inner.errorMessage ?? [inner.Error, inner.Cause].filter(Boolean).join(": "); // of a function, or of an execution
  const made = el("div", {}, message || trace ? el("pre", { class: "cause" }, visible([message, trace].filter(Boolean).join("\n"))) : null);
  const whole = el("details", { open: !message }, el("summary", {}, "The whole cause"), el("pre", { class: "value" }));
  whole.lastChild.innerHTML = pretty(cause, parse(cause), 2000).html;
  made.append(whole);
  return made;
}

// -- details -------------------------------------------------------------------------------------------------------------------

function facts(...pairs) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of pairs) if (value !== "" && value !== null && value !== undefined) list.append(el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return list;
}
function link(words, act) {
  return el("button", { type: "button", class: "link", onclick: act }, words);
}
function showDetail(node) {
  detail.replaceChildren(...(node.kind === "visit" ? visitDetail(node) : node.kind === "line" ? lineDetail(node) : executionDetail(node)));
  detail.scrollTop = 0;
}
function trail(node) { // what is around it, outermost first
  const found = node.prefix ? [el("span", { class: "soft" }, node.prefix)] : [];
  for (let above = node.parent; above; above = above.parent) {
    const target = above, { kind, execution } = above;
    const words = kind === "visit" ? [above.prefix, named(visitOf(above).name)].filter(Boolean).join(" ") : kind === "line" || isItem(execution) ? above.prefix : named(execution.machine);
    if (found.length) found.unshift(el("span", { class: "soft" }, " › "));
    found.unshift(link(words, () => choose(target)));
  }
  return el("p", { class: "trail" }, ...found);
}
function visitDetail(node) {
  const { execution, visit } = node, { row, name, type, caption, place: where, more: extra, from, to } = visitOf(node);
  const all = execution.visits.flatMap((each, at) => (each[0] === row[0] ? [at] : [])), nth = all.indexOf(visit);
  const [what, look] = words(node);
  const head = el("div", { class: "title" }, el("h2", {}, named(name)), el("span", { class: "soft" }, caption), what ? el("span", { class: `chip ${look}` }, what) : null);
  if (all.length > 1) {
    head.append(el("span", { class: "stepper" },
      el("button", { type: "button", "aria-label": "The visit before", title: "The visit before (p)", disabled: !nth, onclick: () => stepVisit(-1) }, "‹"),
      ` visit ${(nth + 1).toLocaleString("en")} of ${all.length.toLocaleString("en")} `,
      el("button", { type: "button", "aria-label": "The visit after", title: "The visit after (q)", disabled: nth === all.length - 1, onclick: () => stepVisit(1) }, "›")));
  }
  const parts = [trail(node), head], [began, ended] = span(node);
  const chosenRule = extra.choice === undefined ? "" : extra.choice < 0 ? "Default" : `Choices[${extra.choice}]`;
  parts.push(facts(
    ["entered", clock(execution.offset + from)], ["took", to >= 0 || execution.status !== "RUNNING" ? duration(ended - began) : ""],
    ["events", link(row[3] ? `#${row[2]} to #${row[3]}` : `#${row[2]}`, () => { openTab("events"); revealEvents(); })],
    ["rule", chosenRule], ["caught by", extra.caught ? `${extra.caught[0]} → ${extra.caught[1]}` : ""],
    ["answered by", (extra.answered || []).join(", ")],
    ["Map Run", extra.mapRun ? `${extra.mapRun[0]}, ${mapWords(node, extra)}` : ""],
    ["raised at", extra.raised], [extra.at ? "failed at" : "defined at", extra.at || where],
  ));
  if (extra.error !== undefined) {
    parts.push(el("div", { class: `box ${extra.caught ? "caught" : "failed"}` }, el("b", {}, extra.error || "An error without a name"), causeBlock(extra.cause) || "",
      ...(extra.hints || []).map((hint) => el("p", { class: "hint" }, el("b", {}, "hint"), " ", hint))));
  }
  if (extra.attempts?.length > 1) parts.push(attemptTable(execution, extra));
  parts.push(dataFlow(execution, row));
  return parts;
}
function stepVisit(by) {
  if (!chosen || chosen.kind !== "visit") return;
  const { execution, visit } = chosen, state = execution.visits[visit][0];
  for (let at = visit + by; at >= 0 && at < execution.visits.length; at += by) {
    if (execution.visits[at][0] === state) return choose(nodeOf(execution, at));
  }
  return undefined;
}
function attemptTable(execution, extra) {
  const body = el("tbody");
  extra.attempts.forEach(([began, ended, error, cause, backoff, retrier], index) => {
    body.append(el("tr", { class: error === undefined ? "" : "bad" },
      el("td", {}, String(index + 1)), el("td", {}, clock(execution.offset + began)), el("td", {}, ended < 0 ? "" : duration(ended - began)),
      el("td", {}, error === undefined ? (ended < 0 ? "not finished" : "ok") : error || "no name"),
      el("td", {}, error === undefined || (index === extra.attempts.length - 1 && extra.error === error) ? "" : causeBlock(cause) || ""),
      el("td", {}, backoff === undefined || backoff === null ? (index < extra.attempts.length - 1 ? "redriven" : "") : `Retry[${retrier}] waits ${duration(backoff * 1e6)}`)));
  });
  const heads = ["Attempt", "At", "Took", "Ended", "Cause", "Then"].map((name) => el("th", { scope: "col" }, name));
  return el("div", { class: "scroll" }, el("table", { class: "attempts" }, el("thead", {}, el("tr", {}, ...heads)), body));
}
const STAGES = {
  after_input_path: "After InputPath", after_items_path: "After ItemsPath", after_parameters: "After Parameters", after_arguments: "After Arguments",
  result: "Result", after_result_selector: "After ResultSelector", after_result_path: "After ResultPath",
};
function dataFlow(execution, row) { // input to output, stage by stage; stages that changed nothing share a card
  const steps = [["Input", inputOf(execution, row)]];
  if (row[7]) {
    const [names, ...values] = row[7];
    data.stages[names].forEach((stage, at) => steps.push([STAGES[stage] || stage, values[at]]));
  }
  steps.push(["Output", outputOf(execution, row)]);
  const shown = [];
  for (const [title, ref] of steps) {
    if (ref === undefined) continue;
    if (shown.length && shown.at(-1).ref === ref) shown.at(-1).titles.push(title);
    else shown.push({ ref, titles: [title], before: shown.length ? shown[0].ref : undefined });
  }
  const cards = el("div", { class: "cards" });
  for (const { ref, titles, before } of shown) {
    const same = shown.find((each) => each.ref === ref && each.titles !== titles);
    const again = same && shown.indexOf(same) < shown.findIndex((each) => each.titles === titles);
    cards.append(valueCard(titles.join(" · "), ref, again ? `same as ${same.titles[0]}` : "", !again, before));
  }
  for (const [name, ref] of Object.entries(assignedOf(execution, row) || {})) cards.append(valueCard(`Assigned $${name}`, ref));
  if (row[6] >= 0) for (const [name, ref] of Object.entries(data.scopes[row[6]])) cards.append(valueCard(`$${name}`, ref, "variable before the state"));
  return cards;
}
function lineDetail(node) {
  const { execution, line } = node, [what, look] = words(node);
  const visits = execution.visitsOf[line].map((visit) => el("li", {}, link(named(states(execution)[execution.visits[visit][0]][0]), () => choose(nodeOf(execution, visit)))));
  return [trail(node), el("div", { class: "title" }, el("h2", {}, node.prefix), what ? el("span", { class: `chip ${look}` }, what) : null), el("ol", {}, ...visits)];
}
function executionDetail(node) {
  const { execution } = node;
  const parts = [node.parent ? trail(node) : null,
    el("div", { class: "title" }, el("h2", {}, node.depth ? execution.machine : "Execution"), el("span", { class: `chip ${statusClass(execution.status)}` }, execution.status === "TIMED_OUT" ? execution.ending : execution.status)),
    facts(["name", execution.name], ["type", execution.type], ["started", stamp(execution, 0)], ["took", duration(execution.elapsed)],
      ["visits", execution.visits.length.toLocaleString("en")], ["events", execution.last.toLocaleString("en")],
      ["redriven", execution.redriven.map(clock).join(", ")], ["ARN", execution.arn])].filter(Boolean);
  if (execution.broken) parts.push(el("div", { class: "box failed" }, el("b", {}, "Test error"), el("pre", { class: "cause" }, execution.broken)));
  if (execution.waits) parts.push(el("div", { class: "box open" }, el("b", {}, "Waits"), el("pre", { class: "cause" }, execution.waits)));
  if (execution.error !== undefined || execution.cause !== undefined) {
    const found = el("div", { class: "box failed" }, el("b", {}, execution.error || "An error without a name"), causeBlock(execution.cause) || "");
    if (execution.failing >= 0) found.append(el("p", {}, "in ", link(named(visitOf({ execution, visit: execution.failing }).name), () => choose(nodeOf(execution, execution.failing)))));
    parts.push(found);
  }
  const cards = el("div", { class: "cards" }, valueCard("Input", execution.input));
  if (execution.output !== undefined) cards.append(valueCard("Output", execution.output));
  parts.push(cards);
  if (execution.log) {
    parts.push(el("h3", {}, "What functions have logged"), el("pre", { class: "log" }, execution.log.map(([name, level, message]) => `${name} [${level}] ${message}`).join("\n")));
  }
  return parts;
}

// -- the graph -------------------------------------------------------------------------------------------------------------------

const frames = new Map([...document.querySelectorAll("#graphs .family")].map((frame) => [Number(frame.dataset.family), frame]));
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
  if (pointer && reveal && (!graph.fitted || reveal === "close")) graph.reveal(pointer); // a graph that is seen whole stays so
}
const SVG = "http://www.w3.org/2000/svg";
function drawCounts(graph, { taken }) { // how often, where that is more than once: of states, and of transitions that are not all of a state's
  const busy = [...graph.svg.querySelectorAll(".ground,.node:not(.group)>.shape")].map((part) => part.getBBox());
  const mark = (parent, x, y, words, width) => {
    const group = document.createElementNS(SVG, "g"), ground = document.createElementNS(SVG, "rect"), text = document.createElementNS(SVG, "text");
    group.setAttribute("class", "count");
    for (const [name, value] of Object.entries({ x: x - width / 2, y: y - 8, width, height: 16, rx: 8 })) ground.setAttribute(name, value);
    text.setAttribute("x", x);
    text.setAttribute("y", y + 4);
    text.textContent = words;
    group.append(ground, text);
    parent.append(group);
    busy.push({ x: x - width / 2, y: y - 8, width, height: 16 });
  };
  const free = (x, y, width) => busy.every((box) => x + width / 2 + 2 < box.x || x - width / 2 - 2 > box.x + box.width || y + 10 < box.y || y - 10 > box.y + box.height);
  const edges = [];
  for (const [pointer, count] of Object.entries(taken)) {
    const words = `${count.toLocaleString("en")}\u00d7`, width = words.length * 6.6 + 10;
    for (const part of graph.parts(pointer)) {
      if (part.classList.contains("edge")) edges.push([part, pointer, count, words, width]);
      if (count < 2 || !part.classList.contains("node")) continue;
      const box = part.querySelector(".shape").getBBox(), diamond = part.querySelector("polygon.shape");
      mark(part, diamond ? box.x + box.width + width / 2 - 8 : box.x + box.width - 14, diamond ? box.y + box.height / 2 : box.y, words, width);
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
by("graphs").append(el("p", { id: "graphname", class: "soft" }), el("p", { class: "note", id: "nograph", hidden: true }, "The graph of this execution is not drawn: a page has those of the first executions."));

// -- the whole -------------------------------------------------------------------------------------------------------------------

function header() {
  const bar = by("top"), { execution } = home;
  const statuses = new Map();
  for (const root of roots) statuses.set(root.execution.status, (statuses.get(root.execution.status) || 0) + 1);
  for (const [status, count] of statuses) bar.append(el("span", { class: `chip ${statusClass(status)}` }, roots.length > 1 ? `${count} ${status}` : status));
  const sum = (of) => roots.reduce((total, root) => total + of(root.execution), 0);
  bar.append(el("span", { class: "soft" }, [`${duration(lasting > 1 ? lasting : 0)} of virtual time`, execution.redriven.length ? `redriven ${counted(execution.redriven.length, "time")}` : "",
    counted(sum(({ visits }) => visits.length), "visit"), counted(sum(({ last }) => last), "event")].filter(Boolean).join(" · ")));
  if (execution.error !== undefined) bar.append(el("span", { class: "failed strong" }, execution.error));
  bar.append(link("Input and output", () => choose(home)));
  const cut = Object.keys(data.cut).map((ref) => texts[ref].length);
  const left = executions.filter(({ gap }) => gap).map(({ machine, gap }) => `${counted(gap[1], "event")} in the middle of ${named(machine)}, and the visits that they began`);
  if (data.missing) left.push(`${counted(data.missing, "execution")} that others started`);
  if (cut.length) left.push(`the rest of ${counted(cut.length, "value")} longer than ${Math.min(...cut).toLocaleString("en")} characters`);
  if (left.length) bar.append(el("p", { class: "left soft" }, `Left out: ${left.join("; ")}.`));
}
function nextProblem() {
  if (!allProblems.length) return;
  const at = allProblems.findIndex(([execution, visit]) => chosen && chosen.kind === "visit" && chosen.execution === execution && chosen.visit === visit);
  choose(nodeOf(...allProblems[(at + 1) % allProblems.length]));
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) {
    if (event.key === "Escape") { clearFilter(); refresh(); listEvents(); search.blur(); }
    return;
  }
  const act = { n: nextProblem, e: toggleProblems, t: turnAxis, p: () => stepVisit(-1), q: () => stepVisit(1), "/": () => search.focus(), Escape: () => choose(executionNode(chosen.execution)), h: () => openTab(eventPane.hidden ? "events" : "lanes") }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
for (const [id, property, start, size] of [["across", "--left", "clientX", "width"], ["down", "--top", "clientY", "height"]]) {
  const splitter = by(id), room = by("room");
  const frame = () => (id === "across" ? room : room).getBoundingClientRect();
  const set = (share) => room.style.setProperty(property, `${(Math.min(Math.max(share, 0.12), 0.85) * 100).toFixed(2)}%`);
  splitter.addEventListener("pointerdown", (event) => { splitter.setPointerCapture(event.pointerId); event.preventDefault(); });
  splitter.addEventListener("pointermove", (event) => {
    if (splitter.hasPointerCapture(event.pointerId)) set((event[start] - frame()[id === "across" ? "left" : "top"]) / frame()[size]);
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
if (wanted && executions[wanted[1]]?.visits[wanted[2]]) choose(nodeOf(executions[wanted[1]], Number(wanted[2])), { graph: "close" });
else if (failing >= 0) choose(nodeOf(home.execution, failing), { graph: "close" });
else choose(home);
drawAxis();
document.documentElement.classList.add("ready");
})();
