// ---- the server: what is asked of it, and what it tells by itself

let token = null, unlocking = null, streams = false;

// What the server does not do.
class Refused extends Error {
  constructor(status, problem) {
    super([problem?.title ?? `status ${status}`, problem?.detail].filter(Boolean).join(": "));
    this.status = status;
    this.problem = problem;
  }
}

// Nobody answers.
class Lost extends Error {}

const LINKS = { connecting: "connecting", live: "live", lost: "the server does not answer; trying again" };

function setLink(state) {
  const shown = at("link");
  if (shown.dataset.state === state) return;
  shown.dataset.state = state;
  shown.textContent = LINKS[state];
  document.body.classList.toggle("lost", state === "lost");
}

// Who wants to hear of what: "changed", "backups", "found" (again).
const ears = { changed: [], backups: [], found: [] };
const when = (what, call) => ears[what].push(call);
const hear = (what) => ears[what].forEach((call) => call());

// Asks for the password once for all who need it.
function unlock(used) {
  if (token !== used) return Promise.resolve();
  unlocking ??= new Promise((done) => {
    const dialog = at("locked"), given = at("password");
    if (used !== null) at("locked-told").textContent = "That was not it.";
    dialog.addEventListener("close", () => {
      token = given.value;
      given.value = "";
      unlocking = null;
      done();
    }, { once: true });
    dialog.showModal();
  });
  return unlocking;
}

// As bytes, which is what a header is made of.
const bearer = (text) => `Bearer ${String.fromCharCode(...new TextEncoder().encode(text))}`;

async function send(method, path, { body, headers, signal } = {}) {
  for (;;) {
    const used = token, told = { ...headers };
    if (used !== null) told.Authorization = bearer(used);
    if (body !== undefined) told["Content-Type"] = "application/json";
    let response;
    try {
      // Without credentials no browser asks for a password by itself.
      response = await fetch(path, { method, headers: told, body, signal, cache: "no-store", credentials: "omit", redirect: "error" });
    } catch (error) {
      if (!signal?.aborted) setLink("lost");
      throw new Lost("the server does not answer");
    }
    if (response.status !== 401) {
      if (streams) setLink("live");
      return response;
    }
    await unlock(used);
  }
}

// What is answered, from JSON.
async function ask(method, path, more) {
  const response = await send(method, path, more);
  let text;
  try {
    text = await response.text();
  } catch {
    throw new Lost("the answer broke off");
  }
  const answer = text === "" ? null : exact(text);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

const post = (path, body, headers) => ask("POST", path, { body: typeof body === "string" ? body : JSON.stringify(body), headers });
const path = (base, parts) => `${base}?${new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== null && value !== ""))}`;

// ---- what it tells

const QUIET = 40_000;

function within(ms, promise) {
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Lost("nothing is heard")), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Reads events until they end. No more is read than the page can show.
async function follow(signal) {
  const response = await send("GET", "/v1/events", { signal });
  if (!response.ok) throw new Refused(response.status, null);
  streams = true;
  await readCounters();
  setLink("live");
  hear("found");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; await sleep(50)) {
    const { value, done } = await within(QUIET, reader.read());
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    noteEvents(lines);
  }
}

function noteEvents(lines) {
  const events = new Set(lines.filter((line) => line.startsWith("event: ")).map((line) => line.slice(7)));
  for (const line of lines) if (line.startsWith("data: ")) noteGroup(line);
  if (events.size === 0) return;
  if (["backup", "restore", "clear", "reset"].some((event) => events.has(event))) hear("backups");
  hear("changed");
}

const turned = () => new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));

// Listens while it is seen: a browser has few connections for all its pages. A server that has gone is found again.
async function watch() {
  for (let pause = 250; ; pause = Math.min(pause * 2, 3000)) {
    while (document.hidden) await turned();
    const ended = new AbortController(), begun = performance.now();
    const hide = () => document.hidden && ended.abort();
    document.addEventListener("visibilitychange", hide);
    try {
      await follow(ended.signal);
    } catch {
      // Whatever it was: it is asked again.
    }
    document.removeEventListener("visibilitychange", hide);
    ended.abort();
    streams = false;
    if (document.hidden) continue;
    setLink("lost");
    if (performance.now() - begun > 5000) pause = 250;
    await sleep(pause);
  }
}

let noticing = 0;

// Says something for a while.
function notice(text, isBad = false) {
  const box = at("notice");
  box.textContent = text;
  box.classList.toggle("bad", isBad);
  box.hidden = false;
  clearTimeout(noticing);
  noticing = setTimeout(() => (box.hidden = true), 6000);
}

const fail = (error) => error instanceof Lost || notice(error.message, true);
