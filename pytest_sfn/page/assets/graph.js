// A drawn graph in its frame (page/document.py, graph_frame). It is moved by buttons, by wheel and Ctrl+wheel, by dragging, by
// two fingers, and by keys: + - 0 1 and, as in every pane that scrolls, the arrows. Its parts are named by JSON Pointer. Tab
// goes to one of them, arrows, Home and End from there to others.
"use strict";
class Graph {
  static READABLE = 0.6; // smaller than this, names of states are hard to read
  static SEEN = 0.2; // a graph that would be smaller than this in its pane begins at a readable size, not whole
  static SMALLEST = 0.01;
  static LARGEST = 4;

  constructor(frame) {
    this.frame = frame;
    this.pane = frame.querySelector(".pane");
    this.svg = this.pane.querySelector("svg");
    const { width, height } = this.svg.viewBox.baseVal;
    Object.assign(this, { width, height, scale: 1, fitted: false, shown: new Map() });
    this.svg.setAttribute("role", "graphics-document document");
    for (const part of this.svg.querySelectorAll("[data-pointer]")) {
      part.setAttribute("role", "graphics-object group"); // a button may not hold others
      part.setAttribute("tabindex", this.shown.size ? "-1" : "0");
      const pointer = part.dataset.pointer;
      if (!this.shown.has(pointer)) this.shown.set(pointer, []);
      this.shown.get(pointer).push(part);
    }
    frame.classList.add("live");
    frame.querySelector(".tools").hidden = false;
    this.#listen();
    this.fit();
    if (this.scale < Graph.SEEN) this.#begin();
  }

  // The elements that show what a pointer names.
  parts(pointer) {
    return this.shown.get(pointer) || [];
  }

  // The pointer of the part that an element belongs to, or null.
  static pointerAt(element) {
    const part = element.closest("svg [data-pointer]");
    return part && part.dataset.pointer;
  }

  // Give a class to the parts of these pointers, and take it from all others.
  mark(name, pointers) {
    const marked = new Set(pointers.flatMap((pointer) => this.parts(pointer)));
    for (const part of this.svg.querySelectorAll("[data-pointer]")) {
      part.classList.toggle(name, marked.has(part));
      if (name === "chosen") part.setAttribute("aria-current", marked.has(part));
    }
  }

  // Show all of the graph, never larger than it was drawn.
  fit() {
    this.#resize(1); // a pane without a height of its own is as high as the graph, up to its limit
    const across = (this.pane.offsetWidth - 2) / this.width, down = (this.pane.offsetHeight - 2) / this.height;
    if (across > 0) this.#resize(Math.min(1, across, Math.max(down, Graph.SMALLEST)));
    this.fitted = true;
  }

  // Change the size; the point at x and y of the window, or the middle of the pane, stays where it is.
  zoom(scale, x, y) {
    const frame = this.pane.getBoundingClientRect(), before = this.svg.getBoundingClientRect();
    x ??= frame.left + frame.width / 2;
    y ??= frame.top + frame.height / 2;
    this.#resize(Math.min(Math.max(scale, Graph.SMALLEST), Graph.LARGEST));
    const after = this.svg.getBoundingClientRect(), grown = after.width / before.width;
    this.pane.scrollLeft += after.left - x + (x - before.left) * grown;
    this.pane.scrollTop += after.top - y + (y - before.top) * grown;
    this.fitted = false;
  }

  // Scroll to a part, and make it large enough to read.
  reveal(pointer) {
    const [part] = this.parts(pointer);
    if (!part) return;
    if (this.scale < Graph.READABLE) this.zoom(0.8);
    this.#scroll(part);
  }

