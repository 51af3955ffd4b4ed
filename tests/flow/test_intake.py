#!/usr/bin/python3
"""The milter protocol, step by step: what the filter asks, reads and answers."""
import os
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from daemon import Anteroomd, desk

TAG_ORDER = ["X-Anteroom-Case", "X-Anteroom-Status", "X-Anteroom-Urgency",
                  "X-Anteroom-Topic", "X-Anteroom-Team", "X-Anteroom-Due",
                  "X-Anteroom-Rules"]
THREAT = "A man phoned last night and threatened to rape me."


def message(number, text=THREAT, subject="Help", extra="", message_id=True):
    head = f"From: Ann Customer <ann{number}@customer.example>\r\n" \
           f"To: ceo@example.com\r\nSubject: {subject}\r\n" \
           "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n" \
           "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    if message_id:
        head += f"Message-ID: <intake-{number}@customer.example>\r\n"
    return f"{head}{extra}\r\n{text} (message {number})\r\n".encode()


class Daemon(unittest.TestCase):
    """A daemon a class, a fresh number a message."""

    desks = (desk("ceo", ["ceo@example.com", "jane.doe@example.com"]),
             desk("cfo", ["cfo@example.com"], keep=False))
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anteroom-intake-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.daemon = Anteroomd(cls.folder.name, cls.desks)
        cls.daemon.start()
        cls.addClassCleanup(cls.stop)

    @classmethod
    def stop(cls):
        # A sanitizer's complaint is an exit code of its own.
        code = cls.daemon.stop()
        if code != 0:
            raise AssertionError(f"exit {code}:\n{cls.daemon.log()[-4000:]}")

    def peer(self, ip="203.0.113.9", daemon="MX", macros=None, **words):
        peer = mt.Peer(self.daemon.milter, **words)
        self.addCleanup(peer.quit)
        peer.connect(ip=ip, daemon=daemon, macros=macros)
        return peer

    def next(self):
        Daemon.number += 1
        return Daemon.number

    def case_of(self, outcome):
        name = outcome.header("X-Anteroom-Case")
        self.assertRegex(name or "", r"^AR-\d+$")
        return name


class Protocol(Daemon):
    def test_asks_only_for_what_it_needs(self):
        peer = self.peer()
        self.assertEqual(peer.steps & mt.NR_DATA, 0)
        for bit in (mt.NR_CONN, mt.NR_MAIL, mt.NR_RCPT, mt.NR_HDR, mt.NR_EOH,
                    mt.NR_BODY, mt.NOHELO, mt.NOUNKNOWN, mt.LEADSPC):
            self.assertTrue(peer.steps & bit, hex(bit))
        self.assertFalse(peer.steps & mt.RCPT_REJ)
        self.assertEqual(peer.actions & (mt.CHGBODY | mt.CHGFROM |
                                         mt.QUARANTINE), 0)
        self.assertIn("{daemon_name}", peer.wanted_macros[0])
        self.assertIn("{client_addr}", peer.wanted_macros[0])
        self.assertIn("{auth_authen}", peer.wanted_macros[2])

    def test_quiet_steps_are_quiet(self):
        peer = self.peer()
        peer.mail("a@customer.example")
        peer.rcpt("ceo@example.com")
        self.assertTrue(peer.quiet())
        self.assertEqual(peer.step(b"T")[0], mt.CONTINUE)
        outcome, _ = peer.content(message(self.next()))
        self.assertTrue(peer.quiet())
        self.assertEqual(peer.end(outcome).code, "accept")

    def test_unwatched_is_let_go_at_data(self):
        outcome = self.peer().message(message(self.next()),
                                      recipients=["bob@elsewhere.example"])
        self.assertEqual((outcome.stage, outcome.code), (b"T", "accept"))
        self.assertEqual(outcome.sent, [])

    def test_a_later_recipient_counts(self):
        outcome = self.peer().message(
            message(self.next()),
            recipients=["a@x.example", "b@x.example", "CEO@Example.COM"])
        self.case_of(outcome)

    def test_tags_in_the_agreed_order(self):
        outcome = self.peer().message(message(self.next()))
        self.assertEqual(outcome.code, "accept")
        # Inserted from the last to the first at the same place.
        names = [name for _, name, _ in reversed(outcome.inserted)]
        self.assertEqual(names, [n for n in TAG_ORDER if n in names])
        for name in TAG_ORDER:
            self.assertIn(name, names)
        self.assertEqual({index for index, _, _ in outcome.inserted}, {1})
        for _, _, value in outcome.inserted:
            self.assertRegex(value, r"\A [^ ]")
            self.assertNotIn("\r", value)
            for line in value.split("\n"):
                self.assertLess(len(line), 998)
        self.assertRegex(outcome.header("X-Anteroom-Urgency"),
                         r"^critical; score=\d+$")
        self.assertEqual(outcome.header("X-Anteroom-Team"), "trust")
        self.assertEqual(outcome.added,
                         [("<trust@example.com>", "NOTIFY=NEVER")])
        self.assertEqual(outcome.removed, [])

    def test_a_team_that_is_a_recipient_is_not_added(self):
        outcome = self.peer().message(
            message(self.next()),
            recipients=["ceo@example.com", "Trust@Example.com"])
        self.assertEqual(outcome.added, [])

    def test_desk_that_keeps_nothing_goes_by_its_exact_bytes(self):
        outcome = self.peer().message(message(self.next()),
                                      recipients=["CFO@Example.Com"])
        # Not silently: it is the only copy.
        self.assertEqual(outcome.added, [("<trust@example.com>", None)])
        self.assertEqual(outcome.removed, ["<CFO@Example.Com>"])

    def test_several_desks_make_one_case(self):
        before = len(self.daemon.cases())
        self.case_of(self.peer().message(
            message(self.next()),
            recipients=["ceo@example.com", "cfo@example.com",
                        "jane.doe@example.com"]))
        self.assertEqual(len(self.daemon.cases()), before + 1)


