#!/usr/bin/python3
"""Notices from the outbox to a mail server: the real daemon, the real courier,
and a mail server with moods."""
import email
import email.policy
import email.utils
import json
import pathlib
import random
import re
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from courier import Courier, MoodySink, conf_for
from daemon import BUILD, Anteroomd, desk
from faketime import Faketime, library
from mailserver import wait_until

DESK = desk("ceo", ["ceo@example.com"])
INVOICE = "The invoice of May was charged twice and nobody answers me."
THREAT = "A man phoned last night and threatened to rape me."
HOSTILE = "Re: =?utf-8?q?a=0D=0ABcc:_evil=40x.example?= <script>alert(1)</script>"


def message(number, text=INVOICE, subject="My invoice"):
    return (f"From: \"Ann <b>\" <ann{number}@customer.example>\n"
            f"To: ceo@example.com\nSubject: {subject}\n"
            f"Message-ID: <letter-{number}@customer.example>\n"
            "Date: Sat, 21 Nov 2026 10:00:00 +0000\n\n"
            f"{text} Number {number}.\n")


def bounce(message_id, failed, to="anteroom@example.com"):
    return ("From: MAILER-DAEMON@mx.example.com\n"
            f"To: {to}\nSubject: Undelivered Mail Returned to Sender\n"
            "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=delivery-status; "
            "boundary=b\n\n--b\n\nSorry.\n--b\n"
            "Content-Type: message/delivery-status\n\n"
            "Reporting-MTA: dns; mx.example.com\n\n"
            f"Final-Recipient: rfc822; {failed}\nAction: failed\n"
            "Status: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\n"
            f"Message-ID: {message_id}\n\n--b--\n")


