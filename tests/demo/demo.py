#!/usr/bin/env python3
"""`make demo`: real mail to an executive's address, through a private Postfix
and Anteroom, and what became of each message in plain words.

With --once it ends by itself: exit 0 when everything went as it should.
"""
import argparse
import contextlib
import datetime
import email
import email.policy
import email.utils
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from courier import Courier  # noqa: E402
from daemon import BUILD, CONF, ROOT, Anteroomd, desk  # noqa: E402
from mailserver import PrivatePostfix, Sink, send  # noqa: E402
from webserver import PASSWORD, AnteroomWeb, conf, free_port  # noqa: E402

# What should become of each: topic, urgency, team. Team "": screened, no case.
# "=NAME": joins the case of that message. None: not watched at all.
EXPECTED = {
    "01-threat": ("safety", "critical", "trust"),
    "02-outage": ("outage", "high", "care"),
    "03-idea-in-html": ("idea", "low", "counsel"),
    "04-press": ("press", "high", "media"),
    "05-sales-pitch": ("sales", "low", ""),
    "06-german-complaint": ("billing", "normal high", "care"),
    "07-base64-only": ("safety", "critical", "trust"),
    "08-out-of-office": ("", "low normal", ""),
    "09-praise": ("praise", "low", "office"),
    "10-billing": ("billing", "normal", "care"),
    "11-newsletter": ("bulk", "low", ""),
    "12-harassment": ("safety", "critical", "trust"),
    "13-lawyer-no-message-id": ("legal", "high", "counsel"),
    "14-utf16": ("safety", "critical", "trust"),
    "15-quoted-threat": ("", "normal high", "office"),
    "16-same-outage-again": ("", "", "=02-outage"),
    "17-german-threat": ("safety", "critical", "trust"),
    "18-split-by-tags": ("safety", "critical", "trust"),
    "19-forged-tags": ("safety", "critical", "trust"),
    "20-invitation": ("invitation", "low normal", "office"),
    "21-attachment": ("safety", "critical", "trust"),
    "22-leaving": ("cancel", "normal", "care"),
    "23-somebody-else": None,
}
REMARKS = {
    "03-idea-in-html": "HTML only",
    "07-base64-only": "the text is encoded; a search for words sees nothing",
    "08-out-of-office": "automatic: it starts no clock and stops none",
    "11-newsletter": "bulk mail: tagged, no case",
    "13-lawyer-no-message-id": "came without a Message-ID",
    "14-utf16": "in UTF-16",
    "15-quoted-threat": "the threat is only quoted: seen, not critical",
    "16-same-outage-again": "answers his own message: the same case",
    "18-split-by-tags": "the word is split by tags and an invisible character",
    "19-forged-tags": "the sender's own X-Anteroom-* fields were removed",
    "21-attachment": "only the name of the attachment says it",
    "23-somebody-else": "not to an executive: Anteroom never sees the content",
}
LATE = 2  # people who wait for an answer
LEVEL_COLOUR = {"critical": "1;31", "high": "33", "normal": "", "low": "2"}


class Screen:
    """Plain lines; colour only where a terminal wants it."""

    def __init__(self):
        self.colour = (sys.stdout.isatty() and "NO_COLOR" not in os.environ and
                       os.environ.get("TERM", "dumb") != "dumb")
        self.width = min(shutil.get_terminal_size((80, 24)).columns, 100)

    def paint(self, text, code):
        return f"\033[{code}m{text}\033[0m" if self.colour and code else text

    def say(self, text=""):
        print(text, flush=True)

    def head(self, text):
        self.say()
        self.say(self.paint(text, "1"))
        self.say(self.paint("-" * len(text), "2"))

    def wrap(self, text, indent):
        for line in textwrap.wrap(text, self.width - indent,
                                  break_long_words=False,
                                  break_on_hyphens=False):
            self.say(" " * indent + line)

    def block(self, text):
        for line in text.rstrip().splitlines():
            self.say("  " + line)


