#!/usr/bin/python3
"""A month of letters through the real daemon and the real courier, with kills.

usage: live_month.py [CASES [KILLS [SEED]]]

Time is pretended and goes from moment to moment, as soon as all of a moment is
told and sent: letters and half of the replies come through the filter, what
people do through the control socket, notices go to a mail server. That once in
peace, where each notice is to come once, at its second; and once with SIGKILLs
of daemon, courier or both amid all that, whereupon the same notices are to
come, and what comes twice has the same Message-ID. Prints a sum; exit 1 with
what is wrong.
"""
import collections
import json
import mmap
import os
import pathlib
import pwd
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt  # noqa: E402
from daemon import BUILD  # noqa: E402
from mailserver import Sink  # noqa: E402
from month_plan import (BEGIN, DAY, END, Delivered,  # noqa: E402
                        check_notices, conf_of, expected_of, make_letters,
                        pack_of)

LIBRARY = BUILD / "tests/lib/steptime.so"
PATIENCE_S = 60
POINTS = {"critical": 65, "high": 35, "normal": 0}  # beside a letter's own 25
TELLS = ("warning", "breach", "escalation")


# ---- what the programs see ----

def live_conf(folder, port):
    user = pwd.getpwuid(os.geteuid()).pw_name
    return conf_of().replace(
        'from = "anteroom@example.com"',
        f'from = "anteroom@example.com" relay = "smtp://127.0.0.1:{port}"'
    ) + f"""
milter {{ socket = "unix:{folder}/milter.sock" }}
control {{ socket = "{folder}/control.sock" assistants = {{"{user}"}} }}
"""


def live_pack():
    return pack_of() + "".join(
        f'rule "{level}" {{ topic = "t0" urgency = {points} in = {{"text"}} '
        f"match = 'level{level}x' why = \"a word\" "
        f'hits = {{"level{level}x"}} }}\n' for level, points in POINTS.items())


def letter_of(letter):
    n = letter.number
    return (f"From: <c{n}@customer.example>\nTo: <ceo@example.com>\n"
            f"Subject: Letter {n}\nMessage-ID: <{n}@customer.example>\n\n"
            f"word{letter.team}x level{letter.level}x\n"
            f"This is letter number {n} and nobody else wrote it.\n").encode()


def reply_of(letter):
    """Never the same words twice: those would be an acknowledgement's."""
    n, dice = letter.number, random.Random(letter.number)
    words = " ".join("".join(dice.choices("abdeiklmnorstu", k=7))
                     for _ in range(30))
    return (f"From: <m{letter.team}@example.com>\n"
            f"To: <c{n}@customer.example>\nSubject: Re: Letter {n}\n"
            f"Message-ID: <r{n}@example.com>\n"
            f"In-Reply-To: <{n}@customer.example>\n\n{words}\n").encode()


def replies_by_mail(letter):
    """The other teams answer where nobody sees it."""
    return letter.team % 2 == 0


# ---- the mail server ----

class Ledger(Sink):
    """Keeps of each letter when it came, by the pretended clock, and its
    Message-ID and notice."""

    def __init__(self, now):
        self.now = now
        super().__init__()

    def keep(self, delivery):
        head = delivery.data[:4096]
        found = re.search(rb"^Message-ID: *<([^>]+)>", head, re.M | re.I)
        self.deliveries.append((self.now(), found.group(1).decode()))


# ---- one run ----

