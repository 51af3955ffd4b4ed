#!/usr/bin/python3
"""In which hours clocks run, and by which policy: real messages through the
filter under pretended time. What is expected is counted here, minute by minute
with Python's zones."""
import datetime
import pathlib
import sys
import tempfile
import unittest
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import miltertalk as mt
from daemon import BUILD, Anteroomd, desk
from faketime import UTC, Faketime, library

MINUTE = datetime.timedelta(minutes=1)
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//EN\r
BEGIN:VEVENT\r
UID:summer@example.com\r
DTSTART;VALUE=DATE:20200706\r
RRULE:FREQ=YEARLY\r
SUMMARY:Works outing\r
END:VEVENT\r
END:VCALENDAR\r
"""
# name: zone, spans by weekday (Monday is 0), days with spans of their own
CALENDARS = {
    "split": ("Europe/Berlin", {
        **{d: [(540, 750), (780, 1050)] for d in range(4)},
        4: [(540, 900)]},
        {"2026-12-24": [(540, 750)], "2026-12-25": [], "2027-07-06": []}),
    "round": ("America/New_York", {d: [(0, 1440)] for d in range(7)}, {}),
    "peaks": ("Asia/Kathmandu", {d: [(615, 1020)] for d in range(6)}, {}),
    "island": ("Australia/Lord_Howe", {d: [(60, 180)] for d in range(7)}, {}),
}
CONF = """\
company = "Example Corp"
milter {{ socket = "unix:{folder}/milter.sock" socket-mode = "0660" }}
control {{ socket = "{folder}/control.sock" assistants = {{"{user}"}} }}
store {{ path = "{folder}/store" size = "64M" }}
rules {{ packs = {{"{folder}/test.rules"}} }}
{desks}
calendar "split" {{
    zone = "Europe/Berlin"
    hours = {{"Mon-Thu 09:00-12:30", "Mon-Thu 13:00-17:30", "Fri 09:00-15:00"}}
    holidays = {{"2026-12-24 09:00-12:30", "2026-12-25", "{folder}/more.ics"}}
}}
calendar "round" {{ zone = "America/New_York" hours = {{"Mon-Sun 00:00-24:00"}} }}
calendar "peaks" {{ zone = "Asia/Kathmandu" hours = {{"Mon-Sat 10:15-17:00"}} }}
calendar "island" {{ zone = "Australia/Lord_Howe" hours = {{"Mon-Sun 01:00-03:00"}} }}
team "split"  {{ address = "split@example.com"  calendar = "split" }}
team "round"  {{ address = "round@example.com"  calendar = "round" }}
team "peaks"  {{ address = "peaks@example.com"  calendar = "peaks" }}
team "island" {{ address = "island@example.com" calendar = "island" }}
route "alpha"   {{ team = "split" }}
route "beta"    {{ team = "round" }}
route "gamma"   {{ team = "peaks" }}
route "default" {{ team = "island" }}
policy "pressing" {{ urgency = {{"critical"}} topics = {{"beta"}} calendar = "always" first-reply = "1h" }}
policy "far"      {{ teams = {{"peaks", "island"}} first-reply = "5h" }}
policy "standard" {{ first-reply = "16h" }}
{more}
"""
RULES = "".join(f"""
topic "{topic}" {{ title = "{topic}" threshold = 40 }}
rule "{topic}-word" {{ topic = "{topic}" points = 60 match = '\\b{topic}\\b'
    in = {{"text"}} why = "says {topic}" hits = {{"{topic}"}} }}
""" for topic in ("alpha", "beta", "gamma")) + """
rule "beta-now" { topic = "beta" points = 5 urgency = 90 match = '\\bnow\\b'
    in = {"text"} why = "says now" hits = {"now"} }
