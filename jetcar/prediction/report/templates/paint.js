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

function differenceColor(palette) {
  return rgba(palette === "safe" ? [255, 238, 0] : [255, 32, 48]);
}

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

function paintDifference(canvas, picture, truth, codes, color, hidden) {
  const isHidden = new Uint8Array(256);
  for (const code of hidden) isHidden[code] = 1;
  const hatch = hatchOf(picture, hidden);
  paint(canvas, picture, (pixels) => {
    for (let i = 0; i < pixels.length; i++) {
      const [a, b] = [truth[i], codes[i]];
      if (a === IGNORED) pixels[i] = hatch(i);
      else if (a !== b && !(isHidden[a] && isHidden[b])) pixels[i] = color;
    }
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
