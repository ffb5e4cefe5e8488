// ---- lists to learn from: each runs on a database of its own

const listText = at("list-text");
let showing = false, waiting = null, listChecked = 0;

async function readCases() {
  try {
    const { cases } = await ask("GET", "/v1/lists");
    if (at("case").length > 1 || cases.length === 0) return;
    const levels = Map.groupBy(cases, (one) => one.level);
    for (const [level, ones] of levels) {
      const group = html("optgroup", "", ...ones.map((one) => new Option(one.name, String(one.number))));
      group.label = `level ${level}`;
      at("case").append(group);
    }
    at("tab-lists").hidden = false;
  } catch (error) {
    fail(error);
  }
}

async function chooseCase() {
  const number = at("case").value;
  if (number === "") return;
  try {
    const { text, clock: rule, name, why } = await ask("GET", `/v1/lists/${number}`);
    listText.value = text;
    at("list-clock").value = rule;
    await showList({ name, why });
  } catch (error) {
    fail(error);
  }
}

// Whoever looks at lists for the first time sees what one does.
async function firstList() {
  if (listText.value !== "" || at("case").value !== "") return;
  listText.value = listText.placeholder;
  await showList({ name: "an example", why: "Change it, or choose another list." });
}

// Shows what a list does step by step, or its mistakes.
async function showList(about = { name: "", why: "" }) {
  const text = listText.value;
  if (showing) {
    waiting = about;
    return;
  }
  showing = true;
  try {
    const list = await post("/v1/lists", { text, clock: at("list-clock").value });
    at("list-hint").textContent = "";
    underline(listText, at("under-list"), []);
    at("traced").hidden = false;
    if (!at("legend").hasChildNodes()) legend();
    show(Object.assign(prepare(list), about), 1);
  } catch (error) {
    const mistakes = error instanceof Refused ? (error.problem?.mistakes ?? []) : [];
    underline(listText, at("under-list"), mistakes);
    at("list-hint").replaceChildren(...seen(mistakes.length ? mistakeText(mistakes[0]) : error.message, 400));
  }
  showing = false;
  if (waiting) {
    const last = waiting;
    waiting = null;
    await showList(last);
  }
}

listText.addEventListener("input", () => {
  at("case").value = "";
  underline(listText, at("under-list"), []);
});
listText.addEventListener("scroll", () => (at("under-list").scrollTop = listText.scrollTop));
listText.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  showList();
});
at("case").addEventListener("change", chooseCase);
at("show-list").addEventListener("click", () => showList());
when("found", readCases);
