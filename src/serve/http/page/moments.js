// ---- moments: a slider over backups, or over groups of the log

let backups = [], groups = null, chosen = null, pinned = null;

const byGroups = () => at("stops").value === "groups" && groups !== null;

// What is chosen, as `at=` has it: a backup's moment, or a group; null is now.
const backupAt = (moment) => ({ at: `@${moment}`, moment });
const groupAt = (group) => ({ at: String(group), group, moment: null });

function stopOf(place) {
  if (byGroups()) return place > groups.last ? null : groupAt(place);
  return place < backups.length ? backupAt(backups[place].at) : null;
}

function placeOf(stop) {
  if (byGroups()) return stop ? stop.group : groups.last + 1;
  const place = stop ? backups.findIndex((backup) => backup.at === stop.moment) : -1;
  return place < 0 ? backups.length : place;
}

function drawSlider() {
  const slider = at("slider"), isOfGroups = byGroups();
  [slider.min, slider.max] = isOfGroups ? [groups.first, groups.last + 1] : [0, backups.length];
  slider.value = placeOf(chosen);
  slider.disabled = slider.min === slider.max;
  const every = Math.ceil(backups.length / 150), marks = isOfGroups ? [] : backups;
  at("marks").replaceChildren(...marks.map((_, place) => {
    const mark = html("span", "");
    mark.style.setProperty("--at", String(place / backups.length));
    return mark;
  }).filter((_, place) => place % every === 0));
  const many = isOfGroups ? `${countText(groups.last - groups.first + 1)} groups` : `${backups.length} ${backups.length === 1 ? "backup" : "backups"}`;
  at("count").textContent = many;
  at("seek").hidden = slider.disabled;
  at("stops").hidden = groups === null;
  at("restore").disabled = backups.length === 0;
}

// Goes to a stop; null is now.
function choose(stop) {
  chosen = stop;
  sieve.moment = stop?.at ?? null;
  if (!pinned) Object.assign(sieve, { afters: [], next: null });
  // The slider goes over what is chosen.
  if (stop) at("stops").value = stop.group === undefined ? "backups" : "groups";
  drawSlider();
  document.body.classList.toggle("past", stop !== null);
  for (const id of ["pattern", "find-what", "find-how"]) at(id).disabled = stop !== null || pinned !== null;
  if (stop && sieve.find) {
    at("pattern").value = "";
    sieve.find = null;
    at("prefix").disabled = false;
  }
  showMoment(stop?.moment ?? null);
  refresh(true);
}

const nameOf = (stop) => (stop === null ? "now" : stop.group === undefined ? "backup" : `group ${stop.group}`);

// Says which moment is shown.
function showMoment(moment) {
  if (chosen && moment !== null) chosen.moment = moment;
  at("to-now").hidden = chosen === null && pinned === null;
  at("flag").textContent = nameOf(chosen);
  if (chosen) {
    const then = chosen.moment, told = then === null ? [] : [momentText(then), `${spanText(clockNow() - then)} ago`];
    at("moment").textContent = [...told, "read-only"].join(" · ");
  }
  if (pinned) showPinned();
  at("slider").setAttribute("aria-valuetext", `${at("flag").textContent} ${at("moment").textContent}`);
}

// The clock of now, which runs.
function showClock() {
  if (chosen !== null || pinned !== null) return;
  const now = clockNow(), text = clock.runs ? momentText(now).slice(0, -4) : `${momentText(now)} · time moves by timestamps alone`;
  if (clock.seen && at("moment").textContent !== text) at("moment").textContent = text;
}

function slide(step) {
  const slider = at("slider"), to = Math.min(Math.max(Number(slider.value) + step, Number(slider.min)), Number(slider.max));
  if (to !== Number(slider.value)) choose(stopOf(to));
}

async function readBackups() {
  try {
    const told = await ask("GET", "/v1/backups");
    backups = told.backups.map(({ at: moment, records }) => ({ at: BigInt(moment), records }));
    const isGone = chosen?.group === undefined && chosen && !backups.some((backup) => backup.at === chosen.moment);
    if (isGone) choose(null);
    else drawSlider();
  } catch (error) {
    fail(error);
  }
}

// The latest stop at a moment or before.
async function seek(moment) {
  if (!byGroups()) return backups.findLast((backup) => backup.at <= moment);
  let [low, high] = [groups.first, groups.last + 1];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    const { at: then } = await ask("GET", path("/v1/cells", { limit: 1, at: middle }));
    [low, high] = BigInt(then) <= moment ? [middle, high] : [low, middle];
  }
  return low;
}

async function goTo(event) {
  event.preventDefault();
  const moment = momentOf(at("sought").value);
  if (moment === null) return notice("this is no moment: a time of today, a date, or milliseconds", true);
  try {
    const found = await seek(moment);
    if (found === undefined) notice(`there is no backup that early: ${momentText(moment)}`, true);
    else choose(byGroups() ? groupAt(found) : backupAt(found.at));
  } catch (error) {
    fail(error);
  }
}

async function takeBackup() {
  const { at: moment, records } = await ask("POST", "/v1/backups");
  notice(`backup taken: ${records} ${records === 1 ? "record" : "records"} · ${momentText(BigInt(moment))}`);
  await readBackups();
}

// What is brought back if it is meant.
let toRestore = null;

// Asks, with the two moments in words.
function askToRestore() {
  const until = chosen ? (chosen.moment ?? clockNow()) : clockNow();
  toRestore = backups.findLast((backup) => backup.at <= until);
  if (!toRestore) return notice("there is no backup that early", true);
  const now = clockNow();
  at("confirm-text").textContent = `Everything becomes as it was ${spanText(now - toRestore.at)} ago, ${momentText(toRestore.at)} (${toRestore.records} ${toRestore.records === 1 ? "record" : "records"}), instead of as it is now, ${momentText(now)}. Lifetimes go on with what they had left then.`;
  at("backup-first").checked = false;
  at("confirm").showModal();
}

async function restore() {
  const { at: to } = toRestore;
  if (at("backup-first").checked) await takeBackup();
  const done = await post("/v1/restore", `{"to":${to}}`);
  choose(null);
  notice(`restored: as it was ${momentText(BigInt(done.to))}`);
}

at("slider").addEventListener("input", () => choose(stopOf(Number(at("slider").value))));
at("stops").addEventListener("change", () => {
  choose(null);
  at("slider").focus();
});
at("seek").addEventListener("submit", goTo);
at("to-now").addEventListener("click", () => goBack());
at("backup").addEventListener("click", () => takeBackup().catch(fail));
at("restore").addEventListener("click", askToRestore);
at("confirm").addEventListener("submit", (event) => event.submitter.value === "yes" && restore().catch(fail));
when("backups", readBackups);
when("found", readBackups);
