// A page of the HTML report, made alive. Every view names elements by their number in the data: lines of the source, rows and
// links by data-elements, parts of the graph by their JSON Pointer. Whoever points at an element marks it in all views,
// whoever chooses one scrolls all others to it, and whoever chooses a test dims what it did not take.
"use strict";
(() => {
  const find = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const elements = JSON.parse(byId("data").textContent);
  const missed = elements.flatMap((element, number) => (element.missed ? [number] : []));
  const shown = elements.map(() => []);
  for (const part of find("[data-elements]")) {
    for (const number of part.dataset.elements.split(" ")) shown[number].push(part);
  }
  const atPointer = new Map();
  elements.forEach(({ pointers }, number) => {
    for (const pointer of pointers) {
      const here = atPointer.get(pointer);
      if (!here) atPointer.set(pointer, [number]);
      else if (pointers.length > 1) here.push(number); // a Retrier or a Catcher's edge shows all its error names
    }
  });
  const withId = new Map(elements.map(({ id }, number) => [id, number]));
  document.body.classList.add("live");
  for (const tools of find(".tools, .copy-all")) tools.hidden = false;
  const frame = document.querySelector(".graph"), graph = frame && new Graph(frame);
  const about = document.querySelector("#about [role=status]"), greeting = about.textContent;
  const clear = byId("clear"), tests = find("[data-test]");
  let current = null; // the number of the element chosen last

  // Tabs: the lists share one place

  const lists = find("#lists section");
  const tabs = document.createElement("div");
  tabs.setAttribute("role", "tablist");
  tabs.setAttribute("aria-label", "Lists");
  for (const section of lists) {
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", id: `tab-${section.id}` });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", section.id);
    const heading = section.querySelector("h2");
    tab.title = heading.firstChild.data.trim();
    tab.append(`${section.dataset.tab} `, heading.querySelector(".count").cloneNode(true));
    section.setAttribute("role", "tabpanel");
    section.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => open(section));
    tabs.append(tab);
  }
  lists[0].before(tabs);
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    open(lists[(lists.indexOf(opened()) + step + lists.length) % lists.length]);
    tabs.querySelector("[aria-selected=true]").focus();
  });

  function opened() {
    return lists.find((section) => !section.hidden);
  }

  function open(section) {
    for (const each of lists) {
      const tab = byId(`tab-${each.id}`), here = each === section;
      each.hidden = !here;
      tab.setAttribute("aria-selected", here);
      tab.tabIndex = here ? 0 : -1;
    }
  }

  // Elements and tests

  function under(target) {
    const part = target.closest("[data-pointer],[data-elements]");
    if (!part) return [];
    if (part.dataset.elements) return part.dataset.elements.split(" ").map(Number);
    return atPointer.get(part.dataset.pointer) || [];
  }

  function mark(name, numbers) {
    for (const part of find(`.${name}`)) part.classList.remove(name);
    if (graph) graph.mark(name, numbers.flatMap((number) => elements[number].pointers));
    for (const number of numbers) for (const part of shown[number]) part.classList.add(name);
  }

  function say(words) {
    about.textContent = words;
    clear.hidden = words === greeting;
  }

  function reset() {
    current = null;
    mark("chosen", []);
    mark("dim", []);
    for (const button of tests) {
      button.parentElement.classList.remove("other");
      button.setAttribute("aria-pressed", "false");
    }
    say(greeting);
  }

  function choose(numbers, from) {
    reset();
    [current] = numbers;
    mark("chosen", numbers);
    const took = new Set(numbers.flatMap((number) => elements[number].tests));
    for (const button of tests) button.parentElement.classList.toggle("other", !took.has(Number(button.dataset.test)));
    const words = numbers.map((number) => `${elements[number].label}: ${elements[number].status}`).join("; ");
    say(`${words}. ${took.size === 1 ? "1 test" : `${took.size} tests`} took it.`);
    if (numbers.length === 1) history.replaceState(null, "", `#${elements[current].id}`);
    reveal(from);
  }

  // Scroll every view to the element chosen, but for the one where it was chosen.
  function reveal(from) {
    if (graph && !(from && graph.pane.contains(from))) graph.reveal(elements[current].pointers[0]);
    const inList = (part) => part.closest("#lists") && part.closest("section");
    if (opened().id !== "tests" && !shown[current].some((part) => inList(part) === opened())) open(byId("elements"));
    const seen = new Set();
    for (const part of shown[current]) {
      const pane = part.closest(".pane");
      part.hidden = false; // whatever was searched for
      if (!pane || seen.has(pane) || pane.contains(from)) continue;
      seen.add(pane);
      const box = part.getBoundingClientRect(), view = pane.getBoundingClientRect();
      if (box.top < view.top + 40 || box.bottom > view.bottom) pane.scrollTop += box.top - view.top - view.height / 3;
    }
  }

  // The next missed element, or the one before it, in the order of the text and round its end.
  function step(direction) {
    if (!missed.length) return undefined;
    const after = missed.findIndex((number) => current !== null && number >= current);
    const here = missed[after] === current;
    let at = after < 0 ? (direction > 0 ? 0 : missed.length - 1) : direction > 0 ? after + here : after - 1;
    at = (at + missed.length) % missed.length;
    choose([missed[at]], null);
    return say(`${at + 1} of ${missed.length} missed. ${about.textContent}`);
  }

  function chooseTest(button) {
    const again = button.getAttribute("aria-pressed") === "true";
    reset();
    if (again) return;
    button.setAttribute("aria-pressed", "true");
    const test = Number(button.dataset.test);
    const took = elements.map((element) => element.tests.includes(test));
    mark("dim", [...took.keys()].filter((number) => !took[number]));
    for (const number of took.keys()) if (took[number]) for (const part of shown[number]) part.classList.remove("dim");
    const counted = took.filter((taken, number) => taken && !["seen", "not seen"].includes(elements[number].status)).length;
    say(`${button.textContent} took ${counted} of ${elements.filter(({ status }) => !status.endsWith("seen")).length} elements.`);
  }

  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // not allowed for a page from a file, in some browsers
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.textContent = "Copied";
  }

  // What an address ends in: an element or a section.
  function follow() {
    const id = location.hash.slice(1), section = lists.find((each) => each.id === id);
    if (section) open(section);
    else if (withId.has(id)) choose([withId.get(id)], null);
  }

  // What users do

  document.addEventListener("pointerover", (event) => mark("hot", under(event.target)));
  document.addEventListener("focusin", (event) => mark("hot", under(event.target)));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.dataset.test) return chooseTest(button);
    if (button && button.matches(".copy")) return copy(button, button.parentElement.querySelector("code").textContent);
    if (button && button.matches(".copy-all")) {
      return copy(button, find("#missed code").map((code) => code.textContent).join("\n\n")); // as a module has them
    }
    if (event.target.closest("button,label,input,code,nav,header")) return undefined;
    const numbers = under(event.target);
    if (!numbers.length || getSelection().toString()) return undefined;
    if (event.target.closest("a")) event.preventDefault();
    return choose(numbers, event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.key === "Escape") return reset();
    if (event.target.matches("input")) return undefined;
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("svg [data-pointer]")) {
      event.preventDefault();
      return choose(under(event.target), event.target);
    }
    if (event.key === "n") return step(1);
    if (event.key === "p" || event.key === "N") return step(-1);
    const field = event.key === "/" && opened().querySelector("input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
    return undefined;
  });
  addEventListener("hashchange", () => {
    follow();
    if (location.hash === `#${opened().id}`) byId(`tab-${opened().id}`).focus(); // a link of the page leads there by keyboard
  });
  byId("next").addEventListener("click", () => step(1));
  byId("previous").addEventListener("click", () => step(-1));
  clear.addEventListener("click", reset);
  byId("uncovered").addEventListener("change", (event) => byId("elements").classList.toggle("uncovered", event.target.checked));
  sortable(document.querySelector("#elements table"));
  for (const section of lists) {
    const field = section.querySelector("input[type=search]");
    if (field) searchable(field, find("tbody tr, li", section));
  }
  byId("next").disabled = byId("previous").disabled = !missed.length;
  open(document.querySelector(".suggested") ? lists[0] : byId("elements"));
  follow();
})();
