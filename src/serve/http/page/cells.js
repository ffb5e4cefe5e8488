// ---- cells: a page of them, as they are or as they were

const PAGE = 100, LONG = 300, LIT = 2500;

// What is asked for: cells of keys that begin with a prefix, behind others, at a moment (null is now), or what FIND finds.
const sieve = { prefix: "", find: null, afters: [], next: null, moment: null };
// The rows that are shown, by their cells' names.
const shown = new Map();
const idOf = (cell) => JSON.stringify([cell.key, cell.field]);

function td(className, ...inside) {
  const made = html("td", className, ...inside);
  made.setAttribute("role", "cell");
  return made;
}

function makeRow(cell, moment) {
  const row = { key: cell.key, field: cell.field, id: idOf(cell), until: null, whole: 0n };
  row.mark = td("mark");
  [row.value, row.kind, row.left] = [td("value"), td("kind"), td("left")];
  row.meter = html("span", "meter");
  row.leftText = document.createTextNode("");
  row.tr = html("tr", "", row.mark, td("name", ...cellName(cell.key, cell.field)), row.value, row.kind, row.left);
  row.tr.tabIndex = -1;
  row.tr.setAttribute("role", "row");
  row.tr.addEventListener("click", () => openCell(row));
  row.tr.addEventListener("focus", () => setCurrent(row.tr));
  updateRow(row, cell, moment);
  return row;
}

// Gives a row what its cell holds; has that changed?
function updateRow(row, cell, moment) {
  const text = JSON.stringify(cell.value), until = cell.left === null ? null : moment + BigInt(cell.left);
  const isOther = row.text !== text, lives = row.text === undefined || until !== row.until;
  if (isOther) {
    row.text = text;
    row.held = cell.value;
    row.value.replaceChildren(...valueNodes(cell.value, LONG));
    row.kind.textContent = kindOf(cell.value);
  }
  if (lives) {
    [row.until, row.whole] = [until, until === null ? 0n : until - moment];
    if (until === null) row.left.replaceChildren(html("span", "soft", "permanent"));
    else row.left.replaceChildren(...(sieve.moment === null && !pinned ? [row.meter] : []), html("span", "", row.leftText));
  }
  showLeft(row, moment);
  return isOther || lives;
}

// Lights a row up for a while.
function light(row, change) {
  row.tr.classList.remove("new", "changed");
  void row.tr.offsetWidth;
  row.tr.classList.add(change);
  row.mark.textContent = { new: "+", changed: "~" }[change];
  clearTimeout(row.lit);
  row.lit = setTimeout(() => {
    row.tr.classList.remove(change);
    row.mark.textContent = "";
  }, LIT);
}

// A cell is live no more: its row stays for a while, struck out.
function leave(row, how) {
  shown.delete(row.id);
  clearTimeout(row.lit);
  row.tr.classList.remove("new", "changed");
  row.tr.classList.add("gone");
  row.mark.textContent = "−";
  row.left.textContent = how;
  setTimeout(() => dropRow(row), LIT);
}

function dropRow(row) {
  if (row.tr === document.activeElement) focusRow(row.tr.nextElementSibling ?? row.tr.previousElementSibling);
  row.tr.remove();
  showEmpty();
}

function clearRows() {
  shown.clear();
  at("rows").replaceChildren();
}

const before = (tr) => {
  let other = tr.previousElementSibling;
  while (other?.classList.contains("gone")) other = other.previousElementSibling;
  return other;
};

// Shows a page of cells; unless it is another page than before, what is new, has changed or has gone lights up.
function paint(cells, moment, isFresh) {
  if (isFresh) clearRows();
  at("rows").querySelector(".none")?.remove();
  const ids = new Set(cells.map(idOf));
  let last = null;
  for (const cell of cells) {
    let row = shown.get(idOf(cell));
    const isNew = !row;
    if (isNew) shown.set(idOf(cell), (row = makeRow(cell, moment)));
    const hasChanged = isNew || updateRow(row, cell, moment);
    if (isNew || before(row.tr) !== last) last ? last.after(row.tr) : at("rows").prepend(row.tr);
    if (hasChanged && !isFresh) light(row, isNew ? "new" : "changed");
    last = row.tr;
  }
  for (const row of [...shown.values()].filter((row) => !ids.has(row.id))) {
    const isPushed = sieve.next !== null && last && last.compareDocumentPosition(row.tr) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (isPushed) {
      shown.delete(row.id);
      row.tr.remove();
    } else leave(row, "gone");
  }
  showEmpty();
  setCurrent(at("rows").querySelector("tr[tabindex='0']") ?? at("rows").firstElementChild);
}

