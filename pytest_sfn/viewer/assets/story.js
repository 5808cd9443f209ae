// The executions, indexed: `data` is what viewer/story.py says it is. Then what a row of the lanes is: an execution, a visit,
// or a line (a branch, an iteration) of more than one visit; when it was, and what happened, in pieces and in words.

executions.forEach((execution, number) => {
  Object.assign(execution, { number, linesOf: new Map(), visitsOf: execution.lines.map(() => []), below: new Map() });
  execution.lines.forEach(([around], line) => around >= 0 && push(execution.linesOf, around, line));
  execution.visits.forEach(([, line], visit) => execution.visitsOf[line].push(visit));
  if (execution.broken !== undefined && execution.failing >= 0) execution.visits[execution.failing].broken = true;
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
  return { row, name, type, caption, pointer, place, more: more(row), from: row[4], to: row[5],
    line: execution.lines[row[1]] };
}
const problem = (row) => row.broken || more(row).error !== undefined || (more(row).attempts || []).some((attempt) => attempt.length > 2);

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

// rows of the lanes: executions, visits, and lines (branches, iterations) of more than one visit

const LITTLE = 8; // so many branches or iterations are unfolded from the start
const roots = executions.filter((execution) => !execution.above.length)
  .map((execution) => ({ kind: "execution", execution, depth: 0, open: true, parent: null }));
const lasting = Math.max(...executions.map(({ offset, elapsed }) => offset + elapsed), 1); // of all, in microseconds
const byVisit = new Map(); // "execution.visit" to its node, as far as nodes are made
const key = (execution, visit) => `${execution.number}.${visit}`;

function below(node) {
  if (node.below) return node.below;
  const { execution } = node;
  if (node.kind === "execution") return (node.below = (execution.visitsOf[0] || []).map((visit) =>
    visitNode(node, visit, "")));
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
      kind: "execution", execution: child, depth: node.depth + 1, open: child.visits.length <= LITTLE && index < 0,
        parent: node,
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
  if (around >= 0) below(nodeOf(execution, around)).forEach((node) => node.kind === "line" && node.line === line &&
    below(node));
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

function span(node) { // when it was, in virtual microseconds since the first execution's start
  const { execution } = node, { offset, elapsed } = execution;
  if (node.kind === "execution") return [offset, offset + elapsed];
  const visits = node.kind === "visit" ? [node.visit] : execution.visitsOf[node.line];
  if (!visits.length) return [offset, offset];
  const last = visits.at(-1), left = execution.visits[last][5];
  return [offset + execution.visits[visits[0]][4], offset + (left < 0 ? stopOf(execution, last) : left)];
}
function stopOf(execution, visit) { // of what was not left: its last attempt's end, else that of what is around it
  const row = execution.visits[visit], last = more(row).attempts?.at(-1);
  if (last?.length > 2 && last[1] >= 0) return last[1];
  if (problem(row)) return row[4];
  const [around, , attempt] = execution.lines[row[1]];
  if (around < 0) return execution.elapsed;
  const outer = execution.visits[around], tried = more(outer).attempts?.[attempt - 1];
  if (tried && tried[1] >= 0) return tried[1];
  return outer[5] < 0 ? stopOf(execution, around) : outer[5];
}

// two scales: virtual time, and the order of events, in which all that takes no time is seen

let axis = lasting > 1 ? "time" : "order";
let view = [0, 1];
const allEvents = roots.reduce((sum, { execution }) => ((execution.first = sum), sum + execution.last), 0) || 1;
function orderRange(execution) {
  if (execution.range) return execution.range;
  if (!execution.above.length) return (execution.range = [execution.first / allEvents,
    (execution.first + execution.last) / allEvents]);
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
    return visits.length > 60 ? [[...place(node), "ok", ""]]
      : visits.flatMap((visit) => pieces({ kind: "visit", execution: node.execution, visit }));
  }
  if (node.kind === "execution") return [[...place(node), statusClass(node.execution.status), node.execution.status]];
  const { execution, visit } = node, { row, type, more: extra, name } = visitOf(node), [from, to] = place(node);
  const left = row[3] ? (type === "Wait" ? "wait" : "ok") : "open", failed = extra.caught ? "caught" : "failed";
  const end = extra.error !== undefined || isBroken(node) ? failed : left;
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
    found.push([one, two, error === undefined ? end : last ? end
      : "retried", `attempt ${index + 1}${error === undefined ? "" : `: ${error || "no name"}`}`]);
    if (backoff !== undefined && backoff !== null) {
      const next = starts ? starts[index + 1] : at((ended < 0 ? began : ended) + backoff * 1e6);
      if (next !== undefined) found.push([two, next, "backoff", `waits ${duration(backoff * 1e6)}`]);
    }
  });
  return found;
}
const statusClass = (status) => ({ SUCCEEDED: "ok", RUNNING: "open" })[status] || "failed";

const isBroken = ({ execution, visit }) => execution.broken !== undefined && visit === execution.failing;
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
    return [[extra.caught ? `${extra.error} → ${extra.caught[1]}`
      : `failed: ${extra.error || "no name"}`, again].filter(Boolean).join(", "), extra.caught ? "caught" : "failed"];
  }
  if (isBroken(node)) return ["test error", "failed"];
  const skipped = node.execution.gap && node.visit && row[2] > node.execution.gap[0] + node.execution.gap[1] &&
    node.execution.visits[node.visit - 1][2] <= node.execution.gap[0]
    ? `after ${counted(node.execution.gap[1], "event")} left out` : "";
  const open = row[3] ? "" : node.execution.status === "RUNNING" && !node.inner ? "not finished" : node.inner ? ""
    : "stopped";
  const items = type === "Map" ? mapWords(node, extra) : "";
  return [[skipped, items, again, open, took].filter(Boolean).join(", "), open ? "open" : ""];
}
function mapWords(node, extra) {
  if (extra.mapRun) {
    const [, length, failed, kept] = extra.mapRun;
    return [counted(length, "item"), failed ? `${failed.toLocaleString("en")} failed` : "", kept < length - failed
      ? `${kept.toLocaleString("en")} kept` : ""].filter(Boolean).join(", ");
  }
  const lines = node.execution.linesOf.get(node.visit) || [];
  const failed = lines.filter((line) => node.execution.lines[line][3]).length;
  const missing = extra.notStarted || 0, entered = lines.filter((line) => node.execution.visitsOf[line].length).length;
  return lines.length ? [counted(entered + missing, "item"), failed ? `${failed.toLocaleString("en")} failed` : "",
    missing ? `${missing.toLocaleString("en")} not started` : ""].filter(Boolean).join(", ") : "";
}
