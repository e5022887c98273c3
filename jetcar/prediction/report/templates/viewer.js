// The viewer: what is chosen, and everything that follows from it.

const byId = (id) => document.getElementById(id);
const SCAN_MS = 1500;
const BLINK_MS = 600;

const state = {
  split: Object.keys(DATA.splits)[0],
  order: byId("order").value,
  code: null, // the class that the list is about
  confusion: null, // {true, taken} where the list is about one
  find: "",
  onlyKept: true,
  index: 0,
  layer: SECOND,
  isSideBySide: window.matchMedia("(min-width: 60rem)").matches,
  opacity: 0.6,
  palette: "color",
  hidden: new Set(),
  hasLines: true, // the middle of the lane is drawn
  hasUnsure: false, // how unsure the prediction is stands beside it
  probe: null,
};
let items = [];
let panes = [];
let picture = null;
let turn = 0; // counts what was asked for, as pictures may arrive out of order
const timers = { scan: null, blink: null };

const list = new List(byId("list"), byId("list-rows"), (index) => {
  choose(index);
  bringIntoView();
});

// On a narrow screen the list stands below the picture.
function bringIntoView() {
  const { top, bottom } = byId("panes").getBoundingClientRect();
  if (bottom < 120 || top > window.innerHeight - 120) byId("picture-name").scrollIntoView({ block: "start" });
}

function refill(isOtherOrder = false) {
  const before = isOtherOrder ? undefined : items[state.index];
  const all = ordered(state);
  const kept = all.filter((row) => isKept(row.key));
  byId("only-kept-label").hidden = DATA.splits[state.split].every((row) => isKept(row.key));
  items = state.onlyKept ? kept : all;
  const isPart = all.length !== items.length;
  byId("list-count").textContent = isPart ? `${items.length} of ${counted(all.length, "picture")}` : counted(all.length, "picture");
  list.fill(items, state.code);
  const again = before ? items.findIndex((row) => row.key === before.key) : 0;
  choose(Math.max(0, again));
}

async function choose(index) {
  state.index = index;
  list.select(index);
  const item = items[index];
  const mine = ++turn;
  keepAddress(item);
  byId("picture-name").textContent = item ? item.name : "No picture";
  byId("picture-score").textContent = item ? scoreLine(item, index) : "Change the filters to see some.";
  fillLegend(item);
  if (!item || !isKept(item.key)) {
    show(null, item ? "It is in the list alone. A report with all pictures (report_pictures=null) shows it." : "no picture");
    return;
  }
  let arrived;
  try {
    arrived = await pictureOf(item.key);
  } catch (error) {
    if (mine === turn) show(null, `${error.message}. Keep the folder beside the page.`);
    return;
  }
  if (mine !== turn) return;
  show(arrived);
  const next = items[index + 1];
  if (next && isKept(next.key)) pictureOf(next.key).catch(() => {}); // it says so when it is chosen
}

function scoreLine(item, index) {
  const parts = [`${index + 1} of ${items.length}`];
  if (DATA.isData) return [...parts, item.size, ...item.odd].filter(Boolean).join(" · ");
  if (item.iou !== null) parts.push(`IoU ${score(item.iou)}`);
  const worst = worstClass(item);
  if (worst) parts.push(`worst ${nameOf(worst[0])} ${score(worst[1])}`);
  if (item.road !== undefined) parts.push(`road ${score(item.road)}`);
  if (state.confusion) parts.push(`${counted(confusedOf(item, state.confusion), "pixel")} confused`);
  if (item.differs !== undefined) parts.push(`${percent(item.differs)} other than ${DATA.other}`);
  if (item.other) parts.push(`${DATA.other} ${score(item.other.iou)} (${signed(gainOf(item, null))})`);
  if (item.iou !== null && DATA.scored) parts.push(DATA.scored);
  return parts.join(" · ");
}

function show(arrived, message) {
  picture = arrived;
  if (picture) repaint();
  else for (const pane of panes) pane.clear(message);
  probe(null);
}