class Forged(Daemon):
    extra = "X-Anteroom-Case: AR-1\r\nx-anteroom-CASE: AR-2\r\n" \
            "X-ANTEROOM-Urgency: low\r\nX-Anteroomy: kept\r\n" \
            "X-Anteroom-Unheard-Of: 1\r\nX-Anteroom-Case: AR-3\r\n"

    def removed(self, outcome):
        return [(name.lower(), index) for index, name, value in
                outcome.changed if value == ""]

    def expect_removed(self, outcome):
        got = self.removed(outcome)
        self.assertEqual([i for n, i in got if n == "x-anteroom-case"],
                         [3, 2, 1])
        self.assertEqual(sorted(set(got)),
                         [("x-anteroom-case", 1), ("x-anteroom-case", 2),
                          ("x-anteroom-case", 3),
                          ("x-anteroom-unheard-of", 1),
                          ("x-anteroom-urgency", 1)])

    def test_all_instances_from_the_last(self):
        self.expect_removed(self.peer().message(
            message(self.next(), extra=self.extra)))

    def test_on_mail_of_ours_too(self):
        outcome = self.peer(daemon="ORIGINATING").message(
            message(self.next(), extra=self.extra), sender="bob@example.com",
            recipients=["x@elsewhere.example"])
        self.assertEqual(outcome.code, "accept")
        self.assertEqual(outcome.inserted, [])
        self.expect_removed(outcome)

    def test_too_many_are_refused(self):
        fields = "".join(f"X-Anteroom-N{i}: 1\r\n" for i in range(1001))
        outcome = self.peer().message(message(self.next(), extra=fields))
        self.assertTrue(outcome.code.startswith("reply 554 5.6.0"),
                        outcome.code)


