"use strict";
// Draws the charts of a sweep, sorts its table, and shows one job in all of them at once.

const { monitor, curve, settings, jobs } = JSON.parse(document.getElementById("data").textContent);
const table = document.querySelector("table");
const active = document.getElementById("active");
const HINT = active.textContent;
const HEIGHT = { setting: 220, curves: 320 };
const EDGE = { top: 26, right: 14, bottom: 30, left: 52 };

// The best job has rank 100, the worst 0.
const scored = jobs.filter((job) => job.score !== null);
scored.forEach((job, place) => { job.rank = 100 - (100 * place) / Math.max(1, scored.length - 1); });

function svg(name, attributes, parent, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  if (parent) parent.append(node);
  return node;
}

function short(value) {
  if (typeof value !== "number") return value.length > 16 ? `${value.slice(0, 15)}…` : value;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential().replace("+", "");
  return String(Number(value.toPrecision(4)));
}

function niceTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i += 1) ticks.push(i * step);
  return ticks;
}

// A scale maps a value to a share of the axis, and knows which values to write at it.
function linear(values, count) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.1;
  [low, high] = [low - margin, high + margin];
  return { at: (value) => (value - low) / (high - low), ticks: niceTicks(low, high, count) };
}

function ofSetting(name) {
  const typed = [...new Set(jobs.map((job) => job.settings[name]))];
  const numbers = typed.map(Number);
  if (typed.some((text) => text.trim() === "" || !Number.isFinite(Number(text)))) {
    const places = [...typed].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    return { at: (text) => (places.indexOf(text) + 0.5) / places.length, ticks: places, of: (text) => text };
  }
  const isWide = Math.min(...numbers) > 0 && Math.max(...numbers) / Math.min(...numbers) >= 8;
  const bend = isWide ? Math.log10 : (value) => value;
  const scale = linear(numbers.map(bend), 5);
  return { at: (value) => scale.at(bend(value)), ticks: numbers.sort((a, b) => a - b), of: Number };
}

function frame(holder, height, title, axis, x, y) {
  const width = Math.max(220, holder.clientWidth - 18);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": title });
  const [left, right, top, bottom] = [EDGE.left, width - EDGE.right, EDGE.top, height - EDGE.bottom];
  const place = { x: (value) => left + x.at(value) * (right - left), y: (value) => bottom - y.at(value) * (bottom - top) };
  svg("text", { class: "title", x: left, y: 14 }, chart, axis);
  for (const tick of y.ticks) {
    svg("line", { class: "grid", x1: left, x2: right, y1: place.y(tick), y2: place.y(tick) }, chart);
    svg("text", { x: left - 8, y: place.y(tick) + 4, "text-anchor": "end" }, chart, short(tick));
  }
  let free = -Infinity;
  for (const tick of x.ticks) {
    const half = 3.4 * String(short(tick)).length;
    if (place.x(tick) - half < free) continue;
    free = place.x(tick) + half + 8;
    svg("text", { x: place.x(tick), y: bottom + 20, "text-anchor": "middle" }, chart, short(tick));
  }
  holder.replaceChildren(chart);
  return { chart, place };
}

function mark(chart, job, number) {
  const kind = job.failed ? "mark failed" : "mark";
  return svg("g", { class: kind, "data-job": number, style: `--rank: ${job.rank ?? 0}` }, chart);
}

function drawSetting(holder, name) {
  const x = ofSetting(name);
  const y = linear(scored.map((job) => job.score), 4);
  const { chart, place } = frame(holder, HEIGHT.setting, `${monitor} by ${name}`, name, x, y);
  jobs.forEach((job, number) => {
    if (job.score === null) return;
    const group = mark(chart, job, number);
    const at = { cx: place.x(x.of(job.settings[name])), cy: place.y(job.score) };
    svg("circle", { class: "dot", r: 6, ...at }, group);
    svg("circle", { class: "reach", r: 14, ...at }, group);
  });
}

function drawCurves(holder) {
  const points = jobs.flatMap((job) => job.curve);
  const epochs = points.map(([epoch]) => epoch);
  const x = linear(epochs, 8);
  x.ticks = x.ticks.filter((tick) => Number.isInteger(tick) && tick > 0);
  const y = linear(points.map(([, value]) => value), 5);
  const { chart, place } = frame(holder, HEIGHT.curves, `${curve} by epoch`, "", x, y);
  jobs.forEach((job, number) => {
    if (!job.curve.length) return;
    const group = mark(chart, job, number);
    const path = job.curve.map(([epoch, value], i) => `${i ? "L" : "M"}${place.x(epoch)},${place.y(value)}`).join("");
    svg("path", { class: "line", d: path }, group);
    svg("path", { class: "reach", d: path }, group);
    const [epoch, value] = job.curve[job.curve.length - 1];
    svg("circle", { class: "dot", r: 4, cx: place.x(epoch), cy: place.y(value) }, group);
  });
}

function draw() {
  const holders = document.getElementById("settings");
  if (scored.length && settings.length) {
    if (!holders.children.length) settings.forEach(() => holders.append(document.createElement("div")));
    settings.forEach((name, i) => drawSetting(holders.children[i], name));
  } else {
    holders.textContent = "No job has a score.";
  }
  const curves = document.getElementById("curves");
  if (jobs.some((job) => job.curve.length)) drawCurves(curves);
  else curves.textContent = "No job has finished an epoch.";
}

function show(number) {
  const job = jobs[number];
  document.body.classList.toggle("has-active", Boolean(job));
  for (const node of document.querySelectorAll("[data-job]")) {
    const isActive = Boolean(job) && Number(node.dataset.job) === number;
    node.classList.toggle("active", isActive);
    if (isActive && node.ownerSVGElement) node.parentNode.append(node); // in front of the others
  }
  if (!job) active.textContent = HINT;
  else if (job.score === null) active.textContent = `${job.name}: ${job.state}`;
  else active.textContent = `${job.name}: ${monitor} ${job.score.toFixed(4)}, best in epoch ${job.best} of ${job.epochs}`;
}

function jobOf(event) {
  const node = event.target.closest?.("[data-job]");
  return node ? Number(node.dataset.job) : undefined;
}

function sortBy(head) {
  const column = head.cellIndex;
  const isNumber = head.dataset.kind === "number";
  const order = head.getAttribute("aria-sort");
  const descends = order ? order === "ascending" : isNumber;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descends ? "descending" : "ascending");
  const value = (row) => row.cells[column].dataset.value;
  const rows = [...table.tBodies[0].rows].sort((first, second) => {
    const [a, b] = [value(first), value(second)];
    if (a === "" || b === "") return (a === "") - (b === ""); // nothing stands last either way
    const [x, y] = [Number(a), Number(b)];
    const sign = Number.isFinite(x) && Number.isFinite(y) ? x - y : a.localeCompare(b, "en", { numeric: true });
    return descends ? -sign : sign;
  });
  table.tBodies[0].append(...rows);
}

let shown;
function note(number) {
  if (number !== shown) { shown = number; show(number); }
}

draw();
new ResizeObserver(() => { draw(); if (shown !== undefined) show(shown); }).observe(document.querySelector("main"));
document.addEventListener("pointerover", (event) => note(jobOf(event)));
document.addEventListener("focusin", (event) => note(jobOf(event)));
table.tBodies[0].addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const row = step && event.target.closest("tr")[step];
  if (row) { row.focus(); event.preventDefault(); }
});
for (const button of table.querySelectorAll("th button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}
document.documentElement.dataset.ready = "";
