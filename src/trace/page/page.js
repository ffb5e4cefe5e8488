const cases = JSON.parse(at("data").textContent).map(prepare);

function open(place, to) {
  at("cases").value = String(place);
  show(cases[place], to);
  document.title = `${trace.name} – rewind explain`;
}

moved = () => {
  const place = cases.indexOf(trace), name = cases.length > 1 ? `case=${place + 1}&` : "";
  try {
    history.replaceState(null, "", `#${name}step=${step}`);
  } catch {
    // Some frames have no address of their own; nothing depends on it.
  }
};

function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1)), number = (name) => Number.parseInt(asked.get(name), 10) || 1;
  open(Math.min(Math.max(number("case"), 1), cases.length) - 1, number("step"));
}

document.addEventListener("keydown", (event) => event.target instanceof HTMLSelectElement || stepKey(event));
at("cases").addEventListener("change", () => {
  open(Number(at("cases").value), 1);
  moved();
});
addEventListener("hashchange", () => trace && fromAddress());

if (cases.length) {
  at("choose").hidden = cases.length < 2;
  at("cases").append(...cases.map((it, place) => new Option(`${place + 1}  ${cut(it.name, 60)}`, String(place))));
  legend();
  fromAddress();
} else {
  at("name").textContent = "There is no case to show";
}
