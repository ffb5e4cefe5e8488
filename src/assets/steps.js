// A list step by step: its chart, the current query, the state after it, and the way from one to the next.
// Called when another step is shown.
let moved = () => {};

// ---- pointing

function under(event, v) {
  const x = event.clientX - at("chart").lastChild.getBoundingClientRect().left + v.gutter - 6;
  let s = 1;
  while (s < v.n && v.x(s + 1) <= x) s++;
  return s;
}

function hover(event, v) {
  if (v.n === 0) return;
  hoverStep(event, under(event, v));
}

function hoverStep(event, s) {
  column(view.hover, s);
  const it = trace.steps[s - 1], clock = it.clock === null ? null : html("p", "soft", `the clock reads ${it.clock}`);
  tip(event, told(s), html("p", "", it.rule), clock);
}

function hoverBar(event, cell, bar, v) {
  const s = under(event, v), clock = trace.steps[s - 1].clock;
  column(v.hover, s);
  const name = html("p", "", html("code", "", `${cell.key}.${cell.field} = ${bar.value}`));
  tip(event, name, told(bar.query), html("p", "", trace.steps[bar.query - 1].rule), html("p", "soft", life(bar, s, clock)));
}

function told(s) {
  const it = trace.steps[s - 1];
  return html("p", "", `${s}  `, html("code", "", cut(it.query, 300)), ` → ${cut(it.answer, 300)}`);
}

function life(bar, s, clock) {
  const how = { replaced: "set anew by", removed: "removed by", restored: "put back by the restore of" };
  const parts = [bar.until === null ? "permanent" : `until ${bar.until}`];
  if (bar.until !== null && clock !== null && isLive(bar, s)) parts.push(`${bar.until - clock} left at query ${s}`);
  if (bar.end && bar.end.how === "expired") parts.push(`dead from ${bar.end.at} on`);
  else if (bar.end) parts.push(`${how[bar.end.how]} query ${bar.end.query}`);
  return parts.join(" · ");
}

function tip(event, ...parts) {
  const box = at("tip");
  box.replaceChildren(...parts.filter((part) => part !== null));
  box.hidden = false;
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, innerWidth - width - 8), below = event.clientY + 18;
  box.style.left = `${Math.max(left, 8)}px`;
  box.style.top = `${below + height > innerHeight - 8 ? Math.max(event.clientY - height - 12, 8) : below}px`;
}

function unhover() {
  at("tip").hidden = true;
  if (view) view.hover.setAttribute("width", 0);
}

// ---- the current step

function isLive(bar, s) {
  return bar.query <= s && (!bar.end || s < bar.end.query);
}

function column(rect, s) {
  const x = view.x(s), end = s < view.n ? view.x(s + 1) : view.right;
  rect.setAttribute("x", x);
  rect.setAttribute("width", Math.max(end - x, 2));
}

function go(to, isQuiet) {
  const n = trace.steps.length;
  step = Math.min(Math.max(to, 1), n);
  if (n === 0) return;
  const it = trace.steps[step - 1];
  at("number").textContent = `${step} of ${n}`;
  at("query").textContent = it.query;
  at("answer").textContent = it.answer;
  at("rule").textContent = it.rule;
  at("clock").textContent = it.clock === null ? "" : `at ${it.clock}`;
  at("cells").replaceChildren(...rows());
  mark();
  if (!isQuiet) moved();
}

function mark() {
  const x = view.x(step), chart = at("chart");
  view.here.setAttribute("x1", x);
  view.here.setAttribute("x2", x);
  column(view.band, step);
  const wide = String(step).length * CHAR + 9;
  view.flag.setAttribute("x", x - wide / 2);
  view.flag.setAttribute("width", wide);
  view.told.setAttribute("x", x);
  view.told.textContent = String(step);
  for (const cell of trace.cells) for (const bar of cell.bars) bar.group.setAttribute("class", isLive(bar, step) ? "live" : "");
  for (const restore of trace.restores) restore.arc.setAttribute("class", restore.query === step ? "arc now" : "arc");
  if (x < chart.scrollLeft + view.gutter || x > chart.scrollLeft + chart.clientWidth - 40) chart.scrollLeft = x - chart.clientWidth / 2;
  const changed = trace.cells.find((cell) => cell.bars.some((bar) => bar.query === step || (bar.end && bar.end.query === step)));
  if (changed && (changed.y < chart.scrollTop || changed.y + view.row > chart.scrollTop + chart.clientHeight)) {
    chart.scrollTop = changed.y - chart.clientHeight / 2;
  }
  const list = at("steps"), old = list.querySelector("[aria-current]"), now = list.children[step - 1].firstChild;
  if (old) old.removeAttribute("aria-current");
  now.setAttribute("aria-current", "step");
  const { top, bottom } = now.getBoundingClientRect(), frame = list.getBoundingClientRect();
  if (top < frame.top || bottom > frame.bottom) list.scrollTop += top - frame.top - frame.height / 2;
}

