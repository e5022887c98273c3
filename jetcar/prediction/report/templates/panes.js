// The panes: an image under a mask, with the pixel that is pointed at.

const LAYERS = [
  { id: "image", title: "Image" },
  { id: "true", title: "True", codes: (p) => p.true },
  { id: "predicted", title: "Predicted", codes: (p) => p.predicted },
  { id: "difference", title: "Difference", codes: (p) => p.predicted, isDifference: true },
];
if (DATA.isData) LAYERS.splice(1, 3, { id: "true", title: "Mask", codes: (p) => p.true });
const [FIRST, SECOND] = DATA.isData ? ["image", "true"] : ["true", "predicted"]; // to toggle
if (DATA.other) {
  LAYERS.push(
    { id: "other", title: DATA.other, codes: (p) => p.other },
    { id: "other-difference", title: `Difference of ${DATA.other}`, codes: (p) => p.other, isDifference: true });
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
    this.cross = element("i", { className: "cross", hidden: true });
    this.message = element("p", { className: "message", hidden: true });
    this.frame = element("div", { className: "frame" }, this.image, this.canvas, this.lines, this.cross, this.message);
    this.caption = element("figcaption");
    this.figure = element("figure", { className: "pane" }, this.frame, this.caption);
    this.frame.addEventListener("pointermove", (event) => this.report(event, point));
    this.frame.addEventListener("pointerdown", (event) => this.report(event, point));
  }

  report(event, point) {
    if (!this.picture) return;
    const box = this.frame.getBoundingClientRect();
    const { width, height } = this.picture;
    const x = Math.floor(((event.clientX - box.left) / box.width) * width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * height);
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
    this.frame.classList.toggle("is-difference", Boolean(layer.isDifference));
    this.drawLines(layer.codes && state.hasLines ? picture.lines : null);
    const codes = layer.codes ? layer.codes(picture) : null;
    const isEmpty = !codes || (layer.isDifference && !picture.true);
    this.canvas.hidden = isEmpty;
    this.canvas.dataset.layer = layer.id;
    if (layer.codes && isEmpty) this.say(layer.isDifference || layer.title === "True" ? "no true mask" : "no mask");
    if (isEmpty) return;
    this.canvas.style.opacity = state.opacity;
    if (layer.isDifference) {
      paintDifference(this.canvas, picture, picture.true, codes, differenceColor(state.palette), state.hidden);
      this.canvas.setAttribute("aria-label", `Where true and predicted mask of ${name} differ`);
    } else {
      paintMask(this.canvas, picture, codes, colorTable(state.palette, state.hidden, state.opacity === 1), state.hidden);
      this.canvas.setAttribute("aria-label", `${layer.title === "Mask" ? "Mask" : `${layer.title} mask`} of ${name}: ${inWords(codes)}`);
    }
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
    this.cross.style.left = `${(100 * (probe.x + 0.5)) / this.picture.width}%`;
    this.cross.style.top = `${(100 * (probe.y + 0.5)) / this.picture.height}%`;
  }
}

// The commonest classes of a mask, for those who do not see it.
function inWords(codes) {
  const counts = new Map();
  for (const code of codes) counts.set(code, (counts.get(code) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4)
    .map(([code, count]) => `${nameOf(code)} ${Math.round((100 * count) / codes.length)} %`).join(", ");
}
