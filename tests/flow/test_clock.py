#!/usr/bin/env python3
"""The clock of the running daemon, under pretended time: warnings, breaches and
escalations at their second, the outbox, kills, and the wall clock set."""
import json
import pathlib
import random
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import CONF, Anteroomd, BUILD, desk  # noqa: E402
from faketime import Faketime, library  # noqa: E402
from mailserver import wait_until  # noqa: E402

# A Monday; the office is in Berlin, an hour ahead.
START = "2026-11-23T08:00:00Z"
TELLS = ("warning", "breach", "escalation", "moved")


def message(number, text, date=None):
    received = f"Received: from a by mx.example.com; {date}\n" if date else ""
    return (f"{received}From: Customer <c{number}@customer.example>\n"
            f"To: ceo@example.com\nSubject: Number {number}\n"
            f"Message-ID: <{number}@customer.example>\n\n"
            f"This is letter {number}. {text}\n")


THREAT = "He said he is going to kill me and my children tonight."
PLAIN = "My invoice of May is wrong: you charged me twice for the line."


@unittest.skipUnless(library(), "libfaketime isn't installed")
@unittest.skipIf("san-" in str(BUILD), "preloading and sanitizers don't mix")
class Base(unittest.TestCase):
    mode = "live"
    more = {}

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        folder = pathlib.Path(temporary.name)
        self.time = Faketime(folder, START)
        self.it = Anteroomd(folder, [desk("ceo", ["ceo@example.com"],
                                          mode=self.mode)],
                            environment=self.time.environment, **self.more)
        self.it.start()
        self.addCleanup(self.it.stop)

    def take(self, number, text, *words, date=None):
        done = self.it.run("take", "--json", *words,
                           data=message(number, text, date))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["case"]

    def told(self, case):
        return [(e["what"], e["at"], e["detail"])
                for e in self.it.show(case)["timeline"] if e["what"] in TELLS]

    def notices(self, state="all"):
        done = self.it.run("notices", "--json", "--state", state)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [row for row in rows[::-1] if row["kind"] != "digest"]

    def until_told(self, case, n):
        wait_until(lambda: len(self.told(case)) >= n, 60,
                   f"{n} lines of the clock in {case}")
        return self.told(case)

    def kill(self):
        self.it.signal(signal.SIGKILL)
        self.it.process.wait()
        self.it.start()

    def expect_threat(self, case):
        """Taken in at START by the policy safety: one hour, around the clock"""
        self.assertEqual([(what, at) for what, at, _ in self.told(case)], [
            ("warning", "2026-11-23T08:30:00Z"),
            ("warning", "2026-11-23T08:45:00Z"),
            ("warning", "2026-11-23T08:54:00Z"),
            ("breach", "2026-11-23T09:00:00Z"),
            ("escalation", "2026-11-23T11:00:00Z"),
            ("escalation", "2026-11-24T09:00:00Z")])
        self.assertEqual([(n["kind"], n["at"], n["to"], n["level"],
                           n["after_s"]) for n in self.notices()
                          if n["metric"] == "first_reply"], [
            ("warning", "2026-11-23T08:30:00Z", "trust@example.com", 50, None),
            ("warning", "2026-11-23T08:45:00Z", "trust@example.com", 75, None),
            ("warning", "2026-11-23T08:54:00Z", "trust@example.com", 90, None),
            ("breach", "2026-11-23T09:00:00Z", "trust-lead@example.com", None,
             0),
            ("escalation", "2026-11-23T11:00:00Z", "ea@example.com", None,
             7200),
            ("escalation", "2026-11-24T09:00:00Z",
             "jane.doe@internal.example.com", None, 86400)])


