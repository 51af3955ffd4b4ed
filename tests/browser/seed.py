#!/usr/bin/env python3
"""Fills a store with cases as a company of some size would have them: four
weeks of mail, most of it answered, some late, some handed over, paused, closed.

    tests/browser/seed.py SOCKET COUNT    the control socket of a daemon

The same number gives the same cases, but for the time: they end now.
"""
import datetime
import email.message
import email.utils
import json
import random
import socket
import sys

# Weight, what it looks like, and who would answer. {names} are filled in.
LETTERS = [
    (9, "Charged twice for order {n}",
     "Hello,\n\nI was charged twice for order {n}, {m} dollars each. Your chat "
     "says that a refund takes ten days. That was in {month}. I would like my "
     "money back.\n"),
    (7, "Beitrag doppelt abgebucht – niemand meldet sich",
     "Sehr geehrte Frau Doe,\n\nim {month} wurde mein Beitrag doppelt "
     "abgebucht. Ich habe dreimal angerufen, ein Rückruf wurde versprochen, "
     "aber niemand meldet sich. Ich erwarte die Erstattung.\n"),
    (6, "Invoice {n} is wrong again",
     "Dear Ms Doe,\n\ninvoice {n} shows {m} dollars for a service we "
     "cancelled in {month}. Billing keeps sending the same wrong invoice. "
     "Please have somebody correct it.\n"),
    (6, "No internet in {city} since Monday",
     "Your network is down in {city}. We have had no service for three days "
     "and the status page says that all is well. My shop can't take card "
     "payments.\n"),
    (4, "Gateway down, {m} orders lost",
     "Ms Doe,\n\nsince seven this morning your payment gateway is down. We "
     "are losing money every minute and your support doesn't answer.\n"),
    (5, "Three technicians, no repair",
     "Dear Jane Doe,\n\nthree times a technician was promised, three times "
     "nobody came. I took days off work. Your customer service in {city} "
     "hangs up on me. I am very disappointed.\n"),
    (4, "Ihr Kundendienst in {city}",
     "Sehr geehrte Frau Doe,\n\nder Techniker ist zum dritten Mal nicht "
     "erschienen, und der Kundendienst legt auf. Ich bin sehr enttäuscht und "
     "bitte um Ihre Hilfe.\n"),
    (3, "Please cancel my contract {n}",
     "I want to cancel my contract {n}. I have asked four times. Your form "
     "ends with an error and the hotline transfers me in circles.\n"),
    (3, "Kündigung meines Vertrags {n}",
     "Hiermit kündige ich meinen Vertrag {n} zum nächstmöglichen Zeitpunkt. "
     "Bitte bestätigen Sie die Kündigung schriftlich.\n"),
    (3, "Request for comment: jobs in {city}",
     "Dear Ms Doe,\n\nI am a reporter with the {city} Times and working on a "
     "story about your plant in {city}. Is it true that {m} people will go? "
     "My deadline is 5 pm today.\n"),
    (2, "Interview for our {month} issue",
     "Dear Ms Doe,\n\nI write for the magazine Northern Trade and would like "
     "to interview you for the {month} issue. I am a journalist and can come "
     "to {city} at any time.\n"),
    (2, "Notice of claim, file {n}",
     "We represent the owner of the building in {city}. Unless we hear from "
     "you within fourteen days we will file a lawsuit. Attorneys Field and "
     "Partner, file {n}.\n"),
    (2, "Your driver threatened me",
     "Your driver in {city} threatened to kill me when I asked for a receipt, "
     "and he knows where I live. I am scared. I have told the police.\n"),
    (1, "I was harassed by your technician",
     "The technician who came to my flat in {city} touched me and would not "
     "leave. I reported the sexual assault to your hotline and was offered a "
     "discount.\n"),
    (3, "What happened to my personal data?",
     "Under the GDPR I request access to all personal data that you hold "
     "about me, and the deletion of what you don't need. My customer number "
     "is {n}.\n"),
    (3, "An idea for your stores",
     "Dear Ms Doe,\n\nI have an idea: lend every customer in {city} a spare "
     "phone while theirs is repaired. I would be glad to tell you more.\n"),
    (4, "Thank you – Mrs {last} in {city} was wonderful",
     "I want to praise Mrs {last} of your shop in {city}. She stayed an hour "
     "longer to help my mother. Thank you so much, you have great people.\n"),
    (2, "Invitation: {city} business dinner",
     "Dear Ms Doe,\n\nwe have the honour to invite you to give the keynote "
     "speech at our annual dinner in {city} on {m} {month}. Please let us "
     "know whether you can attend.\n"),
    (2, "Bewerbung als Werkstudentin",
     "Sehr geehrte Frau Doe,\n\nich bewerbe mich um eine Stelle als "
     "Werkstudentin in {city}. Mein Lebenslauf liegt bei.\n"),
    (2, "Our school's summer fair",
     "Dear Ms Doe,\n\nour school in {city} asks for a donation for the "
     "summer fair. Any sum helps our charity.\n"),
    (2, "A question about your annual report",
     "As a shareholder I would like to know why the dividend was cut. Page "
     "{m} of the annual report gives no reason.\n"),
    (1, "Vulnerability in your customer portal",
     "I am a security researcher. Your customer portal shows other "
     "customers' invoices when the number in the address is changed. I will "
     "disclose this vulnerability in ninety days.\n"),
    (4, "Still waiting",
     "Dear Ms Doe,\n\nI wrote to you in {month} and nobody has answered. "
     "Would you please look into case {n}? I live in {city}.\n"),
]
FIRST = ("Anna Ben Clara Dmitri Esther Farid Greta Hiroshi Ines Jürgen Katja "
         "Liam Maya Noor Olga Paul Quentin Rosa Samir Tom Ursula Viktor "
         "Wanda Yusuf Zoë").split()