class Sessions(Daemon):
    def test_many_messages_a_session(self):
        peer = self.peer()
        names = set()
        for i in range(30):
            if i % 3 == 0:
                outcome = peer.message(message(self.next()),
                                       recipients=["x@y.example"])
                self.assertEqual(outcome.stage, b"T")
            else:
                names.add(self.case_of(peer.message(message(self.next()))))
        self.assertEqual(len(names), 20)

    def test_reset_forgets(self):
        peer = self.peer()
        peer.mail("first@customer.example")
        peer.rcpt("ceo@example.com")
        peer.abort()
        outcome = peer.message(message(self.next()),
                               recipients=["x@y.example"])
        self.assertEqual((outcome.stage, outcome.code), (b"T", "accept"))

    def test_mail_without_reset_forgets(self):
        peer = self.peer()
        peer.mail("first@customer.example")
        peer.rcpt("ceo@example.com")
        peer.mail("second@customer.example")
        peer.rcpt("x@y.example")
        self.assertEqual(peer.step(b"T")[0], mt.ACCEPT)

    def test_abort_in_content_leaves_a_trace_and_no_case(self):
        before = len(self.daemon.cases())
        peer = self.peer()
        peer.envelope("gone@customer.example", ["ceo@example.com"],
                      queue_id="HELD77")
        peer.content(message(self.next()))
        peer.abort()
        self.case_of(peer.message(message(self.next())))
        self.assertEqual(len(self.daemon.cases()), before + 1)
        self.assertRegex(self.daemon.log(),
                         r"undecided .*gone@customer\.example.*content")

    def test_hang_up_in_content(self):
        peer = self.peer()
        peer.envelope("gone2@customer.example", ["ceo@example.com"])
        peer.content(message(self.next()))
        peer.socket.close()
        self.case_of(self.peer().message(message(self.next())))

    def test_the_same_again_makes_no_case(self):
        text = message(self.next())
        name = self.case_of(self.peer().message(text))
        before = len(self.daemon.cases())
        outcome = self.peer().message(text, queue_id="OTHER")
        self.assertEqual(self.case_of(outcome), name)
        self.assertTrue(outcome.added, "the copy is delivered, too")
        self.assertEqual(len(self.daemon.cases()), before)

    def test_no_message_id(self):
        text = message(self.next(), message_id=False)
        name = self.case_of(self.peer().message(text))
        self.assertEqual(self.case_of(self.peer().message(text)), name)


class Replies(Daemon):
    def reply(self, number, sender="ann@example.com"):
        return (f"From: {sender}\r\nTo: ann{number}@customer.example\r\n"
                f"Subject: Re: Help\r\nMessage-ID: <r{number}@example.com>\r\n"
                "Date: Sat, 21 Nov 2026 11:00:00 +0000\r\n"
                f"In-Reply-To: <intake-{number}@customer.example>\r\n\r\n"
                "We are on it; please call us at once.\r\n").encode()

    def stops(self, peer, login=None):
        number = self.next()
        name = self.case_of(self.peer().message(message(number)))
        outcome = peer.message(
            self.reply(number), sender="ann@example.com", login=login,
            recipients=[f"ann{number}@customer.example"])
        self.assertEqual(outcome.code, "accept")
        return outcome, self.daemon.show(name)["first_reply_at"] is not None


class Origin(Replies):
    def test_login(self):
        self.assertEqual(self.stops(self.peer(), login="ann")[1], True)

    def test_submission_daemon(self):
        self.assertEqual(self.stops(self.peer(daemon="ORIGINATING"))[1], True)

    def test_trusted_network(self):
        self.assertEqual(self.stops(self.peer(ip="192.0.2.7"))[1], True)

    def test_trusted_network_without_the_macro(self):
        self.assertEqual(self.stops(self.peer(ip="192.0.2.7", macros={}))[1],
                         True)

    def test_stranger(self):
        outcome, stopped = self.stops(self.peer())
        self.assertEqual((outcome.stage, stopped), (b"T", False))


