#!/usr/bin/python3
"""What is known of a sender, through the filter: a name in From counts only
with a proof, and what the store knows of a writer reaches the rules."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from daemon import ALL_CASES, Anteroomd, desk

PACK = """
topic "vip" { title = "VIP" precedence = 200 threshold = 40 }
rule "vip-chair" {
    topic  = "vip"
    points = 50
    in     = {"sender"}
    match  = '^authenticated: chair@bank\\.example$'
    why    = "the chair of our bank"
    hits   = {"authenticated: chair@bank.example"}
    misses = {"unauthenticated: chair@bank.example"}
}
rule "vip-staff" {
    topic  = "vip"
    points = 50
    in     = {"sender"}
    match  = '^our own$'
    why    = "one of us"
    hits   = {"our own"}
    misses = {"claims to be our own"}
}
"""
OURS = "Authentication-Results: mx.example.com; " \
       "dkim=pass header.d={domain}\r\n"
THEIRS = "Authentication-Results: mx.evil.example; " \
         "dkim=pass header.d={domain}\r\n"
HOP = "Received: from evil.example by mx.example.com; " \
      "Sat, 21 Nov 2026 09:59:00 +0000\r\n"


class Sender(unittest.TestCase):
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anteroom-sender-")
        cls.addClassCleanup(cls.folder.cleanup)
        pack = pathlib.Path(cls.folder.name) / "vip.rules"
        pack.write_text(PACK)
        conf = ALL_CASES.replace('/rules/*.rules"', f'/rules/*.rules", "{pack}"')
        cls.daemon = Anteroomd(cls.folder.name,
                               [desk("ceo", ["ceo@example.com"])], conf=conf)
        cls.daemon.start()
        cls.addClassCleanup(cls.daemon.stop)

    def send(self, sender, text="Please call me back about the meeting.",
             above="", login=None):
        """What the filter adds to a message; ABOVE is before its own fields."""
        Sender.number += 1
        peer = mt.Peer(self.daemon.milter)
        self.addCleanup(peer.quit)
        peer.connect(daemon="ORIGINATING" if login else "MX")
        return peer.message(
            f"{above}From: Someone <{sender}>\r\nTo: ceo@example.com\r\n"
            f"Subject: Number {Sender.number}\r\n"
            f"Message-ID: <s{Sender.number}@{sender.split('@')[1]}>\r\n"
            "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n"
            f"{text} ({Sender.number})\r\n".encode(), sender=sender)

    def rules(self, outcome):
        return outcome.header("X-Anteroom-Rules") or ""

    def test_a_name_counts_only_with_a_proof(self):
        for sender, rule in (("chair@bank.example", "vip-chair"),
                             ("bob@example.com", "vip-staff")):
            ours = OURS.format(domain=sender.split("@")[1])
            theirs = THEIRS.format(domain=sender.split("@")[1])
            rows = (("nothing", "", False),
                    ("ours, on top", ours, True),
                    ("somebody else's", theirs, False),
                    ("ours, above a hop of ours", ours + HOP, True),
                    ("ours, above somebody else's", ours + theirs, True),
                    ("below somebody else's", theirs + ours, False),
                    ("of another domain",
                     OURS.format(domain="evil.example"), False),
                    ("failed", ours.replace("=pass", "=fail"), False))
            for what, above, believed in rows:
                with self.subTest(sender=sender, what=what):
                    found = self.rules(self.send(sender, above=above))
                    self.assertEqual(rule in found, believed, found)

    def test_whom_nothing_proves_is_told_so(self):
        found = self.rules(self.send("bob@example.com"))
        self.assertIn("sender-claims-to-be-ours", found)
        found = self.rules(self.send("ann@customer.example"))
        self.assertNotIn("sender-claims", found)

    def test_who_waits_and_writes_again(self):
        said = [self.rules(self.send(
            "eager@customer.example", f"Where is parcel {word}?"))
            for word in ("one", "two", "three", "four")]
        self.assertEqual(["writes-again" in rules for rules in said],
                         [False, False, False, True], said)
        found = self.rules(self.send("other@customer.example",
                                     "Where is parcel five?"))
        self.assertNotIn("writes-again", found)

    def test_a_stranger_is_known_the_next_time(self):
        offer = "Special offer: 20 % off all toner. Act now."
        first = self.rules(self.send("toner@gmail.com", offer))
        then = self.rules(self.send("toner@gmail.com", offer + " Really."))
        self.assertIn("sender-cold-call", first)
        self.assertNotIn("sender-has-a-case", first)
        self.assertNotIn("sender-cold-call", then)
        self.assertIn("sender-has-a-case", then)


if __name__ == "__main__":
    unittest.main()
