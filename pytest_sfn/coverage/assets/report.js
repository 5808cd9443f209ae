// What the pages of the HTML report do beyond standing there. Every view names elements by their number in the data:
// parts of the graph by their JSON Pointer, lines of the source and rows of the tables by data-elements.
"use strict";
(() => {
  const elements = JSON.parse(document.getElementById("data").textContent);
  const numbers = new Map(elements.map((element, number) => [element.pointer, number]));
  const shown = new Map(elements.map((_, number) => [number, []]));
  for (const part of document.querySelectorAll("[data-pointer]")) {
    const number = numbers.get(part.dataset.pointer);
    if (number !== undefined) shown.get(number).push(part);
  }
  for (const part of document.querySelectorAll("[data-elements]")) {
    for (const number of part.dataset.elements.split(" ")) shown.get(Number(number)).push(part);
  }
  const frame = document.querySelector(".graph");
  const graph = frame && new Graph(frame);
  const about = document.getElementById("about");
  const clear = document.getElementById("clear");
  const tests = [...document.querySelectorAll("[data-test]")];
  const greeting = about ? about.textContent : "";

  function under(target) {
    const part = target.closest("[data-pointer],[data-elements]");
    if (!part) return [];
    if (part.dataset.elements) return part.dataset.elements.split(" ").map(Number);
    const number = numbers.get(part.dataset.pointer);
    return number === undefined ? [] : [number];
  }

  function mark(name, chosen) {
    for (const part of document.querySelectorAll("." + name)) part.classList.remove(name);
    for (const number of chosen) for (const part of shown.get(number)) part.classList.add(name);
  }

  function reset() {
    mark("chosen", []);
    mark("dim", []);
    for (const button of tests) {
      button.parentElement.hidden = false;
      button.setAttribute("aria-pressed", "false");
    }
    if (about) about.textContent = greeting;
    if (clear) clear.hidden = true;
  }

  function chooseElements(chosen, from) {
    reset();
    mark("chosen", chosen);
    const took = new Set(chosen.flatMap((number) => elements[number].tests));
    for (const button of tests) button.parentElement.hidden = !took.has(Number(button.dataset.test));
    const words = chosen.map((number) => `${elements[number].label}: ${elements[number].status}`).join("; ");
    if (about) about.textContent = `${words}. ${took.size === 1 ? "1 test" : took.size + " tests"} took it.`;
    if (clear) clear.hidden = false;
    if (graph && chosen.length && !graph.frame.contains(from)) graph.reveal(elements[chosen[0]].pointer);
    for (const number of chosen) {
      for (const part of shown.get(number)) {
        const pane = part.closest(".pane");
        if (!pane || pane.contains(from) || part.closest("svg")) continue;
        const box = part.getBoundingClientRect(), frame = pane.getBoundingClientRect();
        pane.scrollTop += box.top - frame.top - (frame.height - Math.min(box.height, frame.height)) / 2;
        pane.scrollLeft += box.left - frame.left - (frame.width - Math.min(box.width, frame.width)) / 2;
      }
    }
  }

  function chooseTest(button) {
    const again = button.getAttribute("aria-pressed") === "true";
    reset();
    if (again) return;
    button.setAttribute("aria-pressed", "true");
    const test = Number(button.dataset.test);
    const took = elements.map((element) => element.tests.includes(test));
    mark("dim", elements.map((_, number) => number).filter((number) => !took[number]));
    for (const number of took.keys()) {
      if (took[number]) for (const part of shown.get(number)) part.classList.remove("dim");
    }
    if (about) about.textContent = `${button.textContent} took ${took.filter(Boolean).length} of ${elements.length} elements.`;
    if (clear) clear.hidden = false;
  }

  async function copy(button) {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      // no clipboard for a page from a file: leave the code selected
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
  }

  document.addEventListener("pointerover", (event) => mark("hot", under(event.target)));
  document.addEventListener("focusin", (event) => mark("hot", under(event.target)));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.dataset.test) return chooseTest(button);
    if (button && button.classList.contains("copy")) return copy(button);
    if (button && button.id === "clear") return reset();
    if (event.target.closest("button,a,label,input,code")) return undefined;
    const chosen = under(event.target);
    if (chosen.length) chooseElements(chosen, event.target);
    return undefined;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") reset();
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("[data-pointer],[data-elements]")) {
      event.preventDefault();
      chooseElements(under(event.target), event.target);
    }
  });
})();
