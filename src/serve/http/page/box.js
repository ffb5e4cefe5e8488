// ---- the query box

const KEPT = 200, WIDE = 2000;
const asked = [];
let recalled = 0, draft = "", asking = false, number = 0, transaction = null;
let offers = [], offered = -1, checking = 0;
const box = at("typed");

// ---- completions

async function showOffers() {
  const text = box.value, place = box.selectionStart;
  let found = [];
  try {
    found = await offersFor(box);
  } catch {
    // It is only a help.
  }
  if (box.value !== text || box.selectionStart !== place || document.activeElement !== box) return;
  [offers, offered] = [found, -1];
  at("offers").replaceChildren(...offers.map((offer, place) => {
    const item = html("li", "", ...seen(offer.name, 60));
    item.id = `offer-${place}`;
    item.setAttribute("role", "option");
    item.addEventListener("pointerdown", (event) => (event.preventDefault(), accept(offer)));
    return item;
  }));
  at("offers").hidden = offers.length === 0;
  at("hint").replaceChildren(...usage(box));
}

function hideOffers() {
  offers = [];
  at("offers").hidden = true;
  box.removeAttribute("aria-activedescendant");
}

function moveOffer(step) {
  offered = (offered + step + offers.length) % offers.length;
  for (const [place, item] of Array.from(at("offers").children).entries()) item.setAttribute("aria-selected", String(place === offered));
  box.setAttribute("aria-activedescendant", `offer-${offered}`);
}

