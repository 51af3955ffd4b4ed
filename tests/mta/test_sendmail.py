#!/usr/bin/env python3
"""Anteroom behind a real Sendmail, by the lines that packaging/sendmail ships:
where it does as Postfix does, and where it doesn't. What doesn't depend on the
mail server is told in test_postfix.py."""
import base64
import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import smtplib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from daemon import CONF, Anteroomd  # noqa: E402
from mailserver import HOST, MilterTap, Sink, send, wait_until  # noqa: E402
from sendmailserver import PrivateSendmail, safe_place  # noqa: E402
from test_postfix import CUSTOMER, DESKS, OUTAGE, TAGS, mail, tags  # noqa: E402

# The name that the sample gives to the submission service; and a team whose
# address is of the mail server's own domain and of nobody there.
CONF_MSA = CONF.replace('"ORIGINATING"', '"MSA"').replace(
    "counsel@example.com", "no-such-team@mx.example.com")
LAWSUIT = "My lawyer will sue you. You will receive the lawsuit on Monday.\r\n"

number = itertools.count(1)
running = None  # of Running; made once for this file


@contextlib.contextmanager
def server(tapped=False):
    """A filter, a mail server before it and a sink behind it."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(
            prefix="anteroom-", dir=safe_place()))
        sink = stack.enter_context(Sink())
        daemon = stack.enter_context(Anteroomd(folder, DESKS, conf=CONF_MSA))
        tap = None
        if tapped:
            tap = MilterTap(pathlib.Path(folder) / "tap.sock", daemon.socket)
            stack.callback(tap.close)
        mta = stack.enter_context(PrivateSendmail(
            folder, sink, daemon.milter, tap=tap))
        yield daemon, mta, sink


def setUpModule():
    global running
    why = PrivateSendmail.missing()
    if why:
        raise unittest.SkipTest(why)
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    running = stack.enter_context(server(tapped=True))


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.daemon, self.mta, self.sink = running
        self.mx = self.mta.mx

    def write(self, *args, to=("ceo@example.com",), port=None, sender=CUSTOMER,
              **more):
        """A customer's message, delivered: (Delivery, Message-ID, bytes)."""
        raw, message_id = mail(*args, **more)
        send(port or self.mx, sender, to, raw)
        return self.sink.with_id(message_id), message_id, raw

    def open_case(self):
        """A new case: (its name, Message-ID of the message)."""
        delivery, message_id, _ = self.write(
            f"{OUTAGE}Ours is number {next(number)}.\r\n")
        return tags(delivery)["Case"][0], message_id

    def answer(self, message_id, to=CUSTOMER, more=()):
        """The bytes of an answer of ours and its Message-ID."""
        return mail("We are on it and will be back within the hour.\r\n",
                    "Re: A question", "bob@example.com", to,
                    more=[f"In-Reply-To: {message_id}",
                          f"References: {message_id}", *more])

    def answered_at(self, case):
        return self.daemon.show(case)["first_reply_at"]

    def case_names(self):
        return {case["id"] for case in self.daemon.cases()}


