// The list of pictures: order, filters, and as many rows as can be seen.

const ROW_HEIGHT = 56;
const ROWS_AROUND = 6;

// The rows of a split in the order of the state. The IoU that counts is that of the class, if one
// is asked for; pictures without a score come last.
function ordered(state) {
  const wanted = state.find.toLowerCase();
  const rows = DATA.splits[state.split].filter((row) =>
    (state.confusion === null || confusedOf(row, state.confusion) !== null) &&
    (state.code === null || row.classes.some(([code]) => code === state.code)) &&
    (!wanted || row.name.toLowerCase().includes(wanted)));
  const keys = {
    worst: (row) => iouOf(row, state.code),
    class: (row) => (worstClass(row) || [0, null])[1],
    road: (row) => (row.road === undefined ? null : row.road),
    name: () => 0,
    doubt: (row) => -row.doubt,
    most: (row) => negative(iouOf(row, state.code)),
    lost: (row) => gainOf(row, state.code),
    differs: (row) => (row.differs === undefined ? null : -row.differs),
    confused: (row) => (state.confusion ? negative(confusedOf(row, state.confusion)) : null),
    won: (row) => negative(gainOf(row, state.code)),
  };
  const key = keys[state.order];
  const last = (value) => (value === null ? Infinity : value);
  return rows.map((row) => [last(key(row)), row.iou === null ? Infinity : row.iou, row])
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) || compareNames(a, b, state.order))
    .map(([, , row]) => row);
}

function compareNames(a, b, order) {
  if (order === "class" && a[1] !== b[1]) return a[1] - b[1];
  return a[2].name < b[2].name ? -1 : a[2].name > b[2].name ? 1 : 0;
}

function negative(value) {
  return value === null ? null : -value;
}

function iouOf(row, code) {
  if (code === null) return row.iou;
  const found = row.classes.find((one) => one[0] === code);
  return found ? found[1] : null;
}

function gainOf(row, code) {
  if (!row.other) return null;
  const [ours, theirs] = [iouOf(row, code), iouOf(row.other, code)];
  return ours === null || theirs === null ? null : ours - theirs;
}

// The class of the truth with the lowest IoU, as [code, IoU].
function worstClass(row) {
  let worst = null;
  for (const one of row.classes) {
    if (one[1] !== null && (worst === null || one[1] < worst[1])) worst = one;
  }
  return worst;
}

function score(value) {
  return value === null || value === undefined ? "–" : value.toFixed(4);
}

// The IoU of a class in a picture, or the share of the pixels that it has in a true mask.
function ofClass(value) {
  return DATA.isData ? `${(100 * value).toFixed(value < 0.01 ? 2 : 1)} %` : score(value);
}

// A difference of scores; what is not seen in four digits has neither a sign nor a colour.
function signed(value) {
  if (value === null) return "–";
  return { up: "+", down: "−", "": "±" }[trend(value)] + Math.abs(value).toFixed(4);
}

function trend(value) {
  const seen = Number(value.toFixed(4));
  return seen > 0 ? "up" : seen < 0 ? "down" : "";
}

function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "role") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

class List {
  constructor(box, rows, choose) {
    this.box = box;
    this.rows = rows;
    this.choose = choose;
    this.shown = new Map(); // index -> element
    this.items = [];
    this.current = 0;
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.choose(Number(row.dataset.index));
    });
  }

  fill(items, code) {
    this.items = items;
    this.code = code;
    this.rows.style.height = `${items.length * ROW_HEIGHT}px`;
    for (const row of this.shown.values()) row.remove();
    this.shown.clear();
    this.draw();
  }

  select(index) {
    this.current = index;
    const top = index * ROW_HEIGHT;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const bottom = top + ROW_HEIGHT - this.box.clientHeight;
    if (bottom > this.box.scrollTop) this.box.scrollTop = bottom;
    this.draw();
    for (const [i, row] of this.shown) row.setAttribute("aria-selected", String(i === index));
    const selected = this.shown.get(index);
    if (selected) this.box.setAttribute("aria-activedescendant", selected.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_HEIGHT) - ROWS_AROUND);
    const seen = Math.ceil(this.box.clientHeight / ROW_HEIGHT) + 2 * ROWS_AROUND;
    const end = Math.min(this.items.length, first + seen);
    for (const [index, row] of this.shown) {
      if (index < first || index >= end) {
        row.remove();
        this.shown.delete(index);
      }
    }
    for (let index = first; index < end; index++) {
      if (!this.shown.has(index)) {
        const row = this.makeRow(index);
        this.shown.set(index, row);
        this.rows.append(row);
      }
    }
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.drawThumbs(), 60);
  }

  // Once scrolling rests, as pictures beside the page have to be loaded.
  drawThumbs() {
    for (const [index, row] of this.shown) {
      const { key } = this.items[index];
      const thumb = row.firstChild;
      if (thumb.src || !isKept(key)) continue;
      textOf(key).then((text) => { thumb.src = imageUrl(text); }, () => row.classList.add("lost"));
    }
  }

  // What makes a picture stand where it does, besides its IoU.
  detailOf(item) {
    if (DATA.isData) return item.odd[0] || "";
    if (state.confusion) return counted(confusedOf(item, state.confusion), "pixel");
    if (state.order === "differs") return `${percent(item.differs)} differ`;
    if (state.order === "road" && hasValue(item.road)) return `road ${score(item.road)}`;
    const worst = worstClass(item);
    return worst && this.code === null ? `${nameOf(worst[0])} ${score(worst[1])}` : "";
  }

  makeRow(index) {
    const item = this.items[index];
    const iou = iouOf(item, this.code);
    const gain = gainOf(item, this.code);
    const line = element("span", { className: "row-score" });
    if (iou !== null) {
      const meter = element("i", { className: "meter" });
      meter.style.setProperty("--share", iou);
      line.append(meter, ofClass(iou));
    }
    if (gain !== null) {
      line.append(element("span", { className: `delta ${trend(gain)}` }, signed(gain)));
    }
    const row = element(
      "div",
      {
        id: `row-${index}`, role: "option", className: "row", title: item.name,
        "aria-selected": String(index === this.current),
        "aria-setsize": this.items.length, "aria-posinset": index + 1,
      },
      element("img", { alt: "", width: 44, height: 44, decoding: "async" }),
      element("span", { className: "row-name" }, item.name),
      line,
      element("span", { className: "row-worst muted" }, this.detailOf(item)),
    );
    row.dataset.index = index;
    row.classList.toggle("not-kept", !isKept(item.key));
    row.style.top = `${index * ROW_HEIGHT}px`;
    return row;
  }
}