def crlf(path):
    return path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def with_date(raw):
    return (f"Date: {email.utils.formatdate()}\r\n").encode() + raw


class Demo:
    def __init__(self, web, sink, daemon, mta):
        self.web, self.sink, self.daemon, self.mta = web, sink, daemon, mta
        self.screen = Screen()
        self.failures = []
        self.case_of = {}  # name of a message -> its case
        self.shown = 0     # deliveries told of

    def check(self, good, text):
        if not good:
            self.failures.append(text)
            self.screen.say(self.screen.paint(f"     NOT AS IT SHOULD: {text}",
                                              "1;31"))

    # ---- what became of a message, read off what arrived ----

    @staticmethod
    def tag(delivery, name):
        return (delivery.header("X-Anteroom-" + name) + [""])[0]

    def deadline(self, delivery):
        due = self.tag(delivery, "Due")
        if not due:
            return ""
        at = email.utils.parsedate_to_datetime(due)
        left = at - datetime.datetime.now(datetime.timezone.utc)
        minutes = int(left.total_seconds() / 60 + 0.5)
        span = (f"{minutes} min" if minutes < 120 else
                f"{minutes // 60} h" if minutes < 2880 else
                f"{minutes // 1440} days")
        return f", answer due {at:%a %d %b %H:%M} UTC (in {span})"

    def words(self, topic, explained):
        """Which words made it so, and why."""
        for rule in (explained or {}).get("rules", []):
            if rule.get("topic") == topic and rule.get("points", 0) > 0:
                return f"{rule['why']}: \"{rule['text']}\""
        return ""

    def tell(self, title, message, delivery, explained, remark):
        screen = self.screen
        sender = email.utils.parseaddr(str(message["From"] or ""))
        subject = " ".join(str(message["Subject"] or "(none)").split())
        who = sender[0] or sender[1]
        screen.say(f"{title} {screen.paint(who, '1')}: {subject}")
        topic = self.tag(delivery, "Topic").split("; ")[0]
        level = self.tag(delivery, "Urgency").split(";")[0]
        case, team = self.tag(delivery, "Case"), self.tag(delivery, "Team")
        if topic:
            because = self.words(topic, explained)
            screen.wrap(f"taken for {topic}, " + level +
                        (f"; {because}" if because else ""), 8)
        if case:
            screen.say(" " * 8 + screen.paint(case, "1") + " to team " +
                       screen.paint(team, LEVEL_COLOUR.get(level, "")) +
                       self.deadline(delivery))
        elif topic:
            screen.say(" " * 8 + "no case, no clock; delivered with its tags")
        else:
            screen.say(" " * 8 + "delivered untouched")
        if remark:
            screen.wrap(f"({remark})", 8)

    # ---- the customers ----

    def explain(self):
        """{file name: what `explain` says}: the reasons for each decision."""
        return {pathlib.Path(one["file"]).stem: one for one in
                self.daemon.json("explain", HERE / "messages")}

    def customers(self):
        screen = self.screen
        paths = sorted((HERE / "messages").glob("*.eml"))
        self.check([p.stem for p in paths] == sorted(EXPECTED),
                   "a message without an expectation, or the other way round")
        reasons = self.explain()
        screen.head(f"{len(paths)} people write to us")
        for i, path in enumerate(paths, 1):
            raw = with_date(crlf(path))
            message = email.message_from_bytes(
                raw, policy=email.policy.default)
            to = [address for _, address in email.utils.getaddresses(
                message.get_all("To", []) + message.get_all("Cc", []))]
            sender = email.utils.parseaddr(str(message["From"]))[1]
            before = len(self.sink.deliveries)
            send(self.mta.mx, sender, to, raw)
            delivery = self.sink.wait_for(
                lambda d, n=before: d in self.sink.deliveries[n:])
            self.tell(f"[{i:2}/{len(paths)}]", message, delivery,
                      reasons.get(path.stem), REMARKS.get(path.stem))
            self.verify(path.stem, raw, to, delivery)
        self.shown = len(self.sink.deliveries)

    def verify(self, name, raw, to, delivery):
        expected = EXPECTED.get(name)
        case, team = self.tag(delivery, "Case"), self.tag(delivery, "Team")
        if expected is None:
            self.check(delivery.as_sent() == raw and
                       not self.tag(delivery, "Status"),
                       "a message to nobody's desk was touched")
            return
        topic, levels, want = expected
        got = self.tag(delivery, "Topic").split("; ")[0]
        level = self.tag(delivery, "Urgency").split(";")[0]
        self.check(self.tag(delivery, "Status") == "screened",
                   f"Status is {self.tag(delivery, 'Status')!r}")
        self.check(not topic or got == topic, f"topic {got}, not {topic}")
        self.check(not levels or level in levels.split(),
                   f"urgency {level}, not {levels.replace(' ', ' or ')}")
        if want.startswith("="):
            self.check(case == self.case_of.get(want[1:]),
                       f"{case} is not the case of {want[1:]}")
        elif want:
            self.check(case not in ("", *self.case_of.values()),
                       f"no case of its own ({case or 'none'})")
            self.check(team == want, f"team {team}, not {want}")
            self.check(f"{'ea' if want == 'office' else want}@example.com"
                       in delivery.recipients, "the team didn't get it")
        else:
            self.check(not case, f"a case ({case}) where none should be")
        self.check(set(to) <= set(delivery.recipients),
                   "an own recipient was lost")
        if case:
            self.case_of[name] = case

    # ---- the staff ----

    def answer(self, name, who, address, to, recipients, text):
        raw = crlf(HERE / "messages" / f"{name}.eml")
        asked = email.message_from_bytes(raw, policy=email.policy.default)
        sent = (f"From: {who} <{address}>\r\nTo: {to}\r\n"
                f"Subject: Re: {' '.join(str(asked['Subject']).split())}\r\n"
                f"Date: {email.utils.formatdate()}\r\n"
                f"Message-ID: {email.utils.make_msgid(domain='example.com')}"
                f"\r\nIn-Reply-To: {asked['Message-ID']}\r\n"
                f"References: {asked['Message-ID']}\r\n"
                f"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
                f"{text}\r\n").encode()
        send(self.mta.submission, address, recipients, sent)
        # Right after the mail server's "250": the clock has stopped or not.
        return self.daemon.show(self.case_of[name])

    def staff(self):
        screen = self.screen
        screen.head("Three of us write, through the submission port")
        for name, who, address, to, counts, text in (
                ("16-same-outage-again", "Eve", "eve@example.com",
                 "bob@example.com", False,
                 "Bob, this one is yours, isn't it?"),
                ("16-same-outage-again", "Bob", "bob@example.com",
                 "tom@okafor-bikes.example", True,
                 "Mr Okafor, we have found the fault and are back at noon."),
                ("01-threat", "Ann", "ann@example.com",
                 "paula.winter@mail.example", True,
                 "Ms Winter, I have your report and called the police.")):
            shown = self.answer(name, who, address, to, [to], text)
            stopped = bool(shown["first_reply_at"])
            screen.say(f"{screen.paint(who, '1')} to {to}: {text}")
            screen.say(" " * 8 + f"{shown['id']} is {shown['state']}: " +
                       ("the clock has stopped" if stopped else
                        "a note among us is no answer, the clock runs on"))
            self.check(stopped == counts, "the clock should " +
                       ("have stopped" if counts else "run on"))
        self.sink.wait_for(lambda d: "paula.winter" in str(d.recipients))
        self.shown = len(self.sink.deliveries)

    # ---- the clock ----

    def late(self, number, who, minutes, text):
        """A message that came MINUTES ago and that nobody answered: its case."""
        at = email.utils.formatdate(time.time() - 60 * minutes)
        done = self.daemon.run(
            "take", "--notify", "--json", "--to", "ceo@example.com",
            data=f"Received: from mail.example by mx.example.com; {at}\n"
            f"From: {who}\nTo: ceo@example.com\nSubject: Please help\n"
            f"Message-ID: <late-{number}@mail.example>\nDate: {at}\n\n"
            f"{text}\n")
        self.check(done.returncode == 0, f"take: {done.stderr}")
        return json.loads(done.stdout)["case"]

    def notice(self, to, words, case):
        """The first mail to TO about CASE with WORDS in its subject."""
        def fits(delivery):
            return (delivery.recipients == [to] and
                    delivery.header("Auto-Submitted") and
                    words in self.subject(delivery) and
                    case in self.subject(delivery))
        try:
            return self.sink.wait_for(fits)
        except TimeoutError:
            return None

    @staticmethod
    def subject(delivery):
        return str(email.message_from_bytes(
            delivery.data, policy=email.policy.default)["Subject"])

    def print_mail(self, data):
        """A mail as its reader has it: whom, about what, and the text."""
        mail = email.message_from_bytes(data, policy=email.policy.default)
        self.screen.say(f"    To:      {mail['To']}")
        self.screen.say("    Subject: " +
                        self.screen.paint(str(mail["Subject"]), "1"))
        text = mail.get_body(("plain",)).get_content().strip()
        for line in text.splitlines():
            self.screen.say(f"    | {line}".rstrip())
        self.screen.say()

    def clock(self):
        screen = self.screen
        screen.head("Time passes, and two people got no answer")
        for number, who, minutes, to, what, story, text in (
                (1, "Lea Brandt <lea@mail.example>", 31, "trust@example.com",
                 "Due in", "wrote half an hour ago, and half of the promised "
                 "hour is over: her team is warned.",
                 "He said he is going to kill me and my children tonight."),
                (2, "Ida Moreau <ida@mail.example>", 62,
                 "trust-lead@example.com", "Overdue",
                 "wrote an hour ago, and the promised hour is over: the lead "
                 "hears of it.",
                 "My ex-husband threatens to come and shoot us.")):
            case = self.late(number, who, minutes, text)
            screen.wrap(f"{screen.paint(who.split(' <')[0], '1')} {story}", 0)
            mail = self.notice(to, what, case)
            self.check(mail is not None, f"no mail \"{what}\" to {to}")
            if mail is not None:
                self.print_mail(mail.data)
        screen.wrap("It says nothing of what they wrote: these cases are "
                    "sensitive.", 0)

    def digest(self):
        self.screen.head("$ anteroom digest --to ea@example.com --preview")
        done = self.daemon.run("digest", "--to", "ea@example.com", "--preview")
        self.check(done.returncode == 0, f"digest: {done.stderr}")
        if done.returncode == 0:
            self.screen.wrap("The mail that the assistant gets each morning, "
                             "as text; as HTML it has two charts.", 2)
            self.print_mail(done.stdout.encode())

    # ---- what one sees afterwards ----

    def command(self, *words):
        self.screen.head("$ anteroom " + " ".join(words))
        done = self.daemon.run(*words)
        self.screen.block(done.stdout or done.stderr)
        self.check(done.returncode == 0,
                   f"anteroom {words[0]}: exit {done.returncode}")

    def look(self):
        self.command("cases")
        self.command("show", self.case_of.get("02-outage", "AR-1"))
        self.command("status")
        done = self.daemon.run("fsck")
        self.check(done.returncode == 0, f"fsck: {done.stdout}{done.stderr}")
        expected = sum(1 for e in EXPECTED.values()
                       if e and e[2] and e[2][0] != "=") + LATE
        got = len(self.daemon.cases())
        self.check(got == expected, f"{got} cases, not {expected}")

    def dashboard(self):
        """Somebody logs in and sees the cases."""
        self.screen.head("The dashboard, in a browser on this machine")
        board = self.web.browser("ea").get("/")
        self.check(self.case_of.get("02-outage", "AR-1") in board.text,
                   f"the board ({board.status}) doesn't show a case")
        self.screen.say(f"  http://127.0.0.1:{self.web.port}/ name ea, "
                        f"password \"{PASSWORD}\"")

    def stay(self):
        screen = self.screen
        try:
            anteroom = (BUILD / "anteroom").relative_to(ROOT)
        except ValueError:
            anteroom = BUILD / "anteroom"
        screen.head("It runs on. In another terminal, here:")
        screen.block(
            f"tests/demo/send.py {self.mta.mx} 'I was charged twice.'\n"
            f"{anteroom} -c {self.daemon.conf} cases\n"
            f"swaks --server 127.0.0.1:{self.mta.mx} --to ceo@example.com"
            " --body 'Your site is down.'\n\n"
            f"Our own people send through port {self.mta.submission}. "
            f"Logs: {self.daemon.folder}/log,\n{self.mta.folder}/maillog")
        screen.say()
        screen.say("Ctrl-C ends it and removes everything.")
        while True:
            time.sleep(0.3)
            for delivery in self.sink.deliveries[self.shown:]:
                self.shown += 1
                message = email.message_from_bytes(
                    delivery.data, policy=email.policy.default)
                screen.say()
                self.tell(f"[{datetime.datetime.now():%H:%M:%S}]", message,
                          delivery, None, "")
                screen.say(" " * 8 + "delivered to " +
                           ", ".join(delivery.recipients))


