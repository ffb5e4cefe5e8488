"use strict";
// What pages are made with. All text is set as text, never as markup; styles are classes, or set one by one.
const at = (id) => document.getElementById(id);

function html(name, className, ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inside.filter((part) => part !== null));
  return made;
}

function svg(parent, name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

const columns = (c) => (/[\u1100-\u115f\u2e80-\uffdc\u{1f000}-\u{3ffff}]/u.test(c) ? 2 : 1);
const breadth = (text) => Array.from(text).reduce((sum, c) => sum + columns(c), 0);

function cut(text, most) {
  if (breadth(text) <= most) return text;
  let [shown, used] = ["", 1];
  for (const c of text) {
    used += columns(c);
    if (used > most) break;
    shown += c;
  }
  return shown + "…";
}