class Life:
    def __init__(self, folder, letters, kills, dice):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        (self.folder / "store").mkdir(mode=0o700)
        self.letters = {letter.number: letter for letter in letters}
        self.script = sorted(
            (at, order, number, what, seconds)
            for number, letter in self.letters.items()
            for at, order, what, seconds in
            ((letter.at, 0, "admit", 0), *((at, 1, what, seconds)
                                           for at, what, seconds in letter.acts)))
        with open(self.folder / "time", "w+b") as file:
            file.write(bytes(8))
            file.flush()
            self.page = mmap.mmap(file.fileno(), 8)
        self.set(BEGIN)
        self.ledger = Ledger(self.now)
        (self.folder / "anteroom.conf").write_text(
            live_conf(self.folder, self.ledger.port))
        (self.folder / "pack.rules").write_text(live_pack())
        self.programs = {"anteroomd": None, "anteroom-courier": None}
        self.control = self.milter = None
        self.dice, self.steps = dice, 0
        # What a kill is to meet, and from when on.
        self.moments = sorted(
            ((dice.randrange(BEGIN, END - DAY), dice.choice(("mail", "tick", "act")))
             for _ in range(kills)), reverse=True)
        self.kills = self.amid = 0
        self.next = self.mail = None

    def now(self):
        return struct.unpack("<q", self.page[:8])[0]

    def set(self, now):
        self.page[:8] = struct.pack("<q", now)

    # ---- programs ----

    def up(self):
        for name, process in self.programs.items():
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}: "
                                   + self.log(name)[-2000:])
            if process is None:
                self.start(name)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start(self, name):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.programs[name] = subprocess.Popen(
                [BUILD / name, "-c", self.folder / "anteroom.conf"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder,
                env=dict(os.environ, LD_PRELOAD=str(LIBRARY), TZ="UTC",
                         STEPTIME=str(self.folder / "time")))

    def kill(self, names):
        for name in names:
            self.programs[name].kill()
        for name in names:
            self.programs[name].wait()
            self.programs[name] = None
        if "anteroomd" in names:
            self.hang_up()
        self.kills += 1

    def hang_up(self):
        for one in (self.control, self.milter and self.milter.socket):
            if one is not None:
                one.close()
        self.control = self.milter = None

    def down(self):
        self.hang_up()
        for name in ("anteroom-courier", "anteroomd"):
            process = self.programs[name]
            if process is not None:
                process.terminate()
                if process.wait(60) != 0:
                    raise RuntimeError(f"{name}: {self.log(name)[-2000:]}")
                self.programs[name] = None

    def end(self):
        """Whatever happened."""
        for process in self.programs.values():
            if process is not None:
                process.kill()
                process.wait()
        self.ledger.__exit__()

    # ---- talking ----

    def connect(self):
        end = time.monotonic() + PATIENCE_S
        while self.control is None:
            self.up()
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(PATIENCE_S)
            try:
                one.connect(str(self.folder / "control.sock"))
                self.control, self.rest = one, b""
            except OSError:
                one.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.002)

    def send(self, command, **args):
        self.connect()
        self.control.sendall(json.dumps(
            {"v": 1, "command": command, "args": args}).encode() + b"\n")

    def receive(self):
        """Rows, and why not ("" = done)."""
        rows = []
        while True:
            while b"\n" not in self.rest:
                more = self.control.recv(1 << 20)
                if not more:
                    raise RuntimeError("the daemon hung up: " +
                                       self.log("anteroomd")[-2000:])
                self.rest += more
            line, self.rest = self.rest.split(b"\n", 1)
            row = json.loads(line)
            if "end" in row:
                return rows, row["end"].get("error") or ""
            rows.append(row["row"])

    def ask(self, command, **args):
        self.send(command, **args)
        return self.receive()

    def begin_mail(self, text, sender, to, login=None):
        """Up to the end of the message; its answer is to be waited for."""
        self.connect()
        if self.milter is None:
            self.milter = mt.Peer(f"unix:{self.folder}/milter.sock")
            self.milter.connect(ip="192.0.2.7")
        answer, _ = self.milter.envelope(sender, [to], login)
        if answer == mt.CONTINUE:
            outcome, last = self.milter.content(text)
            self.milter.send(b"E", last)
            return outcome
        raise RuntimeError(f"the filter lets {sender} go")

    def end_mail(self, outcome):
        self.milter.finish(outcome)
        self.milter.abort()
        if outcome.code not in ("accept", "continue"):
            raise RuntimeError(f"the filter says {outcome.code}")

    # ---- the month ----

    def is_time(self, what):
        at, wanted = self.moments[-1] if self.moments else (END + 1, "")
        return at <= self.now() and what == wanted

    def strike(self, names=None):
        """A kill at a random moment of the work that has just begun."""
        self.moments.pop()
        time.sleep(10 ** self.dice.uniform(-4, -1.5))
        self.kill(names or self.dice.choice((
            ("anteroomd",), ("anteroom-courier",),
            ("anteroomd", "anteroom-courier"))))
        came = len(self.ledger.deliveries)
        self.settle()
        self.amid += len(self.ledger.deliveries) > came

    def act(self, number, what, seconds):
        letter = self.letters[number]
        if what == "admit":
            words = ("mail", letter_of(letter), f"c{number}@customer.example",
                     "ceo@example.com")
        elif what == "answered" and replies_by_mail(letter):
            words = ("mail", reply_of(letter), f"m{letter.team}@example.com",
                     f"c{number}@customer.example", "somebody")
        else:
            words = (what, {"case": f"AR-{number}"})
            if what == "pause":
                words[1].update({"for": f"{seconds}s", "reason": "a part"})
            elif what == "close":
                words[1].update(reason="done")
        if self.is_time("act"):
            self.begin(*words)
            self.strike(("anteroomd",))
        self.finish(self.begin(*words), what)

    def begin(self, word, args, *more):
        if word == "mail":
            return self.begin_mail(args, *more)
        return self.send(word, **args)

    def finish(self, begun, what):
        if begun is not None:
            self.end_mail(begun)
            return
        why = self.receive()[1]
        # Before the kill it was done already; a paused case runs on.
        if why and not self.kills:
            raise RuntimeError(f"{what}: {why}")

    def state(self):
        rows, why = self.ask("metrics")
        if why:
            raise RuntimeError(why)
        return rows[0]["clock"], rows[0]["outbox"]

    def is_settled(self):
        """Of what is due now nothing is left to be told or sent; then the
        next moment is known."""
        clock, outbox = self.state()
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now()))
        if not clock["done"] or clock["next"] <= now or \
                outbox["due"] or outbox["leased"]:
            return False
        first = outbox["next"] or clock["next"]
        self.mail = first <= clock["next"]  # most kills are for those
        self.next = moment_of(min(first, clock["next"]))
        return True

    def settle(self):
        end, pause_s = time.monotonic() + PATIENCE_S, 0.0003
        while not self.is_settled():
            self.up()
            if time.monotonic() > end:
                raise TimeoutError(f"{self.state()} at {self.now()}: "
                                   + self.log("anteroom-courier")[-2000:])
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.005)

    def go_to(self, until):
        """Moment by moment."""
        while self.next <= until:
            self.set(max(self.next, self.now() + 1))
            self.steps += 1
            if self.is_time("mail" if self.mail else "tick"):
                self.strike()
            self.settle()

    def live(self):
        begin = time.monotonic()
        self.up()
        self.settle()
        for at, _, number, what, seconds in self.script:
            self.go_to(at - 1 if self.next < at else self.now())
            if at > self.now():
                self.set(at)
                self.settle()
            self.act(number, what, seconds)
            self.settle()
        self.go_to(END)
        self.set(END)
        self.settle()
        self.took_s = time.monotonic() - begin
        self.gather()
        self.down()

    # ---- what came of it ----

    def gather(self):
        """delivered: rows of Delivered; told: by case."""
        rows = self.ask("notices", state="all", limit="1000000")[0]
        self.notices = {row["message_id"].strip("<>"): row for row in rows
                        if row["message_id"]}
        self.delivered = [self.row_of(now, message_id)
                          for now, message_id in self.ledger.deliveries]
        self.told = collections.defaultdict(list)
        for row in self.ask("export", format="json")[0]:
            for event in row.get("timeline", ()):
                if event["what"] in TELLS:
                    self.told[int(row["id"][3:])].append(
                        (moment_of(event["at"]), event["what"],
                         event["detail"]))
        check, why = self.ask("fsck")
        if why:
            raise RuntimeError(f"fsck: {check}")

    def row_of(self, now, message_id):
        row = self.notices[message_id]
        step = (row["level"] if row["kind"] == "warning" else row["after_s"])
        return Delivered(
            now, message_id, row["kind"], row["to"],
            int(row["case"][3:]) if row["case"] else 0, moment_of(row["at"]),
            moment_of(row["not_before"]), row["metric"] or row["team"] or "-",
            step or 0,
            tuple(sorted(int(one["case"][3:]) for one in row["cases"])))


