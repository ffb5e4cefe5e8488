// ---- the difference between two moments: what is new, changed or gone from one to the other

const MANY = 1000, ROUNDS = 40;
let behind = null;

// Strings in the order of their bytes, as the server has them.
const unit = (code) => (code >= 0xe000 ? code - 0x800 : code >= 0xd800 ? code + 0x2000 : code);
function order(a, b) {
  const least = Math.min(a.length, b.length);
  for (let place = 0; place < least; place++) {
    const difference = unit(a.charCodeAt(place)) - unit(b.charCodeAt(place));
    if (difference) return difference;
  }
  return a.length - b.length;
}

const orderOfCells = (a, b) => (!a ? 1 : !b ? -1 : order(a.key, b.key) || order(a.field, b.field));

// All cells at a moment, a page at a time.
function side(moment, after) {
  return { moment, after, cells: [], place: 0, isDone: false, at: null };
}

async function fill(one) {
  if (one.place < one.cells.length || one.isDone) return;
  const found = await ask("GET", path("/v1/cells", { limit: MANY, prefix: sieve.prefix, after: one.after, at: one.moment }));
  Object.assign(one, { cells: found.cells, place: 0, at: BigInt(found.at), after: found.next, isDone: found.next === null });
}

const ends = (one, cell) => (cell.left === null ? null : one.at + BigInt(cell.left));
const isSame = (a, old, b, now) => JSON.stringify(old.value) === JSON.stringify(now.value) && ends(a, old) === ends(b, now);

// The next differences behind a cell, a page of them at most; and whether there may be more.
async function differences(from, to, after) {
  const [a, b] = [side(from, after), side(to, after)], found = [];
  for (let rounds = 0; found.length < PAGE && rounds < ROUNDS * MANY; rounds++) {
    // One after the other: the server brings one group back at a time.
    await fill(a);
    await fill(b);
    const [old, now] = [a.cells[a.place], b.cells[b.place]];
    if (!old && !now) return { found, a, b, next: null };
    const way = orderOfCells(old, now);
    if (way <= 0) a.place++;
    if (way >= 0) b.place++;
    after = JSON.stringify(way <= 0 ? [old.key, old.field] : [now.key, now.field]);
    if (way < 0) found.push({ change: "gone", cell: old, moment: a.at });
    else if (way > 0) found.push({ change: "new", cell: now, moment: b.at });
    else if (!isSame(a, old, b, now)) found.push({ change: "changed", cell: now, old, moment: b.at });
  }
  return { found, a, b, next: after };
}

async function showDifference(isFresh) {
  if (!isFresh && sieve.moment !== null && pinned.at !== null) return;
  const [from, to] = inOrder();
  const { found, a, b, next } = await differences(from.at, to.at, behind);
  if (!pinned || wanted === "fresh") return;
  from.moment ??= a.at;
  to.moment ??= b.at;
  // Of when a group is, is known only now.
  if (inOrder()[0].at !== from.at) return showDifference(isFresh);
  clearRows();
  for (const { change, cell, old, moment } of found) {
    const row = makeRow(cell, moment);
    row.tr.classList.add(change);
    row.mark.textContent = { new: "+", changed: "~", gone: "−" }[change];
    if (old && JSON.stringify(old.value) !== row.text) row.value.prepend(html("s", "", ...valueNodes(old.value, LONG)), " ");
    if (change === "gone") row.left.textContent = "gone";
    at("rows").append(row.tr);
  }
  if (!found.length) at("rows").append(html("tr", "none", td("", next ? "no difference so far" : "no difference")));
  setCurrent(at("rows").firstElementChild);
  [at("previous").disabled, at("next").disabled] = [behind === null, next === null];
  sieve.next = next;
  at("place").textContent = `${found.length} ${found.length === 1 ? "difference" : "differences"}${next ? ", and more may follow" : ""}`;
  showMoment(null);
}

// The two moments, the earlier one first.
function inOrder() {
  const other = chosen ?? { at: null };
  const isLater = pinned.at === null || (pinned.group !== undefined && other.group !== undefined ? pinned.group > other.group : other.at !== null && (pinned.moment ?? 0n) > (other.moment ?? 0n));
  return isLater ? [other, pinned] : [pinned, other];
}

function showPinned() {
  const word = (stop) => (stop.at === null ? "now" : [nameOf(stop), stop.moment === null ? "" : momentText(stop.moment)].filter(Boolean).join(" "));
  const [from, to] = inOrder();
  at("flag").textContent = "difference";
  at("moment").textContent = `from ${word(from)} to ${word(to)} · read-only`;
}

// The moment that is shown becomes one of two; the slider moves the other.
function pin() {
  if (pinned) return goBack();
  pinned = { ...(chosen ?? { at: null }), moment: chosen?.moment ?? null };
  behind = null;
  at("compare").textContent = "end comparison";
  document.body.classList.add("comparing");
  if (!chosen && backups.length) choose(backupAt(backups.at(-1).at));
  else choose(null);
}

function goBack() {
  pinned = null;
  behind = null;
  at("compare").textContent = "compare";
  document.body.classList.remove("comparing");
  choose(null);
}

at("compare").addEventListener("click", pin);
