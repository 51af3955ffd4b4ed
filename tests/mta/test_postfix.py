#!/usr/bin/env python3
"""Anteroom behind a real Postfix: what arrives where, with which header fields,
and what stops a clock."""
import base64
import contextlib
import datetime
import email.utils
import itertools
import json
import os
import pathlib
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from daemon import BUILD, Anteroomd, desk  # noqa: E402
from mailserver import (HOST, MilterTap, PrivatePostfix, Sink,  # noqa: E402
                        send, wait_until)

DESKS = [
    desk("ceo", ["ceo@example.com", "jane.doe@example.com",
                 "chair@example.com", "president@example.com",
                 "founder@example.com"]),
    desk("cfo", ["cfo@example.com"]),
    desk("alone", ["alone@example.com"], keep=False),
    desk("tagged", ["tagged@example.com"], mode="tag"),
    desk("shadow", ["shadow@example.com"], mode="shadow"),
]
CUSTOMER = "paula@customer.example"
OUTAGE = ("Since this morning your payment gateway is down. All our shops "
          "stand still.\r\n")
TAGS = ["Case", "Status", "Urgency", "Topic", "Team", "Due", "Rules"]

number = itertools.count(1)
running = None  # of Running; made once for this file


class Running:
    """What all tests share: starting it takes longer than any of them."""

    def __init__(self, stack):
        self.folder = stack.enter_context(tempfile.TemporaryDirectory(
            prefix="anteroom-"))
        self.sink = stack.enter_context(Sink())
        self.daemon = stack.enter_context(Anteroomd(self.folder, DESKS))
        self.tap = MilterTap(pathlib.Path(self.folder) / "tap.sock",
                             self.daemon.socket)
        stack.callback(self.tap.close)
        self.mta = stack.enter_context(PrivatePostfix(
            self.folder, self.sink, self.daemon.milter, tap=self.tap,
            # The public port takes mail for the customer too: a spoofer is to
            # differ from one of us in nothing but where he comes from.
            domains=("example.com", "customer.example")))


def setUpModule():
    global running
    why = PrivatePostfix.missing()
    if why:
        raise unittest.SkipTest(why)
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    running = Running(stack)


def mail(text=OUTAGE, subject="A question", sender=CUSTOMER,
         to="ceo@example.com", message_id="", more=()):
    """The bytes of a message and its Message-ID; "" makes one, None has none."""
    if message_id == "":
        message_id = f"<{next(number)}.{os.getpid()}@customer.example>"
    fields = [f"From: {sender}", f"To: {to}", f"Subject: {subject}",
              "Date: Sat, 21 Nov 2026 10:00:00 +0000"]
    if message_id is not None:
        fields.append(f"Message-ID: {message_id}")
    fields += more
    fields += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
               "Content-Transfer-Encoding: 8bit"]
    return ("\r\n".join(fields) + "\r\n\r\n" + text).encode(), message_id


