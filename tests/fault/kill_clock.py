#!/usr/bin/python3
"""Kills daemon and courier at random moments while days go by.

usage: kill_clock.py [KILLS [SEED]]

The same two weeks twice, under pretended time: a real daemon, a real courier
and a mail server, once in peace, and once with SIGKILLs at random moments. To
the mail server must come the same warnings, breaches, escalations and digests;
what comes twice has the same Message-ID; and the same stands on each timeline.
Prints a sum; exit 1 with what differs otherwise.
"""
import collections
import datetime
import email
import email.policy
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from courier import Courier, MoodySink, conf_for
from daemon import BUILD, Anteroomd, desk
from faketime import UTC, Faketime
from mailserver import wait_until

DESK = desk("ceo", ["ceo@example.com"])
START = datetime.datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday
MORNING = 9  # UTC: those who read a digest have it
# A lease of somebody who was killed ends before the next act.
CALM = datetime.timedelta(minutes=6)
TELLS = ("warning", "breach", "escalation", "resumed")
TEXTS = (
    "He said he is going to kill me and my children tonight.",
    "My invoice of May is wrong: you charged me twice for the line.",
    "The line has been dead since Tuesday, and nobody can repair it.",
)
# Hours after START, what, which letter. So few that no storm gathers, and past
# every morning: who sleeps for two gets one digest.
STORY = sorted((
    (0, "take", 1), (0, "take", 2), (7, "take", 3), (20, "answered", 2),
    (26, "take", 4), (29, "answered", 3), (31, "pause", 3), (49, "take", 5),
    (56, "answered", 1), (75, "close", 4), (80, "take", 6),
    (98, "answered", 6), (121, "take", 7), (170, "close", 3),
    (200, "close", 1), *((24 * day + 1, "rest", 0) for day in range(1, 14)),
    (340, "end", 0),
), key=lambda act: act[0])


def message(number):
    return (f"From: Customer <c{number}@customer.example>\n"
            f"To: ceo@example.com\nSubject: Number {number}\n"
            f"Message-ID: <{number}@customer.example>\n\n"
            f"{TEXTS[number % len(TEXTS)]} This is letter {number}.\n")


class SlowSink(MoodySink):
    """Has a letter for a while before it says so: time for a kill."""

    def answer_data(self, delivery):
        answer = super().answer_data(delivery)
        time.sleep(0.02)
        return answer


