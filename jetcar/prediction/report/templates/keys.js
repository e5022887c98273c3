// Keys, and copying the list.

const KEYS = {
  ArrowRight: actions.next,
  ArrowDown: actions.next,
  ArrowLeft: actions.previous,
  ArrowUp: actions.previous,
  Home: actions.first,
  End: actions.last,
  " ": actions.scan,
  t: actions.toggle,
  b: actions.blink,
  s: actions.side,
  r: actions.road,
  u: actions.unsure,
  f: actions["full-screen"],
  z: actions["zoom-in"],
  x: actions["zoom-out"],
  0: actions.whole,
  i: () => panBy(0, PAN_STEP),
  k: () => panBy(0, -PAN_STEP),
  j: () => panBy(PAN_STEP, 0),
  l: () => panBy(-PAN_STEP, 0),
  c: () => copyNames(),
  "+": () => setOpacity(Math.round(state.opacity * 100) + 10),
  "=": () => setOpacity(Math.round(state.opacity * 100) + 10),
  "-": () => setOpacity(Math.round(state.opacity * 100) - 10),
  "?": actions.help,
};
LAYERS.forEach((layer, i) => { KEYS[String(i + 1)] = () => lookAt(layer.id); });
const MOVES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

// Keys belong to the viewer while it has the focus, or while it is seen and nothing has the focus
// that takes them itself.
function isOurs(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  const at = event.target;
  if (document.querySelector("dialog[open]")) return false;
  if (at.matches("textarea, select, input:not([type=checkbox], [type=range])")) return false;
  if (at.matches("input[type=range]") && /^(Arrow|Home|End)/.test(event.key)) return false;
  if (event.key === " " && at.matches("button, input, summary, a")) return false;
  if (at.closest("[data-chart], .heat")) return false;
  return byId("pictures").contains(at) || isSeen(byId("panes"));
}

function isSeen(box) {
  const { top, bottom } = box.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

document.addEventListener("keydown", (event) => {
  if (!isOurs(event)) return;
  const move = event.shiftKey && MOVES[event.key];
  const act = move ? () => moveProbe(...move) : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// All pictures of the list count, also those that are not in the page.
async function copyNames() {
  const many = Math.max(1, Number(byId("copy-count").value) || 1);
  const names = ordered(state).slice(0, many).map((row) => row.name);
  const text = names.join("\n") + "\n";
  const button = byId("copy");
  if (await writeClipboard(text)) {
    button.textContent = `Copied ${names.length}`;
    setTimeout(() => { button.textContent = "Copy the first"; }, 2000);
    return;
  }
  byId("copied-text").value = text;
  byId("copied").showModal();
  byId("copied-text").select();
}

async function writeClipboard(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* refused, as inside some frames: the older way may still be open */ }
  }
  const area = element("textarea", { value: text, className: "hidden" });
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  return isDone;
}

byId("copy").addEventListener("click", copyNames);
