# The whole program, stage by stage, without a mail server.
FLOW_TESTS += tests/flow/test_intake.py tests/flow/test_intake_stop.py
FLOW_TESTS += tests/flow/test_backtest.py tests/flow/test_learn.py
FLOW_TESTS += tests/flow/test_cli.py tests/flow/test_packs.py
FLOW_TESTS += tests/flow/test_doctor.py
FLOW_TESTS += tests/flow/test_courier.py tests/flow/test_webhook.py
FLOW_TESTS += tests/flow/test_clock.py tests/flow/test_clock_replies.py
FLOW_TESTS += tests/flow/test_clock_hours.py
FLOW_TESTS += tests/flow/test_automatic.py tests/flow/test_sender.py
FLOW_TESTS += tests/flow/test_web.py tests/flow/test_web_rights.py
FLOW_TESTS += tests/flow/test_web_api.py
FLOW_TESTS += tests/flow/test_web_packaging.py
