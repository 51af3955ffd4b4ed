#!/usr/bin/python3
"""The pages with many cases: how long board, case and reports take while they
are asked for at a steady rate, and what memory the programs use for it.

Requests leave by the clock, whether or not the ones before are answered, and
their time counts from when they were to leave. Run alone:
BENCH_CASES=1000000 tests/bench/bench_pages.py
BENCH_STORE names a store of bench_fill's to use again instead of filling one.
"""
import http.client
import json
import os
import pathlib
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import webserver
from daemon import BUILD, CONF, Anteroomd, desk
from mailserver import wait_until

CASES = int(os.environ.get("BENCH_CASES", "100000"))
STORE = os.environ.get("BENCH_STORE")
LATELY = os.environ.get("BENCH_LATELY", "100")  # one of so many is in work
RATE = int(os.environ.get("BENCH_RATE", "50"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "15"))
CONNECTIONS = 24
BOARDS = ("/", "/?team=care", "/?team=media", "/?state=paused",
          "/?overdue=true", "/?topic=press")
REPORTS = ("/reports", "/reports?team=media", "/reports?days=91",
           "/reports?days=364")
# kind: share of the requests, milliseconds that 99 of 100 may take
KINDS = {"board": (5, 100), "case": (4, 50), "reports": (1, 500)}


def of_process(pid, field):
    """KiB from /proc/PID/status."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    return 0


def cpu_s(pid):
    """Seconds of CPU that the process has used."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_cases(web, token):
    status = web.browser(token=token).get("/api/v1/status")
    return sum(team["open"] for team in json.loads(status.text)["teams"])


def path_of(kind, rand, cases):
    if kind == "board":
        return rand.choice(BOARDS)
    if kind == "reports":
        return rand.choice(REPORTS)
    # Few are looked at, and again and again.
    return f"/cases/AR-{cases - rand.randrange(min(cases, 400))}"


def ask(port, token, jobs, took):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"}
    while (job := jobs.get()) is not None:
        kind, path, due = job
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        took.append((kind, path, status, time.monotonic() - due))
    connection.close()


def drive(port, token, cases, seconds):
    """[(kind, path, status, seconds)] of all requests."""
    rand = random.Random(1)
    jobs, took = queue.SimpleQueue(), []
    threads = [threading.Thread(target=ask, args=(port, token, jobs, took))
               for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    begin = time.monotonic()
    for number in range(RATE * seconds):
        due = begin + number / RATE
        time.sleep(max(0, due - time.monotonic()))
        kind = rand.choices(list(KINDS), [k[0] for k in KINDS.values()])[0]
        jobs.put((kind, path_of(kind, rand, cases), due))
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    return took


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def report(row, took, good=True):
    failed = [entry for entry in took if entry[2] != 200]
    for kind, (_, most_ms) in KINDS.items():
        times = [t * 1e3 for k, _, s, t in took if k == kind and s == 200]
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        good &= row(f"pages: {kind}, p50, p99", f"{p50:.0f}, {p99:.0f} ms",
                    f"<= {most_ms} ms", p99 <= most_ms)
    if os.environ.get("BENCH_VERBOSE"):
        for path in sorted({p for k, p, _, _ in took if k != "case"}):
            times = [t * 1e3 for _, p, _, t in took if p == path]
            row(f"  {path}", f"{percentile(times, 0.5):.0f}, "
                f"{percentile(times, 0.99):.0f} ms")
    if failed:
        print(f"{len(failed)} failed, the first: {failed[0]}")
    return good and not failed


def fill(store, cases):
    if STORE:
        shutil.copytree(STORE, store)
    else:
        subprocess.run([BUILD / "tests/bench/bench_fill", store, str(cases),
                        "8192", LATELY], check=True, timeout=1800)


def pages(row, folder, cases):
    """Measures, and prints by ROW; False when a target was missed."""
    port = webserver.free_port()
    daemon = Anteroomd(folder, [desk("ceo", ["ceo@example.com"])],
                       conf=CONF.replace('"1G"', '"8G"'))
    fill(daemon.folder / "store", cases)
    daemon.desks.append(webserver.conf(daemon.folder, port))
    with daemon, webserver.AnteroomWeb(daemon, port) as web:
        wait_until(lambda: "facts cases=" in daemon.log(), 600, "the facts")
        web.add("ea", "assistant")
        token = web.token("ea")
        drive(port, token, cases, 3)  # warms up
        before = cpu_s(daemon.process.pid), cpu_s(web.process.pid)
        took = drive(port, token, cases, SECONDS)
        after = cpu_s(daemon.process.pid), cpu_s(web.process.pid)
        row("pages: cases, requests a second, load average",
            f"{cases}, {RATE}, {os.getloadavg()[0]:.1f}")
        row("pages: open cases", f"{open_cases(web, token)}")
        row("pages: CPU a request, anteroomd + anteroom-web",
            " + ".join(f"{(b - a) * 1e3 / len(took):.1f}"
                       for a, b in zip(before, after)) + " ms")
        good = report(row, took)
        web_mib = of_process(web.process.pid, "VmHWM") / 1024
        good &= row("pages: anteroom-web, most memory", f"{web_mib:.0f} MB",
                    "<= 64 MB", web_mib <= 64)
        row("pages: anteroomd, memory of its own",
            f"{of_process(daemon.process.pid, 'RssAnon') / 1024:.0f} MB")
    return good


def print_row(name, figure, target="", good=True):
    print(f"{name:<52}{figure:>16}  {target:<12}{'' if good else 'MISSED'}",
          flush=True)
    return good


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="anteroom-bench-") as place:
        sys.exit(0 if pages(print_row, place, CASES) else 1)
