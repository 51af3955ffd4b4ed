#!/usr/bin/env python3
"""Fills a store with cases as a company of some size would have them: four
weeks of mail in several languages, most of it answered, some late, promised,
handed over, paused, merged, closed.

    tests/browser/seed.py SOCKET COUNT    the control socket of a daemon

The same number gives the same cases, but for the time: they end now. With a
clock that can be set (tests/lib/faketime.py) everything happens at its time;
without, what people do happens now.
"""
import datetime
import email.message
import email.utils
import heapq
import itertools
import json
import random
import socket
import sys
import time

from letters import (AGAIN, ANSWERS, CITIES, FIRST, HOSTS, LAST, LETTERS,
                     MONTHS, NOTES, PROMISES, RECEIPTS)

# Who replies for which team, and who leads it.
VOICES = {"care": ("bob@example.com", "eve@example.com"),
          "trust": ("ann@example.com",), "counsel": ("carol@example.com",),
          "media": ("dave@example.com",), "office": ("ea@example.com",)}
LEADS = {"care": "lee", "media": "mia", "trust": "tara", "counsel": "carl"}
HOURS = {"critical": 0.3, "high": 2.5, "normal": 7, "low": 11}
REASONS = ("settled", "refunded", "answered by telephone", "erledigt",
           "the customer is content", "nothing more to do")
HOUR = datetime.timedelta(hours=1)


