#!/usr/bin/python3
"""A few kills under load in the ordinary tests; many by hand:
tests/fault/kill_under_load.py 200."""
import os
import unittest

import kill_under_load

KILLS = int(os.environ.get("TEST_KILLS", "20"))


class Kill(unittest.TestCase):
    def test_no_accepted_message_is_lost(self):
        wrong, promised = kill_under_load.run(KILLS, seed=KILLS)
        self.assertEqual(wrong, [])
        self.assertGreater(promised, 0)


if __name__ == "__main__":
    unittest.main()