def moment_of(text):
    return int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))) \
        - time.timezone


def identity(row):
    """All that a reader sees: which, of what, to whom, when."""
    return (*row[2:], row.now)


# ---- what is right ----

class Peace(unittest.TestCase):
    """The month as it is to be, by computation."""
    maxDiff = 4000

    def judge(self, letters, life):
        for letter in letters:
            self.assertEqual(
                [(at, what) for at, what, _ in life.told[letter.number]],
                [(told.at, told.kind) for told in expected_of(letter)], letter)
        for row in life.delivered:
            # The second of a deadline is still in time.
            late = row.kind == "breach" and row.after == row.at
            self.assertEqual(row.now, row.after + late, "not at its second")
        check_notices(self, letters, [
            row for row in life.delivered
            if row.kind in (*TELLS, "summary")])
        ids = collections.Counter(row.message_id for row in life.delivered)
        self.assertEqual(set(ids.values()), {1}, "came twice")


def compare(peace, war):
    """[what differs]"""
    once = {identity(row) for row in peace.delivered}
    again = collections.defaultdict(set)
    for row in war.delivered:
        again[identity(row)].add(row.message_id)
    wrong = [f"only without kills: {one}" for one in once - set(again)]
    wrong += [f"only with kills: {one}" for one in set(again) - once]
    wrong += [f"several Message-IDs: {one}: {ids}"
              for one, ids in again.items() if len(ids) > 1]
    return wrong + [f"timelines of AR-{case} differ"
                    for case in {*peace.told, *war.told}
                    if peace.told[case] != war.told[case]]


