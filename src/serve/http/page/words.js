// ---- texts, moments and spans as people read them

// Numbers beyond 53 bits stay as they are told.
const exact = (json) => JSON.parse(json, (_, value, context) => {
  const isLong = typeof value === "number" && !Number.isSafeInteger(value) && /^\d+$/.test(context?.source ?? "");
  return isLong ? BigInt(context.source) : value;
});
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// What cannot be seen, or turns others about.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (c) => ESCAPES[c] ?? `\\u{${c.codePointAt(0).toString(16)}}`;

// A text as nodes, in which such characters are escapes; of a long one the beginning.
function seen(text, most = Infinity) {
  const shown = text.length > most ? text.slice(0, most).replace(/[\ud800-\udbff]$/, "") : text;
  const parts = [];
  let from = 0;
  for (const { 0: c, index } of shown.matchAll(UNSEEN)) {
    parts.push(shown.slice(from, index), html("span", "unseen", escaped(c)));
    from = index + c.length;
  }
  parts.push(shown.slice(from));
  if (shown !== text) parts.push(html("span", "soft", `… ${text.length - shown.length} more`));
  return parts.filter((part) => part !== "");
}

// A value: a text, or the items of a list.
function valueNodes(value, most) {
  if (!Array.isArray(value)) return value === "" ? [html("span", "soft", "empty")] : seen(value, most);
  const parts = [html("span", "soft", "[")];
  let left = most ?? Infinity;
  for (const [place, one] of value.entries()) {
    if (place > 0) parts.push(html("span", "soft", ", "));
    if (left <= 0) {
      parts.push(html("span", "soft", `… ${value.length - place} more`));
      break;
    }
    parts.push(...seen(one, left));
    left -= one.length + 1;
  }
  return [...parts, html("span", "soft", "]")];
}

const kindOf = (value) => (Array.isArray(value) ? `list of ${value.length}` : "text");
const cellName = (key, field) => [html("span", "key", ...seen(key, 200), field === "" ? "" : "."), html("wbr"), html("span", "field", ...seen(field, 200))];

// ---- time

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const SIZES = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000]];

// Moments are BigInt. Those of the machine's clock are dates.
function momentText(moment) {
  return clock.runs && moment < 8_640_000_000_000_000n ? DATE.format(new Date(Number(moment))) : `moment ${moment}`;
}

function spanText(span) {
  const ms = Number(span);
  if (!clock.runs && ms < 10_000) return `${span} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const largest = SIZES.findIndex(([, size]) => ms >= size);
  const [name, size] = SIZES[largest], many = Math.floor(ms / size);
  if (name === "d" && many >= 730) return `${Math.floor(many / 365)} years`;
  const [next, small] = SIZES[largest + 1] ?? [], rest = next ? Math.floor((ms % size) / small) : 0;
  return rest ? `${many} ${name} ${rest} ${next}` : `${many} ${name}`;
}

// A moment as a person writes it: a number, a time of today, a date; null if it is none.
function momentOf(text) {
  const word = text.trim();
  if (/^\d{3,20}$/.test(word) || (!clock.runs && /^\d+$/.test(word))) return BigInt(word);
  const time = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(word);
  const date = time ? new Date().setHours(+time[1], +time[2], +(time[3] ?? 59), +(time[4] ?? "999").padEnd(3, "0")) : Date.parse(word);
  return Number.isNaN(date) || date < 0 ? null : BigInt(date);
}

function bytesText(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"], size = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), 4);
  const number = count / 1024 ** size;
  return `${size && number < 10 ? number.toFixed(1) : Math.round(number)} ${units[size]}`;
}

const countText = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
