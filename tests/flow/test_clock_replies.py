#!/usr/bin/python3
"""What starts, stops and pauses the clocks: real messages through the filter,
under pretended time. Each test is named after the sentence that it proves."""
import datetime
import email.utils
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from daemon import BUILD, Anteroomd, desk
from faketime import Faketime, library
from mailserver import wait_until

# A Monday; the office is in Berlin: 09:00-12:30 and 13:00-17:30, an hour ahead.
START = "2026-11-23T08:00:00Z"
ANNA, BOB, DAVE = "anna@customer.example", "bob@example.com", "dave@example.com"
BILL = "My invoice of May is wrong: you charged me twice for the line."
ANSWER = "We took the second charge of 20 euros off your invoice."
TEMPLATE = ("Thank you for contacting Example Corp. Your concern is with our "
            "complaints desk now, who will reply to you within 48 hours.")
COURTESY = ("Dear Anna,\n\nwe have received your message and will get back to "
            "you as soon as possible.\n\nKind regards\nBob Miller\n")


@unittest.skipUnless(library(), "libfaketime isn't installed")
@unittest.skipIf("san-" in str(BUILD), "preloading and sanitizers don't mix")
class Base(unittest.TestCase):
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anteroom-replies-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.time = Faketime(cls.folder.name, START)
        cls.it = Anteroomd(cls.folder.name, [desk("ceo", ["ceo@example.com"])],
                           environment=cls.time.environment)
        cls.it.start()
        cls.addClassCleanup(cls.it.stop)

    def setUp(self):
        # Tests begin where the day does, each on a later one.
        Base.number += 1
        self.number = Base.number
        self.anna = f"anna{self.number}@customer.example"
        self.ids = 0
        self.day(7)

    @classmethod
    def day(cls, days):
        """08:00 UTC of the Monday that comes DAYS days after this one's."""
        day = cls.time.now.replace(hour=8, minute=0, second=0)
        cls.time.set(day + datetime.timedelta(days=days - day.weekday()))

    # ---- mail ----

    def send(self, text, sender, to, login=None):
        peer = mt.Peer(self.it.milter)
        peer.connect()
        outcome = peer.message(text, sender=sender, login=login,
                               recipients=[to] if isinstance(to, str) else to)
        peer.quit()
        self.assertEqual(outcome.code, "accept")
        return outcome

    def text(self, sender, to, body, refs, **fields):
        self.ids += 1
        own = f"{self.number}-{self.ids}@{sender.split('@')[1]}"
        head = {"From": sender, "To": to, "Subject": "My bill",
                "Message-ID": f"<{fields.pop('id', own)}>",
                "Date": email.utils.format_datetime(self.time.now),
                "MIME-Version": "1.0",
                "Content-Type": "text/plain; charset=utf-8"}
        if refs:
            head["References"] = " ".join(f"<{r}>" for r in refs)
        head.update({n.replace("_", "-"): v for n, v in fields.items()})
        lines = "".join(f"{n}: {v}\r\n" for n, v in head.items())
        self.last = head["Message-ID"][1:-1]
        return f"{lines}\r\n{body}".replace("\r\n", "\n") \
            .replace("\n", "\r\n").encode()

    def letter(self, body=BILL, *refs, sender=None, **fields):
        """From a customer to the desk: the case."""
        sender = sender or self.anna
        body = f"{body}\r\n(Number {self.number})" if body == BILL else body
        outcome = self.send(
            self.text(sender, "ceo@example.com", body, refs, **fields), sender,
            "ceo@example.com")
        return outcome.header("X-Anteroom-Case")

    def reply(self, body, *refs, sender=BOB, to=None, login=True,
              envelope=None, **fields):
        to = to or self.anna
        self.send(self.text(sender, to, body, refs, **fields), sender,
                  envelope or to, login="someone" if login else None)

    # ---- cases ----

    def show(self, case):
        return self.it.show(case)

    def clocks(self, case, metric):
        return [(c["state"], c["due"]) for c in self.show(case)["clocks"]
                if c["metric"] == metric]

    def due(self, case, metric="first_reply"):
        return self.show(case)["due"][metric]

    def events(self, case, what):
        return [e for e in self.show(case)["timeline"] if e["what"] == what]

    def at(self, days, clock):
        """The moment DAYS days from today at CLOCK, as the rows write it."""
        day = self.time.now.date() + datetime.timedelta(days=days)
        return f"{day.isoformat()}T{clock}Z"

    def notices(self, kind, case):
        done = self.it.run("notices", "--json", "--state", "all")
        rows = [json.loads(line)
                for line in done.stdout.splitlines()]
        return [r for r in rows if r["kind"] == kind and r["case"] == case]

    def answered(self):
        """A case whose letter m was answered by r."""
        case = self.letter()
        letter = self.last
        self.time.forward(hours=1)
        self.reply(ANSWER, letter)
        self.assertEqual(self.show(case)["state"], "answered")
        return case, letter, self.last


