// ---- what the server counts

const last = { group: null, at: null };

// What an event says of its group.
function noteGroup(line) {
  const moment = /"at":(\d+)/.exec(line), group = /"group":(\d+)/.exec(line);
  if (group) last.group = group[1];
  if (moment) {
    last.at = BigInt(moment[1]);
    if (last.at > clock.at) setClock(last.at);
  }
  if (groups && group && Number(group[1]) > groups.last) {
    groups.last = Number(group[1]);
    if (byGroups()) drawSlider();
  }
}

// The sum of a metric's samples.
function metric(text, name) {
  let sum = 0;
  for (const [, value] of text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))) sum += Number(value);
  return sum;
}

function showCounters(pairs) {
  at("counters").replaceChildren(...pairs.filter(([, value]) => value !== null).map(([name, value]) => html("div", "", html("dt", "", name), html("dd", "", value))));
}

async function readCounters() {
  const stats = await ask("GET", "/v1/stats");
  const text = await (await send("GET", "/metrics")).text();
  const hasMoved = !clock.runs && BigInt(stats.now) !== clock.at;
  clock.runs = stats.clock !== "logical";
  setClock(stats.now);
  takeGroups(stats.groups ?? null);
  const since = last.at === null ? null : `${spanText(clockNow() > last.at ? clockNow() - last.at : 0n)} ago`;
  showCounters([
    ["records", countText(stats.records)],
    ["cells", countText(stats.cells)],
    ["requests", countText(metric(text, "rewind_requests_total"))],
    ["memory", bytesText(metric(text, "process_resident_memory_bytes"))],
    ["log", stats.store ? bytesText(stats.store.segment_bytes + stats.store.snapshot_bytes) : "none"],
    ["last commit", since === null ? (stats.groups ? `group ${stats.groups.last}` : "–") : clock.runs ? since : `group ${last.group}`],
  ]);
  // Nothing is told of time alone that passes, nor of backups that are forgotten.
  if (hasMoved) refresh();
  if (stats.backups !== backups.length) hear("backups");
}

function takeGroups(told) {
  const isNew = (groups === null) !== (told === null) || (told && (groups.first !== Number(told.first) || groups.last !== Number(told.last)));
  if (!isNew) return;
  groups = told && { first: Number(told.first), last: Number(told.last) };
  drawSlider();
}

async function count() {
  for (let pause = 2000; ; await sleep(pause)) {
    const begun = performance.now();
    try {
      if (!document.hidden && streams) await readCounters();
    } catch {
      // The next time tells more.
    }
    // Counting much takes a while, of which others should not notice anything.
    pause = Math.max(2000, 20 * (performance.now() - begun));
  }
}
