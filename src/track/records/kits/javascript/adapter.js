"use strict";

/**
 * Connects a solution to `rewind judge`. You need not read this file, nor change it.
 *
 *     node adapter.js [solution.js]
 *
 * It reads requests from standard input and writes replies to standard output, one JSON object a line. It takes
 * a class with a method for each operation (setAt or set_at, parameters in any order, known by their names), or
 * a function `solution(queries)` that gets arrays of words and returns all answers; exported or not.
 */

const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { createRequire } = require("module");
const { pathToFileURL } = require("url");

// The method for each form of query, and the words of the query. Two forms of one operation, told apart by how many
// words they take, have a method each.
const METHODS = {
  set: ["SET", "key", "field", "value"],
  get: ["GET", "key", "field"],
  delete: ["DELETE", "key", "field"],
  scan: ["SCAN", "key"],
  scanByPrefix: ["SCAN_BY_PREFIX", "key", "prefix"],
  setAt: ["SET_AT", "key", "field", "value", "timestamp"],
  setAtWithTtl: ["SET_AT_WITH_TTL", "key", "field", "value", "timestamp", "ttl"],
  getAt: ["GET_AT", "key", "field", "timestamp"],
  deleteAt: ["DELETE_AT", "key", "field", "timestamp"],
  scanAt: ["SCAN_AT", "key", "timestamp"],
  scanByPrefixAt: ["SCAN_BY_PREFIX_AT", "key", "prefix", "timestamp"],
  backup: ["BACKUP", "timestamp"],
  restore: ["RESTORE", "timestamp", "timestampToRestore"],
  // Level 5
  tick: ["TICK", "timestamp"],
  put: ["PUT", "key", "value"],
  putWithTtl: ["PUT_WITH_TTL", "key", "value", "ttl"],
  getOwn: ["GET", "key"],
  deleteRecord: ["DELETE", "key"],
  existsRecord: ["EXISTS", "key"],
  exists: ["EXISTS", "key", "field"],
  keys: ["KEYS"],
  values: ["VALUES"],
  items: ["ITEMS"],
  size: ["SIZE"],
  clear: ["CLEAR"],
  expireRecord: ["EXPIRE", "key", "ttl"],
  expire: ["EXPIRE", "key", "field", "ttl"],
  ttlOfRecord: ["TTL", "key"],
  ttl: ["TTL", "key", "field"],
  persistRecord: ["PERSIST", "key"],
  persist: ["PERSIST", "key", "field"],
  append: ["APPEND", "key", "field", "item"],
  find: ["FIND", "what", "how", "pattern"],
  // Level 6
  begin: ["BEGIN"],
  commit: ["COMMIT"],
  rollback: ["ROLLBACK"],
  alias: ["ALIAS", "name", "operation"],
  aliases: ["ALIASES"],
  resetAliases: ["RESET_ALIASES"],
};

// How solutions call these words, in small letters without underscores. The first that fits decides, so
// `timeToLive` is a ttl and `fieldPrefix` a prefix.
const NAMES = {
  ttl: /ttl|live|life|duration|expir/,
  timestampToRestore: /restore|target|backup|snapshot|^to/,
  timestamp: /time|stamp|now|clock|^(at|ts|t|when)$/,
  prefix: /prefix|start|^p$/,
  value: /val|data|content|^v$/,
  item: /item|elem|val|^(i|v)$/,
  operation: /operation|command|target|^op/,
  pattern: /pattern|regex|text|search|^p$/,
  what: /what|where|kind|scope/,
  how: /how|mode|match|operator/,
  field: /field|sub|inner|column|attr|prop|^f$/,
  name: /name|alias|short/,
  key: /key|record|name|^(id|k)$/,
};
const NUMBERS = new Set(["timestamp", "timestampToRestore", "ttl"]);

const plain = (name) => name.toLowerCase().replace(/_/g, "");

// From a method's parameters to a call

/** The parameters of a function, as its text has them: their names, and which may be left out. */
function parametersOf(method) {
  const source = method.toString().replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  const list = single ? single[1] : insideBrackets(source);
  const parameters = splitAtCommas(list).filter((parameter) => !parameter.startsWith("..."));
  return parameters.map((parameter) => ({
    name: parameter.split("=")[0].trim(),
    optional: parameter.includes("="),
  }));
}

