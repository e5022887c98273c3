"use strict";
// The pictures: where their texts are, and how these become pixels.

const DATA = JSON.parse(document.getElementById("report-data").textContent);
const TEXTS = new Map(Object.entries(JSON.parse(document.getElementById("report-pictures").textContent)));
const FILES_HELD = 128;
const DECODED_HELD = 24;

const decoded = new Map(); // key -> promise of a picture, the one used last at the end
const files = new Map(); // name -> promise that its texts are here, likewise

// Called by the files beside the page.
window.jetcarPictures = (texts) => {
  for (const [key, text] of Object.entries(texts)) TEXTS.set(key, text);
};

function isKept(key) {
  return TEXTS.has(key) || key in DATA.files;
}

// A page that was opened as a file may load scripts from its folder, but fetch nothing.
function loadFile(name) {
  if (!files.has(name)) {
    files.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => {
        script.remove();
        files.delete(name);
        reject(new Error(`${DATA.folder}/${name} is not beside this page`));
      };
      script.src = `${DATA.folder_link}/${name}`;
      document.head.append(script);
    }));
  }
  touch(files, name);
  while (files.size > FILES_HELD) {
    const oldest = files.keys().next().value;
    files.delete(oldest);
    for (const [key, file] of Object.entries(DATA.files)) if (file === oldest) TEXTS.delete(key);
  }
  return files.get(name);
}

async function textOf(key) {
  if (!TEXTS.has(key)) await loadFile(DATA.files[key]);
  return TEXTS.get(key);
}

function pictureOf(key) {
  if (!decoded.has(key)) decoded.set(key, decode(key));
  touch(decoded, key);
  while (decoded.size > DECODED_HELD) decoded.delete(decoded.keys().next().value);
  return decoded.get(key).catch((error) => { decoded.delete(key); throw error; });
}

function touch(map, key) {
  const value = map.get(key);
  map.delete(key);
  map.set(key, value);
}

async function decode(key) {
  const text = await textOf(key);
  const [truth, predicted, other, values] = await Promise.all(
    [text.true, text.predicted, text.other, text.unsure && text.unsure.values].map((codes) => codes && inflate(codes)));
  const unsure = values ? { ...text.unsure, values } : null;
  return { width: text.width, height: text.height, url: imageUrl(text), true: truth, predicted, other, lines: text.lines, unsure };
}

function imageUrl(text) {
  return `data:image/jpeg;base64,${text.image}`;
}

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