class Stopping(Base):
    def refuses(self, **words):
        case = self.letter()
        self.reply(words.pop("body", ANSWER), self.last, **words)
        shown = self.show(case)
        self.assertEqual((shown["state"], shown["first_reply_at"]),
                         ("open", None))
        self.assertEqual(len(self.clocks(case, "first_reply")), 1)

    def test_a_reply_of_a_member_stops_it(self):
        case, _, _ = self.answered()
        self.assertEqual([state for state, _ in
                          self.clocks(case, "first_reply")], ["met"])
        self.assertEqual(self.show(case)["first_reply_at"],
                         self.at(0, "09:00:00"))

    def test_not_without_proof(self):
        self.refuses(login=False)

    def test_not_by_somebody_who_is_no_member(self):
        self.refuses(sender="someone@example.com")

    def test_an_internal_forward_does_not(self):
        self.refuses(to=DAVE)

    def test_a_blind_copy_does_not(self):
        self.refuses(to=DAVE, envelope=[DAVE, self.anna])

    def test_an_out_of_office_does_not(self):
        self.refuses(Auto_Submitted="auto-replied")

    def test_not_in_another_thread(self):
        case = self.letter()
        self.reply(ANSWER, "unknown@elsewhere.example")
        self.assertEqual(self.show(case)["state"], "open")

    def test_a_bounce_of_the_reply_revokes_the_stop(self):
        case, _, reply = self.answered()
        due = self.clocks(case, "first_reply")[0][1]
        self.time.forward(minutes=5)
        self.send(self.text(
            "MAILER-DAEMON@mx.example.com", BOB,
            f"<{self.anna}>: no such user\r\n\r\nMessage-ID: <{reply}>\r\n",
            [], Subject="Mail delivery failed",
            X_Failed_Recipients=self.anna), "", BOB)
        self.assertEqual(self.clocks(case, "first_reply"),
                         [("revoked", due), ("running", due)])

    def test_a_second_teams_answer_raises_answered_twice(self):
        case, letter, _ = self.answered()
        self.reply("The press office answers as well.", letter, sender=DAVE)
        self.assertEqual(self.events(case, "answered twice")[0]["detail"],
                         "media answered after care")
        self.assertEqual([n["to"] for n in
                          self.notices("answered-twice", case)],
                         ["care-lead@example.com"])


class Acknowledging(Base):
    def test_an_acknowledgement_is_not_an_answer(self):
        case = self.letter()
        self.reply(COURTESY, self.last)
        shown = self.show(case)
        self.assertEqual((shown["state"], shown["first_reply_at"],
                          shown["acknowledged_at"]),
                         ("open", None, self.at(0, "08:00:00")))
        self.assertEqual(self.clocks(case, "first_reply")[0][0], "running")

    def test_a_template_met_before_stops_only_the_acknowledgement(self):
        cases = []
        for number, hours in ((1, 48), (2, 24)):
            self.anna = f"t{number}-{self.number}@customer.example"
            cases.append(self.letter(f"The invoice {number} is too high."))
            self.reply(TEMPLATE.replace("48", str(hours)), self.last)
        # The first time nobody can know.
        self.assertEqual([self.show(case)["state"] for case in cases],
                         ["answered", "open"])
        self.assertIn("a template, met before",
                      self.events(cases[1], "acknowledged")[0]["detail"])
        # With something of its own it answers.
        self.reply(f"{TEMPLATE}\r\nThe parcel was found in Leeds.", self.last)
        self.assertEqual(self.show(cases[1])["state"], "answered")

    def test_a_person_overrules_it(self):
        case = self.letter()
        self.reply(COURTESY, self.last, sender=DAVE)
        self.time.forward(days=4)
        self.it.cli("answered", "--by-reply", case)
        self.assertEqual([s for s, _ in self.clocks(case, "first_reply")],
                         ["met"])
        self.day(7)
        self.anna = f"other-{self.anna}"
        case = self.letter("The invoice is too high.")
        self.reply(COURTESY, self.last, sender=DAVE)
        self.assertEqual(self.show(case)["state"], "answered")


