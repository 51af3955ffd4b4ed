#!/usr/bin/env python3
"""anteroom backtest: what other packs would decide, and why."""
import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Anteroomd, BUILD, ROOT, desk  # noqa: E402

RULES = ROOT / "rules"


def message(number, text):
    return (f"Received: from a by mx.example.com; "
            f"Fri, 20 Nov 2026 09:00:00 +0000\n"
            f"From: c{number}@customer.example\nTo: ceo@example.com\n"
            f"Subject: A note\nMessage-ID: <{number}@customer.example>\n"
            f"Date: Fri, 20 Nov 2026 09:00:00 +0000\n\n{text}\n")


def rule(name, topic, points, urgency, match):
    return (f'rule "{name}" {{ topic = "{topic}" points = {points} '
            f'urgency = {urgency} match = \'\\b{match}\\b\' '
            f'why = "the test says so" }}\n')


class Backtest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.it = Anteroomd(self.folder, [desk("ceo", ["ceo@example.com"])])
        self.it.write()
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        for number, text in enumerate(("The wombat is here, sir.",
                                       "Nothing of note, sir."), 1):
            (self.mail / f"{number}.eml").write_text(message(number, text))

    def packs(self, *rules, name="new"):
        """The shipped packs and these."""
        folder = self.folder / name
        shutil.copytree(RULES, folder)
        (folder / "zz.rules").write_text("".join(rules))
        return folder

    def ask(self, *words, code=0):
        done = self.it.run("backtest", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def rows(self, *words):
        lines = self.ask("--json", *words).stdout.splitlines()
        rows = [json.loads(line) for line in lines]
        self.assertTrue(all(row["v"] == 1 for row in rows))
        return rows[:-1], rows[-1]["summary"]

    def test_same_packs(self):
        changed, summary = self.rows("--rules", RULES, self.mail)
        self.assertEqual(changed, [])
        self.assertEqual(summary, {
            "messages": 2, "changed": 0, "topic": 0, "urgency": 0, "team": 0,
            "to_screened": 0, "to_case": 0})

    def test_gained(self):
        packs = self.packs(rule("billing-wombat", "billing", 200, 50,
                                "wombat"))
        changed, summary = self.rows("--rules", packs / "*.rules", self.mail)
        self.assertEqual(len(changed), 1)
        row = changed[0]
        self.assertEqual(row["file"], str(self.mail / "1.eml"))
        self.assertEqual(row["message_id"], "1@customer.example")
        self.assertEqual((row["after"]["topic"], row["after"]["team"]),
                         ("billing", "care"))
        self.assertNotEqual(row["before"]["topic"], "billing")
        self.assertEqual(row["after"]["urgency"]["level"], "critical")
        self.assertEqual([r["name"] for r in row["gained"]],
                         ["billing-wombat"])
        self.assertEqual(row["gained"][0]["text"], "wombat")
        self.assertEqual((row["lost"], row["weighed"]), ([], []))
        self.assertEqual((summary["messages"], summary["changed"],
                          summary["topic"], summary["urgency"]),
                         (2, 1, 1, 1))

    def test_lost_and_weighed(self):
        """The other way round, and the same rule with other points."""
        old = self.packs(rule("billing-wombat", "billing", 200, 50, "wombat"),
                         name="old")
        new = self.packs(rule("billing-wombat", "billing", 200, 0, "wombat"))
        conf = self.it.conf
        conf.write_text(conf.read_text().replace(str(RULES), str(old)))
        row = self.rows("--rules", RULES, self.mail)[0][0]
        self.assertEqual([r["name"] for r in row["lost"]],
                         ["billing-wombat"])
        row = self.rows("--rules", new, self.mail)[0][0]
        self.assertEqual((row["gained"], row["lost"]), ([], []))
        weighed, = row["weighed"]
        self.assertEqual((weighed["urgency"], weighed["before"]["urgency"]),
                         (0, 50))
        said = self.ask("--rules", new, self.mail).stdout
        self.assertIn("~ billing-wombat: +200 billing, +50 urgency -> "
                      "+200 billing, +0 urgency", said)

    def test_screened(self):
        packs = self.packs(rule("sales-wombat", "sales", 500, -90, "wombat"))
        row, = self.rows("--rules", packs, self.mail)[0]
        self.assertIsNone(row["after"]["team"])
        said = self.ask("--rules", packs, self.mail).stdout
        self.assertIn("-> none (screened)", said)
        self.assertIn("+ sales-wombat: +500 sales, -90 urgency", said)
        self.assertIn("2 messages, 1 decided otherwise", said)
        self.assertIn("cases that would be screened: 1; screened that would "
                      "be cases: 0", said)

    def test_mistakes(self):
        broken = self.packs('rule "x" { topic = "sales" match = "(" }\n')
        said = self.ask("--rules", broken, self.mail, code=2).stderr
        self.assertIn(f"{broken / 'zz.rules'}:1: ", said)
        self.ask(self.mail, code=2)
        self.ask("--rules", self.folder / "none.rules", self.mail, code=2)
        self.ask("--rules", RULES, self.folder / "nothing", code=2)
        (self.folder / "empty").mkdir()
        self.ask("--rules", RULES, self.folder / "empty", code=1)

    def test_records_nothing(self):
        self.ask("--rules", RULES, self.mail)
        self.assertFalse((self.folder / "store").exists())

    def test_relative(self):
        """GLOB is taken from where the caller stands."""
        self.packs(rule("billing-wombat", "billing", 200, 50, "wombat"))
        done = subprocess.run(
            [BUILD / "anteroom", "-c", self.it.conf, "backtest", "--rules",
             "new/*.rules", "mail"], cwd=self.folder, timeout=60,
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 messages, 1 decided otherwise", done.stdout)

    def test_progress(self):
        """On a terminal, and gone from it in the end."""
        ours, theirs = pty.openpty()
        done = subprocess.run(
            [BUILD / "anteroom", "-c", self.it.conf, "backtest", "--rules",
             RULES, self.mail], stdout=subprocess.DEVNULL, stderr=theirs,
            check=False, timeout=60)
        os.close(theirs)
        said = os.read(ours, 4096).decode()
        os.close(ours)
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 messages", said)
        self.assertTrue(said.endswith("\r\033[K"))


if __name__ == "__main__":
    unittest.main()