def tags(delivery):
    """{name without the prefix: [values]} of what the filter added."""
    found = {}
    for name, _ in delivery.fields():
        if name.lower().startswith("x-anteroom-"):
            found[name[11:]] = delivery.header(name)
    return found


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.daemon, self.sink = running.daemon, running.sink
        self.mx = running.mta.mx
        self.submission = running.mta.submission

    def write(self, *args, to=("ceo@example.com",), port=None, sender=CUSTOMER,
              **more):
        """A customer's message, delivered: (Delivery, Message-ID, bytes)."""
        raw, message_id = mail(*args, **more)
        send(port or self.mx, sender, to, raw)
        return self.sink.with_id(message_id), message_id, raw

    def open_case(self, **more):
        """A new case: (its name, Message-ID of the message)."""
        more.setdefault("text", f"{OUTAGE}Ours is number {next(number)}.\r\n")
        delivery, message_id, _ = self.write(**more)
        return tags(delivery)["Case"][0], message_id

    def answer(self, message_id, port=None, sender="bob@example.com",
               header_from=None, recipients=(CUSTOMER,), to=CUSTOMER, more=(),
               text="We are on it and will be back within the hour.\r\n"):
        raw, own_id = mail(text, "Re: A question", header_from or sender, to,
                           more=[f"In-Reply-To: {message_id}",
                                 f"References: {message_id}", *more])
        send(port or self.submission, sender, recipients, raw)
        return own_id

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
        self.assertEqual(sorted(found), sorted(TAGS))
        for values in found.values():
            self.assertEqual(len(values), 1)
        self.assertRegex(found["Case"][0], r"^AR-\d+$")
        self.assertEqual(found["Status"], ["screened"])
        self.assertRegex(found["Urgency"][0],
                         r"^(critical|high|normal|low); score=\d+$")
        self.assertEqual(found["Topic"][0].split("; ")[0], "outage")
        self.assertEqual(found["Team"], ["care"])
        due = email.utils.parsedate_to_datetime(found["Due"][0])
        self.assertGreater(due, datetime.datetime.now(datetime.timezone.utc))
        self.assertRegex(found["Rules"][0], r"(^|, )outage-down(, |$)")
        self.assertEqual(delivery.as_sent(), raw)

    def test_fields_stand_above_what_was_sent(self):
        delivery, _, _ = self.write()
        names = [name.lower() for name, _ in delivery.fields()]
        last = max(i for i, n in enumerate(names) if n.startswith("x-anteroom"))
        self.assertLess(last, names.index("from"))

    def test_odd_bytes_stay_as_they_are(self):
        raw, message_id = mail(
            "8-bit: gr\u00fc\u00df dich  \r\n.dot\r\n..\r\n\ttab \r\n\r\n" +
            "long " * 400 + "\r\nno service, everything is down\r\n\r\n\r\n",
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
        raw, message_id = mail()
        signature = dkim.sign(
            raw, b"sel", b"customer.example", key,
            include_headers=[b"from", b"to", b"subject", b"date",
                             b"message-id"])
        send(self.mx, CUSTOMER, ["ceo@example.com"], signature + raw)
        delivery = self.sink.with_id(message_id)

        def verifies(data):
            return dkim.verify(data, dnsfunc=lambda *_, **__: record)

        self.assertIn("Case", tags(delivery))
        self.assertTrue(verifies(delivery.data))
        self.assertFalse(verifies(delivery.data.replace(b"gateway", b"gate")))

    def test_unwatched_is_untouched_and_unread(self):
        marker = b"marker-%d-of-nobody" % os.getpid()
        tap = running.tap
        before = self.case_names()
        delivery, _, raw = self.deliver_tapped(marker, "someone@example.com")
        self.assertEqual(delivery.as_sent(), raw)
        self.assertEqual(tags(delivery), {})
        self.assertEqual(delivery.recipients, ["someone@example.com"])
        self.assertIn(b"someone@example.com", bytes(tap.heard))
        self.assertNotIn(marker, bytes(tap.heard))
        self.assertEqual(self.case_names(), before)
        # The tap does hear what is watched.
        self.deliver_tapped(marker, "ceo@example.com")
        self.assertIn(marker, bytes(tap.heard))

    def deliver_tapped(self, marker, to):
        raw, message_id = mail(marker.decode() + "\r\n", to=to)
        send(running.mta.tapped, CUSTOMER, [to], raw)
        return self.sink.with_id(message_id), message_id, raw

    def test_forged_fields_are_gone(self):
        forged = ["X-Anteroom-Case: AR-900001", "x-anteroom-urgency: low; score=0",
                  "X-ANTEROOM-STATUS: screened", "X-Anteroom-Case: AR-900002",
                  "X-Anteroom-Whatever: folded\r\n\tvalue"]
        delivery, _, raw = self.write(more=forged)
        found = tags(delivery)
        self.assertEqual(sorted(found), sorted(TAGS))
        self.assertEqual([len(values) for values in found.values()],
                         [1] * len(TAGS))
        self.assertNotIn(found["Case"][0], ("AR-900001", "AR-900002"))
        for field in forged:
            raw = raw.replace(field.encode() + b"\r\n", b"")
        self.assertEqual(delivery.as_sent(), raw)

    def test_extension_and_case_of_the_address(self):
        delivery, _, _ = self.write(to=("CEO+spring@Example.COM",))
        self.assertIn("Case", tags(delivery))

    def test_critical_goes_to_the_safety_team(self):
        delivery, _, _ = self.write(
            "Your technician threatened to rape my daughter.\r\n")
        self.assertIn("trust@example.com", delivery.recipients)
        self.assertTrue(tags(delivery)["Urgency"][0].startswith("critical"))

    def test_screened_has_tags_and_no_case(self):
        before = self.case_names()
        delivery, _, _ = self.write(
            "Do you have 15 minutes for a quick demo? Special offer: 20 % "
            "off.\r\n")
        self.assertEqual(delivery.recipients, ["ceo@example.com"])
        self.assertEqual(sorted(tags(delivery)),
                         ["Rules", "Status", "Topic", "Urgency"])
        self.assertEqual(self.case_names(), before)


class Identity(Case):
    def test_five_of_our_addresses_are_one_case(self):
        before = self.case_names()
        five = ["ceo", "jane.doe", "chair", "president", "founder"]
        delivery, _, _ = self.write(
            f"{OUTAGE}To all five.\r\n",
            to=[f"{name}@example.com" for name in five])
        self.assertEqual(len(self.case_names() - before), 1)
        self.assertEqual(sorted(delivery.recipients), sorted(
            [f"{name}@example.com" for name in five] + ["care@example.com"]))

    def test_five_messages_with_one_text_are_one_case(self):
        before = self.case_names()
        text = f"{OUTAGE}Five times number {next(number)}.\r\n"
        found = set()
        for name in ("ceo", "jane.doe", "chair", "president", "founder"):
            to = f"{name}@example.com"
            delivery, _, _ = self.write(text, to=[to])
            found.add(tags(delivery)["Case"][0])
        self.assertEqual(len(self.case_names() - before), 1)
        self.assertEqual(len(found), 1)

    def test_the_same_again_makes_none(self):
        raw, message_id = mail(f"{OUTAGE}Twice.\r\n")
        send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
        before = self.case_names()
        send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
        first, second = self.sink.with_id(message_id, count=2)
        self.assertEqual(self.case_names(), before)
        self.assertEqual(tags(first)["Case"], tags(second)["Case"])
        # It was delivered again, so the team must be able to see it again.
        self.assertIn("care@example.com", second.recipients)
        shown = self.daemon.show(tags(first)["Case"][0])
        self.assertEqual(shown["messages"], 1)

    def test_two_desks_are_one_case(self):
        before = self.case_names()
        delivery, _, _ = self.write(
            f"{OUTAGE}Both of you.\r\n",
            to=["ceo@example.com", "cfo@example.com"])
        self.assertEqual(len(self.case_names() - before), 1)
        self.assertEqual(
            sorted(delivery.recipients),
            ["care@example.com", "ceo@example.com", "cfo@example.com"])

    def test_no_message_id(self):
        before = self.case_names()
        raw, _ = mail(f"{OUTAGE}I have no number.\r\n", message_id=None)
        for count in (1, 2):
            send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
            found = self.sink.wait_for(
                lambda d: b"I have no number." in d.data, count)
        self.assertEqual(len(self.case_names() - before), 1)
        self.assertEqual(found[-1].as_sent(), raw)

    def test_null_sender(self):
        raw, message_id = mail(f"{OUTAGE}From nowhere.\r\n")
        send(self.mx, "", ["ceo@example.com"], raw)
        delivery = self.sink.with_id(message_id)
        self.assertEqual(delivery.sender, "")
        self.assertEqual(delivery.as_sent(), raw)
        # A null path alone proves nothing: a person may have written this.
        self.assertIn("Case", tags(delivery))

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
        cases = [tags(self.sink.with_id(i))["Case"][0] for i in ids]
        self.assertEqual(len(set(cases)), 3)
        self.assertEqual(tags(self.sink.with_id(last)), {})


class Modes(Case):
    def test_not_kept_goes_to_the_team_alone(self):
        delivery, _, _ = self.write(to=("Alone@Example.com",),
                                    text=f"{OUTAGE}Alone.\r\n")
        self.assertEqual(delivery.recipients, ["care@example.com"])

    def test_not_kept_but_screened_stays(self):
        delivery, _, _ = self.write(
            "Special offer: 50 % off, a free quote with no obligation. Do you "
            "have 15 minutes for a demo?\r\n", to=("alone@example.com",))
        self.assertEqual(delivery.recipients, ["alone@example.com"])

    def test_tag_adds_fields_only(self):
        delivery, _, raw = self.write(to=("tagged@example.com",),
                                      text=f"{OUTAGE}Tag.\r\n")
        self.assertEqual(delivery.recipients, ["tagged@example.com"])
        self.assertIn("Topic", tags(delivery))
        self.assertEqual(delivery.as_sent(), raw)

    def test_shadow_changes_nothing(self):
        delivery, _, raw = self.write(to=("shadow@example.com",),
                                      text=f"{OUTAGE}Shadow.\r\n")
        self.assertEqual(delivery.recipients, ["shadow@example.com"])
        self.assertEqual(tags(delivery), {})
        self.assertEqual(delivery.as_sent(), raw)


class Replies(Case):
    def test_answer_stops_the_clock_within_the_session(self):
        case, message_id = self.open_case()
        self.assertIsNone(self.answered_at(case))
        with smtplib.SMTP(HOST, self.submission, "client.example.net") as smtp:
            raw, _ = mail("We have found it.\r\n", "Re: A question",
                          "Bob <bob@example.com>", CUSTOMER,
                          more=[f"In-Reply-To: {message_id}"])
            smtp.sendmail("bob@example.com", [CUSTOMER], raw)
            shown = self.daemon.show(case)
        self.assertIsNotNone(shown["first_reply_at"])
        self.assertEqual(shown["state"], "answered")

    def test_answer_arrives_untouched(self):
        _, message_id = self.open_case()
        own_id = self.answer(message_id)
        delivery = self.sink.with_id(own_id)
        self.assertEqual(tags(delivery), {})
        self.assertEqual(delivery.recipients, [CUSTOMER])

    def refused(self, **how):
        case, message_id = self.open_case()
        own_id = self.answer(message_id, **how)
        self.sink.with_id(own_id)
        self.assertIsNone(self.answered_at(case))
        # It is the difference that matters: the plain answer does stop it.
        self.answer(message_id)
        self.assertIsNotNone(self.answered_at(case))

    def test_spoofed_sender_from_outside(self):
        self.refused(port=self.mx)

    def test_internal_forward(self):
        self.refused(recipients=("eve@example.com",), to="eve@example.com",
                     text="Please handle this one.\r\n")

    def test_blind_copy(self):
        self.refused(to="eve@example.com",
                     recipients=("eve@example.com", CUSTOMER))

    def test_out_of_office(self):
        self.refused(more=["Auto-Submitted: auto-replied"],
                     text="I am out of the office until Monday.\r\n")

    def test_writer_who_is_no_member(self):
        self.refused(sender="stranger@example.com")

    def test_other_thread(self):
        case, _ = self.open_case()
        self.answer("<quite-another@customer.example>")
        self.assertIsNone(self.answered_at(case))

    def test_named_but_not_sent_to(self):
        self.refused(to=f"{CUSTOMER}, eve@example.com",
                     recipients=("eve@example.com",))

    def test_customer_in_copy_counts(self):
        case, message_id = self.open_case()
        self.answer(message_id, to="eve@example.com",
                    recipients=("eve@example.com", CUSTOMER),
                    more=[f"Cc: {CUSTOMER}"])
        self.assertIsNotNone(self.answered_at(case))


class Bounces(Case):
    """Postfix itself finds that a reply can't be delivered, and says so to its
    writer; shown to the filter, that undoes the answer."""

    settings = "internal_mail_filter_classes = bounce\n" \
               "non_smtpd_milters = {}"

    def refuse(self, *addresses):
        self.sink.refused.update(addresses)
        self.addCleanup(self.sink.refused.difference_update, addresses)

    @contextlib.contextmanager
    def server(self):
        with tempfile.TemporaryDirectory(prefix="anteroom-") as folder:
            milter = running.daemon.milter
            with PrivatePostfix(folder, self.sink, milter,
                                domains=("example.com", "customer.example"),
                                settings=self.settings.format(milter)) as mta:
                yield mta

    def bounce_of(self, own_id):
        return self.sink.wait_for(
            lambda d: d.sender == "" and own_id.encode() in d.data)

    def timeline(self, case, what):
        return [e for e in self.daemon.show(case)["timeline"]
                if e["what"] == what]

    def test_bounce_revokes_the_stop(self):
        case, message_id = self.open_case()
        due = self.daemon.show(case)["due"]
        self.refuse(CUSTOMER)
        with self.server() as mta:
            own_id = self.answer(message_id, port=mta.submission)
            bounce = self.bounce_of(own_id)
        # It gets where it belongs, and nowhere else, as Postfix made it.
        self.assertEqual(bounce.recipients, ["bob@example.com"])
        self.assertEqual(tags(bounce), {})
        shown = self.daemon.show(case)
        self.assertEqual(shown["state"], "open")
        self.assertIsNone(shown["first_reply_at"])
        self.assertEqual(shown["due"], due)
        told = self.timeline(case, "bounced")
        self.assertEqual(len(told), 1)
        for word in (own_id, CUSTOMER, "5.1.1"):
            self.assertIn(word, told[0]["detail"])
        self.assertEqual(len(self.timeline(case, "reply")), 1)
        # The next one arrives.
        self.sink.refused.clear()
        self.answer(message_id)
        self.assertIsNotNone(self.answered_at(case))

    def test_another_copy_that_bounces_does_not(self):
        case, message_id = self.open_case()
        self.refuse("eve@example.com")
        with self.server() as mta:
            own_id = self.answer(message_id, port=mta.submission,
                                 recipients=(CUSTOMER, "eve@example.com"),
                                 more=["Cc: eve@example.com"])
            self.bounce_of(own_id)
        self.assertIsNotNone(self.answered_at(case))

    def test_by_default_postfix_shows_no_filter_its_own_bounces(self):
        case, message_id = self.open_case()
        self.refuse(CUSTOMER)
        self.bounce_of(self.answer(message_id))
        self.assertIsNotNone(self.answered_at(case))
        self.assertEqual(self.timeline(case, "bounced"), [])

    def test_bounce_from_the_world(self):
        case, message_id = self.open_case()
        self.refuse(CUSTOMER)
        bounce = self.bounce_of(self.answer(message_id))
        self.assertIsNotNone(self.answered_at(case))
        # The same, from the customer's mail server.
        send(self.mx, "", ["bob@example.com"], bounce.as_sent())
        self.assertIsNone(self.answered_at(case))
        self.assertEqual(len(self.timeline(case, "bounced")), 1)


class Doctor(Case):
    """`anteroom doctor` and Postfix agree on what works."""

    def states(self, postfix):
        done = self.daemon.run("doctor", "--json", "--postfix-config",
                               postfix.folder)
        return {check["check"]: check["state"]
                for check in json.loads(done.stdout)["checks"]
                # The tap that tests listen by isn't Anteroom.
                if str(postfix.tapped) not in check["found"]}

    def test_where_mail_gets_its_case_nothing_is_wrong(self):
        raw, message_id = mail()
        send(self.mx, CUSTOMER, ["ceo@example.com"], raw)
        self.assertTrue(tags(self.sink.with_id(message_id))["Case"])
        states = self.states(running.mta)
        for check in ("postfix-filter", "socket-rights", "replies",
                      "postfix-default-action", "postfix-domains"):
            self.assertEqual(states[check], "ok", states)

    def test_in_a_chroot_that_hides_the_socket_both_say_so(self):
        with tempfile.TemporaryDirectory(prefix="anteroom-") as folder:
            with PrivatePostfix(folder, self.sink, self.daemon.milter) as mta:
                master = mta.folder / "master.cf"
                master.write_text(master.read_text().replace(
                    f"{HOST}:{mta.mx}         inet n - n",
                    f"{HOST}:{mta.mx}         inet n - y"))
                mta.command("reload")
                raw, _ = mail()
                with self.assertRaises(smtplib.SMTPException) as said:
                    send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
                self.assertIn("451", str(said.exception))
                wait_until(lambda: f"connect to Milter service "
                           f"{self.daemon.milter}: No such file" in mta.log())
                self.assertEqual(self.states(mta)["postfix-chroot"], "wrong")


class Stopping(unittest.TestCase):
    """Daemons of their own: these are ended in the middle."""

    @contextlib.contextmanager
    def server(self, environment=None):
        with tempfile.TemporaryDirectory(prefix="anteroom-") as folder, \
                Sink() as sink:
            daemon = Anteroomd(folder, DESKS, environment)
            with daemon, PrivatePostfix(folder, sink, daemon.milter) as mta:
                yield daemon, mta, sink

    def test_term_during_end_of_message(self):
        slow = {"LD_PRELOAD": str(BUILD / "tests/mta/slowsync.so"),
                "SLOWSYNC_MS": "1500",
                "ASAN_OPTIONS": "verify_asan_link_order=0"}
        with self.server(slow) as (daemon, mta, sink):
            raw, message_id = mail()
            told = []

            def deliver():
                try:
                    send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
                    told.append(250)
                except smtplib.SMTPException as error:
                    told.append(error)

            thread = threading.Thread(target=deliver)
            begin = time.monotonic()
            thread.start()
            time.sleep(0.6)  # in the flush of the case
            self.assertEqual(told, [], "the answer came before the flush")
            process = daemon.process
            process.send_signal(signal.SIGTERM)
            thread.join(20)
            self.assertEqual(told, [250])
            self.assertGreater(time.monotonic() - begin, 1.4)
            self.assertEqual(process.wait(25), 0)
            delivery = sink.with_id(message_id)
            # No daemon runs: the program opens the store by itself.
            shown = daemon.show(tags(delivery)["Case"][0])
            self.assertEqual(shown["messages"], 1)
            self.assertEqual(daemon.run("fsck").returncode, 0)

    def test_dead_filter_loses_nothing(self):
        with self.server() as (daemon, mta, sink):
            raw, message_id = mail()
            daemon.stop()
            with self.assertRaises(smtplib.SMTPException) as caught:
                send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
            self.assertRegex(str(caught.exception), r"\b4\d\d\b")
            daemon.start()

            def retry():
                try:
                    return send(mta.mx, CUSTOMER, ["ceo@example.com"], raw)
                except smtplib.SMTPException:
                    return False

            wait_until(retry, 10, "the mail server's patience")
            self.assertIn("Case", tags(sink.with_id(message_id)))
            self.assertEqual(len(daemon.cases()), 1)


if __name__ == "__main__":
    unittest.main()