class Rounds(Base):
    def test_next_reply_runs_from_the_oldest_unanswered_message(self):
        case, letter, reply = self.answered()
        self.time.forward(hours=1)
        self.letter("And why is the other line down?", letter, reply)
        first = self.last
        since = self.at(0, "10:00:00")
        due = self.due(case, "next_reply")
        self.time.forward(hours=2)
        self.letter("Hello? Nobody there?", first)
        shown = self.show(case)
        self.assertEqual((shown["waiting_since"], shown["due"]["next_reply"]),
                         (since, due))
        self.reply("A digger cut it; it works again on Friday.", self.last)
        self.assertEqual(self.clocks(case, "next_reply"), [("met", due)])

    def test_thanks_starts_none(self):
        case, letter, reply = self.answered()
        self.letter("Thank you very much!\r\n\r\nRegards\r\nAnna", reply)
        shown = self.show(case)
        self.assertEqual((shown["state"], shown["messages"]), ("answered", 2))
        self.assertEqual(self.clocks(case, "next_reply"), [])
        self.it.cli("close", case, "done")
        self.letter("Thanks again!", reply)
        self.assertEqual(self.show(case)["state"], "closed")

    def test_closing_ends_resolve(self):
        case, _, _ = self.answered()
        due = self.due(case, "resolve")
        self.it.cli("close", case, "done")
        self.assertEqual(self.clocks(case, "resolve"), [("met", due)])

    def test_a_closed_case_reopens_as_a_new_instance(self):
        case, letter, reply = self.answered()
        due = self.due(case, "resolve")
        self.it.cli("close", case, "done")
        self.time.forward(days=10)
        self.assertEqual(self.letter("It is still wrong, look.", reply), case)
        self.assertEqual(self.show(case)["state"], "open")
        ends = self.clocks(case, "resolve")
        self.assertEqual(ends[0], ("met", due))
        self.assertEqual(ends[1][0], "running")
        self.assertEqual([s for s, _ in self.clocks(case, "next_reply")],
                         ["running"])

    def test_after_sixty_days_it_is_a_new_linked_case(self):
        case, _, reply = self.answered()
        self.it.cli("close", case, "done")
        self.time.forward(days=61)
        other = self.letter("It is still wrong, look.", reply)
        self.assertNotEqual(other, case)
        self.assertIn(case, self.show(other)["links"])
        self.assertEqual(self.show(case)["state"], "closed")

    def test_a_message_by_someone_else_is_a_new_linked_case(self):
        case, letter, _ = self.answered()
        other = self.letter("I have that too, my bill is wrong.", letter,
                            sender=f"stranger{self.number}@elsewhere.example")
        self.assertNotEqual(other, case)
        self.assertIn(case, self.show(other)["links"])
        self.assertEqual(self.show(case)["state"], "answered")

    def test_without_a_thread_it_is_only_perhaps_related(self):
        case, _, _ = self.answered()
        same = self.letter("Here is my second question: where is my router?",
                           Subject="Router")
        alike = self.letter("The total of my bill can't be right.",
                            sender=f"stranger{self.number}@elsewhere.example",
                            Subject="AW: My bill")
        neither = self.letter(
            "What a lovely company you are.", Subject="Thank you",
            sender=f"friend{self.number}@elsewhere.example")
        related = {one["case"]: one["why"]
                   for one in self.show(case)["related"]}
        self.assertEqual(related.get(same), "same-correspondent")
        self.assertEqual(related.get(alike), "similar-subject")
        self.assertNotIn(neither, related)
        self.assertNotIn(case, related)
        self.assertEqual(self.show(case)["links"], [])
        self.assertIn(f"{same} ", self.it.cli("show", case).split(
            "Perhaps related")[1])

    def test_unless_the_correspondent_had_them_in_copy(self):
        friend = f"friend{self.number}@elsewhere.example"
        case = self.letter(Cc=friend)
        self.assertEqual(self.letter("I can confirm that.", self.last,
                                     sender=friend), case)

    def test_a_public_message_id_hides_nothing(self):
        case = self.letter(id=f"public-{self.number}@list.example")
        self.it.cli("close", case, "done")
        other = self.letter("He said he is going to kill me tonight.",
                            sender=f"x{self.number}@elsewhere.example",
                            id=f"public-{self.number}@list.example")
        self.assertNotEqual(other, case)
        self.assertEqual(self.show(other)["urgency"]["level"], "critical")


