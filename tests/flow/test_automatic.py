#!/usr/bin/python3
"""Automatic mail, in samples of all vendors, neither starts, stops nor reopens.

Each file of tests/corpus/automatic has the header fields that its vendor
documents; @FROM@, @TO@, @ID@ and @PARENT@ stand for the people and for the
message that it answers. A name that says so came by the null path with no
other mark than its subject.
"""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from daemon import ROOT, Anteroomd, desk

SAMPLES = sorted((ROOT / "tests/corpus/automatic").glob("*.eml"))
CUSTOMER = "robin{}@customer.example"
BOB = "bob@example.com"


def letter(number, part, text, reply_to=None):
    extra = f"In-Reply-To: <{reply_to}>\r\n" if reply_to else ""
    return (f"From: {CUSTOMER.format(number)}\r\nTo: ceo@example.com\r\n"
            f"Subject: Help\r\nMessage-ID: <l{part}-{number}@customer.example>"
            f"\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n{extra}\r\n"
            f"{text} ({number})\r\n").encode()


def answer(number):
    return (f"From: {BOB}\r\nTo: {CUSTOMER.format(number)}\r\n"
            f"Subject: Re: Help\r\nMessage-ID: <r{number}@example.com>\r\n"
            "Date: Sat, 21 Nov 2026 11:00:00 +0000\r\n"
            f"In-Reply-To: <l1-{number}@customer.example>\r\n\r\n"
            "The engineer comes on Monday at nine.\r\n").encode()


class Automatic(unittest.TestCase):
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anteroom-automatic-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.daemon = Anteroomd(cls.folder.name,
                               [desk("ceo", ["ceo@example.com"])])
        cls.daemon.start()
        cls.addClassCleanup(cls.daemon.stop)

    def send(self, text, sender, to, login=None):
        peer = mt.Peer(self.daemon.milter)
        peer.connect()
        outcome = peer.message(text, sender=sender, recipients=[to],
                               login=login)
        peer.quit()
        self.assertEqual(outcome.code, "accept")
        return outcome

    def case(self, answered=False, closed=False):
        """A case of a customer of its own: number, name."""
        Automatic.number += 1
        number = Automatic.number
        outcome = self.send(letter(number, 1, "The line is down."),
                            CUSTOMER.format(number), "ceo@example.com")
        name = outcome.header("X-Anteroom-Case")
        self.assertRegex(name or "", r"^AR-\d+$")
        if answered:
            self.send(answer(number), BOB, CUSTOMER.format(number), "bob")
        if closed:
            self.daemon.cli("close", name, "done")
        return number, name

    def facts(self, name):
        """All that automatic mail must leave as it is."""
        shown = self.daemon.show(name)
        return {key: shown[key] for key in
                ("state", "due", "clocks", "first_reply_at", "closed_at",
                 "waiting_since", "acknowledged_at", "paused_until", "team")}

    def sample(self, path, sender, to, parent):
        words = {"@FROM@": sender, "@TO@": to, "@PARENT@": parent,
                 "@ID@": f"{path.stem}-{sender}"}
        text = path.read_text()
        for word, value in words.items():
            text = text.replace(word, value)
        return text.replace("\n", "\r\n").encode()

    def path(self, path, sender, null):
        """Vendors differ: by the null path, or with the absent's address."""
        alone = "null-path" in path.stem or path.stem.startswith("exchange-200")
        return "" if alone or null else sender


class ToTheDesk(Automatic):
    def leaves(self, null, **what):
        number, name = self.case(**what)
        writer = CUSTOMER.format(number)
        parent = f"r{number}@example.com" if what else \
            f"l1-{number}@customer.example"
        facts, cases = self.facts(name), len(self.daemon.cases())
        for path in SAMPLES:
            with self.subTest(path.stem):
                outcome = self.send(
                    self.sample(path, writer, "ceo@example.com", parent),
                    self.path(path, writer, null), "ceo@example.com")
                self.assertEqual(self.facts(name), facts)
                if what:
                    self.assertIsNone(outcome.header("X-Anteroom-Due"))
        self.assertEqual(len(self.daemon.cases()), cases)

    def test_starts_no_clock(self):
        self.leaves(False, answered=True)

    def test_reopens_nothing(self):
        self.leaves(True, answered=True, closed=True)

    def test_changes_no_case_that_waits(self):
        self.leaves(False)

    def test_makes_no_case(self):
        before = len(self.daemon.cases())
        for path in SAMPLES:
            Automatic.number += 1
            writer = CUSTOMER.format(Automatic.number)
            outcome = self.send(
                self.sample(path, writer, "ceo@example.com",
                            "unknown@elsewhere.example"),
                self.path(path, writer, True), "ceo@example.com")
            with self.subTest(path.stem):
                self.assertEqual(outcome.header("X-Anteroom-Status"),
                                 "screened")
                self.assertIsNone(outcome.header("X-Anteroom-Case"))
        self.assertEqual(len(self.daemon.cases()), before)


class FromStaff(Automatic):
    def test_stops_no_clock(self):
        number, name = self.case()
        to, facts = CUSTOMER.format(number), self.facts(name)
        for null, path in enumerate(SAMPLES):
            with self.subTest(path.stem):
                self.send(self.sample(path, BOB, to,
                                      f"l1-{number}@customer.example"),
                          self.path(path, BOB, null % 2), to, login="bob")
                self.assertEqual(self.facts(name), facts)
        # The same from a human does.
        self.send(answer(number), BOB, to, "bob")
        self.assertEqual(self.daemon.show(name)["state"], "answered")


if __name__ == "__main__":
    unittest.main()
