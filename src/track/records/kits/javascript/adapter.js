"use strict";

/**
 * Connects a solution to `rewind judge`. You need not read this file, nor change it.
 *
 *     node adapter.js [solution.js]
 *
 * It reads requests from standard input and writes replies to standard output, one JSON object a line. It takes
 * a class with a method for each operation (setAt, set_at or SET_AT, async or not, timestamps last or first), a
 * function `solution(queries)` or `processQueries(queries)` that gets arrays of words and returns all answers, or a
 * class with one method for an array of queries or for a query; exported or not, in a module of either type.
 */

// This file too may be a module of either type.
const builtin = typeof require === "function" ? require : process.getBuiltinModule;
const { spawn, spawnSync } = builtin("child_process");
const fs = builtin("fs");
const path = builtin("path");
const vm = builtin("vm");
const modules = builtin("module");
const { pathToFileURL } = builtin("url");

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
  forget: ["FORGET", "timestampToRestore"],
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

// Other names of methods, taken where the first one is missing.
const OTHER_NAMES = {
  set: ["put", "insert", "add", "write", "store"],
  get: ["read", "fetch", "lookup"],
  delete: ["remove", "del", "erase"],
  scan: ["scanAll", "scanKey", "list"],
  scanByPrefix: ["scanPrefix", "scanWithPrefix", "prefixScan", "filterByPrefix"],
  setAtWithTtl: ["setWithTtl", "setAtTtl", "setTtl"],
  backup: ["backUp", "createBackup", "makeBackup", "takeBackup", "snapshot", "save"],
  restore: ["restoreBackup", "restoreFromBackup", "restoreFrom", "loadBackup"],
};
for (const timed of ["setAt", "getAt", "deleteAt", "scanAt", "scanByPrefixAt"]) {
  OTHER_NAMES[timed] = OTHER_NAMES[timed.slice(0, -2)].map((name) => `${name}At`);
}
for (const name of OTHER_NAMES.set) OTHER_NAMES.setAtWithTtl.push(`${name}AtWithTtl`, `${name}WithTtl`);

// The methods that may serve a form too, if they have optional parameters for the words that they lack.
const SERVED_BY = {
  scanByPrefix: ["scan"],
  setAt: ["set"],
  setAtWithTtl: ["setAt", "set"],
  getAt: ["get"],
  deleteAt: ["delete"],
  scanAt: ["scan"],
  scanByPrefixAt: ["scanByPrefix", "scanAt", "scan"],
};

// How solutions call the words that names are asked for, in small letters without underscores. The first that fits
// decides, so `timeToLive` is a ttl.
const NAMES = {
  ttl: /ttl|live|life|duration|expir/,
  timestamp: /time|stamp|now|clock|moment|^(at|ts|t|when)$/,
  prefix: /prefix|start|^p$/,
};
const NUMBERS = new Set(["timestamp", "timestampToRestore", "ttl"]);

const plain = (name) => name.toLowerCase().replace(/_/g, "");

// From a method's parameters to a call

/** The parameters of a function, as its text has them: their names, and which may be left out. */
function parametersOf(method) {
  const source = method.toString().replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  const list = single ? single[1] : insideBrackets(source);
  return splitAtCommas(list).map((parameter) => ({
    name: parameter.split("=")[0].trim(),
    optional: parameter.includes("="),
    isRest: parameter.startsWith("..."),
  }));
}