LAST = ("Abel Brandt Castillo Dvořák Eriksson Fischer García Hoffmann Ito "
        "Jensen Krämer Lindqvist Marquez Novak Okafor Patel Quist Rossi "
        "Schulze Tanaka Ueda Vogel Weber Yılmaz Zhou").split()
CITIES = ("Northport Lindau Millbrook Harburg Eastvale Rosenheim Fairview "
          "Altona Kingsford Weiden").split()
MONTHS = ("January February March April May June July August September "
          "October November December").split()
# Who replies for which team.
VOICES = {"care": "bob@example.com", "trust": "ann@example.com",
          "counsel": "carol@example.com", "media": "dave@example.com",
          "office": "ea@example.com"}


class Control:
    """The daemon's control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rwb")

    def ask(self, command, data=None, **args):
        request = {"v": 1, "command": command, "args": args}
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
    """Arrivals of four weeks: by day mostly, fewer at the weekend."""
    found = []
    while len(found) < count:
        at = now - datetime.timedelta(
            seconds=chance.triangular(30, 28 * 86400, 2 * 86400))
        weight = 1.0 if 8 <= at.hour < 19 else 0.25
        if at.weekday() >= 5:
            weight *= 0.4
        if chance.random() < weight:
            found.append(at)
    return sorted(found)


def letter(number, at, chance):
    _, subject, text = chance.choices(
        LETTERS, [entry[0] for entry in LETTERS])[0]
    first, last = chance.choice(FIRST), chance.choice(LAST)
    words = {"n": chance.randint(10000, 99999), "m": chance.randint(12, 480),
             "city": chance.choice(CITIES), "month": chance.choice(MONTHS),
             "last": chance.choice(LAST)}
    message = email.message.EmailMessage()
    plain = f"{first}.{last}".lower().translate(
        str.maketrans("áäöüßřëıí", "aaousreii"))
    plain = "".join(c for c in plain if c.isascii())
    message["From"] = email.utils.formataddr(
        (f"{first} {last}", f"{plain}{number}@mail.example"))
    message["To"] = "ceo@example.com"
    message["Date"] = at
    message["Message-ID"] = f"<seed-{number}@mail.example>"
    message["Subject"] = subject.format(**words)
    message.set_content(text.format(**words) + f"\n{first} {last}\n")
    return message


def answer(message, case, at, chance):
    reply = email.message.EmailMessage()
    reply["From"] = VOICES.get(case["team"], "ea@example.com")
    reply["To"] = message["From"]
    reply["Date"] = at
    reply["Message-ID"] = f"<re-{chance.getrandbits(60):x}@example.com>"
    reply["In-Reply-To"] = message["Message-ID"]
    reply["Subject"] = "Re: " + str(message["Subject"])
    reply.set_content("Thank you for your letter. I have looked into it, and "
                      "this is what we will do about it.\n")
    return reply


def reply_time(case, chance):
    """Seconds until the answer; None: there is none yet."""
    hours = {"critical": 0.7, "high": 5, "normal": 14, "low": 22}
    if chance.random() < 0.012:
        return None
    return 3600 * hours[case["urgency"]["level"]] * \
        chance.lognormvariate(-0.5, 1.0)


def reply_all(control, messages, now, chance):
    rows, _ = control.ask("cases")
    by_sender = {case["from"]: case for case in rows}
    for message in messages:
        address = email.utils.parseaddr(message["From"])[1]
        case = by_sender.get(address)
        after = reply_time(case, chance) if case else None
        at = email.utils.parsedate_to_datetime(message["Date"])
        if after is None:
            continue
        at += datetime.timedelta(seconds=after)
        if at < now:
            control.ask("take", answer(message, case, at, chance).as_bytes(),
                        sent=True, **{"from": VOICES[case["team"]],
                                      "to": [address]})


ACTS = [
    ("note", {"text": "Called her back, she sends photographs tomorrow."}),
    ("note", {"text": "Spoke with the technician's manager in Northport."}),
    ("note", {"text": "Waiting for the bank's statement."}),
    ("pause", {"reason": "waits for documents from the customer",
               "for": "2d"}),
    ("route", {"team": "care"}),
    ("route", {"team": "office"}),
    ("route", {"team": "media"}),
    ("urgency", {"level": "high"}),
    ("urgency", {"level": "low"}),
    ("topic", {"topic": "service"}),
]


def act_all(control, chance):
    rows, _ = control.ask("cases")
    for case in rows:
        if case["state"] == "answered" and chance.random() < 0.6:
            control.ask("close", case=case["id"], reason=chance.choice(
                ["settled", "refunded", "answered by telephone"]))
        elif case["state"] == "open" and chance.random() < 0.3:
            command, args = chance.choice(ACTS)
            control.ask(command, case=case["id"], **args)


def seed(control_path, count, now=None, number=7):
    """COUNT letters into the daemon that listens at CONTROL_PATH."""
    now = now or datetime.datetime.now(datetime.timezone.utc)
    now = now.replace(microsecond=0)
    chance = random.Random(number)
    messages = [letter(i, at, chance)
                for i, at in enumerate(moments(count, now, chance))]
    control = Control(control_path)
    for message in messages:
        _, end = control.ask("replay", message.as_bytes(), desk="ceo",
                             mailbox=["seed"])
        if end["code"] != "done":
            raise RuntimeError(end)
    reply_all(control, messages, now, chance)
    act_all(control, chance)


if __name__ == "__main__":
    seed(sys.argv[1], int(sys.argv[2]))
