// A list over time: the bars of its cells. Moments are BigInt: they may have 64 bits.
const big = (text) => (text === null ? null : BigInt(text));
const CHAR = 6.65;
let trace, step = 1, byTime = false, view = null;

// Makes the moments of a list numbers.
function prepare(it) {
  for (const s of it.steps) s.clock = big(s.clock);
  for (const cell of it.cells) {
    for (const bar of cell.bars) {
      [bar.from, bar.until] = [big(bar.from), big(bar.until)];
      if (bar.end) bar.end.at = big(bar.end.at);
    }
  }
  return it;
}

// ---- where a query, or a moment between two, stands

function layout() {
  const n = trace.steps.length, wide = at("chart").clientWidth;
  const names = trace.cells.map((cell) => breadth(cell.key) + 1 + breadth(cell.field));
  const most = wide < 640 ? 22 : wide < 900 ? 30 : 42;
  const gutter = Math.min(Math.max(6, ...names), most) * CHAR + 18;
  const arcs = trace.restores.length, lane = arcs ? Math.min(45 + 3 * arcs, 92) : trace.backups.length ? 20 : 0;
  const column = Math.min(Math.max((wide - gutter - 12) / Math.max(n, 1), 4), 150);
  const times = trace.steps.map((s) => s.clock), first = times[0], last = times[n - 1];
  const linear = byTime && !trace.free && n > 0 && last > first;
  const room = Math.max(wide - gutter - 60, 200);
  const x = (s) => gutter + (linear ? (Number(times[s - 1] - first) / Number(last - first)) * room : (s - 1) * column);
  const right = linear ? gutter + room + 40 : gutter + n * column;
  const moment = (t, s) => {
    if (linear) return gutter + (Number(t - first) / Number(last - first)) * room;
    const [before, after] = [times[s - 2], times[s - 1]];
    return after > before ? x(s - 1) + (Number(t - before) / Number(after - before)) * (x(s) - x(s - 1)) : x(s);
  };
  const row = trace.cells.length <= 8 ? 34 : trace.cells.length <= 16 ? 29 : 25;
  return { n, wide, most, gutter, lane, x, right, moment, linear, top: lane + 24, row, bar: row - 8 };
}

function endOf(bar, v) {
  if (!bar.end) return v.right;
  const dies = bar.end.how === "expired" && bar.end.at !== null && bar.end.query > 1;
  return dies ? v.moment(bar.end.at, bar.end.query) : v.x(bar.end.query);
}

// ---- the chart

function draw() {
  const chart = at("chart"), scrolled = [chart.scrollLeft, chart.scrollTop], v = (view = layout());
  chart.replaceChildren();
  let y = v.top, key = null;
  for (const cell of trace.cells) {
    if (key !== null && cell.key !== key) y += 8;
    [cell.y, key, y] = [y, cell.key, y + v.row];
  }
  v.bottom = y + 4;
  const [edge, height] = [v.gutter - 6, v.bottom + 22], wide = v.right + 12 - edge;
  const crowded = trace.backups.length + trace.restores.length > 16 ? "crowded" : "";
  const side = svg(chart, "svg", { class: "side", width: edge, height, "aria-hidden": true });
  const root = svg(chart, "svg", { class: crowded, width: wide, height, viewBox: `${edge} 0 ${wide} ${height}`, role: "img" });
  const about = `${trace.cells.length} cells over ${v.n} queries, ${trace.backups.length} backups, ${trace.restores.length} restores`;
  root.setAttribute("aria-label", about);
  patterns(root);
  v.hover = svg(root, "rect", { class: "hover", y: v.lane + 17, height: v.bottom - v.lane - 17, width: 0 });
  v.band = svg(root, "rect", { class: "band", y: v.lane + 17, height: v.bottom - v.lane - 17, width: 0 });
  for (const cell of trace.cells) {
    drawName(side, cell, v);
    svg(root, "line", { class: "row", x1: v.gutter, x2: v.right, y1: cell.y + v.row / 2, y2: cell.y + v.row / 2 });
    cell.bars.forEach((bar, place) => drawBar(root, cell, bar, place, v));
  }
  for (const mark of trace.backups) drawBackup(root, mark, v);
  for (const mark of trace.restores) drawRestore(root, mark, v);
  axis(side, root, v);
  v.here = svg(root, "line", { class: "here", y1: v.lane + 17, y2: v.bottom });
  v.flag = svg(root, "rect", { class: "flag", y: v.lane + 2, height: 15, rx: 3 });
  v.told = svg(root, "text", { class: "flag-text", y: v.lane + 13, "text-anchor": "middle" });
  root.addEventListener("pointermove", (event) => hover(event, v));
  root.addEventListener("pointerleave", unhover);
  root.addEventListener("click", (event) => go(under(event, v)));
  [chart.scrollLeft, chart.scrollTop] = scrolled;
}

