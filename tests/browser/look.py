#!/usr/bin/env python3
"""All pages with the cases of a company, to look at: two thousand of them, over
four weeks of pretended time, then in a browser or as pictures.

    tests/browser/look.py FOLDER              serves them until Ctrl-C
    tests/browser/look.py FOLDER --shots      pictures into FOLDER/shots
    tests/browser/look.py FOLDER --readme     those of the README

FOLDER keeps the store; the second time there is nothing to wait for.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import faketime  # noqa: E402
import seed  # noqa: E402
import test_browser  # noqa: E402
import webserver  # noqa: E402
from daemon import Anteroomd, desk  # noqa: E402

USERS = (("ea", "assistant"), ("root", "administrator"), ("jane", "executive"),
         ("rita", "reader"), ("lee", "lead", "care"), ("mia", "lead", "media"),
         ("tara", "lead", "trust"), ("carl", "lead", "counsel"),
         ("bob", "member", "care", "office"), ("prometheus", "reader"))


def fill(daemon, web, folder, count):
    """Four weeks, played to their end."""
    now = datetime.datetime.now(datetime.timezone.utc)
    clock = faketime.Faketime(folder, now - datetime.timedelta(days=28))
    for name, role, *teams in USERS:
        web.add(name, role, *teams)
    daemon.environment = clock.environment if faketime.library() else {}
    with daemon:
        seed.seed(daemon.folder / "control.sock", count, now,
                  clock=clock if faketime.library() else None,
                  logins=[user[0] for user in USERS])
    daemon.environment = {}


def one(daemon, fits):
    """A case that FITS, with the longest timeline; None: there is none."""
    found = [case for case in daemon.cases() if fits(case)]
    return max(found, key=lambda case: case["messages"],
               default={}).get("id")


def pages(daemon):
    """{name: (user, path)}: each page, in each of its shapes."""
    def late(case):
        return case["overdue"] and case["state"] == "open"

    cases = {
        "case-late": one(daemon, late),
        "case-long": one(daemon, lambda case: True),
        "case-paused": one(daemon, lambda c: c["state"] == "paused"),
        "case-promise": one(daemon, lambda c: any(
            promise["state"] == "running" for promise in c["promises"])),
        "case-closed": one(daemon, lambda c: c["state"] == "closed"),
        "case-sensitive": one(daemon, lambda c: c["sensitive"] and
                              c["state"] != "closed"),
    }
    merged = next(filter(None, (
        daemon.show(case["id"])["merged_into"] and case["id"]
        for case in daemon.cases() if case["state"] == "closed" and
        not case["first_reply_at"])), None)
    if merged:
        cases["case-merged"] = merged
    found = {
        "board": ("ea", "/"), "board-lead": ("lee", "/?team=care"),
        "board-media": ("mia", "/?team=media"),
        "board-topic": ("ea", "/?topic=billing"),
        "board-answered": ("ea", "/?state=answered"),
        "board-late": ("ea", "/?overdue=true"),
        "board-search": ("ea", "/?search=refund"),
        "board-nothing": ("ea", "/?search=nothing+like+this"),
        "board-executive": ("jane", "/"), "board-reader": ("rita", "/"),
        "reports": ("ea", "/reports"),
        "reports-team": ("lee", "/reports?team=care&days=7"),
        "reports-nothing": ("ea", "/reports?topic=security&days=7"),
        "rules": ("ea", "/rules"), "people": ("root", "/people"),
        "health": ("root", "/health"), "error-404": ("ea", "/cases/AR-99999"),
        "error-403": ("ea", "/people"), "error-page": ("ea", "/nowhere"),
    }
    for name, case in cases.items():
        if case is not None:
            found[name] = ("ea", f"/cases/{case}")
    if cases["case-sensitive"]:
        found["case-restricted"] = ("rita", f"/cases/{cases['case-sensitive']}")
    return found


def shoot(daemon, port, what, folder, more):
    test_browser.install()
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["node", HERE / "shots.mjs", json.dumps(pages(daemon)), folder, what],
        check=True, timeout=900, env=dict(
            os.environ, ANTEROOM_URL=f"http://127.0.0.1:{port}",
            ANTEROOM_MODULES=str(test_browser.MODULES),
            ANTEROOM_PASSWORD=webserver.PASSWORD,
            ANTEROOM_CHROMIUM=shutil.which("chromium"), **more))


def main():
    parser = argparse.ArgumentParser(description="The pages, to look at")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--shots", nargs="?", const="", metavar="NAMES")
    parser.add_argument("--readme", action="store_true")
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(exist_ok=True)
    daemon = Anteroomd(folder, [desk("ceo", ["ceo@example.com"])])
    daemon.desks.append(webserver.conf(daemon.folder, args.port))
    daemon.write()
    web = webserver.AnteroomWeb(daemon, args.port)
    if not (folder / "filled").exists():
        fill(daemon, web, folder, args.cases)
        (folder / "filled").touch()
    with daemon, web:
        if args.readme:
            shoot(daemon, args.port, "readme", ROOT / "packaging/images", {})
        elif args.shots is not None:
            shoot(daemon, args.port, "shots", folder / "shots",
                  {"NAMES": args.shots})
        else:
            print(f"http://127.0.0.1:{args.port}/  name ea, password "
                  f"{webserver.PASSWORD}", flush=True)
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            try:
                signal.pause()
            except KeyboardInterrupt:
                pass


if __name__ == "__main__":
    main()