class Arrival(Case):
    def test_desk_and_team_get_it_with_all_fields(self):
        delivery, _, raw = self.write()
        self.assertEqual(sorted(delivery.recipients),
                         ["care@example.com", "ceo@example.com"])
        self.assertEqual(delivery.sender, CUSTOMER)
        found = tags(delivery)
        self.assertEqual(list(found), TAGS)
        self.assertEqual([len(v) for v in found.values()], [1] * len(TAGS))
        self.assertEqual(found["Status"], ["screened"])
        self.assertEqual(found["Topic"][0].split("; ")[0], "outage")
        self.assertEqual(found["Team"], ["care"])
        self.assertEqual(delivery.as_sent(), raw)
        self.assertRegex(delivery.data, rb"\r\nX-Anteroom-Case: AR-\d+\r\n")
        # Between the mail server's own field and what came from outside.
        names = [name.lower() for name, _ in delivery.fields()]
        self.assertEqual(names[0], "received")
        self.assertEqual(names[len(TAGS) + 1], "from")

    def test_long_field_is_folded_as_mail_is(self):
        delivery, _, _ = self.write(
            f"{OUTAGE}Your technician threatened to rape my daughter, and my "
            "lawyer will sue you for the wrong invoice. Cancel my "
            "contract.\r\n")
        folded = dict(delivery.fields())["X-Anteroom-Rules"]
        self.assertRegex(folded, rb"^X-Anteroom-Rules: \S.*,\r\n \S")
        self.assertNotRegex(folded, rb"[^\r]\n|[^\r\n]{79}")
        self.assertIn("trust@example.com", delivery.recipients)

    def test_log_names_the_queue_id_of_the_mail_server(self):
        delivery, _, _ = self.write()
        queue_id = re.search(r"with ESMTP id (\w+)",
                             delivery.header("Received")[0])[1]
        self.assertIn(
            f"message queue-id={queue_id} case={tags(delivery)['Case'][0]} ",
            self.daemon.log())

    def test_odd_bytes_stay_as_they_are(self):
        raw, message_id = mail(
            "8-bit: gr\u00fc\u00df dich  \r\n.dot\r\n..\r\n\ttab \r\n\r\n" +
            "long " * 150 + "\r\nno service, everything is down\r\n\r\n\r\n",
            "=?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\tfolded   twice\r\n  and oddly",
            more=["X-Empty:", "x-odd:no blank", "X-Trail: blanks   "])
        send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
        self.assertEqual(self.sink.with_id(message_id).as_sent(), raw)

    def test_signature_made_before_still_verifies(self):
        try:
            import dkim
        except ImportError:
            self.skipTest("python3-dkim is not installed")
        key = subprocess.run(
            ["openssl", "genrsa", "-traditional", "1024"], check=True,
            capture_output=True).stdout
        public = subprocess.run(
            ["openssl", "rsa", "-pubout", "-outform", "DER"], input=key,
            check=True, capture_output=True).stdout
        record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        for canon in (b"relaxed", b"simple"):
            with self.subTest(canon=canon):
                raw, message_id = mail(
                    subject="A  question,\r\n\tfolded",
                    sender='"Paula Q. Customer" <paula@customer.example>',
                    to='"Doe, Jane" <ceo@example.com>, x@other.example')
                signature = dkim.sign(
                    raw, b"sel", b"customer.example", key,
                    canonicalize=(canon, canon),
                    include_headers=[b"from", b"to", b"subject", b"date",
                                     b"message-id"])
                send(self.mx, CUSTOMER, ["ceo@example.com"], signature + raw)
                delivery = self.sink.with_id(message_id)

                def verifies(data):
                    return dkim.verify(data, dnsfunc=lambda *_, **__: record)

                self.assertIn("Case", tags(delivery))
                self.assertTrue(verifies(delivery.data))
                self.assertFalse(verifies(
                    delivery.data.replace(b"gateway", b"gate")))

    def test_what_sendmail_rewrites_it_rewrites_without_us_too(self):
        people = ",".join(f"someone{i}@other.example" for i in range(9))
        raw, message_id = mail(
            to=people, sender="Paula Q. Customer <paula@customer.example>")
        for to in ("ceo@example.com", "someone@example.com"):
            send(self.mx, CUSTOMER, [to], raw)
        first, second = self.sink.with_id(message_id, count=2)
        self.assertNotEqual(bool(tags(first)), bool(tags(second)))
        self.assertNotEqual(first.as_sent(), raw)
        self.assertEqual(first.as_sent(), second.as_sent())

    def test_unwatched_is_untouched_and_unread(self):
        marker = b"marker-%d-of-nobody" % os.getpid()
        heard = self.mta.tap.heard
        before = self.case_names()
        forged = "X-Anteroom-Case: AR-900001"
        delivery, _, raw = self.write(
            f"{marker.decode()}\r\n", to=["someone@example.com"],
            port=self.mta.tapped, more=[forged])
        self.assertEqual(delivery.data[delivery.data.index(raw[:20]):], raw)
        self.assertEqual(delivery.recipients, ["someone@example.com"])
        self.assertIn(b"someone@example.com", bytes(heard))
        self.assertNotIn(marker, bytes(heard))
        self.assertNotIn(b"AR-900001", bytes(heard))
        self.assertEqual(self.case_names(), before)
        # The tap does hear what is watched.
        self.write(f"{marker.decode()}\r\n", port=self.mta.tapped)
        self.assertIn(marker, bytes(heard))

    def test_forged_fields_are_gone(self):
        forged = ["X-Anteroom-Case: AR-900001",
                  "x-anteroom-urgency: low; score=0",
                  "X-ANTEROOM-STATUS: screened", "X-Anteroom-Case: AR-900002",
                  "X-Anteroom-Whatever: folded\r\n\tvalue"]
        delivery, _, raw = self.write(more=forged)
        found = tags(delivery)
        self.assertEqual(list(found), TAGS)
        self.assertEqual([len(v) for v in found.values()], [1] * len(TAGS))
        self.assertNotIn(b"AR-90000", delivery.data)
        for field in forged:
            raw = raw.replace(field.encode() + b"\r\n", b"")
        self.assertEqual(delivery.as_sent(), raw)

    def test_extension_and_case_of_the_address(self):
        delivery, _, _ = self.write(to=("CEO+spring@Example.COM",))
        self.assertIn("Case", tags(delivery))

    def test_null_sender(self):
        delivery, _, raw = self.write(f"{OUTAGE}From nowhere.\r\n", sender="")
        self.assertEqual(delivery.sender, "")
        self.assertEqual(delivery.as_sent(), raw)
        self.assertIn("Case", tags(delivery))