"""
WORDS = {"split": "alpha", "round": "beta", "peaks": "gamma", "island": "other"}
HOURS = {"split": 16, "round": 16, "peaks": 5, "island": 5}


def due(calendar, moment, minutes):
    """When so many open MINUTES have passed since MOMENT."""
    zone, week, days = CALENDARS[calendar]
    zone = zoneinfo.ZoneInfo(zone)
    while minutes:
        local = moment.astimezone(zone)
        spans = days.get(local.date().isoformat(),
                         week.get(local.weekday(), []))
        now = local.hour * 60 + local.minute
        minutes -= any(a <= now < b for a, b in spans)
        moment += MINUTE
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@unittest.skipUnless(library(), "libfaketime isn't installed")
@unittest.skipIf("san-" in str(BUILD), "preloading and sanitizers don't mix")
class Hours(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anteroom-hours-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.time = Faketime(cls.folder.name, "2026-12-01T08:00:00Z")
        cls.it = Anteroomd(cls.folder.name, [desk("ceo", ["ceo@example.com"])],
                           environment=cls.time.environment,
                           conf=CONF.replace("{more}", ""))
        cls.it.write()
        (cls.it.folder / "test.rules").write_text(RULES)
        (cls.it.folder / "more.ics").write_text(ICS)
        cls.it.start()
        cls.addClassCleanup(cls.it.stop)
        cls.number = 0

    def letter(self, word, moment):
        """The case of a letter that arrives at MOMENT."""
        self.time.set(moment)
        type(self).number += 1
        n = self.number
        peer = mt.Peer(self.it.milter)
        peer.connect()
        outcome = peer.message(
            f"From: c{n}@customer.example\r\nTo: ceo@example.com\r\n"
            f"Subject: Letter {n}\r\nMessage-ID: <h{n}@customer.example>\r\n"
            f"\r\nThe {word} thing, number {n}.\r\n".encode(),
            sender=f"c{n}@customer.example", recipients=["ceo@example.com"])
        peer.quit()
        return self.it.show(outcome.header("X-Anteroom-Case"))

    def check(self, team, moments):
        for moment in moments:
            with self.subTest(team=team, moment=moment):
                row = self.letter(WORDS[team], moment)
                self.assertEqual(row["team"], team)
                self.assertEqual(row["due"]["first_reply"],
                                 due(team, self.time.now, HOURS[team] * 60))

    def test_several_intervals_a_day_half_days_and_holidays(self):
        self.check("split", ["2026-12-01T11:45:00Z", "2026-12-03T16:00:00Z",
                             "2026-12-04T13:30:00Z", "2026-12-23T10:00:00Z",
                             "2026-12-24T11:00:00Z", "2026-12-26T20:00:00Z"])

    def test_holidays_of_an_ics_file_come_each_year(self):
        self.check("split", ["2027-07-05T09:00:00Z", "2027-07-06T09:00:00Z"])

    def test_days_with_daylight_saving_changes_are_exact(self):
        self.check("round", ["2027-03-13T23:00:00Z", "2027-03-14T06:59:00Z",
                             "2027-11-06T22:00:00Z", "2027-11-07T05:30:00Z"])
        self.check("island", ["2027-04-03T12:00:00Z", "2027-10-02T10:00:00Z",
                              "2027-10-02T15:29:00Z"])

    def test_all_day_loses_no_minute(self):
        row = self.letter("beta", "2027-01-31T23:59:00Z")
        self.assertEqual(row["due"]["first_reply"], "2027-02-01T15:59:00Z")

    def test_each_calendar_has_a_zone(self):
        self.check("peaks", ["2027-02-05T04:30:00Z", "2027-02-06T11:14:00Z"])

    def test_the_first_policy_that_fits_wins(self):
        for word, policy in (("beta now", "pressing"), ("beta", "standard"),
                             ("gamma", "far"), ("alpha", "standard")):
            with self.subTest(word):
                row = self.letter(word, "2027-05-03T08:00:00Z")
                shown = self.it.json("policy", row["id"])[0]
                self.assertEqual(shown["policy"], policy)
                self.assertEqual(shown["due"]["first_reply"],
                                 row["due"]["first_reply"])

    def test_policy_shows_the_computation(self):
        row = self.letter("alpha", "2027-05-03T08:00:00Z")
        steps = self.it.json("policy", row["id"])[0]["steps"]
        self.assertEqual(sum(s["open_s"] for s in steps), 16 * 3600)
        self.assertEqual(steps[-1]["to"], row["due"]["first_reply"])
        for one, then in zip(steps, steps[1:]):
            self.assertLess(one["to"], then["from"])


class Mistakes(unittest.TestCase):
    def check(self, more, code, says):
        with tempfile.TemporaryDirectory(prefix="anteroom-hours-") as folder:
            it = Anteroomd(folder, [desk("ceo", ["ceo@example.com"])],
                           conf=CONF.replace("{more}", more))
            it.write()
            (it.folder / "test.rules").write_text(RULES)
            (it.folder / "more.ics").write_text(ICS)
            done = it.run("check")
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertRegex(done.stdout + done.stderr, says)

    def test_a_calendar_that_never_opens_is_a_mistake(self):
        self.check('calendar "shut" {{ zone = "UTC" hours = {{}} }}', 1,
                   r"anteroom\.conf:\d+: .*shut.*never opens")

    def test_a_policy_that_cannot_be_reached_is_warned_about(self):
        self.check('policy "late" {{ urgency = {{"high"}} first-reply = "1h" }}',
                   0, r"warning: .*late")


if __name__ == "__main__":
    unittest.main()