class Hours(Base):
    def test_out_of_hours_it_starts_at_the_next_opening(self):
        self.time.forward(days=5)  # Saturday
        case = self.letter()
        # 16 hours: Monday and Tuesday of 8; Berlin is an hour ahead.
        self.assertEqual(self.due(case), self.at(3, "16:30:00"))

    def test_handing_over_keeps_the_start_and_shows_each_holder(self):
        case = self.letter()
        begun = self.at(0, "08:00:00")
        self.time.forward(hours=2)
        self.it.cli("route", case, "media")
        self.time.forward(days=1)
        shown = self.show(case)
        self.assertEqual({c["started"] for c in shown["clocks"]}, {begun})
        self.assertEqual([(h["team"], h["open_s"], h["to"] is None)
                          for h in shown["holders"]],
                         [("care", 2 * 3600, False), ("media", 8 * 3600, True)])

    def test_a_third_hop_goes_to_the_assistant(self):
        case = self.letter()
        for team in ("media", "care", "media"):
            self.time.forward(minutes=1)
            said = self.it.cli("route", case, team)
        self.assertIn("third hop", said)
        self.assertEqual(self.show(case)["team"], "office")
        self.assertIn("a third hop, to media",
                      self.events(case, "route")[-1]["detail"])
        self.assertEqual([n["to"] for n in self.notices("third-hop", case)],
                         ["ea@example.com"])


class Pausing(Base):
    def test_it_needs_a_reason_and_an_end(self):
        case, _, _ = self.answered()
        for words in (("--for", "2d", case), ("--for", "2d", case, ""),
                      (case, "documents")):
            self.assertEqual(self.it.run("pause", *words).returncode, 2)
        self.assertEqual(self.show(case)["state"], "answered")

    def test_it_is_refused_while_a_message_waits(self):
        case = self.letter()
        done = self.it.run("pause", "--for", "2d", case, "documents")
        self.assertEqual(done.returncode, 1)
        self.assertIn("unanswered", done.stderr)

    def test_it_gives_the_time_back_and_ends_by_itself(self):
        case, _, _ = self.answered()  # 09:00, ten in Berlin
        due = self.due(case, "resolve")
        self.it.cli("pause", "--for", "24h", case, "documents")
        self.assertIsNone(self.due(case, "resolve"))
        self.time.forward(days=1, seconds=5)
        wait_until(lambda: self.show(case)["state"] == "answered", 20,
                   "the end of the pause")
        # An office day to the second, however late it was seen.
        expected = datetime.datetime.fromisoformat(due.replace("Z", "+00:00"))
        self.assertEqual(self.due(case, "resolve"),
                         self.plus_office_day(expected))
        self.assertEqual(self.events(case, "resume")[0]["at"],
                         self.at(0, "09:00:00"))

    @staticmethod
    def plus_office_day(moment):
        """From Monday to Thursday days are alike; Friday is shorter, so the
        deadline, of 240 hours, is looked up."""
        local = moment + datetime.timedelta(days=1)
        assert local.weekday() < 4, moment
        return local.strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_the_next_message_ends_it(self):
        case, _, reply = self.answered()
        self.it.cli("pause", "--for", "10d", case, "documents")
        self.time.forward(hours=1)
        self.letter("Here are the documents.", reply)
        shown = self.show(case)
        self.assertEqual((shown["state"], shown["paused_until"]),
                         ("open", None))
        self.assertIsNotNone(shown["due"]["resolve"])

    def test_what_nobody_has_to_answer_does_not_end_it(self):
        case, _, reply = self.answered()
        self.it.cli("pause", "--for", "10d", case, "documents")
        self.letter("I am away.", reply, Auto_Submitted="auto-replied")
        self.letter("Thank you!", reply)
        self.assertEqual(self.show(case)["state"], "paused")


