// The list as a file: pictures.csv, a line for each picture, in the order of the list.

function csvOf(rows) {
  const columns = {
    split: () => state.split,
    name: (row) => row.name,
    iou: (row) => row.iou,
    road: (row) => row.road,
    ...Object.fromEntries(DATA.classes.map((one) => [`${DATA.isData ? "share" : "iou"}/${one.name}`, (row) => iouOf(row, one.code)])),
  };
  if (DATA.other) {
    columns[`iou of ${DATA.other}`] = (row) => (row.other ? row.other.iou : null);
    columns[`pixels other than ${DATA.other}`] = (row) => row.differs;
  }
  const used = Object.entries(columns).filter(([name, value]) =>
    name === "split" || name === "name" || rows.some((row) => hasValue(value(row))));
  const lines = [used.map(([name]) => name), ...rows.map((row) => used.map(([, value]) => value(row)))];
  return lines.map((line) => line.map(cellOf).join(",")).join("\r\n") + "\r\n";
}

function hasValue(value) {
  return value !== null && value !== undefined;
}

// A text that a spreadsheet would take for a formula gets an apostrophe, as it does there.
function cellOf(value) {
  if (!hasValue(value)) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// With a byte order mark, without which spreadsheets take umlauts for something else.
function saveList() {
  const url = URL.createObjectURL(new Blob(["\uFEFF", csvOf(ordered(state))], { type: "text/csv" }));
  const link = element("a", { href: url, download: "pictures.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

byId("save").addEventListener("click", saveList);
