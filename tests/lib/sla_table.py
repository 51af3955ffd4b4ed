#!/usr/bin/python3
"""Writes tests/corpus/sla/table.tsv: deadlines as Python sees them.

Slow on purpose: every single minute of UTC is turned into local time and asked
whether it is open, so that nothing is shared with the arithmetic under test but
the zone database (Debian: package tzdata). Only years that are past are used,
since rules for the future change with each release of that database.

usage: sla_table.py > tests/corpus/sla/table.tsv
"""

import random
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OFFICE = "0:540-750,0:780-1050,1:540-750,1:780-1050,2:540-750,2:780-1050," \
    "3:540-750,3:780-1050,4:540-900"
ROUND = ",".join(f"{day}:0-1440" for day in range(7))
WORKDAYS_ROUND = ",".join(f"{day}:0-1440" for day in range(5))
NIGHTS = ",".join(f"{day}:0-240,{day}:1320-1440" for day in range(7))
SUNDAYS = "5:1380-1440,6:0-210"
SPLIT = ",".join(f"{day}:{a}-{a + 45}" for day in range(6)
                 for a in (0, 60, 150, 600, 1395))
HOURS = (OFFICE, ROUND, WORKDAYS_ROUND, NIGHTS, SUNDAYS, SPLIT)

# zone, first and last year: odd rules, each with what is odd.
ZONES = (
    ("America/New_York", 2016, 2025),
    ("Europe/Berlin", 2016, 2025),
    ("Europe/Dublin", 2016, 2025),  # winter time is the exception
    ("America/Sao_Paulo", 2016, 2019),  # at midnight, then none
    ("America/Santiago", 2016, 2024),  # at 24:00
    ("America/Havana", 2016, 2024),  # 0:00 to 1:00, 1:00 to 0:00
    ("America/Asuncion", 2016, 2024),  # at midnight
    ("America/Caracas", 2016, 2017),  # half an hour once
    ("America/Nuuk", 2016, 2025),  # on Saturday evening
    ("America/St_Johns", 2006, 2012),  # at 0:01: a day comes twice
    ("Atlantic/Azores", 2016, 2025),  # 1:00 to 0:00
    ("Asia/Beirut", 2016, 2024),  # at midnight
    ("Asia/Gaza", 2016, 2023),  # twice a year more
    ("Asia/Tehran", 2016, 2023),  # +3:30, midnight
    ("Asia/Amman", 2016, 2023),  # Friday, midnight
    ("Asia/Kathmandu", 2016, 2025),  # +5:45
    ("Asia/Pyongyang", 2017, 2019),  # 23:30 to 24:00
    ("Africa/Casablanca", 2016, 2025),  # back in Ramadan
    ("Africa/Cairo", 2016, 2024),
    ("Antarctica/Troll", 2016, 2025),  # two hours
    ("Australia/Lord_Howe", 2016, 2025),  # thirty minutes
    ("Pacific/Chatham", 2016, 2025),  # +12:45, +13:45
    ("Pacific/Apia", 2011, 2020),  # 2011-12-30 did not happen
    ("Pacific/Norfolk", 2016, 2024),
)
HOUR = 3600


def spans_of(text):
    """{weekday: [(from, to), ...]} of "0:540-750,..."."""
    week = {day: [] for day in range(7)}
    for item in text.split(","):
        day, span = item.split(":")
        week[int(day)].append(tuple(map(int, span.split("-"))))
    return week


def specials_of(text):
    """{date: [(from, to), ...]} of "2024-12-24=540-750;2024-12-25"."""
    days = {}
    for item in filter(None, text.split(";")):
        day, _, spans = item.partition("=")
        days[date.fromisoformat(day)] = [
            tuple(map(int, span.split("-")))
            for span in filter(None, spans.split("+"))]
    return days


def is_open(local, week, specials):
    spans = specials.get(local.date(), week[local.weekday()])
    minute = local.hour * 60 + local.minute
    return any(first <= minute < last for first, last in spans)


def due(zone, week, specials, start, target):
    """Minute after minute. None when it takes longer than a year."""
    left = target
    at = start
    while at < start + 366 * 24 * HOUR:
        following = at - at % 60 + 60
        if is_open(datetime.fromtimestamp(at, zone), week, specials):
            if left <= following - at:
                return at + left
            left -= following - at
        at = following
    return None


def changes(zone, first, last):
    """Moments, to the minute, at which the offset changes."""
    found = []
    low = int(datetime(first, 1, 1, tzinfo=timezone.utc).timestamp())
    end = int(datetime(last, 12, 31, tzinfo=timezone.utc).timestamp())

    def offset(at):
        return datetime.fromtimestamp(at, zone).utcoffset()

    for day in range(low, end, 24 * HOUR):
        if offset(day) == offset(day + 24 * HOUR):
            continue
        for at in range(day, day + 24 * HOUR, 60):
            if offset(at) != offset(at + 60):
                found.append(at + 60)
    return found


def some_specials(dice, start):
    """A holiday, a half day and a second one near START."""
    day = datetime.fromtimestamp(start, timezone.utc).date()
    chosen = {}
    for text in ("", "=540-720", "=0-1440", "=0-60+1380-1440"):
        if dice.random() < 0.5:
            chosen[day + timedelta(days=dice.randrange(-1, 20))] = text
    return ";".join(f"{when}{chosen[when]}" for when in sorted(chosen))


def cases(name, first, last):
    dice = random.Random(f"{name} {first}")
    zone = ZoneInfo(name)
    moments = changes(zone, first, last)
    low = int(datetime(first, 1, 1, tzinfo=timezone.utc).timestamp())
    high = int(datetime(last, 6, 1, tzinfo=timezone.utc).timestamp())
    for number in range(22):
        if moments and number % 4:
            start = dice.choice(moments) - dice.randrange(0, 40 * HOUR)
        else:
            start = dice.randrange(low, high)
        if number % 3 == 0:
            start -= start % 60
        hours = HOURS[number % len(HOURS)]
        holidays = some_specials(dice, start) if number % 2 else ""
        target = dice.choice((0, 1, HOUR, 8 * HOUR, 16 * HOUR, 48 * HOUR,
                              dice.randrange(0, 200 * HOUR)))
        if hours == SUNDAYS:
            target = min(target, 30 * HOUR)
        end = due(zone, spans_of(hours), specials_of(holidays), start, target)
        if end is not None:
            yield name, hours, holidays, start, target, end


def main():
    print("# zone\thours\tholidays\tfrom\topen_s\tdue"
          "\t(by tests/lib/sla_table.py)")
    for zone in ZONES:
        try:
            for case in cases(*zone):
                print(*case, sep="\t")
        except ZoneInfoNotFoundError:
            sys.exit(f"sla_table.py: no zone {zone[0]}: install tzdata")


if __name__ == "__main__":
    main()