class Life:
    """One run of STORY in a folder of its own."""

    def __init__(self, folder, story, kills, draw):
        self.story = story
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.sink = SlowSink()
        self.time = Faketime(self.folder, START)
        self.daemon = Anteroomd(
            self.folder, [DESK], environment=self.time.environment,
            conf=conf_for(self.sink.port, always=False))
        self.courier = Courier(self.daemon)
        self.left, self.draw, self.kills = kills, draw, 0
        self.cases = {}  # number of a letter -> its case

    # ---- processes ----

    def up(self):
        """Both run, whichever was killed."""
        for one in (self.daemon, self.courier):
            if one.process is None:
                one.start()

    def kill(self, *victims):
        for one in victims:
            one.process.kill()
        for one in victims:
            one.process.wait()
            one.process = None
        self.kills += 1
        self.left -= 1

    def down(self):
        for one in (self.courier, self.daemon):
            if one.process is not None:
                one.stop()
        self.sink.__exit__()

    def word(self, *words, data=None):
        """anteroom WORDS in pretended time, too: it may open the store."""
        return subprocess.Popen(
            [BUILD / "anteroom", "-c", self.daemon.conf, *words],
            stdin=subprocess.PIPE if data else subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, **self.time.environment))

    def say(self, *words, data=None):
        """The rows it prints."""
        process = self.word(*words, "--json", data=data)
        out, why = process.communicate(data, timeout=60)
        if process.returncode not in (0, 1):
            raise RuntimeError(f"{words}: {why}")
        return [json.loads(line) for line in out.splitlines()]

    # ---- the story ----

    def victims(self):
        return self.draw.choice(((self.daemon,), (self.courier,),
                                 (self.daemon, self.courier)))

    def pass_time(self, until, kills):
        """KILLS at random moments from now to UNTIL."""
        span = (until - CALM - self.time.now).total_seconds()
        moments = sorted(self.draw.uniform(0, max(span, 0))
                         for _ in range(kills if span > 0 else 0))
        begin = self.time.now
        for moment in moments:
            asleep = self.draw.random() < 0.75
            if not asleep:
                self.up()
            self.time.set(begin + datetime.timedelta(seconds=int(moment)))
            self.up()
            # They wake up and much is due, or they run and it comes.
            time.sleep(min(self.draw.expovariate(10), 1) if asleep else
                       self.draw.uniform(0, 1.2))
            self.kill(*self.victims())
        self.time.set(until)
        self.up()
        self.settle()
        if until.hour == MORNING:  # a digest is nothing that is ahead
            time.sleep(1.2)
            self.settle()

    def waits(self):
        """Of what is due now nothing is left to be told or sent."""
        now = self.time.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        ahead = self.say("forecast", "--until", now)
        waiting = self.say("notices", "--state", "waiting")
        return not ahead and not any(row["not_before"] <= now
                                     for row in waiting)

    def settle(self):
        wait_until(self.waits, 60, "all that is due")

    def act(self, what, number):
        """Does it, if need be after a kill a second time."""
        if what == "take":
            words, data = ("take",), message(number)
        elif what == "pause":
            words = ("pause", self.cases[number], "waits for a part",
                     "--for", "2d")
            data = None
        else:
            words, data = (what, self.cases[number], "by", "phone"), None
        if self.left > 0 and what == "take":
            process = self.word(*words, "--json", data=data)
            process.stdin.write(data)
            process.stdin.close()
            time.sleep(self.draw.uniform(0, 0.04))
            self.kill(self.daemon)
            process.wait(60)
            process.stdout.close()
            process.stderr.close()
            self.up()
        done = self.say(*words, data=data)
        if what == "take":
            self.cases[number] = done[0]["case"]

    def live(self):
        self.up()
        legs = len(self.story) - 1
        for n, (hours, what, number) in enumerate(self.story):
            until = START + datetime.timedelta(hours=hours)
            if until > self.time.now:
                self.pass_time(until, -(-self.left // max(legs - n, 1)))
            if number:
                self.act(what, number)
        self.end = self.results()

    # ---- what came of it ----

    def letters(self):
        """Message-ID: how often it came."""
        return collections.Counter(
            str(email.message_from_bytes(
                d.data, policy=email.policy.default)["Message-ID"])
            for d in self.sink.deliveries)

    def results(self):
        """{what a notice says: its Message-IDs}, {what is on a timeline}, and
        the letters with how often each came."""
        number_of = {case: number for number, case in self.cases.items()}
        came, told, letters = collections.defaultdict(set), set(), \
            self.letters()
        for row in self.say("notices", "--state", "all", "--limit", "10000"):
            if row["message_id"] in letters:
                # A blind spot is found when it is looked for, once an hour.
                blind = row["kind"] == "blind-spot"
                came[(row["kind"], number_of.get(row["case"]), row["metric"],
                      row["instance"], row["level"], row["after_s"],
                      row["message_id"] if blind else row["at"],
                      row["to"])].add(row["message_id"])
        for number, case in self.cases.items():
            for event in self.say("show", case)[0]["timeline"]:
                if event["what"] in TELLS:
                    told.add((number, event["what"], event["at"],
                              event["detail"]))
        fsck = self.word("fsck")
        if fsck.wait(60) != 0:
            raise RuntimeError(f"fsck: {fsck.stdout.read()}")
        fsck.stdout.close()
        fsck.stderr.close()
        return dict(came), told, letters


def compare(peace, war):
    """[what differs]"""
    (once, told, _), (again, told_again, letters) = peace.end, war.end
    wrong = [f"only without kills: {one}" for one in once
             if one not in again and one[0] != "blind-spot"]
    wrong += [f"only with kills: {one}" for one in again
              if one not in once and one[0] != "blind-spot"]
    wrong += [f"timelines differ: {one}" for one in told ^ told_again]
    wrong += [f"several Message-IDs: {one}: {ids}"
              for one, ids in again.items() if len(ids) != 1]
    known = set().union(*again.values())
    wrong += [f"nobody knows of the letter {one}" for one in letters
              if one not in known]
    return wrong


def run(kills, seed, story=STORY):
    """[what went wrong], how many kills, notices, and letters twice."""
    with tempfile.TemporaryDirectory(prefix="anteroom-kill-") as folder:
        os.chmod(folder, 0o755)
        lives = []
        for name, n in (("peace", 0), ("war", kills)):
            life = Life(pathlib.Path(folder) / name, story, n,
                        random.Random(seed))
            try:
                life.live()
            finally:
                life.down()
            lives.append(life)
        letters = lives[1].end[2]
        return (compare(*lives), lives[1].kills, len(lives[0].end[0]),
                sum(n - 1 for n in letters.values()))


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    begin = time.monotonic()
    wrong, done, notices, twice = run(kills, seed)
    print(f"{done} kills in {time.monotonic() - begin:.0f} s (seed {seed}): "
          f"{notices} notices, {twice} came again, {len(wrong)} problems")
    for line in wrong:
        print(line)
    return 1 if wrong or not notices else 0


if __name__ == "__main__":
    sys.exit(main())