class Doctor(Case):
    def test_what_is_shipped_is_sound(self):
        """anteroom doctor reads what m4 makes of our lines."""
        done = self.daemon.run("doctor", "--json", "--sendmail-cf",
                               self.mta.folder / "sendmail.cf")
        checks = json.loads(done.stdout)["checks"]
        states = {check["check"]: check["state"] for check in checks}
        for name in ("sendmail-default-action", "sendmail-timeouts",
                     "replies", "socket-rights"):
            self.assertEqual(states[name], "ok", checks)
        # The tap that tests listen by isn't Anteroom.
        self.assertEqual(["service TAPPED" in check["found"]
                          for check in checks
                          if check["check"] == "sendmail-filter"], [True])


class Identity(Case):
    def test_the_same_again_makes_none(self):
        first, message_id, raw = self.write(f"{OUTAGE}Twice.\r\n")
        before = self.case_names()
        send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
        second = self.sink.with_id(message_id, count=2)[1]
        self.assertEqual(self.case_names(), before)
        self.assertEqual(tags(first)["Case"], tags(second)["Case"])
        self.assertIn("care@example.com", second.recipients)
        shown = self.daemon.show(tags(first)["Case"][0])
        self.assertEqual(shown["messages"], 1)

    def test_two_desks_are_one_case(self):
        before = self.case_names()
        delivery, _, _ = self.write(f"{OUTAGE}Both of you.\r\n",
                                    to=["ceo@example.com", "cfo@example.com"])
        self.assertEqual(len(self.case_names() - before), 1)
        self.assertEqual(
            sorted(delivery.recipients),
            ["care@example.com", "ceo@example.com", "cfo@example.com"])

    def test_many_messages_a_session(self):
        ids = []
        with smtplib.SMTP(HOST, self.mx, "client.example.net") as smtp:
            for i in range(3):
                raw, message_id = mail(f"{OUTAGE}Session {i}.\r\n")
                smtp.sendmail(CUSTOMER, ["ceo@example.com"], raw)
                ids.append(message_id)
                smtp.docmd("MAIL", f"FROM:<{CUSTOMER}>")
                smtp.docmd("RCPT", "TO:<ceo@example.com>")
                smtp.rset()
            raw, last = mail("Nothing for you.\r\n", to="x@example.com")
            smtp.sendmail(CUSTOMER, ["x@example.com"], raw)
            raw, after = mail(f"{OUTAGE}Once more.\r\n")
            smtp.sendmail(CUSTOMER, ["ceo@example.com"], raw)
        found = [self.sink.with_id(i) for i in (*ids, after)]
        self.assertEqual(len({tags(d)["Case"][0] for d in found}), 4)
        for delivery in found:
            self.assertEqual(sorted(delivery.recipients),
                             ["care@example.com", "ceo@example.com"])
        self.assertEqual(tags(self.sink.with_id(last)), {})


