// ---- the language: completion, and mistakes underlined, as the server tells of both

let forms = [];

const WORDS = /"(?:[^"\\]|\\.)*"?|'[^']*'?|\S+/g;
const isPlain = (word) => /^[^\s"'\[#.\\][^\s\\\]]*$/.test(word);
const asTyped = (word) => (isPlain(word) ? word : JSON.stringify(word));

// The words of the line before the caret; the last is what is being typed.
function typedWords(box) {
  const before = box.value.slice(0, box.selectionStart), line = before.slice(before.lastIndexOf("\n") + 1);
  const words = line.match(WORDS) ?? [];
  if (line === "" || /\s$/.test(line)) words.push("");
  return words;
}

// What may stand in the place of the word at the caret.
async function offersFor(box) {
  const words = typedWords(box), last = words.at(-1);
  if (words[0]?.startsWith("[")) return jsonNames(words);
  if (words.length === 1) return names(last).map((name) => ({ name, text: name, typed: last }));
  const form = formsOf(words[0]).find(({ words: names }) => names.length >= words.length - 1);
  if (form?.words[words.length - 2] !== "key" || /^["']/.test(last)) return [];
  const { keys } = await ask("GET", path("/v1/records", { prefix: last, limit: 8 }));
  return keys.filter((key) => key !== last).map((key) => ({ name: key, text: asTyped(key), typed: last }));
}

// A name in a list begins with a quote behind a bracket.
function jsonNames(words) {
  const begun = /\[\s*"(\w*)$/.exec(words.join(" "));
  return begun ? names(begun[1]).map((name) => ({ name, text: `${name}"`, typed: begun[1] })) : [];
}

function names(begun) {
  const upper = begun.toUpperCase(), all = new Set(forms.map((form) => form.name));
  return upper === "" ? [] : [...all].filter((name) => name.startsWith(upper) && name !== upper).slice(0, 8);
}

const formsOf = (name) => forms.filter((form) => form.name === name?.toUpperCase());

// How the operation that is typed is used; the word at the caret stands out.
function usage(box) {
  const words = typedWords(box), known = words.length > 1 ? formsOf(words[0]) : [];
  const form = known.find(({ words: names }) => names.length >= words.length - 1) ?? known.at(-1);
  if (!form) return [];
  return [html("code", "", form.name, ...form.words.flatMap((name, place) => [" ", html(place === words.length - 2 ? "b" : "span", "", name)]))];
}

// ---- mistakes

// Where a place of a text, a line and a column from 1 in characters, stands in it.
function offsetOf(text, line, column) {
  const lines = text.split("\n"), before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  return before + Array.from(lines[line - 1] ?? "").slice(0, column - 1).join("").length;
}

// Underlines mistakes in what lies under a box.
function underline(box, under, mistakes) {
  const parts = [], text = box.value;
  let from = 0;
  for (const { line, column, length } of mistakes) {
    const start = offsetOf(text, line, column), end = start + Array.from(text.slice(start)).slice(0, length).join("").length;
    if (start < from) continue;
    parts.push(text.slice(from, start), html("span", "wrong", text.slice(start, end) || " "));
    from = end;
  }
  under.replaceChildren(...parts, `${text.slice(from)}\n`);
  under.scrollTop = box.scrollTop;
}

const mistakeText = ({ text, help }) => [text, help].filter(Boolean).join(" – ");

async function readLanguage() {
  try {
    forms = (await ask("GET", "/openapi.json"))["x-language"];
  } catch (error) {
    fail(error);
  }
}

when("found", readLanguage);