function showEmpty() {
  const rows = at("rows");
  if (rows.children.length === 0) rows.append(html("tr", "none", td("", "no live cell")));
}

// ---- reading pages

async function readPage() {
  const { what, how, pattern } = sieve.find ?? {};
  if (sieve.find) return ask("GET", path("/v1/find", { what, how, pattern, as: "cells", limit: PAGE }));
  const after = sieve.afters.at(-1) ?? null;
  return ask("GET", path("/v1/cells", { limit: PAGE, prefix: sieve.prefix, after, at: sieve.moment }));
}

// Is what is chosen shown?
let wanted = null, isReading = false, hasRead = false;

// Reads again what is shown; `isFresh` where it is another page than before.
function refresh(isFresh = false) {
  wanted = isFresh || wanted === "fresh" ? "fresh" : "live";
  if (!isReading && (isFresh || !document.hidden)) readAll();
}

async function readAll() {
  isReading = true;
  while (wanted) {
    const isFresh = wanted === "fresh", begun = performance.now();
    wanted = null;
    if (isFresh) hasRead = false;
    try {
      if (pinned) await showDifference(isFresh);
      else if (isFresh || sieve.moment === null) showPage(await readPage(), isFresh);
      if (isFresh) hasRead = true;
    } catch (error) {
      missed(error);
    }
    if (!wanted) break;
    // The server has most of its time for others, however much there is to look through.
    if (wanted !== "fresh") await sleep(Math.max(150, 5 * (performance.now() - begun)));
  }
  isReading = false;
}

function showPage(found, isFresh) {
  // Somebody has gone on to another page meanwhile.
  if (wanted === "fresh") return;
  const moment = BigInt(found.at);
  if (sieve.moment === null) setClock(moment);
  sieve.next = found.next ?? null;
  paint(found.cells, moment, isFresh);
  showMoment(moment);
  const many = found.cells.length, of = found.count > many ? `, of ${countText(found.count)} found` : "";
  at("place").textContent = sieve.find ? `${many} cells${of}` : `page ${sieve.afters.length + 1} · ${many} cells`;
  [at("previous").disabled, at("next").disabled] = [sieve.afters.length === 0, sieve.next === null];
}

// A page cannot be shown: a moment that is out of reach, of two that are compared too, leads back to now.
function missed(error) {
  if (wanted === "fresh") return;
  fail(error);
  if (error instanceof Refused && [400, 410].includes(error.status) && (chosen || pinned)) goBack();
  else if (error instanceof Refused && error.status === 503) setTimeout(() => refresh(true), 500);
  else if (error instanceof Refused && sieve.find) {
    clearRows();
    showEmpty();
  }
}

function turn(step) {
  if (step > 0 && sieve.next === null) return;
  if (pinned) behind = step > 0 ? sieve.next : null;
  else if (step > 0) sieve.afters.push(sieve.next);
  else if (sieve.afters.length) sieve.afters.pop();
  else return;
  // What stands behind the page to come is not known yet.
  sieve.next = null;
  refresh(true);
}

function sift() {
  const pattern = at("pattern").value;
  sieve.find = pattern === "" ? null : { what: at("find-what").value, how: at("find-how").value, pattern };
  Object.assign(sieve, { prefix: at("prefix").value, afters: [], next: null });
  behind = null;
  at("prefix").disabled = sieve.find !== null;
  refresh(true);
}

// ---- the row that keys go from

function setCurrent(tr) {
  for (const other of at("rows").querySelectorAll("tr[tabindex='0']")) other.tabIndex = -1;
  if (tr && !tr.classList.contains("none")) tr.tabIndex = 0;
}

function focusRow(tr) {
  if (tr && !tr.classList.contains("none")) tr.focus();
}

function stepRow(step) {
  const tr = at("rows").querySelector("tr[tabindex='0']"), isIn = tr === document.activeElement;
  focusRow(!isIn ? tr : step > 0 ? tr.nextElementSibling : tr.previousElementSibling);
}

let sifting = 0;
const soon = () => (clearTimeout(sifting), (sifting = setTimeout(sift, 200)));
for (const id of ["prefix", "pattern"]) at(id).addEventListener("input", soon);
for (const id of ["find-what", "find-how"]) at(id).addEventListener("change", () => sieve.find && sift());
at("find").addEventListener("submit", (event) => (event.preventDefault(), sift()));
at("previous").addEventListener("click", () => turn(-1));
at("next").addEventListener("click", () => turn(1));
document.addEventListener("visibilitychange", () => document.hidden || refresh());
when("changed", () => refresh());
when("found", () => refresh(!hasRead));