function accept(offer) {
  const end = box.selectionStart, start = end - offer.typed.length;
  const space = /["\s]/.test(box.value[end] ?? "") ? "" : " ";
  box.setRangeText(offer.text + space, start, end, "end");
  hideOffers();
  typed();
}

// ---- typing

const check = (text) => post("/v1/check", { text });

function typed() {
  underline(box, at("under-typed"), []);
  box.rows = Math.min(Math.max(box.value.split("\n").length, 3), 14);
  clearTimeout(checking);
  checking = setTimeout(checkTyped, 250);
  showOffers();
}

async function checkTyped() {
  const text = box.value;
  if (text.trim() === "") return;
  try {
    const { mistakes } = await check(text);
    if (box.value === text) showMistakes(mistakes);
  } catch (error) {
    fail(error);
  }
}

function showMistakes(mistakes) {
  underline(box, at("under-typed"), mistakes);
  box.setAttribute("aria-invalid", String(mistakes.length > 0));
  const told = mistakes.slice(0, 1).map((mistake) => html("p", "bad", ...seen(mistakeText(mistake), 300)));
  at("hint").replaceChildren(...usage(box), ...told);
}

// ---- asking

async function askTyped() {
  const text = box.value;
  if (asking || text.trim() === "") return;
  asking = true;
  clearTimeout(checking);
  try {
    const { queries, mistakes } = await check(text);
    showMistakes(mistakes);
    if (mistakes.length === 0) await askQueries(text, queries);
  } catch (error) {
    answer("", error.message, true);
  }
  asking = false;
}

async function askQueries(text, queries) {
  if (asked.at(-1) !== text) asked.push(text);
  if (asked.length > KEPT) asked.shift();
  recalled = asked.length;
  const alone = queries.length === 1 ? String(queries[0][0]).toUpperCase() : "";
  const ends = { BEGIN: begin, COMMIT: commit, ROLLBACK: rollBack }[alone];
  try {
    const answers = ends ? [await ends()] : await post("/v1/query", queries, inTransaction());
    queries.forEach((query, place) => answer(query.map(wordText).join(" "), answers[place]));
    if (!ends) followTransaction(queries);
    if (box.value === text) {
      box.value = "";
      typed();
    }
  } catch (error) {
    lostTransaction(error);
    answer(queries.map((query) => query.map(wordText).join(" ")).join("; "), error.message, true);
  }
}

const wordText = (word) => (Array.isArray(word) ? `[${word.map(asTyped).join(" ")}]` : asTyped(String(word)));
const quotedText = (said) => (Array.isArray(said) ? `[${said.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(said));

// A line for each query: its number, its words, the answer in quotes.
function answer(query, said, isBad = false) {
  number++;
  const told = html("span", isBad ? "bad" : "a", ...seen(isBad ? said : quotedText(said), WIDE));
  const item = html("li", "", html("span", "n", String(number)), html("span", "q", ...seen(query, 300)), html("span", "soft", " => "), told);
  at("answers").prepend(item);
  if (at("answers").children.length > KEPT) at("answers").lastElementChild.remove();
}

// ---- a transaction

const inTransaction = () => (transaction ? { "Rewind-Transaction": transaction.id } : {});

async function begin() {
  if (transaction) return "false";
  const { id, idle_ms: idle } = await ask("POST", "/v1/transactions");
  transaction = { id, idle, until: performance.now() + idle };
  return "true";
}

async function commit() {
  if (!transaction) return "false";
  const { id } = transaction;
  try {
    await ask("POST", `/v1/transactions/${id}/commit`);
    return "true";
  } catch (error) {
    if (error instanceof Refused && error.status === 409) return "false";
    throw error;
  } finally {
    transaction = null;
  }
}

async function rollBack() {
  if (!transaction) return "false";
  const { id } = transaction;
  transaction = null;
  await ask("DELETE", `/v1/transactions/${id}`);
  return "true";
}

// What a list did with the transaction that it was part of.
function followTransaction(queries) {
  if (!transaction) return;
  transaction.until = performance.now() + transaction.idle;
  const last = queries.map(([name]) => String(name).toUpperCase()).findLast((name) => ["BEGIN", "COMMIT", "ROLLBACK"].includes(name));
  if (last && last !== "BEGIN") transaction = null;
}

function lostTransaction(error) {
  if (transaction && error instanceof Refused && [404, 410].includes(error.status)) transaction = null;
}

function showTransaction() {
  const left = transaction ? transaction.until - performance.now() : 0;
  if (transaction && left <= 0) {
    transaction = null;
    answer("", "the transaction was idle for too long, and has been rolled back", true);
  }
  at("transaction").hidden = transaction === null;
  const text = `transaction open · rolled back in ${Math.ceil(left / 1000)} s unless it is used`;
  if (transaction && at("transaction-told").textContent !== text) at("transaction-told").textContent = text;
}

async function endTransaction(name, end) {
  try {
    answer(name, await end());
  } catch (error) {
    lostTransaction(error);
    answer(name, error.message, true);
  }
}

// ---- keys

function recall(step) {
  const isFirst = !box.value.slice(0, box.selectionStart).includes("\n"), isLast = !box.value.slice(box.selectionEnd).includes("\n");
  const to = recalled + step;
  if ((step < 0 && !isFirst) || (step > 0 && !isLast) || to < 0 || to > asked.length) return false;
  if (recalled === asked.length) draft = box.value;
  recalled = to;
  box.value = to === asked.length ? draft : asked[to];
  box.setSelectionRange(box.value.length, box.value.length);
  typed();
  hideOffers();
  return true;
}

function boxKey(event) {
  const { key } = event, isOpen = !at("offers").hidden;
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step && isOpen) moveOffer(step);
  else if (step && !event.shiftKey && recall(step)) hideOffers();
  else if (key === "Tab" && isOpen && !event.shiftKey) accept(offers[Math.max(offered, 0)]);
  else if (key === "Enter" && isOpen && offered >= 0) accept(offers[offered]);
  else if (key === "Enter" && !event.shiftKey) {
    hideOffers();
    askTyped();
  } else if (key === "Escape" && isOpen) hideOffers();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

box.addEventListener("keydown", boxKey);
box.addEventListener("input", typed);
box.addEventListener("scroll", () => (at("under-typed").scrollTop = box.scrollTop));
box.addEventListener("blur", hideOffers);
at("commit").addEventListener("click", () => endTransaction("COMMIT", commit));
at("roll-back").addEventListener("click", () => endTransaction("ROLLBACK", rollBack));
