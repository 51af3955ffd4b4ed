"""Pretended time for a program, by libfaketime: stands still until it is set.

The program under test must look at the wall clock again by itself; sleeping
and the monotonic clock stay real.
"""
import datetime
import glob
import os
import pathlib

UTC = datetime.timezone.utc


def library():
    """The library for programs with threads; None when it isn't there."""
    found = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


class Faketime:
    """time = Faketime(folder, "2026-11-23T09:00:00Z"); time.environment."""

    def __init__(self, folder, start):
        self.file = pathlib.Path(folder) / "time"
        self.now = None
        self.set(start)
        self.environment = {
            "LD_PRELOAD": library() or "",
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }

    def set(self, moment):
        """To MOMENT: a datetime with a zone, or its text."""
        if isinstance(moment, str):
            moment = datetime.datetime.fromisoformat(
                moment.replace("Z", "+00:00"))
        self.now = moment.astimezone(UTC)
        new = self.file.with_suffix(".new")
        new.write_text(self.now.strftime("%Y-%m-%d %H:%M:%S\n"))
        os.replace(new, self.file)

    def forward(self, **period):
        """By seconds=, minutes=, hours=, days=."""
        self.set(self.now + datetime.timedelta(**period))
