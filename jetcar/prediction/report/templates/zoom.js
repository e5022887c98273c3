// Zoom: one view for all panes, by wheel, fingers, buttons and keys.

const MOST_ZOOM = 32;
const NEAR_ZOOM = 4; // from here on the pixels of the image are squares, too
const ZOOM_STEP = 1.5;
const PAN_STEP = 0.2; // of what is seen
const LINE_PIXELS = 16; // of wheels that count lines
const SCROLL_REST_MS = 400;

const view = { zoom: 1, left: 0, top: 0 }; // where the picture begins, in parts of its frame
let scrolledAt = -Infinity;
window.addEventListener("scroll", () => { scrolledAt = performance.now(); }, { passive: true });

function setView(zoom, left, top) {
  const inside = (at) => Math.min(0, Math.max(1 - zoom, at));
  Object.assign(view, { zoom, left: inside(left), top: inside(top) });
  const box = byId("panes");
  for (const [name, value] of Object.entries(view)) box.style.setProperty(`--${name}`, value);
  box.toggleAttribute("data-zoomed", zoom > 1);
  box.toggleAttribute("data-near", zoom >= NEAR_ZOOM);
  byId("zoom-value").textContent = `${Math.round(100 * zoom)} %`;
}

// The place (x, y) of the frame, in parts of it, stays where it is.
function zoomAt(factor, x, y) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, view.zoom * factor));
  const ratio = zoom / view.zoom;
  setView(zoom, x - (x - view.left) * ratio, y - (y - view.top) * ratio);
}

function panBy(x, y) {
  setView(view.zoom, view.left + x, view.top + y);
}

// Keys and buttons look at the pixel that is pointed at, or else at the middle.
function zoomBy(factor) {
  const at = placeOfProbe();
  const isIn = at && Math.min(at.x, at.y) >= 0 && Math.max(at.x, at.y) <= 1;
  zoomAt(factor, isIn ? at.x : 0.5, isIn ? at.y : 0.5);
}

function placeOfProbe() {
  if (!picture || !state.probe) return null;
  return {
    x: ((state.probe.x + 0.5) / picture.width) * view.zoom + view.left,
    y: ((state.probe.y + 0.5) / picture.height) * view.zoom + view.top,
  };
}

// The view follows a pixel that was moved out of it.
function followProbe() {
  const at = placeOfProbe();
  const out = (place) => Math.min(0, place) + Math.max(0, place - 1);
  if (at) panBy(-out(at.x), -out(at.y));
}

// What wheel, mouse and fingers do on a frame. One finger scrolls the page until it is zoomed.
class Gestures {
  constructor(frame) {
    this.frame = frame;
    this.held = new Map(); // pointer -> its place
    frame.addEventListener("wheel", (event) => this.turn(event), { passive: false });
    for (const end of ["pointerup", "pointercancel"]) {
      frame.addEventListener(end, (event) => this.held.delete(event.pointerId));
    }
  }

  placeOf(event) {
    const box = this.frame.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  // A wheel that scrolls the page does not begin to zoom because a picture comes below it.
  turn(event) {
    const isPinch = event.ctrlKey; // so touchpads say it
    if (event.deltaY > 0 && view.zoom === 1) return;
    if (!isPinch && performance.now() - scrolledAt < SCROLL_REST_MS) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PIXELS);
    const { x, y } = this.placeOf(event);
    zoomAt(Math.exp(-pixels / (isPinch ? 100 : 300)), x, y);
  }

  press(event) {
    if (event.button !== 0) return;
    this.held.set(event.pointerId, this.placeOf(event));
    if (view.zoom > 1) this.frame.setPointerCapture(event.pointerId);
  }

  // Whether the pointer moves the view, and does not point at a pixel.
  move(event) {
    const before = this.held.get(event.pointerId);
    if (!before) return false;
    const place = this.placeOf(event);
    const other = [...this.held].find(([id]) => id !== event.pointerId);
    this.held.set(event.pointerId, place);
    if (other) this.pinch(before, place, other[1]);
    else if (view.zoom > 1) panBy(place.x - before.x, place.y - before.y);
    return Boolean(other) || view.zoom > 1;
  }

  pinch(before, after, other) {
    const { width, height } = this.frame.getBoundingClientRect();
    const apart = (a) => Math.max(1, Math.hypot((a.x - other.x) * width, (a.y - other.y) * height));
    zoomAt(apart(after) / apart(before), (before.x + other.x) / 2, (before.y + other.y) / 2);
    panBy((after.x - before.x) / 2, (after.y - before.y) / 2);
  }
}

async function toggleFullScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  try {
    await byId("stage").requestFullscreen();
  } catch (error) {
    tell(`This browser shows no full screen (${error.message}).`);
  }
}

document.addEventListener("fullscreenchange", () => {
  byId("full-screen").setAttribute("aria-pressed", String(document.fullscreenElement !== null));
});