def as_root():
    """Postfix's master starts as root; nothing of the system is touched."""
    if os.geteuid() == 0:
        return
    sudo = shutil.which("sudo")
    if not sudo:
        sys.exit("demo: Postfix needs root to start: run it as root (nothing "
                 "of the system's mail is touched)")
    print("demo: Postfix needs root to start: asking sudo", flush=True)
    keep = [f"{name}={os.environ[name]}" for name in
            ("ANTEROOM_BUILD", "TERM", "NO_COLOR") if name in os.environ]
    os.execv(sudo, [sudo, "env", *keep, sys.executable, "-B", *sys.argv])


def run(once):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="anteroom-demo-"))
        print(f"Anteroom demo: all of it lives in {folder}", flush=True)
        sink = stack.enter_context(Sink())
        print("  anteroomd ...", flush=True)
        port = free_port()
        daemon = stack.enter_context(Anteroomd(folder, [
            desk("ceo", ["ceo@example.com", "jane.doe@example.com"]),
            conf(pathlib.Path(folder) / "anteroom", port)]))
        print("  a private Postfix on loopback ...", flush=True)
        mta = stack.enter_context(
            PrivatePostfix(folder, sink, daemon.milter))
        print("  anteroom-courier ...", flush=True)
        daemon.template = CONF.replace("127.0.0.1:25",
                                       f"127.0.0.1:{mta.submission}")
        daemon.write()  # the courier alone wants to know who takes its mail
        stack.enter_context(Courier(daemon))
        print("  anteroom-web ...", flush=True)
        web = stack.enter_context(AnteroomWeb(daemon, port))
        web.add("ea", "assistant")
        demo = Demo(web, sink, daemon, mta)
        demo.customers()
        demo.staff()
        demo.clock()
        demo.digest()
        demo.look()
        demo.dashboard()
        demo.shown = len(sink.deliveries)
        print(flush=True)
        if demo.failures:
            print(f"{len(demo.failures)} things are not as they should be:")
            for failure in demo.failures:
                print(f"  {failure}")
        else:
            print("Everything went as it should.", flush=True)
        if not once:
            demo.stay()
        return 1 if demo.failures else 0


def main():
    parser = argparse.ArgumentParser(description="Anteroom, shown")
    parser.add_argument("--once", action="store_true",
                        help="end by itself, exit 0 when all is right")
    args = parser.parse_args()
    why = PrivatePostfix.missing()
    if why and os.geteuid() == 0:
        sys.exit(f"demo: {why}")
    as_root()

    def interrupted(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        return run(args.once)
    except KeyboardInterrupt:
        print("\nEnded; everything is removed.")
        return 1 if args.once else 0


if __name__ == "__main__":
    sys.exit(main())