class Clock(Base):
    def test_each_at_its_second(self):
        case = self.take(1, THREAT)
        ahead = self.it.json("forecast", "--until", "2026-11-24T09:00:00Z")
        steps = ((30 * 60, 1), (15 * 60, 2), (9 * 60, 3), (6 * 60 + 1, 4),
                 (2 * 3600 - 1, 5), (22 * 3600, 6))
        for seconds, n in steps:
            self.time.forward(seconds=seconds - 1)
            self.assertLess(len(self.told(case)), n)
            self.time.forward(seconds=1)
            self.assertEqual(len(self.until_told(case, n)), n)
        self.expect_threat(case)
        self.assertEqual([(a["what"], a["at"]) for a in ahead],
                         [(what, at) for what, at, _ in self.told(case)])
        self.assertEqual(self.it.run("fsck").returncode, 0)

    def test_down_for_a_day(self):
        case = self.take(1, THREAT)
        self.it.stop()
        self.time.forward(days=1, hours=1)
        self.it.start()
        self.until_told(case, 6)
        self.expect_threat(case)

    def test_kills(self):
        """Killed at random moments while time passes: nothing more, nothing
        less."""
        dice = random.Random(20261123)
        case = self.take(1, THREAT)
        for _ in range(12):
            self.time.forward(minutes=dice.randrange(1, 200))
            self.kill()
        self.time.set("2026-11-24T09:00:01Z")
        self.until_told(case, 6)
        self.expect_threat(case)
        self.assertEqual(self.it.run("fsck").returncode, 0)

    def test_clock_set_back(self):
        case = self.take(1, THREAT)
        self.time.forward(minutes=46)
        self.until_told(case, 2)
        self.time.forward(days=-3)
        self.time.set("2026-11-24T10:00:00Z")
        self.until_told(case, 6)
        self.expect_threat(case)

    def test_outbox(self):
        """Leases: given out again after five minutes, with the same id."""
        self.take(1, THREAT)
        self.time.forward(minutes=30)
        wait_until(lambda: self.notices("waiting"), 20, "a notice")
        first = self.it.json("notices-take")[0]
        self.assertEqual(first["subject"], "(restricted)")
        self.assertRegex(first["message_id"], r"^<[^<>@ ]+@example\.com>$")
        self.assertEqual(self.it.json("notices-take"), [])
        self.kill()
        self.time.forward(minutes=5)
        again = self.it.json("notices-take")[0]
        self.assertEqual(again["message_id"], first["message_id"])
        self.it.cli("notice-sent", again["notice"])
        self.assertEqual(self.notices("waiting"), [])
        self.assertEqual(self.it.json("status")[0]["outbox"],
                         {"waiting": 0, "due": 0, "dead": 0})

    def test_answered(self):
        """What waits about a clock that ended is withdrawn."""
        case = self.take(1, THREAT)
        self.time.forward(minutes=30)
        self.until_told(case, 1)
        self.it.cli("answered", case, "by", "phone")
        self.assertEqual([n["state"] for n in self.notices()], ["withdrawn"])
        self.time.forward(hours=3)
        self.it.cli("note", case, "time", "went", "by")
        self.assertEqual(len(self.told(case)), 1)

    def test_storm(self):
        """Twelve at once make one mail to the lead."""
        cases = [self.take(i, PLAIN) for i in range(12)]
        self.time.forward(days=30)
        for case in cases:
            self.until_told(case, 2)
        to_lead = [n for n in self.notices("waiting")
                   if n["to"] == "care-lead@example.com"]
        self.assertEqual([n["kind"] for n in to_lead], ["summary"])
        self.assertEqual({c["case"] for c in to_lead[0]["cases"]}, set(cases))

    def test_replayed(self):
        """Deadlines that were over are on the timeline, and mailed nobody."""
        case = self.take(1, THREAT, date="Sun, 22 Nov 2026 20:00:00 +0000")
        self.time.forward(seconds=10)
        told = self.until_told(case, 1)
        self.assertEqual(told[0][:2], ("breach", "2026-11-22T21:00:00Z"))
        self.assertEqual(self.notices(), [])
        # The executive's turn is still to come.
        self.time.forward(hours=13)
        self.until_told(case, 2)
        self.assertEqual([n["to"] for n in self.notices()],
                         ["jane.doe@internal.example.com"])

    def test_replayed_with_notify(self):
        case = self.take(1, THREAT, "--notify",
                         date="Sun, 22 Nov 2026 20:00:00 +0000")
        self.until_told(case, 5)
        self.assertEqual(len(self.notices()), 5)

    def replay(self, *words):
        box = self.it.folder / "box.eml"
        box.write_text(message(1, THREAT, "Sun, 22 Nov 2026 20:00:00 +0000"))
        done = self.it.run("replay", "--json", *words, box)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[0])["case"]

    def test_replay_notifies_when_asked(self):
        """What was over is mailed once; a second time it is known."""
        case = self.replay("--notify")
        self.until_told(case, 5)
        self.assertEqual(
            [n["kind"] for n in self.notices() if n["case"] == case],
            ["warning"] * 3 + ["breach", "escalation"])
        self.assertEqual(self.replay("--notify"), case)
        self.time.forward(seconds=10)
        self.assertEqual(len(self.notices()), 5)

    def test_replay_known_already_notifies_nobody(self):
        case = self.replay()
        self.time.forward(seconds=10)
        self.until_told(case, 1)
        self.assertEqual(self.replay("--notify"), case)
        self.time.forward(seconds=10)
        self.assertEqual(self.notices(), [])

    def test_holiday_added(self):
        """A reload moves the open deadline over a holiday."""
        case = self.take(1, PLAIN)
        before = self.it.show(case)["due"]["first_reply"]
        self.it.template = self.it.template.replace(
            'holidays = {{"2026-12-25"}}',
            'holidays = {{"2026-11-24", "2026-12-25"}}')
        self.it.write()
        self.it.signal(signal.SIGHUP)
        wait_until(lambda: any(t[0] == "moved" for t in self.told(case)), 20,
                   "the deadline to move")
        after = self.it.show(case)["due"]["first_reply"]
        self.assertNotEqual(before, after)
        detail = next(d for w, _, d in self.told(case) if w == "moved")
        self.assertIn(before, detail)