class Recipients(Case):
    def test_not_kept_goes_to_the_team_alone(self):
        for to in ("alone@example.com", "Alone@Example.com"):
            with self.subTest(to=to):
                delivery, _, _ = self.write(f"{OUTAGE}Alone, {to}.\r\n",
                                            to=(to,))
                self.assertEqual(delivery.recipients, ["care@example.com"])

    def test_not_kept_but_screened_stays(self):
        delivery, _, _ = self.write(
            "Special offer: 50 % off, a free quote with no obligation. Do you "
            "have 15 minutes for a demo?\r\n", to=("alone@example.com",))
        self.assertEqual(delivery.recipients, ["alone@example.com"])

    def bounces(self):
        return [d for d in self.sink.all(lambda d: d.sender == "")
                if CUSTOMER in d.recipients]

    def settled(self):
        """No message waits; bounces are made while one is delivered."""
        wait_until(lambda: not list((self.mta.folder / "queue").glob("qf*")),
                   15, "the queue to get empty")

    def refuse(self, address):
        self.sink.refused.add(address)
        self.addCleanup(self.sink.refused.discard, address)

    def test_refused_copy_for_the_team_bounces_to_nobody(self):
        self.refuse("care@example.com")
        before = len(self.bounces())
        delivery, _, _ = self.write(f"{OUTAGE}No team.\r\n")
        self.assertEqual(delivery.recipients, ["ceo@example.com"])
        self.settled()
        self.assertEqual(len(self.bounces()), before)
        # The desk's own copy does bounce, and tells of no team's address
        # (only if that is refused in the same breath, the transcript does).
        self.sink.refused.clear()
        self.refuse("ceo@example.com")
        raw, message_id = mail(f"{OUTAGE}No desk.\r\n")
        send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
        bounce = self.sink.wait_for(
            lambda d: d.sender == "" and message_id.encode() in d.data)
        self.assertIn(b"ceo@example.com", bounce.data)
        self.assertNotIn(b"care@example.com", bounce.data)

    def bounced(self, to, text):
        raw, message_id = mail(text)
        send(self.mx, CUSTOMER, [to], raw)
        return self.sink.wait_for(
            lambda d: d.sender == "" and message_id.encode() in d.data)

    def test_only_copy_that_fails_is_told_to_the_sender(self):
        # The desk's own is gone: what nobody gets, somebody has to know of.
        self.refuse("care@example.com")
        self.bounced("alone@example.com", f"{OUTAGE}Nobody.\r\n")

    def test_only_copy_for_an_address_that_isnt_is_told_to_the_sender(self):
        # Sendmail finds this out while the filter's changes are made, and then
        # nobody is left to deliver to.
        self.bounced("alone@example.com", f"{LAWSUIT}Nobody.\r\n")

    def test_team_address_that_isnt_does_the_desk_no_harm(self):
        delivery, _, _ = self.write(f"{LAWSUIT}And you.\r\n")
        self.assertEqual(tags(delivery)["Team"], ["counsel"])
        self.assertEqual(delivery.recipients, ["ceo@example.com"])

    def test_receipt_of_delivery_tells_of_the_desk_alone(self):
        raw, message_id = mail(f"{OUTAGE}Tell me.\r\n")
        with smtplib.SMTP(HOST, self.mx, "client.example.net") as smtp:
            smtp.sendmail(CUSTOMER, ["ceo@example.com"], raw,
                          rcpt_options=["NOTIFY=SUCCESS,FAILURE"])
        receipt = self.sink.wait_for(
            lambda d: d.sender == "" and message_id.encode() in d.data)
        self.assertIn(b"ceo@example.com", receipt.data)
        self.assertNotIn(b"care@example.com", receipt.data)


