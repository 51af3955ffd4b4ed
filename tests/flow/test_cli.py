#!/usr/bin/env python3
"""The program anteroom: words, exit codes, JSON; by the daemon and without."""
import csv
import io
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Anteroomd, BUILD, ROOT, desk  # noqa: E402
from mailserver import wait_until  # noqa: E402

DESK = desk("ceo", ["ceo@example.com"])
EXPLAIN = {"v", "file", "message_id", "from", "subject", "kind", "urgency",
           "topic", "topics", "team", "sensitive", "policy", "due", "rules"}
CASE = {"v", "id", "desk", "team", "topic", "topics", "urgency", "state",
        "sensitive", "subject", "from", "received", "due", "first_reply_at",
        "closed_at", "overdue", "messages", "rules"}


def message(number, text="The telephone does not work since Monday.",
            to="ceo@example.com", sender="customer", subject="My line",
            date="Fri, 20 Nov 2026 09:00:00 +0000", extra=""):
    return (f"Received: from a by mx.example.com; {date}\n"
            f"From: Customer {number} <{sender}{number}@customer.example>\n"
            f"To: {to}\nSubject: {subject}\n{extra}"
            f"Message-ID: <{number}@customer.example>\n"
            f"Date: Thu, 19 Nov 2026 09:00:00 +0000\n\n"
            f"Message number {number}.\n{text}\n")


def mbox(*messages):
    return "".join("From x@y Fri Nov 20 09:00:00 2026\n" +
                   re.sub(r"^(>*From )", r">\1", m, flags=re.M) + "\n"
                   for m in messages)


