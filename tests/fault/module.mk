# What goes wrong: kills.
FLOW_TESTS += tests/fault/test_kill.py
