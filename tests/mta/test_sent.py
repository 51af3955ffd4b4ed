#!/usr/bin/python3
"""Replies that leave by another mail server: their copies come to an address
of a real Postfix, whose pipe(8) gives them to `anteroom take --sent`."""
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from daemon import BUILD, CONF, Anteroomd, desk
from mailserver import PrivatePostfix, Sink, send, wait_until

ASKED = ("From: Ann <ann@customer.example>\r\nTo: ceo@example.com\r\n"
         "Subject: My invoice\r\nMessage-ID: <{n}@customer.example>\r\n"
         "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n"
         "The invoice of May was charged twice. Number {n}.\r\n")
REPLY = ("{more}From: Bob <bob@example.com>\r\nTo: Ann <ann@customer.example>\r\n"
         "Subject: Re: My invoice\r\nMessage-ID: <r{n}@cloud.example>\r\n"
         "In-Reply-To: <{n}@customer.example>\r\n"
         "Date: Sat, 21 Nov 2026 11:00:00 +0000\r\n\r\n"
         "I have looked at it and your money is on its way, {n}.\r\n")
JOURNAL = ("From: MicrosoftExchange329@example.com\r\n"
           "To: sent@journal.example.com\r\nSubject: Re: My invoice\r\n"
           "X-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n"
           "Message-ID: <journal{n}@cloud.example>\r\n"
           "Content-Type: multipart/mixed;\r\n\tboundary=\"_jr_{n}_\"\r\n\r\n"
           "--_jr_{n}_\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\n"
           "Sender: bob@example.com\r\nSubject: Re: My invoice\r\n"
           "Message-Id: <r{n}@cloud.example>\r\nTo: ann@customer.example\r\n\r\n"
           "--_jr_{n}_\r\nContent-Type: message/rfc822\r\n\r\n"
           "{copy}\r\n--_jr_{n}_--\r\n")
INSIDE = "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
SERVICE = """
anteroom-sent unix - n n - 4 pipe
  flags=q user=nobody argv={program} -c {conf} take --sent
"""


@unittest.skipIf(PrivatePostfix.missing(), PrivatePostfix.missing())
class Sent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anteroom-sent-")
        cls.addClassCleanup(cls.folder.cleanup)
        conf = CONF.replace('assistants = {{"{user}"}}',
                            'assistants = {{"{user}", "nobody"}}')
        cls.daemon = Anteroomd(cls.folder.name,
                               [desk("ceo", ["ceo@example.com"])], conf=conf)
        cls.daemon.start()
        cls.addClassCleanup(cls.daemon.stop)
        # nobody may not look into a checkout below /root
        program = shutil.copy(BUILD / "anteroom",
                              pathlib.Path(cls.folder.name) / "take")
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.__exit__)
        cls.mta = PrivatePostfix(
            cls.folder.name, cls.sink, cls.daemon.milter,
            domains=("example.com", "journal.example.com"),
            settings="transport_maps = inline:{sent@journal.example.com="
                     "anteroom-sent:}\n"
                     "anteroom-sent_destination_recipient_limit = 1\n",
            services=SERVICE.format(program=program, conf=cls.daemon.conf))
        cls.mta.start()
        cls.addClassCleanup(cls.mta.stop)

    def ask(self, number):
        """A new case; none else is open."""
        send(self.mta.mx, "ann@customer.example", ["ceo@example.com"],
             ASKED.format(n=number).encode())
        return wait_until(self.open_one, 20, "a case")

    def copy(self, raw):
        send(self.mta.mx, "postmaster@cloud.example",
             ["sent@journal.example.com"], raw.encode())

    def answered(self, case):
        return wait_until(lambda: self.daemon.show(case)["first_reply_at"],
                          20, f"an answer in {case}\n{self.mta.log()[-2000:]}")

    def open_one(self):
        cases = [c["id"] for c in self.daemon.cases() if c["state"] == "open"]
        return cases[-1] if cases else None

    def check(self, number, raw):
        case = self.ask(number)
        self.copy(raw)
        self.answered(case)
        self.assertEqual(self.daemon.show(case)["state"], "answered")

    def test_a_plain_copy(self):
        self.check(1, REPLY.format(n=1, more=""))

    def test_journal_reports(self):
        self.check(3, JOURNAL.format(
            n=3, copy=REPLY.format(n=3, more=INSIDE)))

    def test_what_came_from_outside_is_no_reply(self):
        case = self.ask(9)
        outside = INSIDE.replace("Internal", "Anonymous")
        other = JOURNAL.replace("X-MS-Journal-Report:\r\n", "")
        for journal, more in ((JOURNAL, outside), (JOURNAL, ""),
                              (other, INSIDE)):
            before = self.daemon.log().count("name=take")
            self.copy(journal.format(n=9, copy=REPLY.format(n=9, more=more)))
            wait_until(lambda: self.daemon.log().count("name=take") > before,
                       20, "the copy")
            self.assertEqual(self.daemon.show(case)["state"], "open", more)
        self.daemon.cli("answered", case, "by hand")


if __name__ == "__main__":
    unittest.main(verbosity=2)
