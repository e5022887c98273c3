// A link to a picture, #picture=split/name, which the address of the page keeps up with.

const ADDRESS_REST_MS = 300;
let addressWaits = null;

function linkOf(item) {
  return `#picture=${state.split}/${encodeURIComponent(item.name)}`;
}

function askedFor(address) {
  const found = /^#picture=([^/]*)\/(.*)$/.exec(address);
  if (!found) return null;
  try {
    return { split: found[1], name: decodeURIComponent(found[2]) };
  } catch { // a "%" that was typed by hand
    return { split: found[1], name: found[2] };
  }
}

function goToLink() {
  const asked = askedFor(location.hash);
  if (!asked) return;
  const rows = Object.hasOwn(DATA.splits, asked.split) ? DATA.splits[asked.split] : [];
  const row = rows.find((one) => one.name === asked.name);
  tell(row ? "" : `There is no picture ${asked.name} in this report.`);
  if (!row || (asked.split === state.split && items[state.index] === row)) return;
  if (asked.split !== state.split) chooseSplit(asked.split);
  if (!items.includes(row)) showEvery(isKept(row.key));
  choose(items.indexOf(row));
  byId("pictures").scrollIntoView({ block: "start" });
}

// Without filters, so that no picture is left out.
function showEvery(onlyKept) {
  Object.assign(state, { code: null, find: "", confusion: null });
  byId("class-filter").value = "";
  byId("find").value = "";
  if (!onlyKept) state.onlyKept = byId("only-kept").checked = false;
  showConfusion();
  refill();
}

// Late, as browsers take few changes a second; not before a person has chosen something.
function keepAddress(item) {
  byId("picture-link").hidden = !item;
  clearTimeout(addressWaits);
  if (!item) return;
  byId("picture-link").href = linkOf(item);
  if (!("ready" in document.documentElement.dataset)) return;
  addressWaits = setTimeout(() => {
    try {
      history.replaceState(null, "", linkOf(item));
    } catch { /* inside some frames the address is not the page's own; the link is there all the same */ }
  }, ADDRESS_REST_MS);
}

window.addEventListener("hashchange", goToLink);