class ReadersHours(Base):
    """In the reader's working hours, unless it is critical."""
    more = {"conf": CONF.replace(
        'policy "standard" {{ first-reply = "16h" next-reply = "16h" '
        'resolve = "10d" warn = {{90}} escalate = {{"0h lead"}} }}',
        'policy "standard" {{ first-reply = "16h" warn = {{90}} '
        'escalate = {{"0h lead", "2h assistant"}} }}')}

    def held_until(self, case, to):
        return [n["not_before"] for n in self.notices()
                if n["case"] == case and n["to"] == to]

    def test_a_breach_at_closing_time_is_told_next_morning(self):
        case = self.take(1, PLAIN)
        self.time.set("2026-11-24T16:30:01Z")  # 17:30 in Berlin
        self.until_told(case, 2)
        self.time.set("2026-11-24T18:30:01Z")
        self.until_told(case, 3)
        morning = "2026-11-25T08:00:00Z"
        self.assertEqual(self.held_until(case, "care-lead@example.com"),
                         [morning])
        self.assertEqual(self.held_until(case, "ea@example.com"), [morning])

    def test_what_is_critical_waits_for_no_morning(self):
        self.time.set("2026-11-24T22:00:00Z")
        case = self.take(1, THREAT)
        self.time.set("2026-11-24T23:00:01Z")
        self.until_told(case, 4)
        held = self.held_until(case, "trust-lead@example.com")
        self.assertEqual(len(held), 1)
        self.assertLessEqual(held[0] or "", "2026-11-24T23:00:01Z")


class Shadow(Base):
    """A desk that only looks mails nobody, whatever is late."""
    mode = "shadow"

    def test_nobody_told(self):
        case = self.take(1, THREAT)
        self.time.forward(days=1, hours=1)
        self.assertEqual(len(self.until_told(case, 6)), 6)
        self.assertEqual(self.notices(), [])


if __name__ == "__main__":
    unittest.main()
