// The rest of the page: splits, colours, theme, tables that sort, and the numbers of the curves.

function chooseSplit(split) {
  for (const part of document.querySelectorAll("[data-of-split]")) part.hidden = part.dataset.ofSplit !== split;
  for (const button of document.querySelectorAll("[data-split]")) {
    button.setAttribute("aria-pressed", String(button.dataset.split === split));
  }
  if (split in DATA.splits) {
    state.split = split;
    state.index = 0;
    items = [];
    refill();
  }
}

function sortBy(table, column, head) {
  const falls = head.getAttribute("aria-sort") === "descending" || (head.getAttribute("aria-sort") === "none" && column === 0);
  for (const one of table.querySelectorAll("th[aria-sort]")) one.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", falls ? "ascending" : "descending");
  const body = table.tBodies[0];
  const value = (row) => {
    const cell = row.cells[column];
    const number = Number((cell.dataset.value || cell.textContent).replace("−", "-"));
    return Number.isNaN(number) ? null : number;
  };
  const rows = [...body.rows].map((row) => [value(row), row]);
  rows.sort(([a], [b]) => (a === null) - (b === null) || (falls ? a - b : b - a));
  body.append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = head.querySelector("button");
    if (button) button.addEventListener("click", () => sortBy(table, column, head));
  });
}

for (const figure of document.querySelectorAll("[data-chart]")) {
  const { epochs, lines } = DATA.charts[Number(figure.dataset.chart)];
  const svg = figure.querySelector("svg");
  const cursor = svg.querySelector(".cursor");
  const grid = svg.querySelector(".grid");
  const [left, right] = [Number(grid.getAttribute("x1")), Number(grid.getAttribute("x2"))];
  const outputs = figure.querySelectorAll("output");
  const title = figure.querySelector("figcaption");
  const plain = title.textContent;
  let at = epochs.length - 1;
  const tell = (index) => {
    at = Math.min(epochs.length - 1, Math.max(0, index));
    const x = epochs.length > 1 ? left + (at / (epochs.length - 1)) * (right - left) : (left + right) / 2;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    title.textContent = `${plain}, epoch ${epochs[at]}`;
    outputs.forEach((output, i) => {
      const value = lines[i][1][at];
      output.textContent = value === null ? "–" : String(Number(value.toPrecision(4)));
    });
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    tell(Math.round(((x - left) / (right - left)) * (epochs.length - 1)));
  });
  svg.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") tell(at + 1);
    if (event.key === "ArrowLeft") tell(at - 1);
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    title.textContent = plain;
    for (const output of outputs) output.textContent = "";
  });
}

byId("theme").addEventListener("change", (event) => {
  document.documentElement.dataset.theme = event.target.value;
});
byId("palette").addEventListener("change", (event) => {
  state.palette = event.target.value;
  document.documentElement.dataset.palette = state.palette;
  repaint();
});
for (const button of document.querySelectorAll("[data-split]")) {
  button.addEventListener("click", () => chooseSplit(button.dataset.split));
}

makeTools();
makeLegend();
arrange();
chooseSplit(state.split);
setView(1, 0, 0);
goToLink();
document.documentElement.dataset.ready = "";