// A line below the heading, for what cannot be done.
function tell(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

function layersShown() {
  if (!state.isSideBySide) return LAYERS.filter((one) => one.id === state.layer);
  return LAYERS.filter((one) => !one.isExtra || (one.isUnsure && state.hasUnsure));
}

function repaint() {
  if (!picture) return;
  const { name } = items[state.index];
  layersShown().forEach((layer, i) => panes[i].show(picture, layer, name, state));
  showKey();
  for (const pane of panes) pane.point(state.probe);
}

// What the colours of a difference mean, and how much of the picture each of them covers.
function showKey() {
  const i = layersShown().findIndex((layer) => layer.key);
  const box = byId("difference-key");
  box.style.visibility = i < 0 || panes[i].canvas.hidden ? "hidden" : "visible";
  if (i < 0) return;
  box.replaceChildren(...layersShown()[i].key.map((kind, k) => {
    const swatch = element("i", { className: "swatch" });
    swatch.style.background = `rgb(${DIFFERENCES[k].join(" ")})`;
    const share = panes[i].canvas.hidden ? "" : ` ${percent(panes[i].shares[k])}`;
    return element("span", {}, swatch, ` ${kind}${share}`);
  }));
}

function arrange() {
  const box = byId("panes");
  panes = layersShown().map(() => new Pane((x, y) => probe({ x, y })));
  box.replaceChildren(...panes.map((pane) => pane.figure));
  box.className = `panes ${state.isSideBySide ? `side side-${panes.length}` : "single"}`;
  for (const button of byId("layers").querySelectorAll("button")) {
    const isOn = button.dataset.layer ? !state.isSideBySide && button.dataset.layer === state.layer : state.isSideBySide;
    button.setAttribute("aria-pressed", String(isOn));
  }
  if (picture) repaint();
  else for (const pane of panes) pane.clear("");
}

function lookAt(layer) {
  const needsArranging = state.isSideBySide;
  state.layer = layer;
  state.isSideBySide = false;
  if (needsArranging) arrange();
  for (const button of byId("layers").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.layer === layer));
  }
  repaint();
}

function probe(at) {
  state.probe = at;
  for (const pane of panes) pane.point(at);
  const box = byId("probe");
  box.classList.remove("differs");
  if (!at || !picture) return;
  const i = at.y * picture.width + at.x;
  const said = LAYERS.filter((layer) => layer.codes && !layer.key && layer.codes(picture))
    .map((layer) => ({ title: layer.title, code: layer.codes(picture)[i] }));
  const against = picture.true || (picture.other ? picture.predicted : null); // without truth the other prediction
  const truth = against ? against[i] : null;
  box.replaceChildren(element("span", { className: "muted" }, `x ${at.x} y ${at.y}`));
  for (const { title, code } of said) {
    const swatch = element("i", { className: "swatch" });
    swatch.dataset.code = code;
    const differs = truth !== null && truth !== IGNORED && code !== truth;
    box.append(element("span", { className: differs ? "said differs" : "said" },
      `${title} `, swatch, `${code} ${nameOf(code)}${differs ? " ≠" : ""}`));
  }
  const unsure = unsureAt(picture, at);
  if (unsure !== null) box.append(element("span", { className: "muted" }, `unsure ${percent(unsure)}`));
  box.classList.toggle("differs", truth !== null && truth !== IGNORED && Boolean(picture.predicted) && picture.predicted[i] !== truth);
}

// How unsure the prediction is in a pixel, 0 to 1; null where nobody knows.
function unsureAt({ width, height, unsure }, { x, y }) {
  if (!unsure) return null;
  const column = Math.floor(((x + 0.5) / width) * unsure.width);
  const row = Math.floor(((y + 0.5) / height) * unsure.height);
  return unsure.values[row * unsure.width + column] / (unsure.levels - 1);
}

function moveProbe(dx, dy) {
  if (!picture) return;
  const { width, height } = picture;
  const at = state.probe || { x: width >> 1, y: height >> 1 };
  probe({ x: Math.min(width - 1, Math.max(0, at.x + dx)), y: Math.min(height - 1, Math.max(0, at.y + dy)) });
  followProbe();
}

function step(by) {
  if (items.length) choose(Math.min(items.length - 1, Math.max(0, state.index + by)));
}

