"""A month of letters: what happens, the configuration it happens under, and
what must be told of it, computed independently of the product."""
import bisect
import collections
import datetime
import os
import random
import zoneinfo

UTC = datetime.timezone.utc
# Clocks change in Berlin on October 25 and in New York on November 1, 2026.
BEGIN = int(datetime.datetime(2026, 10, 15, tzinfo=UTC).timestamp())
DAY, HOUR = 86400, 3600
END = BEGIN + int(os.environ.get("MONTH_DAYS", "31")) * DAY
TEAMS = int(os.environ.get("MONTH_TEAMS", "40"))

CALENDARS = {
    # zone, hours by weekday, dates with hours of their own
    "berlin": ("Europe/Berlin",
               {**{d: [("09:00", "12:30"), ("13:00", "17:30")]
                   for d in range(4)}, 4: [("09:00", "15:00")]},
               {"2026-10-30": [], "2026-11-11": [("09:00", "11:11")]}),
    "york": ("America/New_York",
             {**{d: [("08:30", "18:00")] for d in range(5)},
              6: [("00:00", "06:00")]}, {"2026-11-03": []}),
    "kathmandu": ("Asia/Kathmandu",
                  {d: [("00:00", "24:00")] for d in (0, 1, 2, 3, 6)}, {}),
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
POLICIES = {
    # urgency: first reply, resolve, warnings, escalation, calendar
    "critical": (HOUR, 3 * DAY, (50, 75, 90),
                 ((0, "lead"), (2 * HOUR, "assistant"),
                  (24 * HOUR, "executive")), "always"),
    "high": (8 * HOUR, 40 * HOUR, (75,), ((0, "lead"), (4 * HOUR, "lead")),
             None),
    "normal": (16 * HOUR, 80 * HOUR, (50, 90), ((0, "team"),), None),
}


# ---- an independent calendar ----

class Hours:
    """Open intervals in UTC, as sorted lists, with the open time so far."""

    def __init__(self, name):
        self.starts, self.ends, self.sums = [], [], [0]
        first = datetime.date.fromtimestamp(BEGIN) - datetime.timedelta(5)
        for n in range(200):
            self.add_day(name, first + datetime.timedelta(n))

    def add_day(self, name, day):
        if name == "always":
            zone, spans = UTC, [("00:00", "24:00")]
        else:
            zone, week, special = CALENDARS[name]
            zone = zoneinfo.ZoneInfo(zone)
            spans = special.get(day.isoformat(), week.get(day.weekday(), []))
        for begin, end in spans:
            begin, end = (self.moment(day, t, zone) for t in (begin, end))
            if self.ends and self.ends[-1] == begin:
                self.ends[-1] = end
                self.sums[-1] += end - begin
            else:
                self.starts.append(begin)
                self.ends.append(end)
                self.sums.append(self.sums[-1] + end - begin)

    @staticmethod
    def moment(day, text, zone):
        hour, minute = map(int, text.split(":"))
        at = datetime.datetime(day.year, day.month, day.day)
        at += datetime.timedelta(hours=hour, minutes=minute)
        return int(at.replace(tzinfo=zone).timestamp())

    def open_until(self, at):
        """Open seconds from the beginning to AT."""
        i = bisect.bisect_right(self.starts, at)
        if i == 0:
            return 0
        return self.sums[i - 1] + min(at, self.ends[i - 1]) - self.starts[i - 1]

    def due(self, start, seconds):
        """When SECONDS (> 0) of open time have passed since START."""
        wanted = self.open_until(start) + seconds
        i = bisect.bisect_left(self.sums, wanted)
        return self.starts[i - 1] + wanted - self.sums[i - 1]

    def next_open(self, at):
        i = bisect.bisect_right(self.ends, at)
        return max(at, self.starts[i])


HOURS = {name: Hours(name) for name in (*CALENDARS, "always")}


# ---- what is to happen ----

Letter = collections.namedtuple("Letter", "number at team level acts")


def team_calendar(team):
    return (*CALENDARS, "always")[team % 4]


def make_letters(n, dice):
    """N cases, by arrival, each with what people do about it."""
    letters = []
    for at in sorted(dice.randrange(BEGIN, END - DAY) for _ in range(n)):
        acts, what = [], dice.random()
        answered = at + dice.randrange(60, 3 * DAY)
        if what > 0.4:
            acts.append((answered, "answered", 0))
        if what > 0.8:
            acts.append((answered + dice.randrange(1, DAY), "pause",
                         dice.randrange(HOUR, 5 * DAY)))
        elif what > 0.7:
            acts.append((answered + dice.randrange(1, 6 * DAY), "close", 0))
        letters.append(Letter(len(letters) + 1, at, dice.randrange(TEAMS),
                              dice.choice(list(POLICIES)),
                              [act for act in acts if act[0] < END]))
    return letters


def script_of(letters):
    lines = []
    for letter in letters:
        lines.append((letter.at, 0, f"{letter.at} admit {letter.number} "
                      f"t{letter.team} {letter.level}"))
        for at, what, seconds in letter.acts:
            lines.append((at, 1, f"{at} {what} {letter.number} {seconds}"))
    lines.append((END, 2, f"{END} end 0"))
    return "\n".join(line for _, _, line in sorted(lines)) + "\n"


def conf_of():
    text = ['company = "Example"', 'store { path = "store" }',
            'rules { packs = {"pack.rules"} }',
            'desk "ceo" { addresses = {"ceo@example.com"} '
            'assistant = "ea@example.com" executive = "boss@example.com" }',
            'notify { from = "anteroom@example.com" }']
    for name, (zone, week, special) in CALENDARS.items():
        hours = [f'"{DAYS[d]} {a}-{b}"' for d, spans in sorted(week.items())
                 for a, b in spans]
        days = [f'"{day} {a}-{b}"' if spans else f'"{day}"'
                for day, spans in special.items()
                for a, b in (spans or [("", "")])]
        text.append(f'calendar "{name}" {{ zone = "{zone}" hours = '
                    f'{{{", ".join(hours)}}} holidays = '
                    f'{{{", ".join(days)}}} }}')
    for t in range(TEAMS):
        text.append(f'team "t{t}" {{ address = "t{t}@example.com" members = '
                    f'{{"m{t}@example.com"}} lead = "lead{t}@example.com" '
                    f'calendar = "{team_calendar(t)}" }}')
        text.append(f'route "t{t}" {{ team = "t{t}" }}')
    text.append('route "default" { team = "t0" }')
    for level, (first, resolve, warn, steps, calendar) in POLICIES.items():
        steps = ", ".join(f'"{s // HOUR}h {to}"' for s, to in steps)
        where = f'calendar = "{calendar}"' if calendar else ""
        text.append(f'policy "{level}" {{ urgency = {{"{level}"}} first-reply '
                    f'= "{first // HOUR}h" resolve = "{resolve // HOUR}h" '
                    f'warn = {{{", ".join(map(str, warn))}}} '
                    f'escalate = {{{steps}}} {where} }}')
    return "\n".join(text) + "\n"


def pack_of():
    return "".join(
        f'topic "t{t}" {{ title = "T{t}" }}\n'
        f'rule "r{t}" {{ topic = "t{t}" points = 50 in = {{"text"}} '
        f"match = 'word{t}x' why = \"a word\" hits = {{\"word{t}x\"}} }}\n"
        for t in range(TEAMS))


# ---- what must come of it ----

Told = collections.namedtuple("Told", "at kind metric step")


def alarms_of(letter, metric, target):
    """All of one clock, if it is neither ended nor paused: (when, Told)."""
    _, _, warn, steps, calendar = POLICIES[letter.level]
    hours = HOURS[calendar or team_calendar(letter.team)]
    begin, spent, warned = letter.at, 0, 0
    due = hours.due(begin, target)
    end = END
    for at, what, seconds in letter.acts:
        if what == "close" or (what == "answered" and metric == "first_reply"):
            end = at
            break
        if what == "pause" and metric == "resolve" and due > at:
            left = hours.open_until(due) - hours.open_until(at)
            for pct in warn:
                moment = hours.due(begin, target * pct // 100 - spent)
                if moment <= at:
                    warned = pct
                    yield moment, Told(moment, "warning", metric, pct)
            if at + seconds > END:
                return
            begin, spent = at + seconds, target - left
            due = hours.due(begin, left)
    for pct in warn:
        if pct > warned:
            used = target * pct // 100 - spent
            moment = hours.due(begin, used) if used > 0 else begin
            if moment <= end:
                yield moment, Told(moment, "warning", metric, pct)
    if due + 1 <= end:
        yield due + 1, Told(due, "breach", metric, 0)
    for after in sorted({s for s, _ in steps if s > 0}):
        if due + after <= end:
            yield due + after, Told(due + after, "escalation", metric, after)


def expected_of(letter):
    first, resolve, *_ = POLICIES[letter.level]
    alarms = [*alarms_of(letter, "first_reply", first),
              *alarms_of(letter, "resolve", resolve)]
    # At one moment the clock that began first.
    order = {"first_reply": 0, "resolve": 1}
    alarms.sort(key=lambda a: (a[0], order[a[1].metric]))
    return [told for _, told in alarms]


def readers_of(letter, told):
    """(address, not before) of those who are told."""
    *_, steps, calendar = POLICIES[letter.level]
    team = team_calendar(letter.team)
    rungs = (["team"] if told.kind == "warning" else
             [to for after, to in steps if after == told.step])
    address = {"team": f"t{letter.team}@example.com",
               "lead": f"lead{letter.team}@example.com",
               "assistant": "ea@example.com",
               "executive": "boss@example.com"}
    for rung in rungs:
        hours = HOURS[team if rung in ("team", "lead") else calendar or team]
        yield address[rung], (told.at if letter.level == "critical"
                              else hours.next_open(told.at))


def end_of(letter, metric):
    for at, what, _ in letter.acts:
        if what == "close" or (what == "answered" and metric == "first_reply"):
            return at
    return END


# ---- what came of it ----

# When it came, its Message-ID, kind, to whom, the case's number, of what
# moment, not before, metric, percent or seconds, cases of a summary.
Delivered = collections.namedtuple(
    "Delivered", "now message_id kind to case at after metric step cases")


def check_notices(test, letters, delivered):
    """Each that is to come has come once, by itself or in a summary; TEST
    asserts. DELIVERED: rows as of Delivered."""
    single, summaries = collections.Counter(), collections.Counter()
    for now, _, kind, to, case, at, after, metric, step, cases in \
            delivered:
        test.assertGreaterEqual(now, after)
        if kind == "summary":
            summaries.update((to, case) for case in cases)
        else:
            single[to, case, at, after, kind, metric, step] += 1
    for letter in letters:
        for told in expected_of(letter):
            for to, after in readers_of(letter, told):
                key = (to, letter.number, told.at, after, told.kind,
                       told.metric, told.step)
                seen = single.pop(key, 0)
                ended = after > min(end_of(letter, told.metric), END)
                late = told.kind != "warning"
                if late and not seen and not ended:
                    # Then a summary has it, or its clock ended first.
                    test.assertTrue(
                        summaries[to, letter.number] or
                        end_of(letter, told.metric) < END or
                        told.at > END - 2 * DAY, key)
                elif late:
                    test.assertLessEqual(seen, 1, key)
                else:
                    test.assertEqual(seen, 0 if ended else 1, key)
    test.assertEqual(dict(single), {}, "nobody asked for these")
