// ---- the page: its views, its keys, its beginning

const VIEWS = ["cells", "lists"];
let viewed = "cells";

function openView(name) {
  viewed = name;
  for (const one of VIEWS) {
    const isOne = one === name, tab = at(`tab-${one}`);
    tab.setAttribute("aria-selected", String(isOne));
    tab.tabIndex = isOne ? 0 : -1;
    at(`view-${one}`).hidden = !isOne;
  }
  document.body.dataset.view = name;
  if (name !== "lists") return;
  requestAnimationFrame(() => trace && redraw());
  if (!trace) firstList();
}

function tabKey(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const others = VIEWS.filter((name) => !at(`tab-${name}`).hidden);
  if (!step) return;
  const next = others[(others.indexOf(viewed) + step + others.length) % others.length];
  openView(next);
  at(`tab-${next}`).focus();
  event.preventDefault();
  event.stopPropagation();
}

// What a key does where nothing is typed.
const KEYS = {
  ArrowLeft: () => slide(-1),
  ArrowRight: () => slide(1),
  ArrowUp: () => stepRow(-1),
  ArrowDown: () => stepRow(1),
  n: () => (chosen || pinned) && goBack(),
  "[": () => turn(-1),
  "]": () => turn(1),
  "/": () => at("prefix").focus(),
  f: () => at("pattern").focus(),
  q: () => box.focus(),
  Escape: closeCell,
  Enter: () => {
    const row = [...shown.values()].find((row) => row.tr === document.activeElement);
    if (row) openCell(row);
  },
};

function pageKey(event) {
  const { target, key } = event, isTyping = target.matches("textarea, select, input:not([type=range])");
  if (document.querySelector("dialog[open]")) return;
  if (isTyping && key === "Escape") target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (viewed === "lists") return stepKey(event);
  if (!KEYS[key] || event.shiftKey || (key === "Enter" && target.matches("button"))) return;
  event.preventDefault();
  KEYS[key]();
}

document.addEventListener("keydown", pageKey);
for (const name of VIEWS) {
  at(`tab-${name}`).addEventListener("click", () => openView(name));
  at(`tab-${name}`).addEventListener("keydown", tabKey);
}
openView("cells");
drawSlider();
tick();
watch();
count();