function insideBrackets(source) {
  const begin = source.indexOf("(") + 1;
  let depth = 1;
  let end = begin;
  for (; end < source.length && depth > 0; end++) {
    depth += { "(": 1, ")": -1 }[source[end]] || 0;
  }
  return source.slice(begin, end - 1);
}

function splitAtCommas(list) {
  const parts = [""];
  let depth = 0;
  for (const sign of list) {
    depth += { "(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1 }[sign] || 0;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** The word that a parameter's name tells of, if any. */
function wordMeant(parameter, words) {
  const name = plain(parameter.name);
  return Object.keys(NAMES).find((word) => words.includes(word) && NAMES[word].test(name));
}

/** Gives each word its parameter: by name where exactly one name tells of it, the others in their order. */
function match(parameters, words) {
  const meant = parameters.map((parameter) => wordMeant(parameter, words));
  const once = (word) => word !== undefined && meant.indexOf(word) === meant.lastIndexOf(word);
  const matched = meant.map((word) => (once(word) ? word : undefined));
  const openWords = words.filter((word) => !matched.includes(word));
  for (const optional of [false, true]) {
    parameters.forEach((parameter, place) => {
      if (matched[place] === undefined && parameter.optional === optional) matched[place] = openWords.shift();
    });
  }
  return [...matched, ...openWords]; // what is left over goes to the end, for (...words) and `arguments`
}

/** Which argument is made of which word: its place in the query, and how it is read. */
function plan(method, words, bigints) {
  const readNumber = bigints ? BigInt : Number;
  return match(parametersOf(method), words.slice(1)).map((word) => {
    if (word === undefined) return { place: 0, read: () => undefined };
    return { place: words.indexOf(word), read: NUMBERS.has(word) ? readNumber : String };
  });
}

// The two shapes of a solution

class NotSupported extends Error {}

/** Tells a method that is still to be written, or was never meant to be there. */
const isNotSupported = (error) =>
  error instanceof NotSupported || /^not (yet )?(implemented|supported)/i.test((error && error.message) || "");

/** False for a method that does nothing but say so. */
const isFilledIn = (method) =>
  !/\{\s*throw new Error\((["'`])not (yet )?(implemented|supported)\.?\1\);?\s*\}$/i.test(method.toString());

/** Other names of operations, as far as the solution has granted them. It is told each query by its own name. */
class Aliases {
  constructor() {
    this.operations = new Map();
  }

  operation([name]) {
    return this.operations.has(name) ? this.operations.get(name) : name;
  }

  learn([operation, name, meant], answer) {
    if (operation === "ALIAS" && answer === "true") this.operations.set(name, meant);
    if (operation === "RESET_ALIASES") this.operations.clear();
  }
}

/** A class with a method for each operation. */
class ClassSolution {
  constructor(kind) {
    this.kind = kind;
    this.name = kind.name || "a class";
    this.reset();
    const methods = methodsOf(this.database);
    this.calls = new Map();
    for (const [called, words] of Object.entries(METHODS)) {
      const name = methods.get(plain(called));
      if (name === undefined || !isFilledIn(this.database[name])) continue;
      const parts = plan(this.database[name], words, kind.bigints === true);
      this.calls.set(formOf(words), { name, parts });
    }
  }

  reset() {
    this.database = new this.kind();
    this.aliases = new Aliases();
  }

  answer(given) {
    const query = [this.aliases.operation(given), ...given.slice(1)];
    if (query[0] === "BATCH") return this.answers(query.slice(1));
    const answer = this.call(query);
    this.aliases.learn(query, answer);
    return answer;
  }

  call(query) {
    const call = this.calls.get(formOf(query));
    if (call === undefined) throw new NotSupported(`${this.name} ${lack(query)}`);
    return text(this.database[call.name](...call.parts.map(({ place, read }) => read(query[place]))));
  }

  answers(queries) {
    return queries.map((query) => this.answer(query));
  }
}

/** What tells the form of a query: its operation, and how many words there are. */
function formOf(query) {
  return `${query[0]} ${query.length}`;
}

/** What is missing for a query. */
function lack(query) {
  const found = Object.entries(METHODS).find(([, words]) => formOf(words) === formOf(query));
  if (found === undefined) return `knows no ${query[0]} with ${query.length - 1} words`;
  return `has no method ${found[0]} for ${query[0]}, or an empty one`;
}

/** The methods of an object by their plain names. */
function methodsOf(object) {
  const methods = new Map();
  for (let level = object; level !== Object.prototype && level !== null; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (!methods.has(plain(name)) && typeof object[name] === "function") methods.set(plain(name), name);
    }
  }
  return methods;
}

/** A function that gets all queries at once: for one more query, all since the reset are run again. */
class FunctionSolution {
  constructor(run) {
    this.run = run;
    this.name = run.name || "solution";
    this.reset();
  }

  reset() {
    this.past = [];
    this.aliases = new Aliases();
  }

  answer(query) {
    const answers = this.answers([query]);
    if (answers.length !== 1) {
      throw new RangeError(`${answers.length + this.past.length - 1} answers for ${this.past.length} queries`);
    }
    return answers[0];
  }

  answers(queries) {
    const words = queries.map((query) => query.map(asWords));
    const answers = this.run([...this.past, ...words].map((query) => query.map(asWords)));
    if (!Array.isArray(answers)) throw new TypeError("solution(queries) did not return an array");
    const begin = this.past.length;
    this.past = [...this.past, ...words];
    // Of too many answers the judge knows what to say.
    return answers.slice(begin).map((answer, place) => this.told(words[place] || [""], answer));
  }

  /** An answer as it is told: that of a BATCH is an array of texts. */
  told(given, answer) {
    const query = [this.aliases.operation(given), ...given.slice(1)];
    if (query[0] === "BATCH" && Array.isArray(answer)) return answer.map(text);
    this.aliases.learn(query, text(answer));
    return text(answer);
  }
}

/** A word of a query, or a query that stands in it. */
function asWords(word) {
  return Array.isArray(word) ? word.map(String) : String(word);
}

/** The exercise's text for whatever a solution returns. */
function text(answer) {
  if (typeof answer === "string") return /\p{Surrogate}/u.test(answer) ? Buffer.from(answer).toString() : answer;
  if (answer === undefined || answer === null) return "";
  if (answer instanceof Map) return [...answer].map(part).join(", ");
  if (answer instanceof Promise) throw new TypeError("the answer is a promise: return the text itself");
  if (Array.isArray(answer)) return answer.map(part).join(", ");
  if (typeof answer === "object") return Object.entries(answer).map(part).join(", ");
  return String(answer);
}

/** A part of a list: a text, or a field and its value. */
function part(item) {
  return Array.isArray(item) && item.length === 2 ? `${text(item[0])}(${text(item[1])})` : text(item);
}

// Finding the solution

async function load(file) {
  const found = file.endsWith(".mjs") ? await import(pathToFileURL(file)) : await run(file);
  return choose(new Map(Object.entries(found)));
}

/** Runs a script and gives what it exports, or else what it declares. */
async function run(file) {
  const source = fs.readFileSync(file, "utf8").replace(/^#!.*/, "");
  if (/^(export|import)\s/m.test(source)) return import("data:text/javascript," + encodeURIComponent(source));
  const declared = new Set();
  for (const [, name] of source.matchAll(/^(?:class|function|const|let|var)\s+([\w$]+)/gm)) declared.add(name);
  const values = [...declared].map((name) => `${name}: typeof ${name} === "undefined" ? undefined : ${name}`);
  const words = ["exports", "require", "module", "__filename", "__dirname"];
  const script = vm.compileFunction(`${source}\n;return { ${values.join(", ")} };`, words, { filename: file });
  const module = { exports: {} };
  const topLevel = script.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
  if (typeof module.exports === "function") return { default: module.exports };
  return Object.keys(module.exports).length > 0 ? module.exports : topLevel;
}

/** A function `solution`; else `Solution`, a class that is called like a database, or the only one with `set`. */
function choose(found) {
  const functions = [...found].filter(([, value]) => typeof value === "function");
  const classes = functions.map(([, value]) => value).filter(isClass);
  const isNamed = ([name, value]) => (name === "solution" || value.name === "solution") && !isClass(value);
  const named = functions.find(isNamed);
  const alone = found.get("default");
  if (named) return new FunctionSolution(named[1]);
  if (typeof alone === "function") return isClass(alone) ? new ClassSolution(alone) : new FunctionSolution(alone);
  const solution = classes.find((kind) => kind.name === "Solution") || found.get("Solution");
  return new ClassSolution(solution || onlyOne(classes));
}

function isClass(value) {
  return /^class\b/.test(value.toString()) || Object.keys(value.prototype || {}).length > 0;
}

function onlyOne(classes) {
  const databases = [...new Set(classes)].filter((kind) => {
    try {
      return typeof new kind().set === "function";
    } catch {
      return false;
    }
  });
  const last = databases.filter((kind) => !databases.some((other) => other.prototype instanceof kind));
  const called = last.filter((kind) => /memory|database|db|store/i.test(kind.name));
  const candidates = called.length > 0 ? called : last;
  if (candidates.length === 1) return candidates[0];
  const names = candidates.map((kind) => kind.name).join(", ");
  throw new Error(names ? `which class is it: ${names}? Call it Solution` : "no function solution, no class with set");
}

// The protocol

/** Answers one request after the other. */
class Server {
  async start(file) {
    try {
      this.solution = await load(path.resolve(file));
    } catch (error) {
      console.error(error);
      this.failure = oneLine(error) + placeOf(error);
    }
  }

  /** The reply to a line, or undefined for the last one. */
  reply(line) {
    let id = null;
    try {
      const request = parse(line);
      id = request.id === undefined ? null : request.id;
      if (request.type === "bye") return undefined;
      if (this.failure) return { type: "error", id, code: "load", text: this.failure };
      return { type: `${request.type}_ok`, id, ...this.result(request) };
    } catch (error) {
      const code = isNotSupported(error) ? "not-supported" : "exception";
      if (code === "exception") console.error(error);
      return { type: "error", id, code, text: oneLine(error) };
    }
  }

  result(request) {
    const { solution } = this;
    switch (request.type) {
      case "step":
        return { answer: solution.answer(request.query) };
      case "list":
        return { answers: solution.answers(request.queries) };
      case "reset":
        solution.reset();
        return {};
      case "hello":
        return { protocol: 1, name: `${solution.name} (JavaScript)` };
      default:
        throw new TypeError(`no request of type ${request.type}`);
    }
  }
}

/** Reads a request. Numbers too long for a Number become strings, so that they keep all their digits. */
function parse(line) {
  const exact = /[[,:]\s*\d{16}/.test(line)
    ? line.replace(/"(?:[^"\\]|\\.)*"|\d{16,}/g, (token) => (token[0] === '"' ? token : `"${token}"`))
    : line;
  return JSON.parse(exact);
}

function oneLine(error) {
  return String(error).split(/\s+/).join(" ").trim();
}

/** Where a syntax error is: unlike other errors' texts, its own does not tell. */
function placeOf(error) {
  const [, line] = /^.*:(\d+)\n/.exec((error instanceof SyntaxError && error.stack) || "") || [];
  return line === undefined ? "" : ` (line ${line})`;
}

/** The lines of standard input, each read when it is needed: nothing is faster than waiting for it. */
function* linesOf(input) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const chunk = Buffer.alloc(1 << 16);
  let pieces = [];
  for (;;) {
    const size = retry(() => fs.readSync(input, chunk, 0, chunk.length, null));
    let begin = 0;
    for (let end; (end = chunk.subarray(0, size).indexOf(10, begin)) >= 0; begin = end + 1) {
      yield decode(decoder, [...pieces, chunk.subarray(begin, end)]);
      pieces = [];
    }
    if (begin < size) pieces.push(Buffer.from(chunk.subarray(begin, size)));
    if (size === 0) break;
  }
  if (pieces.length > 0) yield decode(decoder, pieces);
}

/** The text of a line; one that is not UTF-8 is not JSON either, so let the reader of JSON complain. */
function decode(decoder, pieces) {
  try {
    return decoder.decode(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  } catch {
    return "not UTF-8";
  }
}

function write(output, line) {
  const bytes = Buffer.from(line);
  for (let done = 0; done < bytes.length; ) {
    done += retry(() => fs.writeSync(output, bytes, done, bytes.length - done));
  }
}

/** Tries again while a pipe is not ready. */
function retry(action) {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (error.code === "EOF") return 0;
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function main() {
  const [standardInput, standardOutput] = [0, 1];
  // From here on, what the solution prints goes to standard error.
  Object.defineProperty(process, "stdout", { get: () => process.stderr });
  const server = new Server();
  await server.start(process.argv[2] || path.join(__dirname, "solution.js"));
  for (const line of linesOf(standardInput)) {
    const reply = server.reply(line);
    if (reply === undefined) break;
    write(standardOutput, JSON.stringify(reply) + "\n");
  }
  process.exit(0);
}

main();
