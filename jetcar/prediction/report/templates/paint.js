// Codes become colours: of the masks, and of where two of them differ.

const CLASS_OF = new Map(DATA.classes.map((one) => [one.code, one]));
const IGNORED = 255;
const HATCH = [rgba([70, 74, 80]), rgba([214, 217, 221])];
const STRIPES = 48; // across the larger side of a picture

function nameOf(code) {
  if (code === IGNORED) return "ignored";
  const one = CLASS_OF.get(code);
  return one ? one.name : "no class";
}

function rgba([red, green, blue]) {
  return new Uint32Array(new Uint8Array([red, green, blue, 255]).buffer)[0];
}

// One colour a code; 0 is transparent. Black stands for nothing: there the image stays as it is,
// unless the mask is opaque.
function colorTable(palette, hidden, isOpaque) {
  const table = new Uint32Array(256).fill(rgba([255, 255, 255]));
  for (const one of DATA.classes) {
    const color = rgba(one[palette]);
    const isBlack = color === rgba([0, 0, 0]);
    table[one.code] = isBlack && !isOpaque ? 0 : color;
  }
  for (const code of hidden) table[code] = 0;
  return table;
}

// Missed, invented, and taken for another class; apart for every kind of sight, and from grey.
const DIFFERENCES = [[255, 90, 0], [0, 160, 255], [255, 238, 0]];
const UNSURE = [[0, 68, 27], [255, 238, 0]]; // a little, and altogether

function paintMask(canvas, picture, codes, table, hidden) {
  const hatch = hatchOf(picture, hidden);
  paint(canvas, picture, (pixels) => {
    for (let i = 0; i < pixels.length; i++) pixels[i] = codes[i] === IGNORED ? hatch(i) : table[codes[i]];
  });
}

// Ignored pixels are hatched, as any plain colour may be that of a class.
function hatchOf({ width, height }, hidden) {
  if (hidden.has(IGNORED)) return () => 0;
  const broad = Math.max(1, Math.round(Math.max(width, height) / STRIPES));
  return (i) => HATCH[Math.floor(((i % width) + Math.floor(i / width)) / broad) % 2];
}

// The codes that can be missed or invented. What is hidden cannot, nor can black, which stands for
// nothing, unless it is all that is shown.
function thingsOf(hidden) {
  const isThing = new Uint8Array(256).fill(1);
  for (const code of hidden) isThing[code] = 0;
  const shown = DATA.classes.filter((one) => !hidden.has(one.code));
  const black = shown.filter((one) => one.color.every((part) => part === 0));
  if (black.length < shown.length) for (const one of black) isThing[one.code] = 0;
  return isThing;
}

// Returns the shares of the pixels that are missed, invented and taken for another class.
function paintDifference(canvas, picture, truth, codes, hidden) {
  const isThing = thingsOf(hidden);
  const colors = DIFFERENCES.map(rgba);
  const counts = [0, 0, 0];
  const hatch = hatchOf(picture, hidden);
  paint(canvas, picture, (pixels) => {
    for (let i = 0; i < pixels.length; i++) {
      const [a, b] = [truth[i], codes[i]];
      if (a === IGNORED) pixels[i] = hatch(i);
      if (a === IGNORED || a === b || !(isThing[a] || isThing[b])) continue;
      const kind = isThing[a] && isThing[b] ? 2 : isThing[a] ? 0 : 1;
      pixels[i] = colors[kind];
      counts[kind]++;
    }
  });
  return counts.map((count) => count / codes.length);
}

// The more unsure, the more is seen; what is sure leaves the image as it is.
function paintUnsure(canvas, { width, height, values, levels }) {
  const colors = Array.from({ length: levels }, (_, level) => {
    const share = level / (levels - 1);
    return UNSURE[0].map((from, i) => Math.round(from + share * (UNSURE[1][i] - from)));
  }).map(rgba);
  paint(canvas, { width, height }, (pixels) => {
    for (let i = 0; i < pixels.length; i++) pixels[i] = values[i] ? colors[values[i]] : 0;
  });
}

function paint(canvas, { width, height }, fill) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
}