class Bounces(Replies):
    """What a reply stopped, goes on when the reply comes back."""

    def bounce(self, number, action="failed", failed=None, of=None):
        failed = failed or f"ann{number}@customer.example"
        of = of or f"r{number}@example.com"
        return ("From: MAILER-DAEMON@mx.example.com\r\n"
                "To: ann@example.com\r\nMIME-Version: 1.0\r\n"
                f"Message-ID: <b{number}-{action}@mx.example.com>\r\n"
                "Subject: Undelivered Mail Returned to Sender\r\n"
                "Content-Type: multipart/report; boundary=b;\r\n"
                "\treport-type=delivery-status\r\n\r\n"
                "--b\r\n\r\nI'm sorry to have to inform you.\r\n\r\n"
                "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                "Reporting-MTA: dns; mx.example.com\r\n\r\n"
                f"Final-Recipient: rfc822; {failed}\r\n"
                f"Action: {action}\r\nStatus: 5.1.1\r\n\r\n"
                "--b\r\nContent-Type: message/rfc822\r\n\r\n"
                f"From: ann@example.com\r\nMessage-ID: <{of}>\r\n\r\n"
                "We are on it.\r\n--b--\r\n").encode()

    def answered(self):
        """A case with a reply: its number and name."""
        self.assertTrue(self.stops(self.peer(), login="ann")[1])
        number = Daemon.number
        writer = f"ann{number}@customer.example"
        return number, [case["id"] for case in self.daemon.cases()
                        if case["from"] == writer][0]

    def come_back(self, text, to="ann@example.com", sender=""):
        outcome = self.peer().message(text, sender=sender, recipients=[to])
        self.assertEqual(outcome.code, "accept")
        self.assertEqual((outcome.added, outcome.removed), ([], []))
        return outcome

    def expect(self, name, state, bounces):
        shown = self.daemon.show(name)
        self.assertEqual(shown["state"], state)
        self.assertEqual(shown["first_reply_at"] is None, state == "open")
        found = [e for e in shown["timeline"] if e["what"] == "bounced"]
        self.assertEqual(len(found), bounces)
        return shown

    def test_to_the_writer(self):
        number, name = self.answered()
        due = self.daemon.show(name)["due"]["first_reply"]
        self.assertIsNone(due)
        before = len(self.daemon.cases())
        outcome = self.come_back(self.bounce(number))
        self.assertEqual((outcome.stage, outcome.inserted), (b"E", []))
        shown = self.expect(name, "open", 1)
        self.assertIsNotNone(shown["due"]["first_reply"])
        told = [e for e in shown["timeline"] if e["what"] == "bounced"][0]
        self.assertEqual(told["who"], "mail system")
        for word in (f"<r{number}@example.com>", "5.1.1",
                     f"ann{number}@customer.example"):
            self.assertIn(word, told["detail"])
        self.come_back(self.bounce(number))
        self.expect(name, "open", 1)
        self.assertEqual(len(self.daemon.cases()), before)
        self.assertRegex(self.daemon.log(),
                         rf"bounce .*case={name} outcome=revoked")

    def test_to_a_return_path_of_the_team(self):
        for to in ("trust@example.com", "prvs=0123456789=ann@example.com",
                   "Ann+x=customer.example@Example.com"):
            with self.subTest(to):
                number, name = self.answered()
                self.come_back(self.bounce(number), to=to)
                self.expect(name, "open", 1)

    def test_to_the_desk(self):
        number, name = self.answered()
        before = len(self.daemon.cases())
        outcome = self.come_back(self.bounce(number), to="ceo@example.com")
        self.assertEqual(outcome.header("X-Anteroom-Status"), "screened")
        self.assertIsNone(outcome.header("X-Anteroom-Case"))
        self.expect(name, "open", 1)
        self.assertEqual(len(self.daemon.cases()), before)

    def test_what_changes_nothing(self):
        number, name = self.answered()
        for action in ("delayed", "delivered", "relayed", "expanded"):
            self.come_back(self.bounce(number, action))
        self.come_back(self.bounce(number, of="other@example.com"))
        self.expect(name, "answered", 0)
        # Told, but it was to somebody else.
        self.come_back(self.bounce(number, failed="x@elsewhere.example"))
        self.expect(name, "answered", 1)

    def test_what_is_not_read(self):
        number, name = self.answered()
        for to, sender in (("ann@example.com", "ann@customer.example"),
                           ("someone@example.com", ""),
                           ("x@elsewhere.example", "")):
            outcome = self.come_back(self.bounce(number), to, sender)
            self.assertEqual((outcome.stage, outcome.sent), (b"T", []))
        self.expect(name, "answered", 0)

    def test_other_mail_from_nobody_is_left_alone(self):
        text = message(self.next())
        before = len(self.daemon.cases())
        outcome = self.come_back(text)
        self.assertEqual(outcome.inserted, [])
        self.assertEqual(len(self.daemon.cases()), before)

    def test_taken_in_by_hand(self):
        for sender in ("", "MAILER-DAEMON"):
            with self.subTest(sender):
                number, name = self.answered()
                done = self.daemon.run(
                    "take", "--from", sender, "--to", "ann@example.com",
                    "--json", data=self.bounce(number).decode())
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn('"bounce"', done.stdout)
                self.expect(name, "open", 1)


