#!/usr/bin/python3
"""Stop, reload, a full store and a dead socket: what mail servers see then."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from daemon import ALL_CASES, BUILD, CONF, Anteroomd, desk
from mailserver import wait_until

DESK = desk("ceo", ["ceo@example.com"])


def message(number, text="My parcel is late."):
    return (f"From: c{number}@customer.example\r\nTo: ceo@example.com\r\n"
            f"Subject: Order {number}\r\nMessage-ID: <stop-{number}@x>\r\n"
            f"\r\n{text} ({number})\r\n").encode()


def load(daemon, *words):
    return subprocess.Popen(
        [BUILD / "tests/bench/bench_load", "-s", daemon.socket, *words],
        stdout=subprocess.PIPE, text=True)


def figures(process):
    line = process.communicate(timeout=120)[0]
    return {k: float(v) for k, v in re.findall(r"(\w+)=([\d.]+)", line)}


class Own(unittest.TestCase):
    """A daemon a test."""

    def daemon(self, conf=ALL_CASES, desks=(DESK,)):
        folder = tempfile.TemporaryDirectory(prefix="anteroom-stop-")
        self.addCleanup(folder.cleanup)
        daemon = Anteroomd(folder.name, desks, conf=conf)
        self.addCleanup(self.stopped, daemon)
        return daemon

    def stopped(self, daemon):
        code = daemon.stop()
        if code != 0 or "Sanitizer" in daemon.log():
            self.fail(f"exit {code}:\n{daemon.log()[-4000:]}")

    def peer(self, daemon, **words):
        peer = mt.Peer(daemon.milter, **words)
        self.addCleanup(peer.quit)
        peer.connect()
        return peer


class Stop(Own):
    def test_message_in_flight_gets_answer_and_case(self):
        daemon = self.daemon().start()
        peer, other = self.peer(daemon), self.peer(daemon)
        self.assertEqual(peer.envelope("a@customer.example",
                                       ["ceo@example.com"])[0], mt.CONTINUE)
        outcome, _ = peer.content(message(1))
        daemon.signal(signal.SIGTERM)
        time.sleep(0.3)
        # New work is put off, other people's mail is still let go.
        late = other.message(message(2))
        self.assertTrue(late.code.startswith("reply 451"), late.code)
        self.assertEqual(other.message(message(3),
                                       recipients=["x@y.example"]).code,
                         "accept")
        self.assertEqual(peer.end(outcome).code, "accept")
        self.assertRegex(outcome.header("X-Anteroom-Case"), r"AR-\d+")
        self.assertEqual(daemon.process.wait(10), 0)
        self.assertFalse(daemon.socket.exists())
        daemon.start()
        self.assertEqual(len(daemon.cases()), 1)

    def test_stop_under_load_loses_nothing(self):
        daemon = self.daemon().start()
        accepted = daemon.folder / "accepted"
        driver = load(daemon, "-c", "8", "-n", "100000", "-t", "2", "-b",
                      "300", "-a", str(accepted), "-p", "20")
        time.sleep(1)
        begin = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertGreater(figures(driver)["accepted"], 0)
        daemon.start()
        self.assertGreaterEqual(len(daemon.cases()),
                                len(accepted.read_text().split()))

    def test_idle_sessions_do_not_hold_it(self):
        daemon = self.daemon().start()
        for _ in range(5):
            self.peer(daemon).mail("a@b.example")
        begin = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - begin, 3)


class Socket(Own):
    def test_a_dead_socket_is_replaced(self):
        daemon = self.daemon()
        daemon.write()
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(daemon.socket))
        daemon.start()
        self.assertEqual(self.peer(daemon).message(message(1)).code, "accept")

    def test_a_live_socket_and_a_file_are_not(self):
        for make in (socket_listening, file_at):
            daemon = self.daemon()
            daemon.write()
            kept = make(daemon.socket)
            with self.assertRaisesRegex(RuntimeError,
                                        "another process answers|isn't a "
                                        "socket"):
                daemon.start()
            self.assertEqual(daemon.stop(), 2)
            self.assertTrue(daemon.socket.exists())
            if kept:
                kept.close()

    def test_mode(self):
        daemon = self.daemon(conf=re.sub(
            r'"0\d\d\d"', '"0640"', CONF)).start()
        self.assertEqual(os.stat(daemon.socket).st_mode & 0o777, 0o640)

    def test_tcp(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        daemon = self.daemon(conf=CONF.replace(
            "unix:{folder}/milter.sock", f"inet:{port}@127.0.0.1")).start()
        daemon.milter = f"inet:{port}@127.0.0.1"
        self.assertEqual(self.peer(daemon).message(message(1)).code, "accept")


def socket_listening(path):
    live = socket.socket(socket.AF_UNIX)
    live.bind(str(path))
    live.listen()
    return live


def file_at(path):
    path.write_text("mine")


class Reload(Own):
    def test_broken_file_under_load(self):
        daemon = self.daemon().start()
        good = daemon.conf.read_text()
        driver = load(daemon, "-c", "8", "-n", "1000000", "-t", "3", "-b",
                      "300", "-p", "1000000")
        held = self.peer(daemon)
        held.mail("a@customer.example")
        held.rcpt("ceo@example.com")
        time.sleep(0.5)
        broken = good.replace('keep      = yes', 'keap      = yes')
        self.assertNotEqual(broken, good)
        daemon.conf.write_text(broken)
        line = broken[:broken.index("keap")].count("\n") + 1
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: f"{daemon.conf}:{line}:" in daemon.log(), 10,
                   "FILE:LINE in the log")
        # The session that was there goes on, by the old rules.
        self.assertEqual(held.step(b"T")[0], mt.CONTINUE)
        outcome, _ = held.content(message(1))
        self.assertEqual(held.end(outcome).code, "accept")
        daemon.conf.write_text(good)
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: "result=done" in daemon.log(), 10, "the reload")
        got = figures(driver)
        self.assertEqual(got["lost"], 0)
        self.assertEqual(got["later"], 0)
        self.assertGreater(got["accepted"], 0)

    def test_new_desk_counts_from_the_next_message(self):
        daemon = self.daemon().start()
        peer = self.peer(daemon)
        self.assertEqual(peer.message(message(1), recipients=[
            "cfo@example.com"]).stage, b"T")
        daemon.desks = (DESK, desk("cfo", ["cfo@example.com"]))
        daemon.write()
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: "result=done" in daemon.log(), 10, "the reload")
        self.assertEqual(peer.message(message(2), recipients=[
            "cfo@example.com"]).stage, b"E")

    def test_storm_of_hangups(self):
        daemon = self.daemon().start()
        peer = self.peer(daemon)
        for i in range(300):
            daemon.signal(signal.SIGHUP)
            if i % 30 == 0:
                self.assertEqual(peer.message(message(i)).code, "accept")
        self.assertIsNone(daemon.process.poll())


class FullStore(Own):
    """A map of a few megabytes, filled."""

    def fill(self, on_error):
        daemon = self.daemon(conf=CONF.replace('"1G"', '"2M"').replace(
            '"tempfail"', f'"{on_error}"')).start()
        return daemon, load(daemon, "-c", "4", "-n", "2500", "-b", "3000",
                            "-t", "60")

    def first(self, daemon, wanted):
        """The first outcome like that: a small message may still fit."""
        peer = self.peer(daemon)
        for number in range(500):
            outcome = peer.message(
                b"X-Anteroom-Status: screened\r\n" + message(number))
            if wanted(outcome):
                return outcome
        self.fail("the store was never full")

    def test_tempfail(self):
        daemon, driver = self.fill("tempfail")
        got = figures(driver)
        self.assertGreater(got["accepted"], 0)
        self.assertGreater(got["later"], 0)
        outcome = self.first(daemon, lambda o: o.code != "accept")
        self.assertRegex(outcome.code, r"^reply 451 4\.3\.[02] ")
        self.assertEqual(outcome.inserted, [])
        self.assertIn("not-recorded", daemon.log())
        # What strangers are told holds nothing of ours.
        self.assertNotRegex(outcome.code, "(?i)lmdb|map|store|anteroom")
        self.assertEqual(self.peer(daemon).message(
            message(501), recipients=["x@y.example"]).code, "accept")

    def test_accept(self):
        daemon, driver = self.fill("accept")
        got = figures(driver)
        self.assertEqual(got["later"], 0)
        outcome = self.first(daemon, lambda o: o.header(
            "X-Anteroom-Status") != "screened")
        self.assertEqual(outcome.code, "accept")
        self.assertEqual(outcome.header("X-Anteroom-Status"),
                         "unscreened (not recorded)")
        self.assertEqual([(i, n.lower()) for i, n, _ in outcome.changed],
                         [(1, "x-anteroom-status")])
        self.assertIn("not-recorded", daemon.log())


if __name__ == "__main__":
    unittest.main()