class Replies(Case):
    def test_answer_stops_the_clock_within_the_session(self):
        case, message_id = self.open_case()
        self.assertIsNone(self.answered_at(case))
        raw, own_id = self.answer(message_id)
        with self.mta.login() as smtp:
            smtp.sendmail("bob@example.com", [CUSTOMER], raw)
            shown = self.daemon.show(case)
        self.assertIsNotNone(shown["first_reply_at"])
        self.assertEqual(shown["state"], "answered")
        delivery = self.sink.with_id(own_id)
        self.assertEqual(delivery.as_sent(), raw)
        self.assertEqual(delivery.recipients, [CUSTOMER])

    def test_bounces(self):
        case, message_id = self.open_case()
        self.sink.refused.add(CUSTOMER)
        self.addCleanup(self.sink.refused.discard, CUSTOMER)
        raw, own_id = self.answer(message_id)
        with self.mta.login() as smtp:
            smtp.sendmail("bob@example.com", [CUSTOMER], raw)
        bounce = self.sink.wait_for(
            lambda d: d.sender == "" and own_id.encode() in d.data)
        # Sendmail shows no filter what it makes itself.
        self.assertIsNotNone(self.answered_at(case))
        send(self.mx, "", ["bob@example.com"], bounce.as_sent())
        self.assertIsNone(self.answered_at(case))

    def test_submission_takes_nothing_without_a_login(self):
        with self.assertRaises(smtplib.SMTPSenderRefused) as caught:
            send(self.mta.submission, "bob@example.com", [CUSTOMER],
                 self.answer("<1@customer.example>")[0])
        self.assertEqual(caught.exception.smtp_code, 530)

    def test_login_counts_on_the_public_port_too(self):
        case, message_id = self.open_case()
        raw, _ = self.answer(message_id)
        with smtplib.SMTP(HOST, self.mx, "client.example.net") as smtp:
            smtp.login("bob", "correct horse")
            smtp.sendmail("bob@example.com", [CUSTOMER], raw)
        self.assertIsNotNone(self.answered_at(case))

    def refused(self, port=None, recipients=(CUSTOMER,), **how):
        case, message_id = self.open_case()
        raw, own_id = self.answer(message_id, **how)
        if port:
            send(port, "bob@example.com", recipients, raw)
        else:
            self.mta.submit("bob@example.com", recipients, raw)
        self.sink.with_id(own_id)
        self.assertIsNone(self.answered_at(case))
        # It is the difference that matters: the plain answer does stop it.
        self.mta.submit("bob@example.com", [CUSTOMER],
                        self.answer(message_id)[0])
        self.assertIsNotNone(self.answered_at(case))

    def test_spoofed_sender_from_outside(self):
        self.refused(port=self.mx)

    def test_internal_forward(self):
        self.refused(recipients=["eve@example.com"], to="eve@example.com")

    def test_blind_copy(self):
        self.refused(recipients=["eve@example.com", CUSTOMER],
                     to="eve@example.com")

    def test_out_of_office(self):
        self.refused(more=["Auto-Submitted: auto-replied"])


class Stopping(unittest.TestCase):
    """Filters of their own: these are ended in the middle."""

    def kill(self, daemon):
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait()
        daemon.process = None

    def later(self, code):
        self.assertEqual(code // 100, 4, code)

    def test_killed_between_envelope_and_content(self):
        with server() as (daemon, mta, sink):
            raw, message_id = mail()
            with smtplib.SMTP(HOST, mta.mx, "client.example.net") as smtp:
                smtp.ehlo()
                self.assertEqual(smtp.mail(CUSTOMER)[0], 250)
                self.kill(daemon)
                codes = [smtp.rcpt("ceo@example.com")[0]]
                if codes[-1] == 250:
                    codes.append(smtp.docmd("DATA")[0])
                if codes[-1] == 354:
                    smtp.send(raw + b".\r\n")
                    codes.append(smtp.getreply()[0])
                self.later(codes[-1])
                daemon.start()
                # The session stays poisoned; the sender's next one is fine.
                smtp.rset()
                self.later(smtp.mail(CUSTOMER)[0])
            send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
            self.assertIn("Case", tags(sink.with_id(message_id)))
            self.assertEqual(len(sink.deliveries), 1)
            self.assertEqual(len(daemon.cases()), 1)

    def test_killed_amid_the_content(self):
        with server() as (daemon, mta, sink):
            raw, message_id = mail(f"{OUTAGE}" + "and so on\r\n" * 20000)
            with smtplib.SMTP(HOST, mta.mx, "client.example.net") as smtp:
                smtp.ehlo()
                smtp.mail(CUSTOMER)
                smtp.rcpt("ceo@example.com")
                self.assertEqual(smtp.docmd("DATA")[0], 354)
                smtp.send(raw[:150000])
                self.kill(daemon)
                smtp.send(raw[150000:] + b".\r\n")
                self.later(smtp.getreply()[0])
            daemon.start()
            send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
            self.assertEqual(sink.with_id(message_id).as_sent(), raw)
            self.assertEqual(len(sink.deliveries), 1)
            self.assertEqual(len(daemon.cases()), 1)

    def test_dead_filter_loses_nothing(self):
        with server() as (daemon, mta, sink):
            raw, message_id = mail()
            daemon.stop()
            with self.assertRaises(smtplib.SMTPResponseException) as caught:
                send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
            self.later(caught.exception.smtp_code)
            daemon.start()
            send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
            self.assertIn("Case", tags(sink.with_id(message_id)))
            self.assertEqual(len(daemon.cases()), 1)


if __name__ == "__main__":
    unittest.main()