class Peers(Daemon):
    """Mail servers that know less."""

    def test_no_quiet_steps(self):
        peer = self.peer(steps=mt.ALL_STEPS & ~mt.ALL_NR)
        self.assertEqual(peer.steps & mt.ALL_NR, 0)
        self.case_of(peer.message(message(self.next(), text="x" * 150000)))
        self.assertEqual(peer.message(message(self.next()),
                                      recipients=["x@y.example"]).stage, b"T")

    def test_each_quiet_step_missing(self):
        for bit in (mt.NR_CONN, mt.NR_MAIL, mt.NR_RCPT, mt.NR_HDR, mt.NR_EOH,
                    mt.NR_BODY, mt.LEADSPC, mt.SKIP, mt.NOUNKNOWN):
            with self.subTest(hex(bit)):
                peer = self.peer(steps=mt.ALL_STEPS & ~bit)
                self.case_of(peer.message(message(self.next())))

    def test_version_2(self):
        peer = self.peer(version=2, actions=0x3f, steps=mt.V2_STEPS)
        outcome = peer.message(message(self.next()))
        self.case_of(outcome)
        self.assertEqual(outcome.added, [("<trust@example.com>", None)])
        # No leading space of ours where the mail server puts one.
        self.assertFalse(outcome.inserted[0][2].startswith(" "))
        outcome = peer.message(message(self.next()),
                               recipients=["x@y.example"])
        self.assertEqual((outcome.code, outcome.inserted), ("accept", []))

    def test_one_that_allows_no_changes(self):
        with self.assertRaises(mt.Gone):
            mt.Peer(self.daemon.milter, actions=mt.ADDHDRS)
        self.assertIn("peer-unfit", self.daemon.log())

    def test_last_chunk_with_the_end(self):
        text = THREAT + "\r\n" + "line\r\n" * 30000
        outcome = self.peer().message(message(self.next(), text=text),
                                      last_in_end=True)
        self.case_of(outcome)

    def test_tcp_is_not_needed_but_nonsense_is_survived(self):
        for junk in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n",
                     b"\0\0\0\1Z", b"\0\0\0\5O\0\0\0\6"):
            peer = mt.Peer(self.daemon.milter, version=0)
            peer.socket.sendall(junk)
            peer.socket.close()
        self.case_of(self.peer().message(message(self.next())))


class Content(Daemon):
    def test_no_header_field_at_all(self):
        # libmilter never answers this when the end of header isn't asked for.
        outcome = self.peer().message(b"\r\nOnly a body.\r\n")
        self.case_of(outcome)

    def test_nothing_at_all(self):
        self.case_of(self.peer().message(b""))

    def test_nul_in_body(self):
        outcome = self.peer().message(
            message(self.next(), text="one\0two " + THREAT))
        self.assertTrue(outcome.header("X-Anteroom-Urgency")
                        .startswith("critical"))

    def test_header_field_above_64_kib(self):
        big = "References: " + " ".join(f"<{i}@x.example>"
                                        for i in range(5000)) + "\r\n"
        self.case_of(self.peer().message(message(self.next(), extra=big)))

    def test_oversized(self):
        body = THREAT + "\r\n" + "0123456789abcde\r\n" * (15 << 16)
        outcome = self.peer(timeout=60).message(
            message(self.next(), text=body))
        self.case_of(outcome)
        self.assertTrue(outcome.header("X-Anteroom-Urgency")
                        .startswith("critical"))

    def test_many_recipients(self):
        recipients = [f"r{i}@x.example" for i in range(1500)]
        outcome = self.peer().message(
            message(self.next()), recipients=recipients + ["ceo@example.com"])
        self.case_of(outcome)

    def test_bytes_in_the_envelope(self):
        outcome = self.peer().message(
            message(self.next()), sender=b"\xff\x00x"[:1] + b"\r\nX: y@z",
            recipients=[b"\xc3(@x", "ceo@example.com"])
        self.case_of(outcome)

    def test_log_line_says_the_decision_and_no_content(self):
        number = self.next()
        name = self.case_of(self.peer().message(
            message(number, subject="Secret subject"), queue_id="LOGQ1"))
        line = next(l for l in self.daemon.log().splitlines() if "LOGQ1" in l)
        for word in (name, "outcome=new", "topic=safety", "team=trust",
                     "took-us="):
            self.assertIn(word, line)
        self.assertNotIn("Secret", self.daemon.log())
        self.assertNotIn("phoned", self.daemon.log())


if __name__ == "__main__":
    unittest.main()
