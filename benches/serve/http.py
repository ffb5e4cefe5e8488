#!/usr/bin/env python3
"""CPU a request of `rewind serve` over HTTP beside the same loop that answers a constant; and what readers of events cost.

    cargo build --release
    cargo build --release --manifest-path benches/serve/constant/Cargo.toml
    python3 benches/serve/http.py [ROUNDS]

A cell is read over 50 connections that are kept, one request at a time and pipelined. The CPU of a server is what the
system accounts to its process.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REWIND = os.environ.get("REWIND", os.path.join(TOP, "target", "release", "rewind"))
CONSTANT = os.environ.get("CONSTANT", os.path.join(
    TOP, "benches", "serve", "constant", "target", "release", "rewinddb-bench-constant"))
TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 50
REQUEST = b"GET /v1/records/user/value HTTP/1.1\r\nhost: localhost\r\n\r\n"
READERS = 1000


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    def __init__(self, command):
        self.port = free_port()
        command = [part.replace("PORT", str(self.port)) for part in command]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.connect().close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit(f"it does not start: {' '.join(command)}")

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def load(self, pipelined, requests):
        """Microseconds of CPU a request."""
        connections = [self.connect() for _ in range(CONNECTIONS)]
        connections[0].sendall(REQUEST)
        time.sleep(0.1)
        length = len(connections[0].recv(65536))
        before, done = self.cpu(), 0
        while done < requests:
            for connection in connections:
                connection.sendall(REQUEST * pipelined)
            for connection in connections:
                missing = length * pipelined
                while missing > 0:
                    missing -= len(connection.recv(65536))
            done += CONNECTIONS * pipelined
        took = self.cpu() - before
        for connection in connections:
            connection.close()
        return took / done * 1e6

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ours, constant = Server([REWIND, "serve", "--http", "PORT"]), Server([CONSTANT, "127.0.0.1:PORT"])
    put = ours.connect()
    put.sendall(b"PUT /v1/records/user/value HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n"
                b"content-length: 16\r\n\r\nxxxxxxxxxxxxxxxx")
    assert b" 201 " in put.recv(65536)
    print(f"CPU a request, constant / ours, medians of {rounds} rounds")
    for name, pipelined, requests in (("one at a time", 1, 100_000), ("16 at a time", 16, 400_000)):
        ratio, own, other = [], [], []
        for _ in range(rounds):
            one, two = constant.load(pipelined, requests), ours.load(pipelined, requests)
            ratio.append(one / two)
            own.append(two)
            other.append(one)
        median = statistics.median
        print(f"{name:<14}{median(ratio):>6.2f}{median(own):>8.2f}{median(other):>8.2f}  (microseconds)", flush=True)
    constant.end()
    ours.end()
    ours = Server([REWIND, "serve", "--http", "PORT", "--max-connections", "2000"])
    before, readers = ours.memory(), []
    for _ in range(READERS):
        reader = ours.connect()
        reader.sendall(b"GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n")
        readers.append(reader)
    for reader in readers:
        assert reader.recv(65536).startswith(b"HTTP/1.1 200 ")
    time.sleep(0.5)
    print(f"\n{READERS} readers of events that are idle: {(ours.memory() - before) / READERS / 1000:.1f} kB each")
    ours.end()


if __name__ == "__main__":
    main()
