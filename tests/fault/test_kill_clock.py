#!/usr/bin/python3
"""A day and a half of kill_clock.py in the ordinary tests; two weeks with
many kills by `make month`."""
import os
import unittest

import kill_clock
from daemon import BUILD
from faketime import library

KILLS = int(os.environ.get("TEST_KILLS", "10"))


@unittest.skipUnless(library(), "libfaketime isn't installed")
@unittest.skipIf("san-" in str(BUILD), "preloading and sanitizers don't mix")
class KillClock(unittest.TestCase):
    def test_the_same_notices_come(self):
        wrong, kills, notices, _ = kill_clock.run(
            KILLS, seed=KILLS, story=kill_clock.STORY[:9])
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(kills, KILLS)
        self.assertGreater(notices, 10)


if __name__ == "__main__":
    unittest.main()