  #scroll(part) {
    const box = part.getBoundingClientRect(), frame = this.pane.getBoundingClientRect();
    for (const [start, end, size, scroll] of [["top", "bottom", "height", "scrollTop"], ["left", "right", "width", "scrollLeft"]]) {
      if (box[start] >= frame[start] && box[end] <= frame[end]) continue;
      this.pane[scroll] += box[start] - frame[start] - (frame[size] - Math.min(box[size], frame[size])) / 2;
    }
  }

  #begin() {
    const start = this.svg.querySelector(".start").getBoundingClientRect(), svg = this.svg.getBoundingClientRect();
    this.zoom(Graph.READABLE);
    this.pane.scrollTop = 0;
    this.pane.scrollLeft = ((start.left - svg.left) / svg.width) * this.width * this.scale - this.pane.clientWidth / 2;
  }

  #resize(scale) {
    this.scale = scale;
    this.svg.style.width = `${this.width * scale}px`;
  }

  #size(what) {
    if (what === "fit") this.fit();
    else this.zoom({ in: this.scale * 1.25, out: this.scale / 1.25, full: 1 }[what]);
  }

  #listen() {
    const { frame, pane } = this;
    frame.querySelector(".tools").addEventListener("click", (event) => {
      const button = event.target.closest("[data-zoom]");
      if (button) this.#size(button.dataset.zoom);
    });
    pane.addEventListener("keydown", (event) => {
      const what = { "+": "in", "=": "in", "-": "out", 0: "fit", 1: "full" }[event.key];
      if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#size(what);
    });
    pane.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // it scrolls the pane
      event.preventDefault();
      this.zoom(this.scale * Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    }, { passive: false });
    this.#walk();
    this.#drag();
    this.#pinch();
    new ResizeObserver(() => requestAnimationFrame(() => this.fitted && this.fit())).observe(frame);
  }

  #walk() {
    const parts = [...this.shown.values()].flat();
    let here = parts[0];
    const go = (part) => {
      here.setAttribute("tabindex", "-1");
      here = part;
      here.setAttribute("tabindex", "0");
    };
    this.svg.addEventListener("focusin", (event) => go(event.target));
    this.svg.addEventListener("keydown", (event) => {
      const at = parts.indexOf(here), last = parts.length - 1;
      const to = { ArrowUp: at - 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      parts[Math.min(Math.max(to, 0), last)].focus({ preventScroll: true });
      this.#scroll(here);
    });
  }

  #drag() {
    const { frame, pane } = this;
    let from = null;
    pane.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button > 1) return;
      from = { x: event.clientX, y: event.clientY, left: pane.scrollLeft, top: pane.scrollTop, moved: false };
    });
    pane.addEventListener("pointermove", (event) => {
      if (!from) return;
      const x = event.clientX - from.x, y = event.clientY - from.y;
      if (!from.moved && Math.abs(x) + Math.abs(y) < 5) return;
      if (!from.moved) pane.setPointerCapture(event.pointerId);
      from.moved = true;
      frame.classList.add("dragged");
      pane.scrollLeft = from.left - x;
      pane.scrollTop = from.top - y;
    });
    const end = () => {
      const moved = from && from.moved;
      from = null;
      if (moved) setTimeout(() => frame.classList.remove("dragged")); // after the click that ends the drag
    };
    pane.addEventListener("pointerup", end);
    pane.addEventListener("pointercancel", end);
    pane.addEventListener("click", (event) => frame.classList.contains("dragged") && event.stopPropagation(), true);
  }

  #pinch() {
    const { pane } = this;
    const apart = ({ touches: [one, two] }) => Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
    let start = null;
    pane.addEventListener("touchstart", (event) => {
      start = event.touches.length === 2 ? { apart: apart(event), scale: this.scale } : null;
    }, { passive: true });
    pane.addEventListener("touchmove", (event) => {
      if (!start || event.touches.length !== 2) return;
      event.preventDefault();
      const [one, two] = event.touches;
      const x = (one.clientX + two.clientX) / 2, y = (one.clientY + two.clientY) / 2;
      this.zoom((start.scale * apart(event)) / start.apart, x, y);
    }, { passive: false });
  }
}
