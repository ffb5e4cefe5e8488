// ---- lifetimes that run down

// The server's clock, as far as it is known: the machine's runs on by itself.
const clock = { at: 0n, seen: 0, runs: true };

function setClock(moment) {
  [clock.at, clock.seen] = [BigInt(moment), performance.now()];
}

const clockNow = () => (clock.runs ? clock.at + BigInt(Math.floor(performance.now() - clock.seen)) : clock.at);

// Shows what a row has left. A bar is full with as much as the cell had when this page saw it set, or first.
function showLeft(row, now) {
  if (row.until === null) return;
  const left = row.until > now ? row.until - now : 0n, text = spanText(left);
  if (row.leftText.data !== text) row.leftText.data = text;
  row.meter.style.setProperty("--part", `${row.whole ? (Number(left) / Number(row.whole)) * 100 : 0}%`);
  row.meter.classList.toggle("soon", left < 5000n);
}

// All lifetimes of what is shown as it is now; who has none left goes.
function tick() {
  if (sieve.moment === null && !document.hidden && clock.runs) {
    const now = clockNow(), dead = [];
    for (const row of shown.values()) {
      if (row.until !== null && row.until <= now) dead.push(row);
      else showLeft(row, now);
    }
    if (dead.length && !pinned) {
      dead.forEach((row) => leave(row, "expired"));
      refresh();
    }
  }
  showClock();
  showTransaction();
  setTimeout(tick, 100);
}
