"use strict";
// Asks for the newest frame when the last one is drawn: a slow browser misses frames, and none wait.

const DATA = JSON.parse(document.getElementById("live-data").textContent);
const RECENT = 16; // frames over which those shown a second are measured
const PAUSE = 1000; // milliseconds until a program that does not answer is asked again
const hidden = new Set();
const times = [];
let last = null; // what is shown: { about, codes }

const at = (id) => document.getElementById(id);

function rgba([red, green, blue]) {
  return new Uint32Array(new Uint8Array([red, green, blue, 255]).buffer)[0];
}

// One colour a code; 0 is transparent. Black stands for nothing: there the picture stays as it is.
function colorTable() {
  const table = new Uint32Array(256);
  for (const one of DATA.classes) {
    const isBlack = one.color.every((value) => value === 0);
    table[one.code] = isBlack || hidden.has(one.code) ? 0 : rgba(one.color);
  }
  return table;
}

function paint() {
  if (!last) return;
  const [width, height] = last.about.mask;
  const canvas = at("mask");
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const table = colorTable();
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[last.codes[i]];
  context.putImageData(image, 0, 0);
}

async function unpacked(buffer) {
  const lengths = new DataView(buffer);
  const [said, jpeg] = [lengths.getUint32(0), lengths.getUint32(4)];
  const about = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 12, said)));
  const image = await createImageBitmap(new Blob([new Uint8Array(buffer, 12 + said, jpeg)], { type: "image/jpeg" }));
  const packed = new Blob([new Uint8Array(buffer, 12 + said + jpeg)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("deflate"));
  const codes = new Uint8Array(await new Response(stream).arrayBuffer());
  return { about, image, codes };
}

function show({ about, image, codes }) {
  const [width, height] = about.size;
  const canvas = at("picture");
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height });
    at("stage").style.setProperty("--ratio", width / height);
  }
  canvas.getContext("2d").drawImage(image, 0, 0);
  image.close();
  last = { about, codes };
  paint();
  tell(about);
}

function tell(about) {
  times.push(performance.now());
  if (times.length > RECENT) times.shift();
  const seconds = (times[times.length - 1] - times[0]) / 1000;
  const present = new Set(about.present);
  for (const row of at("classes").children) row.classList.toggle("absent", !present.has(Number(row.dataset.code)));
  at("frame").textContent = `${about.frame} at ${about.seconds.toFixed(2)} s`;
  at("speed").textContent = about.speed.toFixed(1);
  at("shown").textContent = seconds > 0 ? ((times.length - 1) / seconds).toFixed(1) : "–";
  at("size").textContent = about.size.join(" x ");
  at("snapshot").disabled = false;
  document.body.dataset.ready = "";
  document.body.dataset.number = about.number;
}

function standing(text, isBad) {
  if (at("standing").textContent !== text) at("standing").textContent = text;
  at("standing").classList.toggle("bad", isBad);
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function watch() {
  let number = 0;
  for (;;) {
    let buffer = null;
    try {
      const answer = await fetch(`frame?after=${number}`);
      if (answer.status === 200) buffer = await answer.arrayBuffer();
      else if (answer.status === 204) standing("no new frame", false);
      else throw new Error(answer.statusText);
    } catch {
      standing("the program has ended; this page goes on when it is started again", true);
      at("snapshot").disabled = true;
      number = 0;
      await pause(PAUSE);
    }
    if (buffer === null) continue;
    const frame = await unpacked(buffer);
    // A page in the background draws nothing, and asks for nothing.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    show(frame);
    number = frame.about.number;
    standing("live", false);
  }
}

function setOpacity() {
  const share = Number(at("opacity").value);
  at("mask").style.opacity = share / 100;
  at("opacity-said").textContent = `${share} %`;
}

function toggle(boxes, isOn) {
  for (const box of boxes) {
    box.checked = isOn;
    if (isOn) hidden.delete(Number(box.value));
    else hidden.add(Number(box.value));
  }
  paint();
}

async function save() {
  if (at("snapshot").disabled) return;
  let text = "not saved: the program does not answer";
  let isGood = false;
  try {
    const answer = await fetch(`snapshot?number=${last.about.number}`, { method: "POST" });
    isGood = answer.ok;
    const { said } = await answer.json();
    text = isGood ? `saved ${said}` : said;
  } catch {
    // the sentence above says so
  }
  at("saved").textContent = text;
  at("saved").classList.toggle("bad", !isGood);
}

for (const row of at("classes").children) {
  const one = DATA.classes.find(({ code }) => code === Number(row.dataset.code));
  row.querySelector(".swatch").style.background = `rgb(${one.color.join(" ")})`;
  const box = row.querySelector("input");
  toggle([box], box.checked); // a browser may remember them from before
  box.addEventListener("change", () => toggle([box], box.checked));
}
const boxes = () => document.querySelectorAll("#classes input");
at("all").addEventListener("click", () => toggle(boxes(), true));
at("none").addEventListener("click", () => toggle(boxes(), false));
at("opacity").addEventListener("input", setOpacity);
at("snapshot").addEventListener("click", save);
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat) save();
});
setOpacity();
watch();