class Base(unittest.TestCase):
    serve = False

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.it = Anteroomd(self.folder, [DESK])
        self.it.write()
        if self.serve:
            self.it.start()
            self.addCleanup(self.it.stop)

    def ask(self, *words, code=0, data=None, says=""):
        done = self.it.run(*words, data=data)
        text = f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.assertEqual(done.returncode, code, text)
        self.assertIn(says, done.stdout + done.stderr, text)
        return done.stdout

    def rows(self, *words, code=0, data=None):
        text = self.ask(*words, code=code, data=data)
        rows = [json.loads(line) for line in text.splitlines()]
        self.assertTrue(all(row["v"] == 1 for row in rows))
        return rows

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Words(Base):
    def test_wrong_words(self):
        for words, says in [
                (["csaes"], 'did you mean "cases"?'),
                (["frobnicate"], "anteroom help"),
                (["cases", "--serch", "x"], "did you mean --search?"),
                (["cases", "--limit"], "needs a value"),
                (["cases", "--limit=1", "--limit=2"], "given twice"),
                (["cases", "--json=1"], "takes no value"),
                (["cases", "-x"], "unknown option -x"),
                (["cases", "extra"], "too many"),
                (["show"], "CASE is missing"),
                (["pause", "1", "why"], "--for is missing"),
                (["explain"], "FILE is missing"),
                (["held"], "unknown command"),
                ([], "usage:")]:
            with self.subTest(words):
                self.ask(*words, code=2, says=says)

    def test_errors_name_the_program(self):
        done = self.it.run("show", "AR-1")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^anteroom: show: .*AR-1\b.*\n$")
        self.assertEqual(done.stdout, "")

    def test_help_of_all(self):
        table = [line.split() for line in
                 self.ask("help", "--words").splitlines()]
        manual = (ROOT / "packaging/man/anteroom.1").read_text() \
            .replace("\\-", "-")
        self.assertGreaterEqual(len(table), 22)
        for name, *words in table:
            for text in (self.ask("help", name), self.ask(name, "--help")):
                self.assertIn(f"usage: anteroom {name}", text)
            entries = re.findall(rf"^\.It Cm {name}\b.*", manual, re.M)
            self.assertTrue(entries, f"{name} is not in the manual")
            for word in (w[2:].split("=")[0] for w in words if w[:2] == "--"):
                self.assertIn(f"--{word}", self.ask("help", name))
                self.assertTrue(any(f"Fl -{word}" in e for e in entries),
                                f"{name} --{word} is not in the manual")
        listed = set(re.findall(r"^\.It Cm ([\w-]+)", manual, re.M))
        self.assertEqual(listed, {name for name, *_ in table})

    def test_version_and_usage(self):
        self.assertRegex(self.ask("version"), r"^anteroom \d+\.\d+")
        self.assertEqual(self.ask("--version"), self.ask("version"))
        self.ask("--help", says="COMMAND")

    def complete(self, *words):
        script = ROOT / "packaging/completion/anteroom.bash"
        line = " ".join(f"'{w}'" for w in words)
        done = subprocess.run(
            ["bash", "-c", f"source '{script}'; COMP_WORDS=({line}); "
             f"COMP_CWORD={len(words) - 1}; _anteroom; "
             "printf '%s\\n' \"${COMPREPLY[@]}\""],
            capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.split()

    def test_completion(self):
        run = [str(BUILD / "anteroom"), "-c", str(self.it.conf)]
        self.assertEqual(self.complete(*run, "exp"), ["explain", "export"])
        self.assertEqual(self.complete(*run, "cases", "--ov"), ["--overdue"])
        self.assertEqual(self.complete(*run, "cases", "--state", "a"),
                         ["answered"])
        self.assertEqual(self.complete(*run, "route", "AR-1", "tr"),
                         ["trust"])
        self.ask("take", data=message(1))
        self.assertEqual(self.complete(*run, "show", "AR"), ["AR-1"])


class Configuration(Base):
    def test_check(self):
        self.assertRegex(self.ask("check"),
                         r"configuration and \d+ rules in \d+ packs: fine")

    def test_all_mistakes_at_once(self):
        text = self.it.conf.read_text()
        lines = text.replace('calendar  = "always"', 'calendar = "alwys"') \
            .replace('route "press"   { team = "media" }',
                     'route "press" { team = "medai" }')
        self.it.conf.write_text(lines)
        done = self.it.run("check")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        mistakes = [l for l in done.stderr.splitlines()
                    if re.match(rf"{re.escape(str(self.it.conf))}:\d+: ", l)]
        self.assertEqual(len(mistakes), 2, done.stderr)
        self.assertIn('"media"', done.stderr)
        self.assertIn('"always"', done.stderr)
        for words in (["cases"], ["explain", "-"], ["replay", "-"],
                      ["status"]):
            self.ask(*words, code=2, says=f"{self.it.conf}:", data="")
        # A message must not bounce because of it.
        self.ask("take", code=75, says=f"{self.it.conf}:", data=message(1))

    def test_examples_of_rules(self):
        pack = self.put("own.rules", 'topic "own" { title = "Own" }\n'
                        'rule "own-1" { topic = "own" points = 50\n'
                        'in = {"text"} match = "word" why = "w"\n'
                        'hits = {"nothing of it"} misses = {"a word"} }\n')
        self.it.conf.write_text(self.it.conf.read_text().replace(
            "packs = {", f'packs = {{"{pack}", '))
        done = self.it.run("check")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(re.findall(rf"^{re.escape(str(pack))}:\d+: ",
                                        done.stderr, re.M)), 2, done.stderr)

    def test_mistakes_of_all_sorts_at_once(self):
        """One stage's mistakes hide none of the next one's."""
        rule = ('rule "own-{}" {{ topic = "{}" points = 50 in = {{"{}"}} '
                'match = "{}" why = "w" hits = {{"a word"}} }}\n').format
        pack = self.put("own.rules", 'topic "own" { title = "Own" }\n' +
                        rule(1, "onw", "text", "word") +
                        rule(2, "own", "txet", "word") +
                        rule(3, "own", "text", "(word") +
                        rule(4, "own", "text", "sword") +
                        rule(5, "own", "text", "word"))
        self.it.conf.write_text(self.it.conf.read_text().replace(
            "packs = {", f'packs = {{"{pack}", ').replace(
                '"tempfail"', '"tempfial"'))
        done = self.it.run("check")
        self.assertEqual(done.returncode, 1)
        places = re.findall(r"^(\S+):(\d+): (?!warning)", done.stderr, re.M)
        self.assertEqual([(pathlib.Path(file).name, line)
                          for file, line in places][1:],
                         [("own.rules", str(n)) for n in range(2, 6)],
                         done.stderr)
        self.assertEqual(places[0][0], str(self.it.conf))

    def test_no_file(self):
        done = subprocess.run([BUILD / "anteroom", "-c", "/nowhere/x.conf",
                               "cases"], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/x.conf", done.stderr)


class Explain(Base):
    def test_one_line_a_message(self):
        self.put("m/2.eml", message(2))
        self.put("m/1.eml", message(1, "I will rape and kill you."))
        self.put("m/.hidden", message(3))
        rows = self.rows("explain", "--json", self.folder / "m")
        self.assertEqual([os.path.basename(r["file"]) for r in rows],
                         ["1.eml", "2.eml"])
        for row in rows:
            self.assertLessEqual(EXPLAIN, set(row))
            self.assertEqual(set(row["due"]), {"first_reply"})
        first = rows[0]
        self.assertEqual(first["file"], str(self.folder / "m/1.eml"))
        self.assertEqual(first["urgency"]["level"], "critical")
        self.assertEqual(first["topic"], "safety")
        self.assertEqual(first["topics"][0]["name"], "safety")
        self.assertEqual((first["team"], first["policy"]),
                         ("trust", "safety"))
        self.assertTrue(first["sensitive"])
        self.assertEqual(first["due"]["first_reply"], "2026-11-20T10:00:00Z")
        for rule in first["rules"]:
            self.assertLessEqual({"name", "topic", "points", "urgency", "in",
                                  "text", "why"}, set(rule))

    def test_where_messages_are(self):
        one, two = message(1), message(2, "From here on:\n>From there.")
        box = self.put("box", mbox(one, two))
        for folder in ("cur", "new", "tmp"):
            self.put(f"Maildir/{folder}/17{folder}", message(folder))
        for words, files in [
                ([box], ["box#1", "box#2"]),
                ([self.folder / "Maildir"], ["17cur", "17new"]),
                ([box, self.folder / "Maildir"],
                 ["box#1", "box#2", "17cur", "17new"])]:
            rows = self.rows("explain", "--json", *words)
            self.assertEqual([os.path.basename(r["file"]) for r in rows],
                             files)
        rows = self.rows("explain", "--json", "-", data=one)
        self.assertEqual(rows[0]["file"], "-")
        self.assertEqual(rows[0]["message_id"], "1@customer.example")
        self.assertEqual(len(self.rows("explain", "--json", "-",
                                       data=mbox(one, two))), 2)

    def test_verify(self):
        """The one pass gives the answers of PCRE2 alone."""
        demo = ROOT / "tests" / "demo" / "messages"
        rows = self.rows("explain", "--json", "--verify", demo)
        self.assertEqual({str(r["verify"]) for r in rows},
                         {str({"equal": True, "differs": None})})
        self.assertTrue(any(r["rules"] for r in rows))
        self.ask("explain", "--verify", next(demo.iterdir()),
                 says="the same by PCRE2 alone")

    def test_why_not(self):
        path = self.put("1.eml", message(1))
        why = self.rows("explain", "--json", "--why-not", "safety",
                        path)[0]["why_not"]
        self.assertEqual((why["topic"], why["points"]), ("safety", 0))
        self.assertFalse(why["qualified"])
        self.assertTrue(why["missed"])
        self.ask("explain", "--why-not", "safety", path,
                 says="Topic safety: 0 of")
        self.ask("explain", "--why-not", "safty", path, code=2,
                 says='"safety"')

    def test_text_to_read(self):
        """From the decision to all that it follows from."""
        path = self.put("1.eml", message(
            1, "I will rape and kill you.\n\n> quoted\n"))
        text = self.ask("explain", path)
        order = ["Topic         safety", "Urgency       critical",
                 "Team          trust (the route of its topic)",
                 "Policy        safety", "Text that counted",
                 "[I will rape and kill you].",
                 "Doesn't count, quoted", "  | quoted",
                 "safety applies: ", "Urgency\n", "a person wrote",
                 "Policies, the first that fits\n  safety       fits",
                 "Open time until the first reply"]
        at = 0
        for words in order:
            self.assertIn(words, text[at:], text)
            at = text.index(words, at)
        row = self.rows("explain", "--json", path)[0]
        self.assertEqual(row["promised"]["policy"], row["policy"])
        self.assertEqual(row["promised"]["due"]["first_reply"],
                         row["due"]["first_reply"])
        self.assertEqual(row["reckoning"][-1]["sum"],
                         row["urgency"]["score"])

    def test_nothing(self):
        self.ask("explain", self.folder / "none", code=2, says="none")
        (self.folder / "empty").mkdir()
        self.ask("explain", self.folder / "empty", code=1,
                 says="no message found")

    def test_records_nothing(self):
        self.ask("explain", "-", data=message(1))
        self.ask("cases", code=1)


class Cases(Base):
    """Everything about cases; without a daemon, and with (below)."""

    def fill(self, n=3):
        for i in range(1, n + 1):
            self.ask("take", data=message(i))

    def test_take(self):
        self.ask("take", data=message(1), says="new: AR-1")
        self.ask("take", data=message(1), says="known: AR-1")
        self.ask("take", data=message(2, to="info@example.com"),
                 says="unwatched")
        self.ask("take", "--to", "CEO@Example.com", "--to", "x@example.com",
                 data=message(3, to="undisclosed"), says="new: AR-2")
        self.ask("take", data="", code=2, says="empty")
        row = self.rows("take", "--json", data=message(4))[0]
        self.assertEqual((row["outcome"], row["case"]), ("new", "AR-3"))
        # The arrival is that of the topmost Received field.
        case = self.rows("show", "1", "--json")[0]
        self.assertEqual(case["received"], "2026-11-20T09:00:00Z")

    def test_take_reply(self):
        self.fill(1)
        reply = ("From: Bob <bob@example.com>\n"
                 "To: customer1@customer.example\nSubject: Re: My line\n"
                 "Message-ID: <r1@example.com>\n"
                 "In-Reply-To: <1@customer.example>\n"
                 "Date: Fri, 20 Nov 2026 10:00:00 +0000\n\nWe mended it.\n")
        self.ask("take", data=reply, says="unwatched")
        self.assertEqual(self.rows("cases", "--json")[0]["state"], "open")
        self.ask("take", "--sent", data=reply, says="reply: AR-1")
        case = self.rows("cases", "--json")[0]
        self.assertEqual(case["state"], "answered")
        self.assertEqual(case["first_reply_at"], "2026-11-20T10:00:00Z")

    def test_take_copy_of_sent_mail(self):
        """Told by its envelope: from one of us, to the correspondent."""
        self.fill(1)
        reply = ("From: Bob <bob@example.com>\n"
                 "To: customer1@customer.example\nSubject: Re: My line\n"
                 "Message-ID: <r1@example.com>\n"
                 "In-Reply-To: <1@customer.example>\n"
                 "Date: Fri, 20 Nov 2026 10:00:00 +0000\n\nWe mended it.\n")
        customer = "customer1@customer.example"
        for sender, to in (("x@evil.example", [customer]),
                           ("bob@example.com", ["ceo@example.com"]),
                           ("bob@example.com", ["eve@example.com"]),
                           ("bob@example.com", ["ceo@example.com", customer])):
            with self.subTest(sender=sender, to=to):
                self.ask("take", "--from", sender,
                         *(f"--to={a}" for a in to), data=reply)
                self.assertEqual(self.rows("show", "1", "--json")[0]["state"],
                                 "open")
        self.ask("take", "--from", "Bob@Example.com", "--to", customer,
                 data=reply, says="reply: AR-1")
        self.assertEqual(self.rows("show", "1", "--json")[0]["state"],
                         "answered")

    def test_replay(self):
        box = self.put("box", mbox(*[message(i) for i in range(1, 31)],
                                   message(31, to="info@example.com")))
        self.ask("replay", "--dry-run", box, says="31 messages: 30 new cases")
        self.ask("cases", code=1, says="nothing found")
        self.ask("replay", box, says="31 messages: 30 new cases, 0 screened, "
                 "0 known, 1 not for a desk, 0 failed")
        self.ask("replay", box, says="0 new cases, 0 screened, 30 known")
        rows = self.rows("replay", "--json", "--desk", "ceo", box)
        self.assertEqual([r.get("case") for r in rows[:31]],
                         [f"AR-{i}" for i in range(1, 32)])
        self.assertEqual((rows[-1]["messages"], rows[-1]["new"],
                          rows[-1]["known"]), (31, 1, 30))
        self.ask("replay", "--desk", "cfo", box, code=2, says="desk")
        self.ask("replay", self.folder / "none", code=2)

    def test_mbox_is_undone(self):
        quoted = message(1, "From here on:\n>From there.\n\n>>From below.\n")
        in_between = message(2, "It came\nFrom nowhere at all.")
        box = self.put("box", mbox(quoted) + "From x@y Fri\n" + in_between)
        self.ask("replay", box, says="2 messages: 2 new cases")
        # The very bytes: anything else would be a further message.
        self.ask("take", data=quoted, says="known: AR-1")
        self.ask("take", data=in_between, says="known: AR-2")

    def test_cases(self):
        self.ask("cases", code=1)
        self.fill()
        self.ask("take", data=message(4, "I will rape and kill you."))
        rows = self.rows("cases", "--json", "--now", "2026-11-20T09:30:00Z")
        self.assertEqual(rows[0]["id"], "AR-4")
        for row in rows:
            self.assertLessEqual(CASE, set(row))
            self.assertEqual(set(row["due"]),
                             {"first_reply", "next_reply", "resolve"})
            self.assertEqual(row["overdue"], [])
            self.assertEqual(row["messages"], 1)
        late = self.rows("cases", "--overdue", "--json",
                         "--now", "2026-11-20T10:00:01Z")
        self.assertEqual([(r["id"], r["overdue"]) for r in late],
                         [("AR-4", ["first_reply"])])
        self.assertEqual(len(self.rows("cases", "--json", "--limit", "2")), 2)
        self.assertEqual(len(self.rows("cases", "--json", "--team", "trust")),
                         1)
        self.assertEqual(len(self.rows("cases", "--json", "--topic",
                                       "safety", "--desk", "ceo")), 1)
        self.assertEqual([r["id"] for r in self.rows(
            "cases", "--json", "--search", "CUSTOMER2@ line")], ["AR-2"])
        self.assertEqual(self.ask("cases", "--json", "--search", "nowhere",
                                  code=1), "")
        self.ask("cases", "--state", "closed", code=1)
        self.ask("cases", "--team", "trsut", code=2, says='"trust"')
        self.ask("cases", "--state", "opne", code=2, says='mean "open"?')
        self.assertEqual(len(self.rows("cases", "--json", "--search",
                                       "telephone")), 3)
        self.ask("cases", "--now", "noon", code=2, says="--now")
        text = self.ask("cases")
        self.assertIn("AR-4", text)
        self.assertNotIn("\033", text)

    def test_show(self):
        self.fill(1)
        self.ask("note", "AR-1", "=called", "--", "-him", says="AR-1: noted")
        case = self.rows("show", "ar-1", "--json")[0]
        self.assertLessEqual(CASE | {"timeline"}, set(case))
        for event in case["timeline"]:
            self.assertLessEqual({"at", "what", "who", "detail"}, set(event))
        self.assertEqual(case["timeline"][-1]["detail"], "=called -him")
        text = self.ask("show", "1")
        for part in ("AR-1", "My line", "Timeline", "=called -him"):
            self.assertIn(part, text)
        self.ask("show", "AR-77", code=1, says="AR-77")
        self.ask("show", "seventy", code=2, says="seventy")

    def test_acts(self):
        self.fill()
        was = self.rows("show", "1", "--json")[0]["urgency"]["level"]
        level = "high" if was != "high" else "critical"
        for words, says in [
                (["route", "1", "media"], "AR-1: routed to media (was "),
                (["urgency", "1", level], f"AR-1: urgency {level} (was "),
                (["topic", "1", "billing"], "AR-1: topic billing (was "),
                (["answered", "1", "by", "phone"], "AR-1: answered (was open"),
                (["pause", "1", "--for", "2h", "waits"], "paused until "),
                (["resume", "1"], "AR-1: "),
                (["close", "1", "all", "done"], "AR-1: closed (was "),
                (["reopen", "1"], "AR-1: "),
                (["merge", "2", "3"], "AR-2: merged into AR-3")]:
            with self.subTest(words):
                self.ask(*words, says=says)
        # What the clock did meanwhile is another matter.
        what = [e["what"] for e in
                self.rows("show", "1", "--json")[0]["timeline"]
                if e["what"] not in ("warning", "breach", "escalation")]
        self.assertEqual(what[:1] + what[-8:], [
            "received", "route", "urgency", "topic", "answered", "pause",
            "resume", "close", "reopen"])
        row = self.rows("route", "1", "office", "--json")[0]
        self.assertEqual((row["id"], row["team"]), ("AR-1", "office"))
        self.ask("route", "1", "carre", code=2, says='"care"')
        self.ask("urgency", "1", "hihg", code=2, says='"high"')
        self.ask("topic", "1", "biling", code=2, says='"billing"')
        self.ask("pause", "1", "--for", "soon", "x", code=2, says="--for")
        self.ask("merge", "1", "99", code=1, says="AR-99")
        self.ask("fsck", says=": 0 wrong")

    def test_topic_that_is_routed_alone(self):
        """No pack has it (yet): people may use it all the same."""
        with open(self.it.conf, "a", encoding="utf-8") as conf:
            conf.write('route "hobby" { team = "media" }\n')
        if self.serve:
            self.it.signal(signal.SIGHUP)
            wait_until(lambda: "generation=2" in self.it.log(), 30, "reload")
        self.fill(1)
        self.ask("topic", "1", "hobby", says="AR-1: topic hobby")
        self.assertEqual(len(self.rows("cases", "--topic", "hobby",
                                       "--json")), 1)
        row = self.rows("policy", "--topic", "hobby", "--json")[0]
        self.assertEqual(row["policy"], "standard")
        self.ask("topic", "1", "hoby", code=2, says='"hobby"')

    def test_user_of_sudo(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.fill(1)
        done = subprocess.run(
            [BUILD / "anteroom", "-c", self.it.conf, "note", "1", "x"],
            env=dict(os.environ, SUDO_USER="jane"), check=False,
            stdout=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.rows("show", "1", "--json")[0]["timeline"][-1]
                         ["who"], "jane")

    def test_status(self):
        self.fill()
        self.ask("answered", "1")
        row = self.rows("status", "--json", "--now",
                        "2026-11-20T09:30:00Z")[0]
        self.assertEqual(row["at"], "2026-11-20T09:30:00Z")
        teams = {t["team"]: t for t in row["teams"]}
        self.assertEqual(set(teams), {"trust", "care", "counsel", "media",
                                      "office"})
        for team in teams.values():
            self.assertLessEqual(
                {"open", "due_soon", "overdue", "paused", "answered",
                 "closed", "first_reply"}, set(team))
            self.assertEqual(set(team["first_reply"]),
                             {"met", "missed", "median_s"})
        self.assertEqual(sum(t["open"] for t in teams.values()), 2)
        self.assertEqual(sum(t["answered"] for t in teams.values()), 1)
        self.assertEqual(len(self.rows("status", "--json", "--team",
                                       "care")[0]["teams"]), 1)
        self.ask("status", "--team", "caer", code=2, says='"care"')
        self.ask("status", says="DUE SOON")

    def test_policy(self):
        self.fill(1)
        # Friday 09:00 UTC is 10:00 in Berlin; open until 15:00, then on
        # Monday: 5 of 8 hours on Friday, 3 on Monday.
        row = self.rows("policy", "--json", "--topic", "billing", "--urgency",
                        "high", "--team", "care", "--from",
                        "2026-11-20T09:00:00Z")[0]
        self.assertLessEqual({"v", "policy", "calendar", "zone", "from",
                              "due", "steps"}, set(row))
        self.assertEqual((row["policy"], row["calendar"], row["zone"]),
                         ("high", "office", "Europe/Berlin"))
        self.assertEqual(row["due"]["first_reply"], "2026-11-23T11:00:00Z")
        self.assertEqual([s["open_s"] for s in row["steps"]], [18000, 10800])
        case = self.rows("show", "1", "--json")[0]
        row = self.rows("policy", "AR-1", "--json")[0]
        self.assertEqual(row["due"]["first_reply"],
                         case["due"]["first_reply"])
        self.assertEqual(row["steps"][-1]["to"], row["due"]["first_reply"])
        self.ask("policy", "1", says="Open time until the first reply")
        self.ask("policy", code=2, says="--topic")
        self.ask("policy", "--topic", "biling", code=2, says='"billing"')

    def test_export(self):
        self.assertEqual(self.ask("export"), "")
        self.ask("take", data=message(1, subject="=HYPERLINK(1)"))
        self.ask("take", data=message(
            2, date="Sat, 21 Nov 2026 09:00:00 +0000"))
        rows = self.rows("export", "--format", "json")
        self.assertEqual([r["id"] for r in rows], ["AR-1", "AR-2"])
        self.assertTrue(all(r["timeline"] for r in rows))
        self.assertEqual([r["id"] for r in self.rows(
            "export", "--from", "2026-11-21T00:00:00Z")], ["AR-2"])
        self.assertEqual([r["id"] for r in self.rows(
            "export", "--to", "2026-11-21T00:00:00Z")], ["AR-1"])
        sheet = list(csv.DictReader(io.StringIO(
            self.ask("export", "--format", "csv"))))
        self.assertEqual([r["id"] for r in sheet], ["AR-1", "AR-2"])
        self.assertEqual(sheet[0]["subject"], "'=HYPERLINK(1)")
        self.ask("export", "--format", "xml", code=2, says="json or csv")

    def test_backup_and_fsck(self):
        self.fill()
        self.ask("fsck", says="3 cases")
        where = os.path.relpath(self.folder / "copy")
        self.ask("backup", where, says=str(self.folder / "copy"))
        self.assertTrue(any((self.folder / "copy").iterdir()))
        self.put("full/file", "x")
        done = self.it.run("backup", self.folder / "full")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("full", done.stderr)

    def test_full_disk(self):
        self.fill(1)
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [BUILD / "anteroom", "-c", self.it.conf, "export"],
                stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
        self.assertEqual(done.returncode, 75)
        self.assertIn(b"standard output", done.stderr)

    def test_terminal(self):
        self.ask("take", data=message(1, "I will rape and kill you."))
        for colour, environment in [(True, {}), (False, {"NO_COLOR": "1"})]:
            try:
                ours, theirs = pty.openpty()
            except OSError as error:
                self.skipTest(f"no terminal: {error}")
            environment = dict(os.environ, **environment)
            if colour:
                environment.pop("NO_COLOR", None)
            done = subprocess.run(
                [BUILD / "anteroom", "-c", self.it.conf, "cases"],
                stdout=theirs, env=environment, check=False, timeout=60)
            os.close(theirs)
            text = os.read(ours, 65536).decode()
            os.close(ours)
            self.assertEqual(done.returncode, 0)
            self.assertIn("AR-1", text)
            self.assertEqual("\033[" in text, colour)


class CasesByDaemon(Cases):
    serve = True

    def test_limit_is_quick(self):
        self.fill()
        took = []
        for _ in range(5):
            begin = time.monotonic()
            self.ask("cases", "--limit", "50")
            took.append(time.monotonic() - begin)
        # 50 ms is meant; sanitizers and a busy machine are slower.
        self.assertLess(min(took), 0.5)


class Mending(Base):
    """The configuration is broken for now; a daemon runs on the old one."""
    serve = True

    def test_a_pack(self):
        packs = self.folder / "packs"
        packs.mkdir()
        (packs / "p.rules").write_text('rule "broken" {\n')
        self.it.conf.write_text(self.it.conf.read_text().replace(
            f"{ROOT}/rules/", f"{packs}/"))
        self.ask("cases", code=1, says="the daemon runs on the one before")
        self.ask("check", code=1, says="p.rules:")
        self.it.stop()
        self.ask("cases", code=2, says="can't be used as it is")

    def test_the_socket_is_not_guessed(self):
        self.it.conf.write_text("broken {\n")
        self.ask("cases", code=2, says="can't be used as it is")


class Busy(Base):
    def test_store_in_use(self):
        """Another shell has the store: wait a little, then exit 75."""
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        with subprocess.Popen(
                [BUILD / "anteroom", "-c", self.it.conf, "replay", fifo],
                stdout=subprocess.PIPE, text=True) as other:
            with open(fifo, "w") as pipe:  # opened once the store is
                begin = time.monotonic()
                self.ask("take", data=message(1), code=75, says="store")
                self.assertLess(time.monotonic() - begin, 20)
                pipe.write(message(2))
            self.assertIn("1 new case", other.communicate(timeout=60)[0])
            self.assertEqual(other.returncode, 0)
        self.ask("take", data=message(1), says="new: AR-2")

    def test_daemon_that_hangs(self):
        self.it.start()
        self.addCleanup(self.it.stop)
        self.it.signal(signal.SIGSTOP)
        try:
            self.ask("cases", code=75, says="doesn't answer")
        finally:
            self.it.signal(signal.SIGCONT)
        self.ask("cases", code=1)

    def test_daemon_away_in_between(self):
        self.it.start()
        self.ask("take", data=message(1), says="AR-1")
        self.it.stop()
        self.ask("take", data=message(2), says="AR-2")
        self.it.start()
        self.addCleanup(self.it.stop)
        self.ask("cases", "--json", says="AR-2")


if __name__ == "__main__":
    unittest.main()
