#!/usr/bin/env python3
"""A month of the clock on a true store, against an independent computation:
every warning, breach and escalation once, at its second, in order; and again
with the process killed at random moments: the same notices, at most twice, then
with the same Message-ID.

MONTH_CASES and MONTH_KILLS make it longer; `make month` is the long form.
"""
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import BUILD  # noqa: E402
from month_plan import (DAY, HOUR, Delivered, Told, check_notices,  # noqa: E402
                        conf_of, expected_of, make_letters, pack_of, script_of)

CASES = int(os.environ.get("MONTH_CASES", "300"))
KILLS = int(os.environ.get("MONTH_KILLS", "12"))
KILL_CASES = min(CASES, 400 if KILLS > 50 else 150)

# ---- what came of it ----

class Life:
    """One run of the month in a folder of its own."""

    def __init__(self, letters):
        where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.temporary = tempfile.TemporaryDirectory(dir=where)
        self.folder = pathlib.Path(self.temporary.name)
        for name, text in (("anteroom.conf", conf_of()),
                           ("pack.rules", pack_of()),
                           ("script", script_of(letters))):
            (self.folder / name).write_text(text)
        self.kills = 0

    def start(self):
        return subprocess.Popen([BUILD / "tests/fault/month", self.folder])

    def run(self):
        code = self.start().wait()
        if code != 0:
            raise RuntimeError(f"month ended with {code}")

    def run_killed(self, kills, pause_s, dice):
        for _ in range(kills):
            process = self.start()
            try:
                if process.wait(dice.uniform(0.01, pause_s)) != 0:
                    raise RuntimeError("month failed")
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.kills += 1
        self.run()

    def told(self):
        cases = collections.defaultdict(list)
        for line in (self.folder / "told").read_text().splitlines():
            case, kind, at, metric, _, step, *late = line.split()
            step = (int(step.rstrip("%,")) if kind == "warning" else
                    0 if kind == "breach" else seconds_of([step, *late]))
            cases[int(case)].append(Told(int(at), kind, metric, step))
        return cases

    def delivered(self):
        for line in (self.folder / "delivered").read_text().splitlines():
            now, mid, kind, to, case, at, after, metric, step, *cases = \
                line.split()
            yield Delivered(
                int(now), mid, kind, to, int(case), int(at), int(after),
                metric, int(step),
                tuple(map(int, cases[0].split(","))) if cases else ())


def seconds_of(words):
    """Of "2h late, to assistant"."""
    unit = {"s": 1, "m": 60, "h": HOUR, "d": DAY}
    total = 0
    for word in words:
        if not word[:-1].isdigit():
            break
        total += int(word[:-1]) * unit[word[-1]]
    return total


class Month(unittest.TestCase):
    maxDiff = 4000

    def test_every_moment_once(self):
        letters = make_letters(CASES, random.Random(1))
        life = Life(letters)
        self.addCleanup(life.temporary.cleanup)
        begin = time.monotonic()
        life.run()
        took_s = time.monotonic() - begin
        told = life.told()
        n = 0
        for letter in letters:
            expected = expected_of(letter)
            self.assertEqual(told[letter.number], expected, letter)
            n += len(expected)
        check_notices(self, letters, life.delivered())
        self.assertGreater(n, CASES)
        print(f"# {CASES} cases, {n} moments, "
              f"{sum(1 for _ in life.delivered())} notices, {took_s:.0f} s",
              file=sys.stderr)

    def test_kills(self):
        letters = make_letters(KILL_CASES, random.Random(2))
        whole, killed = Life(letters), Life(letters)
        self.addCleanup(whole.temporary.cleanup)
        self.addCleanup(killed.temporary.cleanup)
        begin = time.monotonic()
        whole.run()
        # So short that the kills are spread over it.
        pause_s = 2.5 * (time.monotonic() - begin) / KILLS + 0.05
        killed.run_killed(KILLS, pause_s, random.Random(3))
        self.assertEqual(killed.told(), whole.told())
        check_notices(self, letters, whole.delivered())
        once = {row[2:] for row in whole.delivered()}
        again = collections.defaultdict(set)
        for row in killed.delivered():
            again[row[2:]].add(row[1])
        self.assertEqual(set(again), once)
        for key, ids in again.items():
            self.assertEqual(len(ids), 1, key)
        self.assertGreater(killed.kills, KILLS // 4)
        print(f"# {killed.kills} kills, {len(once)} notices",
              file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