const actions = {
  first: () => step(-items.length),
  previous: () => step(-1),
  next: () => step(1),
  last: () => step(items.length),
  scan: () => toggleTimer("scan", SCAN_MS, () => choose((state.index + 1) % Math.max(1, items.length))),
  blink: () => toggleTimer("blink", BLINK_MS, actions.toggle),
  toggle: () => lookAt(state.layer === SECOND && !state.isSideBySide ? FIRST : SECOND),
  side: () => { state.isSideBySide = !state.isSideBySide; arrange(); },
  road: () => {
    state.hasLines = !state.hasLines;
    byId("road-lines").setAttribute("aria-pressed", String(state.hasLines));
    repaint();
  },
  unsure: () => {
    state.hasUnsure = !state.hasUnsure;
    state.isSideBySide = true;
    byId("unsure").setAttribute("aria-pressed", String(state.hasUnsure));
    arrange();
  },
  "zoom-in": () => zoomBy(ZOOM_STEP),
  "zoom-out": () => zoomBy(1 / ZOOM_STEP),
  whole: () => setView(1, 0, 0),
  "full-screen": () => toggleFullScreen(),
  help: () => byId("help").showModal(),
  "show-all": () => hideClasses([]),
  "show-none": () => hideClasses(LEGEND.map((one) => one.code)),
};

function toggleTimer(name, milliseconds, act) {
  if (timers[name]) {
    clearInterval(timers[name]);
    timers[name] = null;
  } else {
    act();
    timers[name] = setInterval(act, milliseconds);
  }
  const button = document.querySelector(`[data-do="${name}"]`);
  button.setAttribute("aria-pressed", String(timers[name] !== null));
}

function setOpacity(percent) {
  const clipped = Math.min(100, Math.max(0, percent));
  state.opacity = clipped / 100;
  byId("opacity").value = clipped;
  byId("opacity-value").textContent = `${clipped} %`;
  repaint();
}

function makeTools() {
  const layerButtons = LAYERS.map((layer, i) => {
    const button = element("button", { type: "button", title: `${layer.title} (${i + 1})` }, layer.title);
    button.dataset.layer = layer.id;
    button.addEventListener("click", () => lookAt(layer.id));
    return button;
  });
  const side = element("button", { type: "button", title: "All side by side (S)" }, "Side by side");
  side.dataset.do = "side";
  byId("layers").append(side, ...layerButtons);
  byId("probe").style.setProperty("--lines", 2 + LAYERS.filter((layer) => layer.codes && !layer.key).length);
  byId("last-layer").textContent = LAYERS.length;
  byId("layer-names").textContent = LAYERS.map((layer) => layer.title).join(", ");
  for (const part of document.querySelectorAll("[data-of-unsure]")) part.hidden = !DATA.unsure;
  byId("full-screen").hidden = !document.fullscreenEnabled;
  for (const button of byId("pictures").querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => actions[button.dataset.do]());
  }
  for (const one of DATA.classes) {
    byId("class-filter").append(element("option", { value: one.code }, `${one.code} ${one.name}`));
  }
  const hasRoad = Object.values(DATA.splits).some((rows) => rows.some((row) => row.road !== undefined));
  byId("road-lines").hidden = !hasRoad;
  if (hasRoad) byId("order").append(element("option", { value: "road" }, "worst road first"));
  if (DATA.other) byId("order").append(element("option", { value: "differs" }, "most disagreement first"));
  if (DATA.other && !hasTruth) state.order = byId("order").value = "differs";
  if (DATA.other && hasTruth) {
    byId("order").append(
      element("option", { value: "lost" }, `most lost to ${DATA.other}`),
      element("option", { value: "won" }, `most won over ${DATA.other}`));
  }
  byId("order").addEventListener("change", (event) => { state.order = event.target.value; refill(true); });
  byId("class-filter").addEventListener("change", (event) => {
    state.code = event.target.value === "" ? null : Number(event.target.value);
    refill(true);
  });
  byId("find").addEventListener("input", (event) => { state.find = event.target.value; refill(); });
  byId("only-kept").addEventListener("change", (event) => { state.onlyKept = event.target.checked; refill(); });
  byId("opacity").addEventListener("input", (event) => setOpacity(Number(event.target.value)));
}
