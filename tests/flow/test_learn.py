#!/usr/bin/env python3
"""anteroom learn: corrections become a second opinion that explains itself."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Anteroomd, desk  # noqa: E402

# Words that no rule knows, each with the topic that people give it.
KINDS = {"service": "the wombat sleeps beneath a violet umbrella",
         "sales": "our quokka lamps glow along every northern river"}


def message(number, text):
    return (f"From: c{number}@customer.example\nTo: ceo@example.com\n"
            f"Subject: A note\nMessage-ID: <{number}@customer.example>\n"
            f"Date: Fri, 20 Nov 2026 09:00:00 +0000\n\n{text}\n")


class Learn(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.it = Anteroomd(self.folder, [desk("ceo", ["ceo@example.com"])])
        self.it.write()
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        self.model = self.it.folder / "store" / "model"

    def write(self, kinds, each):
        """So many messages of each kind; the labels they deserve."""
        labels = []
        for topic, text in kinds:
            for _ in range(each):
                name = f"{len(labels)}.eml"
                (self.mail / name).write_text(message(
                    len(labels), f"{text} {len(labels)}"))
                labels.append({"file": name, "topic": topic})
        path = self.folder / "labels.jsonl"
        path.write_text("".join(json.dumps(x) + "\n" for x in labels))
        return path

    def ask(self, *words, code=0):
        done = self.it.run(*words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def explain(self, text):
        path = self.folder / "one.eml"
        path.write_text(message(9999, text))
        return json.loads(self.ask("explain", "--json", path).stdout), path

    def test_corrections(self):
        """60 cases corrected by hand; then it knows, before and after a
        reload, and screens nothing away."""
        self.write(KINDS.items(), 30)
        wombat = KINDS["service"] + " again"
        before, _ = self.explain(wombat)
        self.assertEqual((before["topic"], before["model"]), ("other", None))
        with self.it:
            self.ask("replay", self.mail)
            for case in self.it.cases():
                text = self.it.show(case["id"])["excerpt"]
                topic = "service" if "wombat" in text else "sales"
                self.ask("topic", case["id"], topic)
            said = self.ask("learn", "--test").stdout
            self.assertIn("60 messages, 60 corrected", said)
            self.assertFalse(self.model.exists())
            done = json.loads(self.ask("learn", "--json").stdout)
            self.assertEqual((done["rules_right"], done["model_right"]),
                             (0, 60))
            self.assertEqual(done["written"], str(self.model))
        row, path = self.explain(wombat)
        self.assertEqual(row["topic"], "service")
        self.assertEqual(row["model"]["topic"], "service")
        self.assertGreater(row["model"]["share"], 0)
        self.assertTrue(any("wombat" in w for w in row["model"]["words"]))
        hit = row["rules"][-1]
        self.assertEqual((hit["name"], hit["points"]),
                         ("model", row["model"]["share"]))
        self.assertIn("wombat", self.ask("explain", path).stdout)
        # The route of sales is "none", but a suggestion screens nothing.
        row, _ = self.explain(KINDS["sales"])
        self.assertEqual((row["topic"], row["team"]), ("sales", "office"))
        # What is settled stays.
        row, _ = self.explain(KINDS["sales"] + ". I will kill you tomorrow.")
        self.assertEqual((row["topic"], row["model"]), ("safety", None))
        self.ask("explain", "--verify", path)

    def test_labels(self):
        labels = self.write(KINDS.items(), 20)
        self.ask("learn", "--labels", labels, self.mail)
        self.assertEqual(self.explain(KINDS["service"])[0]["topic"],
                         "service")
        self.ask("learn", "--labels", labels, code=2)
        self.ask("learn", self.mail, code=2)
        labels.write_text('{"file":"x"}\n')
        done = self.ask("learn", "--labels", labels, self.mail, code=2)
        self.assertIn(f"{labels}:1: ", done.stderr)

    def test_refused(self):
        """Labels that have nothing to do with the words: where the rules are
        right, a model can only do harm. The old one stays."""
        self.model.write_bytes(b"old")
        texts = [("billing" if n % 2 else "service",
                  "I was charged twice, please refund my invoice.")
                 for n in range(40)]
        labels = self.write(texts, 1)
        done = self.ask("learn", "--labels", labels, self.mail, code=1)
        self.assertIn("nothing was written", done.stderr)
        self.assertEqual(self.model.read_bytes(), b"old")

    def test_damaged(self):
        """Said once, and left aside."""
        self.model.write_bytes(b"ARMODEL\0" + bytes(100))
        done = self.ask("check")
        self.assertIn("going on without it", done.stderr)
        self.assertEqual(self.explain(KINDS["service"])[0]["topic"], "other")

    def test_nothing_to_learn(self):
        self.assertIn("too few", self.ask("learn", code=1).stderr)


if __name__ == "__main__":
    unittest.main()
