#!/usr/bin/python3
"""The benchmark: one table, medians of five runs, in one go.

Unwatched mail is measured in turns with a filter that does nothing but let go
at DATA, so that what else the machine does hits both. CPU is that of the
filter's process, from /proc. Afterwards the cases are counted: a rate of
messages without their cases would be worth nothing.
"""
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import bench_pages
from daemon import ALL_CASES, BUILD, Anteroomd, desk
from mailserver import wait_until

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SESSIONS = 16
UNWATCHED = int(os.environ.get("BENCH_UNWATCHED", "60000"))
WATCHED = int(os.environ.get("BENCH_WATCHED", "12000"))
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    """CPU of all threads of a process, also of those that ended; by the
    scheduler's nanoseconds where the kernel tells, else in ticks."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def load(socket, messages, *words):
    done = subprocess.run(
        [BUILD / "tests/bench/bench_load", "-s", socket, "-c", str(SESSIONS),
         "-n", str(messages), *words],
        capture_output=True, text=True, check=True, timeout=300)
    return {key: float(value) for key, value in
            re.findall(r"(\w+)=([\d.]+)", done.stdout)}


def cpu_of_unwatched(pid, socket):
    """Microseconds of CPU a message."""
    before = cpu_s(pid)
    got = load(socket, UNWATCHED, "-r", "someone@elsewhere.example")
    if got["accepted"] != UNWATCHED:
        raise RuntimeError(f"unwatched mail was not let go: {got}")
    return (cpu_s(pid) - before) / UNWATCHED * 1e6


def unwatched(daemon, folder):
    path = pathlib.Path(folder) / "null.sock"
    null = subprocess.Popen([BUILD / "tests/bench/bench_null", f"unix:{path}"],
                            stderr=subprocess.DEVNULL)
    try:
        wait_until(path.exists, 10, "the null filter")
        ours, theirs = [], []
        for turn in range(RUNS + 1):
            pairs = [(null.pid, path, theirs),
                     (daemon.process.pid, daemon.socket, ours)]
            for pid, socket, results in pairs[::1 if turn % 2 else -1]:
                took = cpu_of_unwatched(pid, socket)
                if turn > 0:  # the first warms up
                    results.append(took)
    finally:
        null.kill()
        null.wait()
    return ours, theirs


def count_cases(daemon):
    return sum(1 for line in daemon.run(
        "cases", "--json").stdout.splitlines() if line)


def watched(folder, name, *bodies):
    """[figures] of RUNS runs with such BODIES, each with a fresh store."""
    results = []
    for run in range(RUNS):
        place = pathlib.Path(folder) / f"watched-{name}-{run}"
        place.mkdir()
        with Anteroomd(place, [desk("ceo", ["ceo@example.com"])],
                       conf=ALL_CASES.replace('"1G"', '"8G"')) as daemon:
            before = cpu_s(daemon.process.pid)
            got = load(daemon.socket, WATCHED, *bodies, "-i", f"b{run}-")
            got["cpu_us"] = (cpu_s(daemon.process.pid) - before) \
                / WATCHED * 1e6
            got["cases"] = count_cases(daemon)
            if got["cases"] != WATCHED or got["accepted"] != WATCHED:
                raise RuntimeError(f"{WATCHED} messages, but {got}")
        results.append(got)
    return results


def scoring(rules):
    """{figure: value} of bench_score over generated mail."""
    done = subprocess.run([BUILD / "tests/bench/bench_score", str(rules)],
                          stdout=subprocess.PIPE, text=True, check=True,
                          timeout=120)
    return {key: float(value) for key, value in
            re.findall(r"(\w+)=([\d.]+)", done.stdout)}


def scoring_rows(got, name, least_ratio=0, ready_ms=None):
    """Prints what scoring costs with and without the one pass."""
    ratio = got["alone_us"] / got["pass_us"]
    name = f"scoring, {name}"
    row(f"{name}: CPU, PCRE2 alone", f"{got['alone_us']:.0f} us")
    row(f"{name}: CPU, one pass", f"{got['pass_us']:.0f} us")
    good = row(f"{name}: ratio", f"{ratio:.0f}",
               f">= {least_ratio}" if least_ratio else "",
               ratio >= least_ratio)
    return row(f"{name}: ready", f"{got['ready_ms']:.0f} ms",
               f"<= {ready_ms} ms" if ready_ms else "",
               ready_ms is None or got["ready_ms"] <= ready_ms) and good


def whole_rows(packs, fewer, more):
    """Prints what rules add to an ordinary letter, read and scored."""
    for got in packs, fewer, more:
        row(f"a letter read and scored: CPU, {got['rules']:,.0f} rules",
            f"{got['whole_us']:.0f} us")
    ratio = more["whole_us"] / fewer["whole_us"]
    return row("a letter: ten times the rules, ratio", f"{ratio:.2f}",
               "<= 2", ratio <= 2)


def median(results, key=None):
    return statistics.median(r[key] if key else r for r in results)


def row(name, figure, target="", good=True):
    print(f"{name:<52}{figure:>16}  {target:<12}{'' if good else 'MISSED'}",
          flush=True)
    return good


def main():
    begin = time.monotonic()
    good = True
    print(f"Medians of {RUNS} runs, {SESSIONS} sessions, "
          f"{os.cpu_count()} processors, load driver included\n")
    row("", "measured", "target")
    with tempfile.TemporaryDirectory(prefix="anteroom-bench-") as folder:
        place = pathlib.Path(folder) / "unwatched"
        place.mkdir()
        with Anteroomd(place, [desk("ceo", ["ceo@example.com"])]) as daemon:
            ours, theirs = unwatched(daemon, folder)
            packs = scoring(daemon.conf)
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        row("unwatched: CPU a message, filter that does nothing",
            f"{median(theirs):.1f} us")
        row("unwatched: CPU a message, anteroomd", f"{median(ours):.1f} us")
        good &= row("unwatched: ratio", f"{ratio:.2f}", "<= 1.15",
                    ratio <= 1.15)
        scoring_rows(packs, f"{packs['rules']:.0f} shipped rules")
        scoring_rows(scoring(100), "100 rules")
        fewer, more = scoring(1000), scoring(10000)
        good &= scoring_rows(fewer, "1,000 rules", 10, 100)
        good &= scoring_rows(more, "10,000 rules", 10, 500)
        good &= whole_rows(packs, fewer, more)
        results = watched(folder, "mixed", "-m")
        rate = median(results, "rate")
        good &= row("watched, shipped packs, durable: messages/s",
                    f"{rate:.0f}", ">= 2000", rate >= 2000)
        row("watched: latency p50", f"{median(results, 'p50_us')/1000:.1f} ms")
        row("watched: latency p99", f"{median(results, 'p99_us')/1000:.1f} ms")
        row("watched: CPU a message", f"{median(results, 'cpu_us'):.0f} us")
        row("watched: cases counted afterwards, each run",
            f"{median(results, 'cases'):.0f} of {WATCHED}")
        results = watched(folder, "long", "-b", "2000")
        row("watched, all of 2,000 bytes: messages/s",
            f"{median(results, 'rate'):.0f}")
        row("watched, all of 2,000 bytes: CPU a message",
            f"{median(results, 'cpu_us'):.0f} us")
        place = pathlib.Path(folder) / "pages"
        place.mkdir()
        good &= bench_pages.pages(row, place, bench_pages.CASES)
    print(f"\n{time.monotonic() - begin:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
