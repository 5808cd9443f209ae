// JSON values, on the page by their number: their text in lines and colours, and cards that show one.

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
  return whole.open === "{" ? new Map(whole.items.map(({ key, value }) => [key, texts[ref].slice(value.start, value.end)]))
    : null;
}
const keyed = (key) => (key ? `<span class="k">${escaped(key)}</span>: ` : "");
const inline = (node, most) => (node.leaf === undefined ? node.open + node.items.map((item) =>
  keyed(item.key) + inline(item.value, most)).join(", ") + node.close : lookOf(node.leaf, most));
// The first lines, with the first characters of each text; small objects and arrays stay in one. Members that `old` has not,
// or with another value, are marked.
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
    body.append(el("button", { type: "button", onclick: act }, shown.lines > FIRST
      ? `Show all ${shown.lines.toLocaleString("en")} lines` : "Show all"));
  }
  if (cut) body.append(el("p", { class: "soft" },
    `Cut: the first ${text.length.toLocaleString("en")} of ${counted(cut, "character")}; the test has it whole.`));
  return body;
}
function valueCard(title, ref, remark = "", open = true, before = undefined) {
  const made = el("details", { class: "card", open }, el("summary", {}, el("b", {}, title), el("small", {}, remark ||
    size(ref))));
  const fill = () => { if (made.open && made.childNodes.length === 1) made.append(copyButton(ref), valueBody(ref,
    before)); };
  made.addEventListener("toggle", fill);
  if (open) fill();
  return made;
}
const size = (ref) => { const length = data.cut[ref] || texts[ref].length; return length < 1000 ? "" : length < 1e6
  ? `${(length / 1000).toFixed(1)} kB` : `${(length / 1e6).toFixed(1)} MB`; };
function copyButton(ref) {
  return el("button", { type: "button", class: "copy", title: "Copy the JSON text", async onclick(event) {
    event.preventDefault();
    try { await navigator.clipboard.writeText(texts[ref]); event.target.textContent = "Copied"; }
    catch { // no clipboard for a page from a file
      getSelection().selectAllChildren(event.target.parentElement.querySelector("pre"));
      event.target.textContent = "Selected";
    }
  } }, "Copy");
}
function jsonIn(text) { // the object that a text is the JSON of, else null
  try {
    const found = JSON.parse(text);
    return found !== null && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}
function messageIn(cause) { // of a function's JSON its message and where it was raised, of an execution's its error and cause
  const found = jsonIn(cause);
  if (!found) return cause;
  const trace = Array.isArray(found.stackTrace) ? found.stackTrace.join("") : "";
  if (found.errorMessage !== undefined || trace) return [found.errorMessage, trace].filter(Boolean).join("\n");
  return [found.Error, found.Cause && messageIn(String(found.Cause))].filter(Boolean).join(": ");
}
function causeBlock(ref) {
  if (ref === null || ref === undefined) return null;
  let cause = texts[ref];
  try { cause = JSON.parse(cause); } catch { /* it is cut */ }
  const message = messageIn(cause), made = el("div", {}, message ? el("pre", { class: "cause" }, visible(message)) : null);
  if (message !== cause) {
    const whole = el("details", { open: !message }, el("summary", {}, "The whole cause"), el("pre", { class: "value" }));
    whole.lastChild.innerHTML = pretty(cause, parse(cause), 2000).html;
    made.append(whole);
  }
  return made;
}
