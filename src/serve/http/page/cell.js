// ---- what a cell held at each backup

const AT_ONCE = 20, FULL = 20_000;
let opened = null;

// A name that stands right before another, as far as names are made by people.
function justBefore(name) {
  const last = name.codePointAt(name.length - 1), head = name.slice(0, last > 0xffff ? -2 : -1);
  return last === 0 ? head : `${head}${String.fromCodePoint(last - 1 >= 0xd800 && last - 1 <= 0xdfff ? 0xd7ff : last - 1)}\u{10ffff}`;
}

// What a cell held at a moment, or null.
async function cellAt(moment, key, field) {
  const after = field === "" ? null : JSON.stringify([key, justBefore(field)]);
  const found = await ask("GET", path("/v1/cells", { limit: 1, prefix: key, after, at: moment }));
  const [cell] = found.cells;
  return cell && cell.key === key && cell.field === field ? cell : null;
}

function openCell(row) {
  opened = { key: row.key, field: row.field, from: backups.length };
  at("cell").hidden = false;
  at("cell-name").replaceChildren(...cellName(row.key, row.field));
  at("cell-now").replaceChildren(html("p", "value", ...valueNodes(row.held, FULL)));
  at("cell-then").replaceChildren();
  olderBackups();
}

async function olderBackups() {
  const mine = opened, to = Math.max(mine.from - AT_ONCE, 0), moments = backups.slice(to, mine.from).reverse();
  mine.from = to;
  try {
    const cells = await Promise.all(moments.map(({ at: moment }) => cellAt(`@${moment}`, mine.key, mine.field)));
    if (opened !== mine) return;
    at("cell-then").append(...cells.map((cell, place) => thenItem(moments[place].at, cell)));
    at("cell-older").hidden = to === 0;
    if (backups.length === 0) at("cell-then").append(html("li", "soft", "there is no backup"));
  } catch (error) {
    fail(error);
  }
}

function thenItem(moment, cell) {
  const held = cell ? valueNodes(cell.value, LONG) : [html("span", "soft", "not live")];
  const left = cell === null ? "" : cell.left === null ? "permanent" : `${spanText(cell.left)} left`;
  const button = html("button", "", html("span", "soft", momentText(moment)), html("span", "value", ...held), html("span", "soft", left));
  button.type = "button";
  button.addEventListener("click", () => choose(backupAt(moment)));
  return html("li", "", button);
}

function closeCell() {
  opened = null;
  at("cell").hidden = true;
}

at("cell-close").addEventListener("click", closeCell);
at("cell-older").addEventListener("click", olderBackups);
when("backups", async () => {
  if (!opened) return;
  await sleep(300);
  const row = opened && shown.get(idOf(opened));
  if (row) openCell(row);
});
