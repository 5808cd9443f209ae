// The history, as AWS's console lists it.

let listed = [], shownExecution = null, unfolded = new Set();
const eventHead = el("div", { class: "head", role: "row" },
  ...["ID", "Type", "Step", "Resource", "Started after", "Timestamp"].map((name) =>
  el("span", { role: "columnheader" }, name)));
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
  return typeof found.resource === "string" ? found.resource.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, "lambda:")
    : "";
}
function listEvents() {
  const execution = shownExecution || executions[0];
  const fits = (event) => {
    if (only && !/(Failed|TimedOut|Aborted)$/.test(kinds[event[0]][0])) return false;
    if (!filter) return true;
    if (`${kinds[event[0]][0]} ${stepOf(execution, event)} ${resourceOf(event)}`.toLowerCase().includes(filter)) return true;
    return filter.length > 2 && Object.values(details(event)).some((each) => (typeof each === "string"
      ? each.toLowerCase().includes(filter) : each?.value !== undefined && holds(each.value)));
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
  if (at < 0) return el("div", { class: "event gap", role: "row" },
    el("span", { role: "gridcell" }, `… ${counted(execution.gap[1], "event")} left out`));
  const event = execution.events[at], kind = kinds[event[0]][0], own = chosen && chosen.kind === "visit" &&
    chosen.execution === execution && event[2] === chosen.visit;
  const bad = /(Failed|TimedOut|Aborted)$/.test(kind), open = unfolded.has(at);
  const row = el("div", { class: `event${own ? " chosen" : ""}${bad ? " bad" : ""}`, role: "row", "data-at": at,
    "aria-expanded": String(open) },
    el("span", { role: "gridcell" }, el("span", { class: `twisty${open ? " open" : ""}` }), String(idOf(execution, at))),
    ...[kind, stepOf(execution, event), resourceOf(event), clock(event[1]), stamp(execution, event[1])].map((text) =>
      el("span", { role: "gridcell", title: text }, text)));
  if (open) row.append(eventDetails(event));
  return row;
}
function eventDetails(event) {
  const body = el("div", { class: "unfolded" });
  for (const [member, value] of Object.entries(details(event))) {
    const given = value !== null && typeof value === "object" ? value : {};
    if (member === "cause") body.append(el("p", {}, el("b", {}, member)), causeBlock(given.value) || "");
    else if ("value" in given) body.append(valueCard(member, given.value));
    else if ("values" in given) {
      body.append(...Object.entries(given.values).map(([name, ref]) => valueCard(`${member}.${name}`, ref)));
    } else body.append(el("p", {}, el("b", {}, member), " ", typeof value === "string" ? value : JSON.stringify(value)));
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
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0,
    End: listed.length - 1 }[event.key];
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
    const whose = `of ${executionNode(shownExecution).prefix || "execution"} ${shownExecution.name}`;
    by("whose").textContent = executions.length > 1 ? whose : "";
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
