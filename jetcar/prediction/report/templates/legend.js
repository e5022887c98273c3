// The legend: which classes are drawn, and how each of them does in the picture.

const hasIgnored = Object.values(DATA.splits).some((rows) => rows.some((row) => row.ignored));
const LEGEND = hasIgnored ? [...DATA.classes, { code: IGNORED, name: "ignored" }] : DATA.classes;

function hideClasses(codes) {
  state.hidden = new Set(codes);
  for (const box of byId("legend").querySelectorAll("input")) box.checked = !state.hidden.has(Number(box.value));
  repaint();
}

function makeLegend() {
  byId("legend").replaceChildren(...LEGEND.map((one) => {
    const swatch = element("i", { className: "swatch" });
    swatch.dataset.code = one.code;
    const box = element("input", { type: "checkbox", checked: true, value: one.code });
    const only = element("button", { type: "button", className: "only", title: `Show only ${one.name}` }, "only");
    only.addEventListener("click", () =>
      hideClasses(LEGEND.map((c) => c.code).filter((code) => code !== one.code)));
    const label = element("label", { title: one.name }, box, swatch, element("span", { className: "code" }, String(one.code)),
      element("span", { className: "class-name" }, one.name));
    const row = element("li", {}, label, element("span", { className: "class-iou muted" }), only);
    row.dataset.code = one.code;
    box.addEventListener("change", () => {
      if (box.checked) state.hidden.delete(one.code);
      else state.hidden.add(one.code);
      repaint();
    });
    return row;
  }));
}

// The IoU of each class in this picture; what it does not show is dimmed. A class that is ignored
// has no score in any picture, and its pixels are those of the row "ignored".
function fillLegend(item) {
  const ious = new Map(item ? item.classes : []);
  for (const row of byId("legend").children) {
    const code = Number(row.dataset.code);
    const isShown = code === IGNORED ? item && item.ignored : ious.has(code);
    row.classList.toggle("absent", Boolean(item) && (DATA.isData || item.iou !== null) && !isShown);
    const iou = ious.has(code) ? ofClass(ious.get(code)) : "";
    row.querySelector(".class-iou").textContent = DATA.ignored.includes(code) ? "ignored" : iou;
  }
}
