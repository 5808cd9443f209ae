// Tables that are sorted by a click on a heading, and lists that show what has the words of a search.
"use strict";
const byText = new Intl.Collator("en", { numeric: true }).compare;

function sortable(table) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const keyed = [...body.rows].map((row) => [row.cells[column].textContent, row]);
      keyed.sort(([one], [two]) => sign * byText(one, two));
      body.append(...keyed.map(([, row]) => row));
    });
  });
}

// Hide of these rows those without the words that are typed into the field.
function searchable(field, rows) {
  const texts = rows.map((row) => row.textContent.toLowerCase());
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    rows.forEach((row, at) => (row.hidden = !words.every((word) => texts[at].includes(word))));
  });
}

for (const table of document.querySelectorAll("table.sortable")) sortable(table);
