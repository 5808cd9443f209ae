// The details of what is chosen.

function facts(...pairs) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of pairs) if (value !== "" && value !== null &&
    value !== undefined) list.append(el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return list;
}
function link(words, act) {
  return el("button", { type: "button", class: "link", onclick: act }, words);
}
function showDetail(node) {
  detail.replaceChildren(...(node.kind === "visit" ? visitDetail(node) : node.kind === "line" ? lineDetail(node)
    : executionDetail(node)));
  detail.scrollTop = 0;
}
function trail(node) { // what is around it, outermost first
  const found = node.prefix ? [el("span", { class: "soft" }, node.prefix)] : [];
  for (let above = node.parent; above; above = above.parent) {
    const target = above, { kind, execution } = above;
    const words = kind === "visit" ? [above.prefix, named(visitOf(above).name)].filter(Boolean).join(" ")
      : kind === "line" || isItem(execution) ? above.prefix : named(execution.machine);
    if (found.length) found.unshift(el("span", { class: "soft" }, " › "));
    found.unshift(link(words, () => choose(target)));
  }
  return el("p", { class: "trail" }, ...found);
}
function visitDetail(node) {
  const { execution, visit } = node, { row, name, type, caption, place: where, more: extra, from, to } = visitOf(node);
  const all = execution.visits.flatMap((each, at) => (each[0] === row[0] ? [at] : [])), nth = all.indexOf(visit);
  const [what, look] = words(node);
  const head = el("div", { class: "title" }, el("h2", {}, named(name)), el("span", { class: "soft" }, caption), what
    ? el("span", { class: `chip ${look}` }, what) : null);
  if (all.length > 1) {
    head.append(el("span", { class: "stepper" },
      el("button", { type: "button", "aria-label": "The visit before", title: "The visit before (p)", disabled: !nth,
        onclick: () => stepVisit(-1) }, "‹"),
      ` visit ${(nth + 1).toLocaleString("en")} of ${all.length.toLocaleString("en")} `,
      el("button", { type: "button", "aria-label": "The visit after", title: "The visit after (q)",
        disabled: nth === all.length - 1, onclick: () => stepVisit(1) }, "›")));
  }
  const parts = [trail(node), head], [began, ended] = span(node);
  const last = row[3] || idOf(execution, eventsOf(execution, visit).at(-1) ?? row[2] - 1);
  const chosenRule = extra.choice === undefined ? "" : extra.choice < 0 ? "Default" : `Choices[${extra.choice}]`;
  parts.push(facts(
    ["entered", clock(execution.offset + from)], ["took", to >= 0 || execution.status !== "RUNNING"
      ? duration(ended - began) : ""],
    ["events", link(last > row[2] ? `#${row[2]} to #${last}` : `#${row[2]}`, () => { openTab("events"); revealEvents(); })],
    ["rule", chosenRule], ["caught by", extra.caught ? `${extra.caught[0]} → ${extra.caught[1]}` : ""],
    ["answered by", (extra.answered || []).join(", ")],
    ["Map Run", extra.mapRun ? `${extra.mapRun[0]}, ${mapWords(node, extra)}` : ""],
    ["raised at", extra.raised], [extra.at ? "failed at" : "defined at", extra.at || where],
  ));
  if (execution.broken && visit === execution.failing) parts.push(brokenBox(execution));
  if (extra.error !== undefined) {
    parts.push(el("div", { class: `box ${extra.caught ? "caught" : "failed"}` },
      el("b", {}, extra.error || "An error without a name"), causeBlock(extra.cause) || "",
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
      el("td", {}, String(index + 1)), el("td", {}, clock(execution.offset + began)),
        el("td", {}, ended < 0 ? "" : duration(ended - began)),
      el("td", {}, error === undefined ? (ended < 0 ? "not finished" : "ok") : error || "no name"),
      el("td", {}, error === undefined || (index === extra.attempts.length - 1 && extra.error === error) ? ""
        : causeBlock(cause) || ""),
      el("td", {}, backoff === undefined || backoff === null ? (index < extra.attempts.length - 1 ? "redriven" : "")
        : `Retry[${retrier}] waits ${duration(backoff * 1e6)}`)));
  });
  const heads = ["Attempt", "At", "Took", "Ended", "Cause", "Then"].map((name) => el("th", { scope: "col" }, name));
  return el("div", { class: "scroll" }, el("table", { class: "attempts" }, el("thead", {}, el("tr", {}, ...heads)), body));
}
const STAGES = {
  after_input_path: "After InputPath", after_items_path: "After ItemsPath", after_parameters: "After Parameters",
    after_arguments: "After Arguments",
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
  for (const [name, ref] of Object.entries(assignedOf(execution, row) || {})) cards.append(valueCard(`Assigned $${name}`,
    ref));
  for (const [name, ref] of scopeOf(row[6])) cards.append(valueCard(`$${name}`, ref, "variable before the state"));
  return cards;
}
function scopeOf(number) { // variables and their values; a scope says what it adds to another
  const found = new Map();
  for (let at = number; at >= 0; [at] = data.scopes[at]) {
    for (const [name, ref] of Object.entries(data.scopes[at][1])) if (!found.has(name)) found.set(name, ref);
  }
  return [...found].sort();
}
function brokenBox(execution) {
  return el("div", { class: "box failed" }, el("b", {}, "Test error"), el("pre", { class: "cause" }, execution.broken));
}
function lineDetail(node) {
  const { execution, line } = node, [what, look] = words(node);
  const visits = execution.visitsOf[line].map((visit) => el("li", {},
    link(named(states(execution)[execution.visits[visit][0]][0]), () => choose(nodeOf(execution, visit)))));
  return [trail(node), el("div", { class: "title" }, el("h2", {}, node.prefix), what ? el("span",
    { class: `chip ${look}` }, what) : null), el("ol", {}, ...visits)];
}
function executionDetail(node) {
  const { execution } = node;
  const parts = [node.parent ? trail(node) : null,
    el("div", { class: "title" }, el("h2", {}, node.depth ? execution.machine : "Execution"),
      el("span", { class: `chip ${statusClass(execution.status)}` }, execution.status === "TIMED_OUT" ? execution.ending
      : execution.status)),
    facts(["name", execution.name], ["type", execution.type], ["started", stamp(execution, 0)],
      ["took", duration(execution.elapsed)],
      ["visits", execution.visits.length.toLocaleString("en")], ["events", execution.last.toLocaleString("en")],
      ["redriven", execution.redriven.map(clock).join(", ")], ["ARN", execution.arn])].filter(Boolean);
  if (execution.broken) parts.push(brokenBox(execution));
  if (execution.waits) parts.push(el("div", { class: "box open" }, el("b", {}, "Waits"),
    el("pre", { class: "cause" }, execution.waits)));
  if (execution.error !== undefined || execution.cause !== undefined) {
    const found = el("div", { class: "box failed" }, el("b", {}, execution.error || "An error without a name"),
      causeBlock(execution.cause) || "");
    if (execution.failing >= 0) found.append(el("p", {}, "in ",
      link(named(visitOf({ execution, visit: execution.failing }).name), () =>
      choose(nodeOf(execution, execution.failing)))));
    parts.push(found);
  }
  const cards = el("div", { class: "cards" }, valueCard("Input", execution.input));
  if (execution.output !== undefined) cards.append(valueCard("Output", execution.output));
  parts.push(cards);
  if (execution.log) {
    parts.push(el("h3", {}, "What functions have logged"), el("pre", { class: "log" }, execution.log.map(([name, level,
      message]) => `${name} [${level}] ${message}`).join("\n")));
  }
  return parts;
}
