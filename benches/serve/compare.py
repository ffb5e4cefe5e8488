#!/usr/bin/env python3
"""CPU a request of `rewind serve` beside that of redis-server, in one run: rounds in turn, medians of their ratios.

    cargo build --release && python3 benches/serve/compare.py [ROUNDS]

It needs redis-server and redis-benchmark. The load comes from redis-benchmark, 50 connections and 100,000 keys with
values of 16 bytes. The CPU of a server is what the system accounts to its process, so that whatever else the machine
does counts little; the rate is bounded by the load, which shares the machine.
"""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REWIND = os.environ.get("REWIND", os.path.join(TOP, "target", "release", "rewind"))
TICK = os.sysconf("SC_CLK_TCK")
# Name, options of redis-benchmark, requests.
WORK = [
    ("P=1", ["-P", "1"], 200_000),
    ("P=16", ["-P", "16"], 1_000_000),
    ("P=64", ["-P", "64"], 2_000_000),
]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """A server in a folder of its own."""

    def __init__(self, name, command, folder):
        self.name, self.port = name, free_port()
        command = [part.replace("PORT", str(self.port)) for part in command]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit(f"{name} does not start: {' '.join(command)}")

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def load(self, test, options, requests):
        """Microseconds of CPU a request, and requests a second."""
        before, begun = self.cpu(), time.monotonic()
        subprocess.run(
            ["redis-benchmark", "-p", str(self.port), "-t", test, "-n", str(requests), "-c", "50", "-d", "16",
             "-r", "100000", "-q", *options],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = time.monotonic() - begun
        return (self.cpu() - before) / requests * 1e6, requests / took

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def compare(title, ours, theirs, rounds, work):
    print(f"\n{title}: ours / theirs, medians of {rounds} rounds")
    print(f"{'work':<14}{'CPU a request':>14}{'rate':>8}{'  ours':>10}{'theirs':>10}  (microseconds)")
    for name, options, requests in work:
        for test in ("set", "get"):
            cpu, rate, own, other = [], [], [], []
            for _ in range(rounds):
                (one, fast), (two, slow) = ours.load(test, options, requests), theirs.load(test, options, requests)
                cpu.append(one / two)
                rate.append(fast / slow)
                own.append(one)
                other.append(two)
            median = statistics.median
            print(f"{test + ' ' + name:<14}{median(cpu):>14.2f}{median(rate):>8.2f}"
                  f"{median(own):>10.2f}{median(other):>10.2f}", flush=True)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for tool in ("redis-server", "redis-benchmark"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is not there")
    with tempfile.TemporaryDirectory() as folder:
        quiet = ["--save", "", "--port", "PORT"]
        ours = Server("rewind", [REWIND, "serve", "--resp", "PORT"], folder)
        theirs = Server("redis", ["redis-server", *quiet], folder)
        empty = ours.memory(), theirs.memory()
        compare("in memory", ours, theirs, rounds, WORK)
        # Every key once, so that both hold the same.
        for server in (ours, theirs):
            subprocess.run(["redis-cli", "-p", str(server.port), "flushall"], check=True, stdout=subprocess.DEVNULL)
        ours.end()
        theirs.end()
        ours = Server("rewind", [REWIND, "serve", "--resp", "PORT"], folder)
        theirs = Server("redis", ["redis-server", *quiet], folder)
        fill = "".join(f"SET key:{number:012} {'x' * 16}\r\n" for number in range(100_000))
        for server in (ours, theirs):
            subprocess.run(["redis-cli", "-p", str(server.port), "--pipe"], input=fill, text=True, check=True,
                           stdout=subprocess.DEVNULL)
        held = [server.memory() - before for server, before in zip((ours, theirs), empty)]
        print(f"\nmemory for 100,000 strings: {held[0] / held[1]:.2f}"
              f" ({held[0] / 1e5:.0f} and {held[1] / 1e5:.0f} bytes each)")
        ours.end()
        theirs.end()
        store = os.path.join(folder, "store")
        ours = Server("rewind", [REWIND, "serve", "--resp", "PORT", "--store", store], folder)
        always = ["--appendonly", "yes", "--appendfsync", "always"]
        theirs = Server("redis", ["redis-server", *quiet, *always], folder)
        stored = [("P=16", ["-P", "16"], 100_000)]
        compare("with a store, every answer synced", ours, theirs, rounds, stored)
        ours.end()
        theirs.end()


if __name__ == "__main__":
    main()