function rows() {
  const made = [];
  for (const cell of trace.cells) {
    const place = cell.bars.findIndex((bar) => isLive(bar, step)), bar = cell.bars[place];
    const gone = cell.bars.find((bar) => bar.end && bar.end.query === step);
    if (bar) made.push(row(cell, bar, bar.query < step ? "" : gone ? "changed" : "new"));
    else if (gone) made.push(row(cell, gone, "gone"));
  }
  return made.length ? made : [html("tr", "none", html("td", "", "no live cell"))];
}

function row(cell, bar, change) {
  const name = html("td", "", html("span", "key", cell.key + "."), html("wbr"), html("span", "field", cell.field));
  const sign = { new: "+", changed: "~", gone: "−" }[change] || "", left = html("td", "left");
  if (change === "gone") left.textContent = bar.end.how === "expired" ? `died at ${bar.end.at}` : bar.end.how === "removed" ? "removed" : "not brought back";
  else lifetime(left, bar);
  return html("tr", change, html("td", "mark", sign), name, html("td", "value", cut(bar.value, 120)), left);
}

function lifetime(into, bar) {
  const clock = trace.steps[step - 1].clock;
  if (bar.until === null) into.textContent = "permanent";
  else if (clock === null) into.textContent = `until ${bar.until}`;
  else {
    const meter = html("span", "meter"), left = bar.until - clock, whole = bar.until - bar.from;
    meter.style.setProperty("--part", `${(Number(left) / Number(whole)) * 100}%`);
    into.append(meter, `${left} left, until ${bar.until}`);
  }
}

// ---- the whole

// Shows a list that is prepared, at a step.
function show(it, to) {
  trace = it;
  at("name").textContent = trace.name;
  at("why").textContent = trace.why;
  at("steps").replaceChildren(...trace.steps.map((it, index) => item(it, index + 1)));
  at("now").hidden = at("state").hidden = trace.steps.length === 0;
  step = Math.min(Math.max(to, 1), Math.max(trace.steps.length, 1));
  redraw();
  go(step, true);
}

function item(it, s) {
  const kind = trace.backups.some((mark) => mark.query === s) ? "saved" : trace.restores.some((mark) => mark.query === s) ? "back" : "";
  const button = html("button", "", html("span", "n", String(s)), html("span", "q", cut(it.query, 160)));
  if (it.answer !== '""') button.append(html("span", "a", cut(it.answer, 200)));
  button.type = "button";
  button.addEventListener("click", () => go(s));
  button.addEventListener("pointermove", (event) => hoverStep(event, s));
  button.addEventListener("pointerleave", unhover);
  return html("li", kind, button);
}

function redraw() {
  draw();
  if (trace.steps.length) mark();
  const button = at("axis");
  button.disabled = trace.free;
  button.textContent = trace.free ? "(time jumps about under the free rule)" : byTime ? "queries at equal distance" : "linear time";
}

function legend() {
  const sample = (text, paint) => {
    const root = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of [["width", 30], ["height", 14], ["aria-hidden", "true"]]) root.setAttribute(key, value);
    paint(root);
    return html("span", "", root, text);
  };
  const bar = (kind, width) => (root) => svg(root, "rect", { class: `bar ${kind}`, x: 1, y: 1, width, height: 12, rx: 3 });
  at("legend").append(
    sample("permanent", bar("keep", 28)),
    sample("with a lifetime; its end is no part of it", (root) => {
      bar("ends fade", 24)(root);
      svg(root, "circle", { class: "open", cx: 25, cy: 7, r: 3.5 });
    }),
    sample("dead", (root) => svg(root, "rect", { class: "dead", x: 0, y: 2, width: 30, height: 10 })),
    sample("removed", (root) => svg(root, "path", { class: "cross", d: "M11 3l8 8m0 -8l-8 8" })),
    sample("backup", (root) => svg(root, "path", { class: "saved-mark", d: "M15 1.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z" })),
    sample("restore, back to its backup", (root) => {
      svg(root, "path", { class: "arc", d: "M25 9C23 0 9 0 5 8", "marker-end": "url(#arrow)" });
      svg(root, "circle", { class: "back-mark", cx: 25, cy: 9, r: 3.5 });
    }),
  );
}

// Goes where a key says, if it says so.
function stepKey(event) {
  if (!trace || event.ctrlKey || event.metaKey || event.altKey) return;
  const stride = event.shiftKey ? 10 : 1;
  const to = { ArrowLeft: step - stride, ArrowRight: step + stride, Home: 1, End: trace.steps.length }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    unhover();
    go(to);
  } else if (event.key === "t" && !trace.free) {
    byTime = !byTime;
    redraw();
  }
}

at("axis").addEventListener("click", () => {
  byTime = !byTime;
  redraw();
});
// Not at once: what is drawn while sizes are told would be told again.
new ResizeObserver(() => requestAnimationFrame(() => {
  if (view && at("chart").clientWidth !== view.wide) redraw();
})).observe(at("chart"));