def parse(delivery):
    return email.message_from_bytes(delivery.data,
                                    policy=email.policy.default)


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="anteroom-courier-")
        self.addCleanup(folder.cleanup)
        self.sink = MoodySink()
        self.addCleanup(self.sink.__exit__)
        self.daemon = Anteroomd(folder.name, [DESK],
                                conf=conf_for(self.sink.port))
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        self.courier = Courier(self.daemon)
        self.addCleanup(lambda: self.courier.process and self.courier.kill())

    def take(self, text, *words):
        done = self.daemon.run("take", "--json", *words, data=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def alarm(self, number, text=INVOICE, subject="My invoice",
              team="care@example.com"):
        """A case whose team can't be reached: two notices."""
        self.take(message(number, text, subject))
        self.take(bounce(f"<letter-{number}@customer.example>", team),
                  "--from", "", "--to", "ann@customer.example")

    def notices(self, state):
        done = self.daemon.run("notices", "--state", state, "--json")
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def until(self, state, count, timeout_s=20):
        return wait_until(
            lambda: (lambda rows: rows if len(rows) == count else None)(
                self.notices(state)), timeout_s, f"{count} {state}")

    def retry(self):
        for row in self.notices("waiting"):
            self.daemon.run("notice-retry", row["notice"])


class Letters(Base):
    def test_reads_well(self):
        self.alarm(1)
        with self.courier:
            self.until("sent", 2)
        deliveries = self.sink.all(lambda d: True)
        self.assertEqual({tuple(d.recipients) for d in deliveries},
                         {("care-lead@example.com",), ("ea@example.com",)})
        for delivery in deliveries:
            letter = parse(delivery)
            self.assertFalse(letter.defects)
            self.assertEqual(delivery.sender, "anteroom@example.com")
            self.assertEqual(letter["From"], "Anteroom <anteroom@example.com>")
            self.assertEqual(letter["To"], delivery.recipients[0])
            self.assertEqual(letter["Auto-Submitted"], "auto-generated")
            self.assertIsNone(letter["List-Id"])
            self.assertRegex(letter["Message-ID"],
                             r"^<anteroom\.\d+\.[0-9a-f]{32}@example\.com>$")
            self.assertRegex(letter["X-Anteroom-Notice"],
                             r"^N-\d+; anteroom\.\d+\.[0-9a-f]{32}$")
            self.assertEqual(letter["References"],
                             "<anteroom.AR-1@example.com>")
            self.assertLess(abs(email.utils.parsedate_to_datetime(
                letter["Date"]).timestamp() - time.time()), 300)
            self.assertEqual(letter.get_content_type(),
                             "multipart/alternative")
            self.assertEqual(
                [part.get_content_type() for part in letter.iter_parts()],
                ["text/plain", "text/html"])
            for part in letter.walk():
                self.assertFalse(part.defects)
            for kind in ("plain", "html"):
                body = letter.get_body((kind,)).get_content()
                self.assertIn("https://anteroom.example.com/cases/AR-1", body)
                self.assertIn("Mail to team care came back", body)
            self.assertIn("care can't be reached: AR-1 billing",
                          letter["Subject"])
            self.assertTrue(all(
                byte < 128 for byte in delivery.data))
        log = self.courier.log()
        self.assertNotIn("invoice", log)
        self.assertEqual(log.count("outcome=sent"), 2)

    def test_hostile_subject_stays_text(self):
        self.alarm(1, subject=HOSTILE)
        with self.courier:
            self.until("sent", 2)
        for delivery in self.sink.all(lambda d: True):
            letter = parse(delivery)
            self.assertIsNone(letter["Bcc"])
            self.assertEqual(len(delivery.recipients), 1)
            self.assertIn("Bcc: evil@x.example",
                          letter.get_body(("plain",)).get_content())
            self.assertNotIn("<script",
                             letter.get_body(("html",)).get_content())

    def test_sensitive_case_says_nothing(self):
        self.alarm(1, THREAT, "He calls me every night",
                   team="trust@example.com")
        with self.courier:
            self.until("sent", 2)
        for delivery in self.sink.all(lambda d: True):
            letter = parse(delivery)
            whole = str(letter["Subject"]) + "".join(
                part.get_content() for part in letter.iter_parts())
            for word in ("night", "rape", "man phoned", "customer.example",
                         "Ann"):
                self.assertNotIn(word, whole)
            self.assertIn("AR-1", whole)
            self.assertIn("trust", whole)


@unittest.skipUnless(library(), "libfaketime isn't installed")
@unittest.skipIf("san-" in str(BUILD), "preloading and sanitizers don't mix")
class Digests(Base):
    def test_morning(self):
        self.daemon.stop()
        fake = Faketime(pathlib.Path(self.daemon.folder),
                        "2026-11-23T20:00:00Z")
        self.daemon.environment = fake.environment
        self.daemon.start()
        came = ("Received: from a by mx.example.com; "
                "Mon, 23 Nov 2026 19:00:00 +0000\n")
        for number in range(3):
            self.take(came + message(
                number, f"{INVOICE} Account {number * 7919}."))
        self.take(came + message(9, THREAT, "He calls me every night"))
        self.daemon.stop()
        fake.set("2026-11-24T08:00:00Z")
        self.daemon.start()
        with self.courier:
            wait_until(lambda: len([r for r in self.notices("sent")
                                    if r["kind"] == "digest"]) == 12, 20,
                       "two mornings of leads, assistant and executive")
        digests = {d.recipients[0]: parse(d) for d in self.sink.deliveries
                   if "24 November" in parse(d)["Subject"]}
        letter = digests["ea@example.com"]
        self.assertFalse(letter.defects)
        self.assertIn("Tuesday, 24 November: 4 arrived", letter["Subject"])
        kinds = [part.get_content_type() for part in letter.walk()]
        self.assertEqual(kinds, ["multipart/alternative", "text/plain",
                                 "multipart/related", "text/html",
                                 "image/png", "image/png"])
        html = letter.get_body(("html",)).get_content()
        pictures = [p for p in letter.walk()
                    if p.get_content_type() == "image/png"]
        for picture in pictures:
            self.assertEqual(picture.get_content()[:4], b"\x89PNG")
            self.assertIn(f"cid:{picture['Content-ID'].strip('<>')}", html)
        self.assertEqual(html.count(' alt="'), 2)
        text = letter.get_body(("plain",)).get_content()
        self.assertIn("4, 1 of them sensitive", text)
        whole = text + html
        for word in ("night", "rape", "ann9@"):
            self.assertNotIn(word, whole)
        # Nothing came to them: one line all the same.
        self.assertEqual(digests["media-lead@example.com"]["Subject"],
                         "Quiet: Tuesday, 24 November")
        # Neither a restart nor another look sends it again.
        self.daemon.stop()
        self.daemon.start()
        time.sleep(1.2)
        self.assertFalse([r for r in self.notices("waiting")
                          if r["kind"] == "digest"])

    def test_preview(self):
        self.take(message(1))
        done = self.daemon.run("digest", "--to", "care-lead@example.com",
                               "--preview")
        self.assertEqual(done.returncode, 0, done.stderr)
        letter = email.message_from_string(done.stdout,
                                           policy=email.policy.default)
        self.assertIn("1 arrived", letter["Subject"])
        self.assertEqual(letter["To"], "care-lead@example.com")
        done = self.daemon.run("digest", "--to", "bob@example.com",
                               "--preview")
        self.assertEqual(done.returncode, 1)
        self.assertFalse(self.notices("all"))


class Moods(Base):
    def test_not_now_is_tried_again(self):
        self.sink.moods["rcpt"] = ["450 4.2.1 mailbox busy"] * 2
        self.alarm(1)
        with self.courier:
            rows = wait_until(lambda: (lambda r: r if len(r) == 2 and all(
                one["attempts"] == 1 for one in r) else None)(
                    self.notices("waiting")), 20, "an attempt at each")
            self.assertEqual({r["error"] for r in rows},
                             {"450 4.2.1 mailbox busy"})
            ids = {r["message_id"] for r in rows}
            self.retry()
            self.until("sent", 2)
        self.assertEqual({str(parse(d)["Message-ID"])
                          for d in self.sink.deliveries}, ids)

    def test_never_is_a_dead_letter(self):
        self.sink.refused = {"care-lead@example.com"}
        self.alarm(1)
        with self.courier:
            self.until("sent", 1)
            dead = self.until("dead", 1)[0]
            self.assertEqual(dead["to"], "care-lead@example.com")
            self.assertEqual(dead["error"], "550 5.1.1 no such user")
            status = self.daemon.json("status")[0]
            self.assertEqual(status["outbox"]["dead"], 1)
            self.sink.refused = set()
            self.daemon.cli("notice-retry", dead["notice"])
            self.until("sent", 2)

    def test_content_refused(self):
        self.sink.moods["data"] = ["554 5.7.1 spam", "451 4.3.0 later"]
        self.alarm(1)
        with self.courier:
            self.until("dead", 1)
            self.assertEqual(self.until("waiting", 1)[0]["error"],
                             "451 4.3.0 later")

    def test_our_sender_refused_is_not_the_letters_fault(self):
        self.sink.moods["mail"] = ["553 5.1.8 unknown domain"]
        self.alarm(1)
        with self.courier:
            wait_until(lambda: any(r["error"] for r in
                                   self.notices("waiting")), 20, "an error")
            self.assertFalse(self.notices("dead"))
            self.retry()
            wait_until(lambda: self.retry() or len(
                self.notices("sent")) == 2, 20, "all sent")

    def test_taken_but_hung_up_comes_twice_with_one_id(self):
        self.sink.moods["data"] = ["hang up"]
        self.alarm(1)
        with self.courier:
            wait_until(lambda: self.retry() or len(
                self.notices("sent")) == 2, 20, "all sent")
        ids = [str(parse(d)["Message-ID"]) for d in self.sink.deliveries]
        self.assertEqual((len(ids), len(set(ids))), (3, 2))

    def test_nobody_there(self):
        self.sink.shutdown()
        self.sink.server_close()
        self.alarm(1)
        with self.courier:
            row = wait_until(lambda: [r for r in self.notices("waiting")
                                      if r["error"]], 20, "an error")[0]
            self.assertEqual(row["state"], "waiting")
            self.assertFalse(self.notices("dead"))


class Ends(Base):
    def test_stop_finishes_the_letter_in_hand(self):
        self.sink.gate.clear()
        self.alarm(1)
        self.courier.start()
        self.assertTrue(self.sink.busy.wait(10))
        self.courier.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.assertIsNone(self.courier.process.poll())
        self.sink.gate.set()
        self.assertEqual(self.courier.process.wait(20), 0)
        self.courier.process = None
        self.assertEqual(len(self.sink.deliveries), 1)
        self.until("sent", 1)

    def test_stop_while_it_waits(self):
        self.courier.start()
        time.sleep(0.3)
        begin = time.monotonic()
        self.assertEqual(self.courier.stop(), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def test_one_that_was_killed_while_it_waited_gets_nothing(self):
        self.courier.start()
        time.sleep(0.3)
        self.courier.kill()
        self.alarm(1)
        with self.courier:
            self.until("sent", 2)

    def test_reload_and_a_daemon_that_restarts(self):
        with self.courier:
            self.courier.process.send_signal(signal.SIGHUP)
            wait_until(lambda: self.courier.log().count("ready") == 2, 10,
                       "a new beginning")
            self.assertEqual(self.daemon.stop(), 0)
            self.daemon.start()
            self.alarm(1)
            self.until("sent", 2)

    def test_killed_at_any_moment_loses_nothing(self):
        rng = random.Random(7)
        cases = 20
        for number in range(cases):
            self.alarm(number, f"{INVOICE} Account {number * 7919}.")
        queued = {r["notice"] for r in self.notices("waiting")}
        self.assertEqual(len(queued), 2 * cases)
        for step in range(12):
            self.courier.start()
            if step % 4 == 3:
                self.daemon.process.kill()
                self.daemon.process.wait()
                self.daemon.start()
            time.sleep(rng.uniform(0, 0.06))
            self.courier.kill()
            self.retry()
        with self.courier:
            wait_until(lambda: self.retry() or not self.notices("waiting"),
                       30, "the rest")
        sent = {r["notice"]: r["message_id"] for r in self.notices("sent")}
        self.assertEqual(set(sent), queued)
        came = {str(parse(d)["Message-ID"]) for d in self.sink.deliveries}
        self.assertEqual(came, set(sent.values()))
        self.assertEqual(len(came), len(queued))


class Return(Base):
    def peer(self):
        peer = mt.Peer(self.daemon.milter)
        self.addCleanup(peer.quit)
        peer.connect(ip="203.0.113.9", daemon="MX")
        return peer

    def notice(self):
        self.alarm(1)
        with self.courier:
            self.until("sent", 2)
        return self.sink.wait_for(
            lambda d: d.recipients == ["care-lead@example.com"])

    def test_notice_to_a_desk_makes_no_case(self):
        notice = self.notice()
        done = self.peer().message(notice.data, sender="anteroom@example.com",
                                   recipients=["ceo@example.com"])
        self.assertEqual(done.code, "accept")
        self.assertEqual(done.header("X-Anteroom-Case"), None)
        self.assertEqual(len(self.daemon.cases()), 1)
        self.assertRegex(self.daemon.log(),
                         r"notice .*notice=N-\d+ outcome=returned")

    def test_the_field_alone_will_do(self):
        notice = self.notice()
        raw = re.sub(rb"Message-ID: [^\r]*", b"Message-ID: <new@exchange>",
                     notice.data)
        self.peer().message(raw, sender="anteroom@example.com",
                            recipients=["ceo@example.com"])
        self.assertEqual(len(self.daemon.cases()), 1)

    def test_a_forged_mark_hides_nothing(self):
        notice = self.notice()
        mark = re.search(rb"anteroom\.\d+\.([0-9a-f]{32})",
                         notice.data).group(1)
        raw = notice.data.replace(mark, b"0" * 32)
        done = self.peer().message(raw, sender="anteroom@example.com",
                                   recipients=["ceo@example.com"])
        self.assertEqual(done.code, "accept")
        self.assertNotIn("returned", self.daemon.log())

    def test_answers(self):
        notice = self.notice()
        of = str(parse(notice)["Message-ID"])

        def answer(sender, number):
            return (f"From: {sender}\r\nTo: ceo@example.com\r\n"
                    f"Message-ID: <a{number}@x.example>\r\nSubject: Re: Due\r\n"
                    f"In-Reply-To: {of}\r\n\r\n"
                    f"I shall call the customer, {number}.\r\n").encode()

        self.peer().message(answer("bob@example.com", 1),
                            sender="bob@example.com",
                            recipients=["ceo@example.com"])
        self.assertEqual(len(self.daemon.cases()), 1)
        # A stranger to whom it was shown is a customer like others.
        self.peer().message(answer("ann@customer.example", 2),
                            sender="ann@customer.example",
                            recipients=["ceo@example.com"])
        self.assertEqual(len(self.daemon.cases()), 2)

    def test_bounce_of_a_notice(self):
        notice = self.notice()
        of = str(parse(notice)["Message-ID"])
        raw = bounce(of, "care-lead@example.com").replace(
            "\n", "\r\n").encode()
        done = self.peer().message(raw, sender="",
                                   recipients=["anteroom@example.com"])
        self.assertEqual(done.code, "accept")
        dead = self.until("dead", 1)[0]
        self.assertIn("care-lead@example.com (5.1.1)", dead["error"])
        # It was an alarm already: no further one.
        self.assertFalse(self.notices("waiting"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