class Control:
    """The daemon's control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rwb")

    def close(self):
        self.file.close()
        self.socket.close()

    def ask(self, command, data=None, login=None, **args):
        request = {"v": 1, "command": command, "args": args}
        if login is not None:
            request["login"] = login
        if data is not None:
            request["bytes"] = len(data)
        self.file.write(json.dumps(request).encode() + b"\n" + (data or b""))
        self.file.flush()
        rows = []
        while True:
            answer = json.loads(self.file.readline())
            if "end" in answer:
                return rows, answer["end"]
            rows.append(answer["row"])


def moments(count, now, chance):
    """Arrivals of four weeks: by day mostly, fewer at the weekend, and one
    busy day after a failure."""
    found = []
    while len(found) < count:
        back = (chance.uniform(30, 28 * 86400) if chance.random() < 0.93 else
                chance.triangular(9 * 86400, 10.5 * 86400, 10.3 * 86400))
        at = now - datetime.timedelta(seconds=back)
        weight = 1.0 if 8 <= at.hour < 19 else 0.2
        if at.weekday() >= 5:
            weight *= 0.35
        if chance.random() < weight:
            found.append(at)
    return sorted(found)


def at_work(at, team, chance):
    """AT, or when the office opens next."""
    if team == "trust":
        return at
    while at.weekday() >= 5 or not 8 <= at.hour < 17:
        at = (at + datetime.timedelta(hours=1)).replace(
            minute=chance.randrange(60), second=chance.randrange(60))
    return at


class Writer:
    """A customer with one matter."""

    def __init__(self, number, chance):
        _, self.subject, self.text = chance.choices(
            LETTERS, [entry[0] for entry in LETTERS])[0]
        first, last = chance.choice(FIRST), chance.choice(LAST)
        plain = f"{first}.{last}".lower().translate(
            str.maketrans("áäöüßřëıí", "aaousreii"))
        self.name = f"{first} {last}"
        self.address = "".join(c for c in plain if c.isascii()) + \
            f"{number}@{chance.choice(HOSTS)}"
        self.words = {"n": chance.randint(10000, 99999),
                      "m": chance.randint(12, 480), "last": chance.choice(LAST),
                      "city": chance.choice(CITIES),
                      "month": chance.choice(MONTHS),
                      "thing": chance.choice(("invoice", "contract", "address",
                                              "account", "order"))}
        self.case, self.last_id, self.letters = None, None, 0

    def say(self, text):
        return text.format(**self.words)


class Office:
    """Plays what happens, in the order of time."""

    def __init__(self, control_path, now, number, clock, logins):
        self.control = Control(control_path)
        self.now, self.clock, self.logins = now, clock, logins
        self.chance = random.Random(number)
        self.steps, self.numbers = [], itertools.count()
        self.rested = None

    # ---- time ----

    def later(self, at, play, *words):
        if at < self.now:
            heapq.heappush(self.steps, (at, next(self.numbers), play, words))

    def turn(self, at):
        """The clock to AT; now and then its daemon has to notice."""
        if self.clock is None:
            return
        self.clock.set(at)
        if self.rested is None or at - self.rested > 6 * HOUR:
            time.sleep(1.1)
            self.rested = at

    def play(self):
        while self.steps:
            at, _, play, words = heapq.heappop(self.steps)
            self.turn(at)
            play(at, *words)
        self.turn(self.now)

    def wait(self, hours):
        return datetime.timedelta(
            hours=hours * self.chance.lognormvariate(-0.3, 0.7))

    # ---- what is said to the daemon ----

    def take(self, message, **words):
        rows, end = self.control.ask("take", message.as_bytes(), **words)
        if end["code"] != "done":
            raise RuntimeError(end)
        return rows[0]["case"]

    def act(self, command, case, who=None, **words):
        self.control.ask(command, case=case,
                         login=who if who in self.logins else None, **words)

    def state(self, case):
        return self.control.ask("show", case=case)[0][0]

    def person(self, team):
        """Who acts on a case: mostly its lead."""
        return LEADS[team] if team in LEADS and self.chance.random() < 0.7 \
            else "ea"

    # ---- mail ----

    def mail(self, at, sender, to, subject, text, answers=None):
        message = email.message.EmailMessage()
        message["From"] = email.utils.formataddr(sender)
        message["To"] = to
        message["Date"] = at
        message["Message-ID"] = f"<{self.chance.getrandbits(60):x}@" + \
            sender[1].split("@")[1] + ">"
        if answers:
            message["In-Reply-To"] = answers
        message["Subject"] = subject
        message.set_content(text)
        return message

    def letter(self, at, writer):
        """The first one of a matter."""
        message = self.mail(
            at, (writer.name, writer.address), "ceo@example.com",
            writer.say(writer.subject),
            writer.say(writer.text) + f"\n{writer.name}\n")
        writer.case = self.take(message, **{"from": writer.address,
                                            "to": ["ceo@example.com"]})
        writer.last_id = message["Message-ID"]
        if writer.case is None:
            return
        case = self.state(writer.case)
        self.plan_acts(at, writer, case)
        self.plan_answer(at, writer, case["team"], case["urgency"]["level"])

    def again(self, at, writer):
        message = self.mail(
            at, (writer.name, writer.address), "ceo@example.com",
            "Re: " + writer.say(writer.subject),
            self.chance.choice(AGAIN) + "\n", writer.last_id)
        self.take(message, **{"from": writer.address,
                              "to": ["ceo@example.com"]})
        writer.last_id = message["Message-ID"]
        case = self.state(writer.case)
        self.plan_answer(at, writer, case["team"], case["urgency"]["level"])

    def reply(self, at, writer, kind):
        case = self.state(writer.case)
        if case["state"] == "closed":
            return
        voice = self.chance.choice(VOICES.get(case["team"], VOICES["office"]))
        text = {"answer": ANSWERS, "promise": PROMISES, "receipt": RECEIPTS}
        message = self.mail(
            at, (voice.split("@")[0].title(), voice), writer.address,
            "Re: " + writer.say(writer.subject),
            f"Dear {writer.name},\n\n" +
            writer.say(self.chance.choice(text[kind])) + "\n", writer.last_id)
        self.take(message, sent=True, **{"from": voice,
                                         "to": [writer.address]})
        writer.last_id = message["Message-ID"]
        if kind == "answer":
            self.plan_end(at, writer, case["team"])
        else:
            self.later(at_work(at + self.wait(9), case["team"], self.chance),
                       self.reply, writer, "answer")

    # ---- what will happen ----

    def plan_answer(self, at, writer, team, level):
        if self.chance.random() < 0.008:
            return  # forgotten
        kind = self.chance.choices(("answer", "promise", "receipt"),
                                   (88, 6, 6))[0]
        after = self.wait(HOURS[level] * (0.3 if kind == "receipt" else 1))
        self.later(at_work(at + after, team, self.chance), self.reply, writer,
                   kind)

    def plan_end(self, at, writer, team):
        writer.letters += 1
        busy = 0.75 if writer.letters > 1 else 0.13
        if writer.letters < 9 and self.chance.random() < busy:
            self.later(at + self.wait(12), self.again, writer)
        elif self.chance.random() < 0.05:
            self.later(at_work(at + self.wait(2), "", self.chance), self.do,
                       writer, "pause", self.person(team),
                       {"reason": "waits for documents from the customer",
                        "for": self.chance.choice(("1d", "2d", "7d"))},
                       "answered")
        elif self.chance.random() < 0.96:
            self.later(at_work(at + self.wait(30), "", self.chance),
                       self.close, writer, self.person(team))

    def close(self, at, writer, who):
        del at
        if self.state(writer.case)["state"] == "answered":
            self.act("close", writer.case, who,
                     reason=self.chance.choice(REASONS))

    def do(self, at, writer, command, who, words, state="open"):
        del at
        if self.state(writer.case)["state"] == state:
            self.act(command, writer.case, who, **words)

    def plan_acts(self, at, writer, case):
        chance, team = self.chance, case["team"]
        note = {"text": writer.say(chance.choice(NOTES))}
        for share, command, words in (
                (0.10, "note", note), (0.05, "note", note),
                (0.04, "route", {"team": chance.choice(list(VOICES))}),
                (0.02, "urgency", {"level": chance.choice(("high", "low"))}),
                (0.02, "topic", {"topic": "service"})):
            if chance.random() < share:
                self.later(at + self.wait(1.5), self.do, writer, command,
                           self.person(team), words)
        if chance.random() < 0.01:
            self.later(at + self.wait(5), self.second, writer)

    def second(self, at, writer):
        """The same matter once more, as a letter of its own; put together."""
        message = self.mail(
            at, (writer.name, writer.address), "ceo@example.com",
            "My letter of last week", writer.say(writer.text))
        other = self.take(message, **{"from": writer.address,
                                      "to": ["ceo@example.com"]})
        if other not in (None, writer.case):
            self.act("merge", other, "ea", into=writer.case)


def seed(control_path, count, now=None, number=7, clock=None, logins=()):
    """COUNT letters into the daemon that listens at CONTROL_PATH, and what
    follows from them until NOW; LOGINS are users of the pages that act."""
    now = now or datetime.datetime.now(datetime.timezone.utc)
    now = now.replace(microsecond=0)
    office = Office(control_path, now, number, clock, logins)
    for i, at in enumerate(moments(count, now, office.chance)):
        office.later(at, office.letter, Writer(i, office.chance))
    office.play()
    office.control.close()


if __name__ == "__main__":
    seed(sys.argv[1], int(sys.argv[2]))
