#!/usr/bin/python3
"""Nine days of live_month.py in the ordinary tests: few teams, so that storms
gather. The month with many kills is `make month`."""
import os
import unittest

os.environ.update(MONTH_DAYS="9", MONTH_TEAMS="2")
import live_month  # noqa: E402

KILLS = int(os.environ.get("TEST_KILLS", "12"))


@unittest.skipIf("san-" in str(live_month.BUILD),
                 "preloading and sanitizers don't mix")
class LiveMonth(unittest.TestCase):
    def test_the_same_notices_come(self):
        wrong, _, war = live_month.run(250, KILLS, seed=11)
        self.assertEqual(wrong, [])
        self.assertEqual(war.kills, KILLS)
        kinds = {row.kind for row in war.delivered}
        self.assertEqual(kinds, {"warning", "breach", "escalation", "summary",
                                 "digest", "blind-spot"})


if __name__ == "__main__":
    unittest.main()
