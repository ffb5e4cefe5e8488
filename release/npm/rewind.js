#!/usr/bin/env node
// Starts the program that the package of this platform holds, and ends as it ended.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const holder = `rewinddb-${platform}`;

function program() {
  if (process.env.REWIND_BINARY) return process.env.REWIND_BINARY;
  try {
    return require.resolve(`${holder}/bin/rewind`);
  } catch {
    const built = Object.keys(require("./package.json").optionalDependencies);
    return fail(
      built.includes(holder)
        ? `the package ${holder}, which holds the program, is not installed\n` +
            "  = help: install again without --omit=optional or --no-optional"
        : `there is no program for ${platform}, only ${built.join(", ")}\n` +
            "  = help: build it from its source, and name it in the variable REWIND_BINARY",
    );
  }
}

// As the program itself ends where what it needs is not to be reached.
function fail(message) {
  console.error(`error: ${message}`);
  process.exit(69);
}

const path = program();
const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => fail(`cannot start ${path}: ${error.message}`));

// A terminal gives these two to the program as well; twice would mean that it shall not even tidy up.
const given = process.stdin.isTTY ? ["SIGINT", "SIGHUP"] : [];
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) process.on(signal, () => given.includes(signal) || child.kill(signal));

child.on("exit", (status, signal) => {
  if (!signal) process.exit(status);
  for (const one of signals) process.removeAllListeners(one);
  process.kill(process.pid, signal);
  // Where the system keeps the signal from this process, shells call its end so.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
});
