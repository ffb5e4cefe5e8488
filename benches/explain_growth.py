#!/usr/bin/env python3
"""How the time of `rewind explain`, of the judge's failure view and of `.why` grows with the list.

    cargo build --release && python3 benches/explain_growth.py target/release/rewind

Each line is a list, each column twice as long as the one before: what takes time in proportion doubles from column to column.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

SIZES = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]


def few_cells(size):
    """Cells that die soon, backups, restores and transactions: few are live at a time."""
    queries = []
    for number in range(size):
        now, key, field = number + 1, f"k{number % 50}", f"f{number % 7}"
        kind = number % 20
        if kind == 7:
            queries.append(["BACKUP", str(now)])
        elif kind == 12:
            queries.append(["RESTORE", str(now), str(now)])
        elif kind == 14:
            queries.append(["BEGIN"])
        elif kind == 16:
            queries.append(["ROLLBACK" if number % 40 == 16 else "COMMIT"])
        elif kind == 18:
            queries.append(["SIZE"])
        elif kind % 2:
            queries.append(["GET_AT", key, field, str(now)])
        else:
            queries.append(["SET_AT_WITH_TTL", key, field, f"v{number}", str(now), "30"])
    return queries


def many_cells(size):
    """As many live cells as queries, nearly: each backup counts them, each restore is to the last backup."""
    queries = []
    for number in range(size):
        now, kind = number + 1, number % 20
        if kind == 7:
            queries.append(["BACKUP", str(now)])
        elif kind == 12:
            queries.append(["RESTORE", str(now), str(now)])
        elif kind == 18:
            queries.append(["SIZE"])
        else:
            queries.append(["SET_AT", f"k{number // 10}", f"f{number % 10}", f"v{number}", str(now)])
    return queries


def timed(command, **options):
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **options)
    return time.monotonic() - begin


def explained(rewind, queries, form, folder):
    path = os.path.join(folder, "list.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(queries, file)
    return timed([rewind, "explain", path, "--format", form])


def judged(rewind, queries, folder):
    """A candidate that answers the last query wrongly."""
    answers = subprocess.run([rewind, "run", "-", "--format", "json"], input=json.dumps(queries),
                             capture_output=True, text=True, check=True).stdout
    expected = json.loads(answers)
    suite = os.path.join(folder, "suite.json")
    case = {"name": "a long list", "why": "it fails at its end", "queries": queries, "expected": expected}
    with open(suite, "w", encoding="utf-8") as file:
        json.dump({"name": "growth", "level": 6, "cases": [case]}, file)
    wrong = os.path.join(folder, "answers.json")
    with open(wrong, "w", encoding="utf-8") as file:
        json.dump(expected[:-1] + ["wrong"], file)
    return timed([rewind, "judge", "--suite", suite, "--", "sh", "-c", f"cat >/dev/null; cat {wrong}"])


def asked_why(rewind, queries, _):
    lines = "".join(json.dumps(query) + "\n" for query in queries) + ".why k1 f1\n"
    return timed([rewind, "repl"], input=lines, text=True)


def main():
    rewind = sys.argv[1]
    rows = [
        ("explain jsonl, few cells", few_cells, lambda *all: explained(all[0], all[1], "jsonl", all[2])),
        ("explain text, few cells", few_cells, lambda *all: explained(all[0], all[1], "text", all[2])),
        ("explain text, many cells", many_cells, lambda *all: explained(all[0], all[1], "text", all[2])),
        ("judge, few cells", few_cells, judged),
        ("judge, many cells", many_cells, judged),
        (".why, few cells", few_cells, asked_why),
        (".why, many cells", many_cells, asked_why),
        ("explain jsonl, many cells (its output grows so)", many_cells,
         lambda *all: explained(all[0], all[1], "jsonl", all[2])),
    ]
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else SIZES[-1]
    sizes = [size for size in SIZES if size <= largest]
    print(f"{'seconds':48}" + "".join(f"{size:>9}" for size in sizes))
    with tempfile.TemporaryDirectory() as folder:
        for name, make, run in rows:
            whole = sizes if "output grows" not in name else sizes[:4]
            times = [run(rewind, make(size), folder) for size in whole]
            print(f"{name:48}" + "".join(f"{seconds:9.2f}" for seconds in times), flush=True)


if __name__ == "__main__":
    main()
