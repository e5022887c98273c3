// The panes: an image under a mask, with the pixel that is pointed at.

const hasTruth = Object.values(DATA.splits).some((rows) => rows.some((row) => row.iou !== null || row.ignored));
const OF_TRUTH = ["missed", "invented", "another class"];
const OF_TWO = ["only here", `only in ${DATA.other}`, "another class"];
const LAYERS = layersOf(hasTruth, DATA.other);
const [FIRST, SECOND] = DATA.isData ? ["image", "true"] : [hasTruth || !DATA.other ? "true" : "other", "predicted"]; // to toggle

// A layer with a key compares ``codes`` with ``truth``. What is extra stands beside the others only
// when it is asked for.
function layersOf(hasTruth, other) {
  const truth = (p) => p.true;
  const predicted = (p) => p.predicted;
  const others = (p) => p.other;
  const difference = { truth, key: OF_TRUTH, lacks: "no true mask" };
  const layers = [{ id: "image", title: "Image" }];
  if (DATA.isData) return [...layers, { id: "true", title: "Mask", codes: truth, lacks: "no mask" }];
  if (hasTruth || !other) layers.push({ id: "true", title: "True", codes: truth, lacks: "no true mask" });
  layers.push({ id: "predicted", title: "Predicted", codes: predicted });
  if (hasTruth || !other) layers.push({ id: "difference", title: "Difference", codes: predicted, ...difference });
  if (other) {
    layers.push({ id: "other", title: other, codes: others });
    if (hasTruth) layers.push({ id: "other-difference", title: `Difference of ${other}`, codes: others, ...difference });
    layers.push({ id: "disagreement", title: "Disagreement", codes: others, truth: predicted, key: OF_TWO, isExtra: hasTruth });
  }
  if (DATA.unsure) layers.push({ id: "unsure", title: "Unsure", isExtra: true, isUnsure: true });
  return layers;
}

const SVG = "http://www.w3.org/2000/svg";

class Pane {
  constructor(point) {
    this.image = element("img", { alt: "", draggable: false });
    this.canvas = element("canvas", { role: "img" });
    this.lines = document.createElementNS(SVG, "svg");
    this.lines.setAttribute("class", "road-lines");
    this.lines.setAttribute("viewBox", "0 0 1 1");
    this.lines.setAttribute("preserveAspectRatio", "none");
    this.lines.setAttribute("aria-hidden", "true");
    this.zoomed = element("div", { className: "zoomed" }, this.image, this.canvas, this.lines);
    this.cross = element("i", { className: "cross", hidden: true });
    this.message = element("p", { className: "message", hidden: true });
    this.frame = element("div", { className: "frame" }, this.zoomed, this.cross, this.message);
    this.caption = element("figcaption");
    this.figure = element("figure", { className: "pane" }, this.frame, this.caption);
    this.gestures = new Gestures(this.frame);
    this.frame.addEventListener("pointermove", (event) => {
      if (!this.gestures.move(event)) this.report(event, point);
    });
    this.frame.addEventListener("pointerdown", (event) => {
      this.gestures.press(event);
      this.report(event, point);
    });
  }

  report(event, point) {
    if (!this.picture) return;
    const at = this.gestures.placeOf(event);
    const { width, height } = this.picture;
    const x = Math.floor(((at.x - view.left) / view.zoom) * width);
    const y = Math.floor(((at.y - view.top) / view.zoom) * height);
    point(Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y)));
  }

  show(picture, layer, name, state) {
    this.picture = picture;
    this.message.hidden = true;
    this.caption.textContent = layer.title;
    this.frame.style.aspectRatio = `${picture.width} / ${picture.height}`;
    this.frame.style.setProperty("--ratio", picture.width / picture.height);
    if (this.url !== picture.url) this.image.src = this.url = picture.url;
    this.image.alt = `Image ${name}`;
    this.frame.classList.toggle("is-difference", Boolean(layer.key || layer.isUnsure));
    this.drawLines(layer.codes && state.hasLines ? picture.lines : null);
    this.canvas.dataset.layer = layer.id;
    const lack = lackOf(picture, layer);
    this.canvas.hidden = lack !== null;
    if (lack) this.say(lack);
    if (lack !== null) return;
    this.canvas.style.opacity = state.opacity;
    this.canvas.setAttribute("aria-label", this.paint(picture, layer, name, state));
  }

  // Draws the layer, and says it in words.
  paint(picture, layer, name, state) {
    if (layer.isUnsure) {
      paintUnsure(this.canvas, picture.unsure);
      return `Where the prediction of ${name} is unsure`;
    }
    const codes = layer.codes(picture);
    if (layer.key) {
      this.shares = paintDifference(this.canvas, picture, layer.truth(picture), codes, state.hidden);
      const kinds = layer.key.map((kind, i) => `${kind} ${percent(this.shares[i])}`).join(", ");
      return `${layer.key === OF_TWO ? "Where both predictions" : "Where true and predicted mask"} of ${name} differ: ${kinds}`;
    }
    paintMask(this.canvas, picture, codes, colorTable(state.palette, state.hidden, state.opacity === 1), state.hidden);
    return `${layer.title === "Mask" ? "Mask" : `${layer.title} mask`} of ${name}: ${inWords(codes)}`;
  }

  // The middle of the own lane, true and predicted.
  drawLines(lines) {
    this.lines.replaceChildren(...(lines || []).map((points, i) => {
      const line = document.createElementNS(SVG, "polyline");
      line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
      line.setAttribute("class", i === 0 ? "of-true" : "of-predicted");
      return line;
    }));
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = false;
  }

  // Keeps its size, so that nothing jumps.
  clear(text) {
    this.picture = null;
    this.canvas.hidden = true;
    this.drawLines(null);
    this.image.removeAttribute("src");
    this.url = null;
    this.image.alt = "";
    this.point(null);
    this.say(text);
  }

  point(probe) {
    this.cross.hidden = !probe || !this.picture;
    if (this.cross.hidden) return;
    this.cross.style.setProperty("--x", (probe.x + 0.5) / this.picture.width);
    this.cross.style.setProperty("--y", (probe.y + 0.5) / this.picture.height);
  }
}

// Why a layer of a picture cannot be drawn: a sentence, or nothing to be said of a mere image.
function lackOf(picture, layer) {
  if (layer.isUnsure) return picture.unsure ? null : "not known for this picture";
  if (!layer.codes) return "";
  const isThere = layer.codes(picture) && (!layer.truth || layer.truth(picture));
  return isThere ? null : layer.lacks || "no mask";
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

// The commonest classes of a mask, for those who do not see it.
function inWords(codes) {
  const counts = new Map();
  for (const code of codes) counts.set(code, (counts.get(code) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4)
    .map(([code, count]) => `${nameOf(code)} ${Math.round((100 * count) / codes.length)} %`).join(", ");
}