function patterns(root) {
  const defs = svg(root, "defs", {});
  for (const id of ["fade", "edge"]) {
    const fade = svg(defs, "linearGradient", { id });
    for (const [offset, opacity] of [[0, 1], [0.55, 1], [1, 0]]) {
      svg(fade, "stop", { class: `to-${id}`, offset, "stop-opacity": opacity });
    }
  }
  const hatch = svg(defs, "pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  svg(hatch, "line", { class: "hatched", y2: 6 });
  const arrow = svg(defs, "marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto", markerUnits: "userSpaceOnUse" });
  svg(arrow, "path", { class: "arrow", d: "M0 0L8 4L0 8z" });
}

function drawName(side, cell, v) {
  const name = svg(side, "text", { x: v.gutter - 12, y: cell.y + v.row / 2 + 4, "text-anchor": "end" });
  const key = cut(cell.key, Math.max(v.most - breadth(cell.field) - 1, 6));
  svg(name, "tspan", { class: "soft" }, key + ".");
  svg(name, "tspan", {}, cut(cell.field, Math.max(v.most - breadth(key) - 1, 6)));
}

function drawBar(root, cell, bar, place, v) {
  const x = v.x(bar.query), end = endOf(bar, v), width = Math.max(end - x, 2), y = cell.y + (v.row - v.bar) / 2;
  const kind = bar.until === null ? "keep" : "ends", how = bar.end ? bar.end.how : "live";
  const next = cell.bars[place + 1], group = svg(root, "g", {});
  if (how === "expired") {
    const until = next ? v.x(next.query) : v.right;
    svg(group, "rect", { class: "dead", x: x + width, y: y + 4, width: Math.max(until - x - width, 0), height: v.bar - 8 });
  }
  const fades = kind === "ends" && (how === "expired" || how === "live") && width > 6;
  const gap = how === "replaced" || how === "restored" ? 1.5 : 0;
  const shape = { class: `bar ${kind}${fades ? " fade" : ""}`, x: x + 0.75, y, width: Math.max(width - gap - 1, 1), height: v.bar, rx: 3 };
  const drawn = svg(group, "rect", shape);
  drawn.addEventListener("pointermove", (event) => { event.stopPropagation(); hoverBar(event, cell, bar, v); });
  const fits = Math.floor((width * (fades ? 0.8 : 1) - 8) / CHAR);
  if (fits >= Math.min(breadth(bar.value), 2)) {
    svg(group, "text", { class: `held ${kind}`, x: x + 5, y: y + v.bar / 2 + 4 }, cut(bar.value, fits));
  }
  if (how === "expired") svg(group, "circle", { class: "open", cx: x + width, cy: y + v.bar / 2, r: Math.min(3.5, width) });
  if (how === "removed") {
    const [cx, cy] = [x + width, y + v.bar / 2];
    svg(group, "path", { class: "cross", d: `M${cx - 3.5} ${cy - 3.5}l7 7m0 -7l-7 7` });
  }
  bar.group = group;
}

function drawBackup(root, mark, v) {
  const x = v.x(mark.query), y = v.lane - 8;
  svg(root, "line", { class: "saved-line", x1: x, x2: x, y1: y, y2: v.bottom });
  const drawn = svg(root, "path", { class: "saved-mark", d: `M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z` });
  drawn.addEventListener("pointermove", (event) => { event.stopPropagation(); hoverStep(event, mark.query); });
}

function drawRestore(root, mark, v) {
  const x = v.x(mark.query), y = v.lane - 8, to = v.x(mark.backup), high = Math.min(v.lane - 14, 12 + (x - to) * 0.11);
  svg(root, "line", { class: "back-line", x1: x, x2: x, y1: y, y2: v.bottom });
  const bend = Math.min(Math.max((x - to) / 3, 3), 60);
  const path = `M${x} ${y - 5}C${x - bend / 4} ${y - high * 1.25} ${to + bend} ${y - high * 1.25} ${to + 3} ${y - 6}`;
  mark.arc = svg(root, "path", { class: "arc", d: path, "marker-end": "url(#arrow)" });
  const drawn = svg(root, "circle", { class: "back-mark", cx: x, cy: y, r: 4 });
  drawn.addEventListener("pointermove", (event) => { event.stopPropagation(); hoverStep(event, mark.query); });
}

function axis(side, root, v) {
  svg(side, "text", { class: "soft", x: v.gutter - 12, y: v.lane + 13, "text-anchor": "end" }, "query");
  if (!trace.free) svg(side, "text", { class: "soft", x: v.gutter - 12, y: v.bottom + 14, "text-anchor": "end" }, "time");
  const label = (text, x, y, free) => {
    const half = (text.length * CHAR) / 2;
    if (x - half < free && free > 0) return free;
    svg(root, "text", { class: "soft", x, y, "text-anchor": "middle" }, text);
    return x + half + 8;
  };
  const round = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((every) => every * (v.right - v.gutter) >= 26 * v.n) || 1000;
  let [above, below, told] = [0, 0, null];
  for (let s = 1; s <= v.n; s++) {
    if (v.linear || s === 1 || s % round === 0) above = label(String(s), v.x(s), v.lane + 13, above);
    const clock = trace.steps[s - 1].clock;
    if (clock !== null && clock !== told && v.x(s) > below) {
      below = label(String(clock), v.x(s), v.bottom + 14, below);
      told = clock;
    }
  }
}