def cpu_s():
    """Of this process and of those that ended."""
    return sum(os.times()[:4])


def run(cases, kills, seed):
    """[what is wrong], a line that says what was done, kills amid work."""
    letters = make_letters(cases, random.Random(seed))
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    lives = []
    with tempfile.TemporaryDirectory(prefix="anteroom-month-",
                                     dir=where) as folder:
        for name, n in (("peace", 0), ("war", kills)):
            life = Life(pathlib.Path(folder) / name, letters, n,
                        random.Random(seed))
            lives.append(life)
            before_s = cpu_s()
            try:
                life.live()
            finally:
                life.end()
            print(f"# {name}: {cases} cases, {life.steps} moments, "
                  f"{len(life.delivered)} notices, {life.kills} kills, "
                  f"{life.amid} of them amid work, {life.took_s:.0f} s "
                  f"({cpu_s() - before_s:.0f} s of processors)",
                  file=sys.stderr, flush=True)
    peace, war = lives
    Peace().judge(letters, peace)
    kinds = collections.Counter(row.kind for row in peace.delivered)
    twice = len(war.delivered) - len(peace.delivered)
    return compare(peace, war), (
        f"seed {seed}: {dict(kinds)}; {twice} came again"), war


def main():
    cases, kills, seed = (int(word) for word in (
        *sys.argv[1:4], *("10000", "200", "7")[len(sys.argv) - 1:]))
    wrong, said, _ = run(cases, kills, seed)
    print(said, f"{len(wrong)} problems")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
