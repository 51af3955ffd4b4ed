#!/usr/bin/python3
"""Kills the daemon at random moments under load, again and again.

usage: kill_under_load.py [KILLS [SEED]]

Eight connections hand over messages as fast as they are taken. Whatever was
answered "accept" before a SIGKILL must have its case after it, and the store
must be sound each time. Prints a line a round on a terminal and a sum at the
end; exit 1 with what is missing otherwise.
"""
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from daemon import ALL_CASES, BUILD, Anteroomd, desk

DESK = desk("ceo", ["ceo@example.com"])
SESSIONS = 8
LONGEST_S = 0.4


def subjects(daemon):
    """The numbers of all cases' messages, by the subject they were sent with."""
    done = daemon.run("export", "--format", "json")
    if done.returncode not in (0, 1):
        raise RuntimeError(f"export: {done.stderr}")
    return set(re.findall(r"About order (\d+) (r\d+)\b", done.stdout))


def one_round(daemon, number, moment_s):
    """Load, kill, restart; the messages that were accepted, as in subjects."""
    accepted = daemon.folder / f"accepted-{number}"
    daemon.start()
    driver = subprocess.Popen(
        [BUILD / "tests/bench/bench_load", "-s", daemon.socket,
         "-c", str(SESSIONS), "-n", "100000", "-t", "1", "-b", "400",
         "-i", f"r{number}-", "-w", f"r{number}", "-a", accepted],
        stdout=subprocess.DEVNULL)
    time.sleep(moment_s)
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    daemon.process = None
    driver.terminate()
    driver.wait()
    lines = accepted.read_text().split() if accepted.exists() else []
    found = (re.fullmatch(rf"r{number}-(\d+)@customers\.example", line)
             for line in lines)  # the last line may be cut
    return {(match[1], f"r{number}") for match in found if match}


def sound(daemon):
    """None, or what fsck says. Without the daemon: the store as it was left."""
    done = daemon.run("fsck")
    return None if done.returncode == 0 else done.stdout + done.stderr


def run(kills, seed, say=lambda text: None):
    """[what went wrong]; empty when nothing did. And how many were accepted."""
    draw = random.Random(seed)
    wrong, promised = [], set()
    with tempfile.TemporaryDirectory(prefix="anteroom-kill-") as folder:
        daemon = Anteroomd(folder, [DESK],
                           conf=ALL_CASES.replace('"1G"', '"8G"'))
        daemon.write()
        for number in range(kills):
            promised |= one_round(daemon, number,
                                  draw.uniform(0.01, LONGEST_S))
            problem = sound(daemon)
            if problem:
                wrong.append(f"round {number}: fsck: {problem}")
            if number % 20 == 19 or number == kills - 1:
                lost = promised - subjects(daemon)
                wrong += [f"by round {number}: accepted, no case: {one}"
                          for one in sorted(lost)[:10]]
            say(f"{number + 1} kills, {len(promised)} accepted, "
                f"{len(wrong)} wrong")
            if wrong:
                break
    return wrong, len(promised)


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    begin = time.monotonic()
    wrong, promised = run(kills, seed, lambda text: print(
        f"\r{text}", end="", flush=True) if sys.stdout.isatty() else None)
    print(f"\n{kills} kills in {time.monotonic() - begin:.0f} s (seed {seed}):"
          f" {promised} messages accepted, {len(wrong)} problems")
    for line in wrong:
        print(line)
    return 1 if wrong or not promised else 0


if __name__ == "__main__":
    sys.exit(main())