/** Can a method be called with so many words? */
function takes(method, count) {
  const parameters = parametersOf(method);
  const needed = parameters.filter(({ optional, isRest }) => !optional && !isRest).length;
  return needed <= count && (count <= parameters.length || parameters.some(({ isRest }) => isRest));
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
function wordMeant({ name }) {
  return Object.keys(NAMES).find((word) => NAMES[word].test(plain(name)));
}

/** The place of the only parameter whose name tells of a word; -1 if there is none, or more than one. */
function placeTold(parameters, word) {
  const told = parameters.map((parameter) => wordMeant(parameter) === word);
  return told.indexOf(true) === told.lastIndexOf(true) ? told.indexOf(true) : -1;
}

/** Does a form have a timestamp that could stand first or last? */
const isTimed = (words) => words.length > 1 && words.includes("timestamp") && !words.includes("timestampToRestore");

/** The words in the order of the parameters. Two texts, or two timestamps, never change places. */
function inReading(parameters, words, reading) {
  const places = new Map();
  if (isTimed(words)) {
    const told = { first: 0, named: placeTold(parameters, "timestamp") }[reading];
    if (told >= 0) places.set(told, "timestamp");
  }
  const told = words.includes("ttl") ? placeTold(parameters, "ttl") : -1;
  if (told >= 0 && told < words.length && !places.has(told)) places.set(told, "ttl");
  const others = words.filter((word) => ![...places.values()].includes(word));
  return words.map((_, place) => (places.has(place) ? places.get(place) : others.shift()));
}

/** As many of the parameters as there are words, those first that are needed or whose name tells of one. */
function wanted(parameters, words) {
  const spare = (parameter) => {
    const meant = wordMeant(parameter);
    return Number(parameter.optional) + Number(meant !== undefined && !words.includes(meant));
  };
  const byNeed = [...parameters].sort((one, other) => spare(one) - spare(other));
  const surplus = byNeed.slice(words.length).filter(({ optional }) => optional);
  return parameters.filter((parameter) => !surplus.includes(parameter));
}

/** Which argument is made of which word: its place in the query, and how it is read. */
function plan(method, words, reading, bigints) {
  const parameters = parametersOf(method).filter(({ isRest }) => !isRest);
  const chosen = wanted(parameters, words.slice(1));
  const order = inReading(chosen, words.slice(1), reading);
  const inPlace = parameters.map((parameter) => order[chosen.indexOf(parameter)]);
  // What is left over goes to the end, for (...words) and `arguments`.
  return [...inPlace, ...order.slice(chosen.length)].map((word) => argument(word, words, bigints));
}

/** The same for a method of another form, which has parameters to spare; undefined if it does not say so. */
function planServed(method, words, bigints) {
  const parameters = parametersOf(method).filter(({ isRest }) => !isRest);
  const spare = new Map();
  for (const parameter of parameters) {
    const word = wordMeant(parameter);
    if (parameter.optional && words.includes(word) && ![...spare.values()].includes(word)) spare.set(parameter, word);
  }
  const others = words.slice(1).filter((word) => ![...spare.values()].includes(word));
  const open = parameters.filter((parameter) => !spare.has(parameter)).slice(0, others.length);
  if (others.some((word) => word in NAMES) || open.length < others.length) return undefined;
  const inPlace = parameters.map((parameter) => spare.get(parameter) || others[open.indexOf(parameter)]);
  return inPlace.map((word) => argument(word, words, bigints));
}

function argument(word, words, bigints) {
  if (word === undefined) return { place: 0, read: () => undefined };
  return { place: words.indexOf(word), read: NUMBERS.has(word) ? (bigints ? BigInt : Number) : String };
}

// The shapes of a solution

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

// What tells whether timestamps stand first or last: each query with its answer, if any is asked for.
const PROBE = [
  [["SET_AT", "K", "F", "V", "1"]],
  [["GET_AT", "K", "F", "2"], "V"],
  [["SCAN_AT", "K", "3"], "F(V)"],
  [["SCAN_BY_PREFIX_AT", "K", "F", "4"], "F(V)"],
  [["DELETE_AT", "K", "F", "5"], "true"],
];
const TOLD = {
  first: (name) => `timestamps come first, as ${name} has them`,
  last: (name) => `timestamps come where the statement has them, whatever ${name} calls its parameters`,
  named: (name) => `timestamps come where each method of ${name} has them`,
};

/** A class with a method for each operation. */
class ClassSolution {
  constructor(kind) {
    this.kind = kind;
    this.name = kind.name || "a class";
    this.bigints = kind.bigints === true;
    this.reset();
    const names = methodsOf(this.database);
    const found = Object.entries(METHODS).map(([called, words]) => [called, this.find(names, called, words)]);
    this.methods = new Map(found);
  }

  /** The name of the method for a form: its own, or another that takes as many words. */
  find(names, called, words) {
    const others = [called, ...(OTHER_NAMES[called] || [])].map((other) => names.get(plain(other)));
    return others.find((name, place) => {
      const method = name === undefined ? undefined : this.database[name];
      return method !== undefined && isFilledIn(method) && (place === 0 || takes(method, words.length - 1));
    });
  }

  /** Finds out once for the whole class where its timestamps stand: names may leave a doubt, a probe decides. */
  async read() {
    const there = Object.entries(METHODS).filter(([called]) => this.methods.get(called));
    const timed = there.filter(([, words]) => isTimed(words.slice(1)));
    const told = timed.map(([called, words]) => {
      const place = placeTold(parametersOf(this.database[this.methods.get(called)]), "timestamp");
      return { place, isLast: place < 0 || place === words.indexOf("timestamp") - 1 };
    });
    if (told.every(({ isLast }) => isLast)) {
      this.calls = this.callsIn("last");
      return this;
    }
    const readings = told.every(({ place }) => place === 0) ? ["first", "last"] : ["last", "first", "named"];
    let right;
    for (const reading of readings) {
      if (right === undefined && (await this.isRight(reading))) right = reading;
    }
    this.calls = this.callsIn(right || readings[0]);
    this.note = TOLD[right || readings[0]](this.name);
    this.reset();
    return this;
  }

  async isRight(reading) {
    this.reset();
    this.calls = this.callsIn(reading);
    let held = 0;
    try {
      for (const [query, wantedAnswer] of PROBE) {
        if (!this.calls.has(formOf(query))) continue;
        const answer = await this.call(query);
        if (wantedAnswer !== undefined && answer !== wantedAnswer) return false;
        if (wantedAnswer !== undefined) held++;
      }
    } catch {
      return false;
    }
    return held > 0;
  }

  callsIn(reading) {
    const calls = new Map();
    for (const [called, words] of Object.entries(METHODS)) {
      const name = this.methods.get(called);
      if (name !== undefined) {
        calls.set(formOf(words), { name, parts: plan(this.database[name], words, reading, this.bigints) });
        continue;
      }
      for (const other of (SERVED_BY[called] || []).map((form) => this.methods.get(form))) {
        const parts = other && planServed(this.database[other], words, this.bigints);
        if (parts && !calls.has(formOf(words))) calls.set(formOf(words), { name: other, parts });
      }
    }
    return calls;
  }

  reset() {
    this.database = new this.kind();
    this.aliases = new Aliases();
  }

  answer(given) {
    const query = [this.aliases.operation(given), ...given.slice(1)];
    if (query[0] === "BATCH") return this.answers(query.slice(1));
    return after(this.call(query), (answer) => {
      this.aliases.learn(query, answer);
      return answer;
    });
  }

  call(query) {
    const call = this.calls.get(formOf(query));
    if (call === undefined) throw new NotSupported(`${this.name} ${lack(query)}`);
    return after(this.database[call.name](...call.parts.map(({ place, read }) => read(query[place]))), text);
  }

  answers(queries) {
    return oneByOne(this, queries);
  }
}

/** What an answer is made into, now or, where it is still to come, then. */
function after(answer, make) {
  return answer && typeof answer.then === "function" ? answer.then(make) : make(answer);
}

async function oneByOne(solution, queries) {
  const answers = [];
  for (const query of queries) {
    const answer = solution.answer(query);
    answers.push(answer instanceof Promise ? await answer : answer);
  }
  return answers;
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

/** A class with one method that gets a query, whole or word by word. */
class QuerySolution {
  constructor(kind, method) {
    this.kind = kind;
    this.method = method;
    this.name = `${kind.name}.${method}`;
    this.reset();
    const [first, second] = parametersOf(this.database[method]);
    this.areWords = first.isRest || (second !== undefined && second.isRest);
    this.isSplit = !this.areWords && second !== undefined && !second.optional;
  }

  reset() {
    this.database = new this.kind();
    this.aliases = new Aliases();
  }

  answer(given) {
    const query = given.map(asWords);
    const words = this.areWords ? query : this.isSplit ? [query[0], query.slice(1)] : [query];
    return after(this.database[this.method](...words), (answer) => told(this.aliases, query, answer));
  }

  answers(queries) {
    return oneByOne(this, queries);
  }
}

/** A function that gets all queries at once: for one more query, all since the reset are run again. */
class FunctionSolution {
  constructor(run, name) {
    this.run = run;
    this.name = name || run.name || "solution";
    this.reset();
  }

  reset() {
    this.past = [];
    this.aliases = new Aliases();
  }

  async answer(query) {
    const answers = await this.answers([query]);
    if (answers.length !== 1) {
      throw new RangeError(`${answers.length + this.past.length - 1} answers for ${this.past.length} queries`);
    }
    return answers[0];
  }

  async answers(queries) {
    const words = queries.map((query) => query.map(asWords));
    const answers = await this.run([...this.past, ...words].map((query) => query.map(asWords)));
    if (!Array.isArray(answers)) throw new TypeError(`${this.name}(queries) did not return an array`);
    const begin = this.past.length;
    this.past = [...this.past, ...words];
    // Of too many answers the judge knows what to say.
    return answers.slice(begin).map((answer, place) => told(this.aliases, words[place] || [""], answer));
  }
}

/** An answer as it is told: that of a BATCH is an array of texts. */
function told(aliases, given, answer) {
  const query = [aliases.operation(given), ...given.slice(1)];
  if (query[0] === "BATCH" && Array.isArray(answer)) return answer.map(text);
  aliases.learn(query, text(answer));
  return text(answer);
}

/** A word of a query, or a query that stands in it. */
function asWords(word) {
  return Array.isArray(word) ? word.map(String) : String(word);
}

/** The exercise's text for whatever a solution returns. */
function text(answer) {
  if (typeof answer === "string") return /\p{Surrogate}/u.test(answer) ? Buffer.from(answer).toString() : answer;
  if (answer === undefined || answer === null) return "";
  if (typeof answer === "object" && Symbol.iterator in answer) return [...answer].map(part).join(", ");
  if (typeof answer === "object") return Object.entries(answer).map(part).join(", ");
  return String(answer);
}

/** A part of a list: a text, or a field and its value. */
function part(item) {
  return Array.isArray(item) && item.length === 2 ? `${text(item[0])}(${text(item[1])})` : text(item);
}

// Finding the solution

async function load(file) {
  const names = Object.entries(await found(file));
  return choose(new Map(names));
}

/** What a file exports or, if it is JavaScript, else declares. It is loaded as node loads it. */
async function found(file) {
  const written = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "").replace(/^#!.*/, "");
  const source = /\.[cm]?ts$/.test(file) ? withoutTypes(written) : written;
  return isModule(file, source) ? runModule(file, source) : runScript(file, source);
}

/** TypeScript as JavaScript, where this node takes the types out of it. */
function withoutTypes(source) {
  const strip = modules.stripTypeScriptTypes;
  if (!strip) {
    throw new NoSolution(
      `node ${process.versions.node} does not run TypeScript: take node 22.18 or later, which does, ` +
        "or judge the JavaScript that `tsc` makes of it",
    );
  }
  const warn = process.emitWarning;
  process.emitWarning = () => {}; // it is marked as experimental
  try {
    return strip(source);
  } catch (error) {
    // What is more than a type, as an enum, is turned into JavaScript, but places move then.
    if (error.code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") throw error;
    return strip(source, { mode: "transform" });
  } finally {
    process.emitWarning = warn;
  }
}

/** Is a file a module with import and export? Its ending says so, or package.json, or else what stands in it. */
function isModule(file, source) {
  if (/\.[mc][jt]s$/.test(file)) return /\.m[jt]s$/.test(file);
  const type = typeOf(path.dirname(file));
  if (type !== undefined) return type === "module";
  return /^\s*(export|import)\b(?!\s*\()/m.test(source) && !isScript(source);
}

function isScript(source) {
  try {
    vm.compileFunction(source, SCRIPT_WORDS);
    return true;
  } catch {
    return false;
  }
}

/** The type that the nearest package.json gives its modules, if it gives any. */
function typeOf(folder) {
  const file = path.join(folder, "package.json");
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, "utf8")).type;
  return path.dirname(folder) === folder ? undefined : typeOf(path.dirname(folder));
}

const SCRIPT_WORDS = ["exports", "require", "module", "__filename", "__dirname"];

/** An object of all that a source declares outside of brackets. */
function declarations(source) {
  const names = new Set();
  const pattern = /^(?:export\s+(?:default\s+)?)?(?:async\s+)?(?:class|function|const|let|var)\s+([\w$]+)/gm;
  for (const [, name] of source.matchAll(pattern)) names.add(name);
  return [...names].map((name) => `${name}: typeof ${name} === "undefined" ? undefined : ${name}`).join(", ");
}

/** Runs a script and gives what it exports, or else what it declares. */
function runScript(file, source) {
  vm.compileFunction(source, SCRIPT_WORDS, { filename: file }); // for its own mistakes, before anything is added
  const code = `${source}\n;return { ${declarations(source)} };`;
  const script = vm.compileFunction(code, SCRIPT_WORDS, { filename: file });
  const module = { exports: {} };
  const required = modules.createRequire(file);
  const topLevel = script.call(module.exports, module.exports, required, module, file, path.dirname(file));
  return exported(module.exports) || topLevel;
}

/** The same for a module, whatever the ending of its name. What it declares is added to what it exports. */
async function runModule(file, source) {
  const url = pathToFileURL(file).href;
  const words = ["--input-type=module", "--check"];
  const checked = spawnSync(process.execPath, words, { input: source, encoding: "utf8" });
  if (checked.status !== 0) throw new NoSolution(paragraph({ stack: checked.stderr.replaceAll("[stdin]", file) }));
  if (!modules.register) return exported(await import(url));
  const added = `\nexport const declaredByTheSolution = { ${declarations(source)} };`;
  // An old node takes every .js for a script, whatever stands in it.
  const hooks = `export async function load(url, context, next) {
    if (url === ${JSON.stringify(url)}) {
      return { format: "module", shortCircuit: true, source: ${JSON.stringify(source + added)} };
    }
    return next(url, context);
  }
  export async function resolve(name, context, next) {
    const found = await next(name, context);
    const isPlain = found.url.startsWith("file:") && /\\.js$/.test(found.url) && !found.url.includes("/node_modules/");
    if (!isPlain || found.format === "module") return found;
    const { readFileSync } = await import("fs");
    const source = readFileSync(new URL(found.url), "utf8");
    return /^\\s*(export|import)\\b(?!\\s*\\()/m.test(source) ? { ...found, format: "module" } : found;
  }`;
  modules.register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  const { declaredByTheSolution, ...given } = await import(url);
  return exported(given) || declaredByTheSolution;
}

/** What a module exports, if that is anything; by their names also what its default has. */
function exported(given) {
  if (typeof given === "function") return { default: given };
  const names = { ...given };
  if (names.default !== null && typeof names.default === "object") Object.assign(names, names.default);
  return Object.values(names).some((value) => typeof value === "function") ? names : undefined;
}

/** There is no solution, or more than one. */
class NoSolution extends Error {}

// What functions for all queries are called, and methods too where a class has one of several.
const LIST_NAMES = [
  ...["solution", "processQueries", "processAllQueries", "runQueries", "executeQueries", "handleQueries"],
  ...["answerQueries", "solve", "simulate", "process", "run", "main"],
];
const OF_PROGRAMS = "A program that reads its standard input needs no adapter: rewind judge -- node FILE";
const isListName = (name) => LIST_NAMES.some((listed) => plain(listed) === plain(name));

/** A function for all queries; else `Solution`, a class that is called like a database, or the only one with `set`. */
async function choose(found) {
  const functions = [...found].filter(([, value]) => typeof value === "function");
  const classes = functions.map(([, value]) => value).filter(isClass);
  const called = functions.filter(([name, value]) => !isClass(value) && (isListName(name) || isListName(value.name)));
  const named = called.find(([name, value]) => name === "solution" || value.name === "solution") || called[0];
  const alone = found.get("default");
  const hasDatabase = classes.some(hasSet);
  if (named && (!hasDatabase || plain(named[1].name) === "solution")) return new FunctionSolution(named[1]);
  if (typeof alone === "function" && !isClass(alone)) return new FunctionSolution(alone);
  const isWhole = isClass(alone || Object) && alone !== undefined;
  const kind = isWhole ? alone : classes.find(({ name }) => name === "Solution") || found.get("Solution");
  const solution = kind || onlyOne(classes);
  return hasSet(solution) ? new ClassSolution(solution).read() : oneMethod(solution);
}

/** Does a class have the first of the operations? */
function hasSet(kind) {
  const names = namesOf(kind);
  const has = (called) => [called, ...OTHER_NAMES[called]].some((name) => names.includes(plain(name)));
  return names.includes("set") || (has("set") && has("get"));
}

/** The plain names of what an object of a class can be asked; none if it cannot be made. */
function namesOf(kind) {
  try {
    return [...methodsOf(new kind()).keys()];
  } catch (error) {
    return [...methodsOf(kind.prototype || {}).keys()];
  }
}

/** A class with one method, which gets an array of queries or one of them: its name tells, or else a probe. */
async function oneMethod(kind) {
  const all = [...methodsOf(new kind()).values()].filter((name) => name !== "constructor" && !/^[_#]/.test(name));
  const listed = all.filter(isListName);
  const [name, ...more] = listed.length > 0 ? listed.slice(0, 1) : all;
  if (name === undefined || more.length > 0) {
    throw new NoSolution(`${kind.name} has neither a method set nor one method for everything`);
  }
  const runList = new FunctionSolution((queries) => new kind()[name](queries), `${kind.name}.${name}`);
  const isList = isListName(name) || (await getsList(parametersOf(kind.prototype[name] || new kind()[name]), runList));
  return isList ? runList : new QuerySolution(kind, name);
}

async function getsList([first, ...others], runList) {
  if (first === undefined || others.length > 0 || first.isRest) return false;
  if (/queries|operations|commands|requests|lines|^ops$/i.test(first.name)) return true;
  if (/query|words|command|operation|parts|^op$/i.test(first.name)) return false;
  try {
    return (await runList.answers([["SET", "K", "F", "V"], ["GET", "K", "F"]])).length === 2;
  } catch {
    return false;
  } finally {
    runList.reset();
  }
}

function isClass(value) {
  return /^class\b/.test(value.toString()) || Object.keys(value.prototype || {}).length > 0;
}

function onlyOne(classes) {
  const all = [...new Set(classes)];
  const databases = all.filter(hasSet);
  const last = databases.filter((kind) => !databases.some((other) => other.prototype instanceof kind));
  const called = last.filter((kind) => /memory|database|db|store/i.test(kind.name));
  const alike = called.length > 0 ? called : last;
  // Of levels that stand side by side the last one.
  const operations = (kind) => namesOf(kind).filter((name) => Object.keys(METHODS).some((own) => plain(own) === name));
  const most = Math.max(0, ...alike.map((kind) => operations(kind).length));
  let candidates = alike.filter((kind) => operations(kind).length === most);
  if (candidates.length === 0) {
    candidates = all.filter((kind) => namesOf(kind).filter((name) => name !== "constructor").length === 1);
  }
  if (candidates.length === 1) return candidates[0];
  const names = candidates.map((kind) => kind.name).join(", ");
  throw new NoSolution(
    names
      ? `which class is it: ${names}? Call it Solution`
      : `there is no function solution(queries) in it, and no class with a method set. ${OF_PROGRAMS}`,
  );
}

// The protocol

/** Answers one request after the other. */
class Server {
  async start(file) {
    try {
      this.solution = await load(path.resolve(file));
    } catch (error) {
      this.failure = error instanceof NoSolution ? error.message : paragraph(error);
      const isRun = !(error instanceof NoSolution || error instanceof SyntaxError && !/JSON/.test(error.message));
      if (isRun && readsInput(file)) this.failure += `\n${OF_PROGRAMS}`;
    }
  }

  /** The reply to a line, or undefined for the last one. */
  async reply(line) {
    let id = null;
    try {
      const request = parse(line);
      // Whoever speaks otherwise learns what is spoken here.
      if (Array.isArray(request)) return { type: "hello_ok", id, protocol: 1, name: "an adapter of a kit" };
      id = request.id === undefined ? null : request.id;
      if (request.type === "bye") return undefined;
      if (this.failure) return { type: "error", id, code: "load", text: this.failure };
      return { type: `${request.type}_ok`, id, ...(await this.result(request)) };
    } catch (error) {
      const code = isNotSupported(error) ? "not-supported" : "exception";
      if (code === "exception") console.error(error);
      return { type: "error", id, code, text: oneLine(error) };
    }
  }

  async result(request) {
    const { solution } = this;
    switch (request.type) {
      case "step":
        return { answer: await solution.answer(request.query) };
      case "list":
        return { answers: await solution.answers(request.queries) };
      case "reset":
        solution.reset();
        return {};
      case "hello":
        return { protocol: 1, name: `${solution.name} (JavaScript)`, note: solution.note };
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

function readsInput(file) {
  return fs.existsSync(file) && /\bstdin\b|readFileSync\(0\b/.test(fs.readFileSync(file, "utf8"));
}

function oneLine(error) {
  return String(error).split(/\s+/).join(" ").trim();
}

/** What node says of an error, with its place, without the adapter's and node's own part of the way. */
function paragraph(error) {
  const stack = String((error && error.stack) || error);
  const isOurs = (line) => /^\s+at .*(node:|adapter\.js|data:text)/.test(line) || /^node:/.test(line);
  return stack
    .split("\n")
    .filter((line) => !isOurs(line) && !/^Node\.js v/.test(line))
    .join("\n");
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

/**
 * Starts this file once more with other descriptors, 3 and 4, for requests and replies: then the solution finds an
 * empty standard input, and all that it prints goes to standard error, whatever it prints with.
 */
function startAgain() {
  const words = [...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, REWIND_ADAPTER: "3,4" };
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", 2, 2, 0, 1] });
  child.on("exit", (status, signal) => {
    if (signal) process.kill(process.pid, signal);
    else process.exit(status);
  });
}

async function main() {
  const [requests, replies] = process.env.REWIND_ADAPTER.split(",").map(Number);
  delete process.env.REWIND_ADAPTER;
  const server = new Server();
  await server.start(process.argv[2] || path.join(path.dirname(process.argv[1]), "solution.js"));
  for (const line of linesOf(requests)) {
    const reply = await server.reply(line);
    if (reply === undefined) break;
    write(replies, JSON.stringify(reply) + "\n");
  }
  process.exit(0);
}

if (process.env.REWIND_ADAPTER) main();
else startAgain();
