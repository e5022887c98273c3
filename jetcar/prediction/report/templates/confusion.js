// The confusion matrix: a click on what is taken for what lists the pictures where it happens.

const CONFUSED = "confused"; // the order of the list

// Pixels of a picture whose class is taken for another; null where there are none.
function confusedOf(row, confusion) {
  const flat = row.confusions || [];
  for (let i = 0; i < flat.length; i += 3) {
    if (flat[i] === confusion.true && flat[i + 1] === confusion.taken) return flat[i + 2];
  }
  return null;
}

function filterConfusion(confusion) {
  if (timers.scan) actions.scan();
  state.confusion = confusion;
  state.order = CONFUSED;
  showConfusion();
  refill(true);
  byId("pictures").scrollIntoView({ block: "start" });
  byId("pictures").focus({ preventScroll: true });
}

function clearConfusion() {
  state.confusion = null;
  showConfusion();
  refill();
  byId("list").focus({ preventScroll: true });
}

// What the list says of the filter; its order goes with it.
function showConfusion() {
  const { confusion } = state;
  byId("confusion").hidden = !confusion;
  byId("order").querySelector(`[value=${CONFUSED}]`)?.remove();
  if (confusion) {
    const words = `${nameOf(confusion.true)} taken for ${nameOf(confusion.taken)}`;
    byId("confusion-words").textContent = words;
    byId("order").append(element("option", { value: CONFUSED }, "most of it first"));
  } else if (state.order === CONFUSED) {
    state.order = "worst";
  }
  byId("order").value = state.order;
}

function confusionOf(button) {
  return { true: Number(button.dataset.true), taken: Number(button.dataset.taken) };
}

for (const button of document.querySelectorAll("[data-taken]")) {
  button.addEventListener("click", () => filterConfusion(confusionOf(button)));
}

// One stop for the Tab key in each matrix; the arrows go on from there.
for (const table of document.querySelectorAll("table.heat")) {
  const buttons = [...table.querySelectorAll("button")];
  buttons.forEach((button, i) => { button.tabIndex = i ? -1 : 0; });
  table.addEventListener("keydown", (event) => {
    const way = MOVES[event.key];
    const next = way && !event.shiftKey && nextButton(table, event.target, way);
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// The next cell of that way which is a button.
function nextButton(table, from, [dx, dy]) {
  const cell = from.closest("td");
  let [x, y] = [cell.cellIndex + dx, cell.parentElement.sectionRowIndex + dy];
  for (; table.tBodies[0].rows[y]?.cells[x]; x += dx, y += dy) {
    const button = table.tBodies[0].rows[y].cells[x].querySelector("button");
    if (button) return button;
  }
  return null;
}

byId("confusion-clear").addEventListener("click", clearConfusion);
