FLOW_TESTS += tests/browser/test_browser.py
