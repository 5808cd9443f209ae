// A list of which only the rows in sight are made.
const ROW = 24, EVENT = 26, UNFOLDED = 232; // pixels of a lane, an event and its details; viewer.css has them too

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
