#!/usr/bin/env python3
"""The shipped packs: what short messages are taken for, in four languages."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Anteroomd, ROOT, desk  # noqa: E402

LEVELS = ["low", "normal", "high", "critical"]
# Of each file below tests/corpus/threats the share that is critical: at least,
# at most.
SHARES = [("en-threats", .95, 1), ("en-denials", 0, .1),
          ("en-fiction", 0, .1), ("en-ordinary", 0, .02),
          ("de-threats", .75, 1), ("de-harmless", 0, .15),
          ("de-ordinary", 0, .02), ("fr-threats", .8, 1),
          ("fr-harmless", 0, .2), ("fr-ordinary", 0, .02),
          ("es-threats", .8, 1), ("es-harmless", 0, .2),
          ("es-ordinary", 0, .02)]
# The same for sentences made of verbs (the word and its -ing form), objects and
# forms, in which {v}, {g} and {o} stand for them.
VERBS = {"kill": "killing", "shoot": "shooting", "stab": "stabbing",
         "hurt": "hurting", "harm": "harming", "beat": "beating",
         "attack": "attacking", "burn": "burning", "poison": "poisoning",
         "strangle": "strangling", "murder": "murdering",
         "punch": "punching", "kidnap": "kidnapping"}
OBJECTS = ["you", "your wife", "your family"]
THREATS = ["I am going to {v} {o}.", "I will {v} {o}.",
           "I'll {v} {o} on Friday.", "We are going to {v} {o}.",
           "I'm coming to {v} {o}.", "Pay me or I will {v} {o}.",
           "Somebody is going to {v} {o} and it will be me.",
           "I swear I will {v} {o}.", "Next time I see you I will {v} {o}.",
           "If you do not answer, I will {v} {o}.",
           "I am planning to {v} {o}.", "My brother will {v} {o}.",
           "You deserve it, so I will {v} {o}."]
DENIALS = ["I am not going to {v} {o}.", "I would never {v} {o}.",
           "I don't want to {v} {o}.", "Nobody wants to {v} {o}.",
           "We will not {v} {o}.", "I never said I would {v} {o}.",
           "No one is going to {v} {o}.", "I have no intention of {g} {o}.",
           "I did not threaten to {v} {o}.",
           "I won't {v} {o}, I just want my money back.",
           "It is not true that I want to {v} {o}.",
           "I am not threatening to {v} {o}.",
           "I have never thought of {g} {o}.",
           "Please don't think that I would {v} {o}.",
           "I am not the kind of person who would {v} {o}.",
           "If someone were to {v} {o}, it would be terrible.",
           "I can promise you that nobody will {v} {o}.",
           "There is no reason to fear that I will {v} {o}.",
           "I am angry, but I would not {v} {o}."]
FICTION = ['In the film the villain says: "I will {v} {o}."',
           'My novel begins with the sentence "I am going to {v} {o}."',
           "In the game the player has to {v} the guards.",
           "The song is about a man who wants to {v} his wife.",
           "The play ends when the king orders his men to {v} the prince.",
           "The book tells of a girl who is afraid that somebody will {v} "
           "her.",
           "In the movie the gangster shouts 'I will {v} {o}'."]
FORMS = [("threats", THREATS, .98, 1), ("denials", DENIALS, 0, .02),
         ("fiction", FICTION, 0, .03)]
LIST = ("List-Id: Members <members.example.net>\n"
        "Precedence: list\n")


def message(number, text, subject="Your company", extra=""):
    return (f"From: Customer {number} <customer{number}@customer.example>\n"
            f"To: ceo@example.com\nSubject: {subject}\n{extra}"
            f"Message-ID: <{number}@customer.example>\n"
            f"Date: Thu, 19 Nov 2026 09:00:00 +0000\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
            f"Content-Transfer-Encoding: 8bit\n\n{text}\n")


class Packs(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.it = Anteroomd(self.folder, [desk("ceo", ["ceo@example.com"])])
        self.it.write()

    def explain(self, messages, name="mail"):
        """What each of MESSAGES is taken for, in their order."""
        mail = self.folder / name
        mail.mkdir()
        for number, text in enumerate(messages):
            (mail / f"{number:05}.eml").write_text(text, encoding="utf-8")
        done = self.it.run("explain", "--json", mail)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = map(json.loads, done.stdout.splitlines())
        return sorted(said, key=lambda one: one["file"])

    def test_messages(self):
        lines = (ROOT / "tests/corpus/packs/messages.tsv").read_text(
            encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines
                if line and not line.startswith("#")]
        said = self.explain(message(number, text)
                            for number, (_, _, text) in enumerate(rows))
        self.assertEqual(len(said), len(rows))
        for (topic, urgency, text), one in zip(rows, said):
            level = LEVELS.index(one["urgency"]["level"])
            with self.subTest(text=text):
                if topic.startswith("-"):
                    self.assertNotEqual(one["topic"], topic[1:])
                else:
                    self.assertEqual(one["topic"], topic)
                if urgency.startswith("-") and len(urgency) > 1:
                    self.assertLess(level, LEVELS.index(urgency[1:]))
                elif urgency != "-":
                    self.assertGreaterEqual(level, LEVELS.index(urgency))

    def check_share(self, name, texts, least, most):
        """So many of TEXTS are critical."""
        said = self.explain((message(number, text)
                             for number, text in enumerate(texts)), name)
        critical = sum(one["urgency"]["level"] == "critical" for one in said)
        with self.subTest(name=name, critical=critical):
            self.assertGreaterEqual(len(said), 60)
            self.assertEqual(len(said), len(texts))
            self.assertGreaterEqual(critical, least * len(said))
            self.assertLessEqual(critical, most * len(said))

    def test_threats_and_talk_of_them(self):
        for name, least, most in SHARES:
            texts = (ROOT / f"tests/corpus/threats/{name}.txt").read_text(
                encoding="utf-8").splitlines()
            self.check_share(name, texts, least, most)

    def test_forms_of_threats_and_talk_of_them(self):
        for name, forms, least, most in FORMS:
            texts = sorted({form.format(v=verb, g=VERBS[verb], o=what)
                            for form in forms for verb in VERBS
                            for what in OBJECTS})
            self.check_share(name, texts, least, most)

    def test_lists_lower_no_threat(self):
        """The same words by a mailing list: still critical; news aren't."""
        said = self.explain([
            message(1, "I am going to kill you.", extra=LIST),
            message(2, "He threatened my daughter with a knife.", extra=LIST),
            message(3, "I know where your kids go to school.", extra=LIST),
            message(4, "Police said that a man was shot in Ohio.",
                    extra=LIST)])
        self.assertEqual([one["urgency"]["level"] for one in said[:3]],
                         ["critical"] * 3)
        self.assertIn(said[3]["urgency"]["level"], ("low", "normal"))

    def test_hurry_alone_is_never_critical(self):
        said = self.explain([message(
            1, "URGENT! I need your answer as soon as possible, by 5 pm "
            "today. Please call me back today, it is very urgent.",
            subject="URGENT: today")])
        self.assertEqual(said[0]["urgency"]["level"], "high")


if __name__ == "__main__":
    unittest.main()
