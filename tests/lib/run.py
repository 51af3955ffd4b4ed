#!/usr/bin/env python3
"""Runs test programs and sums them up.

usage: run.py [--jobs N] [--only WORD] TEST...

A TEST is an executable that speaks TAP (cmocka's way, asked for by its
environment variable) or a Python file of unittest cases. Each runs by itself,
from the repository's root, in bounded time; what a failing one printed is
shown. The last line is "N passed, N failed".
"""
import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

LIMIT_S = int(os.environ.get('TEST_LIMIT_S', '900'))


def count_tap(text):
    good = len(re.findall(r'^ok \d', text, re.M))
    skipped = re.findall(r'^(not )?ok \d+.*# SKIP', text, re.M)
    bad = len(re.findall(r'^not ok \d', text, re.M))
    refused = sum(1 for no in skipped if no)  # cmocka's way to say it
    return (good - len(skipped) + refused, bad - refused, len(skipped))


def count_unittest(text):
    ran = re.search(r'^Ran (\d+) tests? in', text, re.M)
    if not ran:
        return 0, 1, 0
    words = dict(re.findall(r'(failures|errors|skipped|unexpected successes)'
                            r'=(\d+)', text[ran.start():]))
    bad = int(words.get('failures', 0)) + int(words.get('errors', 0)) \
        + int(words.get('unexpected successes', 0))
    skipped = int(words.get('skipped', 0))
    # A fixture that fails is an error without being among the tests run.
    return max(0, int(ran[1]) - bad - skipped), bad, skipped


def run(path):
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT='TAP',
               G_DEBUG='', PYTHONDONTWRITEBYTECODE='1')
    is_python = path.endswith('.py')
    command = [sys.executable, path, '-v'] if is_python else [path]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=env,
                               stdin=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        text = process.communicate(timeout=LIMIT_S)[0]
        late = False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        text = process.communicate()[0]
        late = True
    text = text.decode('utf-8', 'replace')
    good, bad, skipped = (count_unittest if is_python else count_tap)(text)
    if late:
        text += f'\nran longer than {LIMIT_S} s: ended\n'
    if late or (process.returncode != 0 and bad == 0) or good + bad + skipped == 0:
        bad += 1  # a crash, a leak, or a program without a test
    return path, good, bad, skipped, time.monotonic() - begin, text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--only', default='')
    parser.add_argument('tests', nargs='*')
    words = parser.parse_args()
    tests = [t for t in words.tests if words.only in t]
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(words.jobs) as pool:
        for path, good, bad, skipped, took, text in pool.map(run, tests):
            total = [a + b for a, b in zip(total, (good, bad, skipped))]
            note = f', {skipped} skipped' if skipped else ''
            print(f'{"FAIL" if bad else "ok  "} {path}: {good} passed'
                  f'{f", {bad} failed" if bad else ""}{note} ({took:.1f} s)',
                  flush=True)
            if bad:
                print(text[-12000:], flush=True)
            elif skipped:
                for line in re.findall(r'.*(?:# SKIP|skipped [\'"]).*', text):
                    print('       ' + line, flush=True)
    skipped = f', {total[2]} skipped' if total[2] else ''
    print(f'{total[0]} passed, {total[1]} failed{skipped}')
    return 1 if total[1] or not total[0] else 0


sys.exit(main())