class Promising(Base):
    def promises(self, body, due):
        case = self.letter()
        self.time.forward(hours=2)  # eleven in Berlin
        self.reply(body, self.last)
        self.assertEqual(self.clocks(case, "promise"),
                         [("running", due)] if due else [])
        return case

    def test_in_english(self):
        case = self.promises(
            "I have found the mistake. I will call you tomorrow before 5 pm.",
            self.at(1, "16:00:00"))
        self.assertIn("call you tomorrow",
                      self.events(case, "promised")[0]["detail"])
        self.assertEqual(self.show(case)["state"], "answered")

    def test_in_german(self):
        self.promises("Der Fehler ist gefunden. Ich melde mich bis Freitag "
                      "bei Ihnen.", self.at(4, "22:59:59"))

    def test_in_french(self):
        self.promises("L'erreur est trouvée. Je vous appelle demain avant "
                      "17h.", self.at(1, "16:00:00"))

    def test_in_spanish(self):
        self.promises("El error está encontrado. Le llamaré mañana antes de "
                      "las 17:00.", self.at(1, "16:00:00"))

    def test_within_hours(self):
        self.promises("The mistake is found. We will refund it within 48 "
                      "hours.", self.at(2, "10:00:00"))

    def test_quoted_text_is_ignored(self):
        self.promises("The mistake is found.\r\n\r\n"
                      "> I will call you tomorrow before 5 pm.\r\n", None)

    def test_a_later_reply_fulfils_it(self):
        case = self.promises("Let me look. I will call you tomorrow before 5 "
                             "pm.", self.at(1, "16:00:00"))
        self.time.forward(hours=3)
        self.reply("As we said on the telephone: 20 euros.", self.last)
        self.assertEqual([s for s, _ in self.clocks(case, "promise")], ["met"])

    def test_a_person_fulfils_it(self):
        case = self.promises("Let me look. I will call you tomorrow before 5 "
                             "pm.", self.at(1, "16:00:00"))
        self.it.cli("answered", "--promise", case, "called her")
        self.assertEqual([s for s, _ in self.clocks(case, "promise")], ["met"])
        self.assertEqual(self.it.run("answered", "--promise",
                                     case).returncode, 1)

    def test_broken_it_is_told_and_counted(self):
        def broken():
            rows = self.it.json("status", "--team", "care")[0]["teams"]
            return rows[0]["promises"]["broken"]

        before = broken()
        case = self.promises("Let me look. I will call you tomorrow before 5 "
                             "pm.", self.at(1, "16:00:00"))
        self.time.forward(days=2)
        wait_until(lambda: self.events(case, "breach"), 20, "the breach")
        self.assertIn("care-lead@example.com",
                      [n["to"] for n in self.notices("broken-promise", case)])
        self.reply("Sorry for the delay: 20 euros.", self.last)
        self.assertEqual([s for s, _ in self.clocks(case, "promise")],
                         ["missed"])
        self.assertEqual(broken(), before + 1)


class Taking(Base):
    """What people take back."""

    def test_a_merge_is_undone(self):
        case = self.letter()
        due = self.due(case)
        self.anna = f"work-{self.anna}"
        self.time.forward(hours=1)
        other = self.letter("I wrote from home already: it is wrong.")
        self.it.cli("merge", case, other)
        self.assertEqual(self.due(other), due)
        self.it.cli("unmerge", case)
        self.assertEqual(self.due(case), due)
        self.assertEqual(self.show(case)["state"], "open")
        self.assertEqual(self.show(other)["messages"], 1)
        self.assertEqual(self.it.run("fsck").returncode, 0)

    def test_a_message_is_split_off(self):
        case = self.letter()
        letter = self.last
        self.time.forward(hours=1)
        self.letter("Another thing: the bell rings at night.", letter)
        self.it.cli("split", case, self.last)
        other = self.show(case)["links"][0]
        self.assertEqual(self.show(other)["received"], self.at(0, "09:00:00"))
        self.reply("We switched the bell off.", letter, self.last)
        self.assertEqual([self.show(c)["state"] for c in (case, other)],
                         ["open", "answered"])

    def test_an_act_is_undone(self):
        case = self.letter()
        before = self.show(case)
        self.it.cli("close", case, "by mistake")
        self.it.cli("undo", case)
        after = self.show(case)
        for key in ("state", "due", "closed_at", "team"):
            self.assertEqual(after[key], before[key])
        self.assertEqual(self.it.run("undo", case).returncode, 1)


if __name__ == "__main__":
    unittest.main()
