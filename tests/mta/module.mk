# The product behind a real Postfix and a real Sendmail.
FLOW_TESTS += tests/mta/test_postfix.py tests/mta/test_sendmail.py
FLOW_TESTS += tests/mta/test_sent.py
TEST_PROGRAMS += $(B)/tests/mta/slowsync.so $(B)/tests/mta/sendmailshim.so

$(B)/tests/mta/%.so: tests/mta/%.c
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -std=gnu17 $(WARN) -D_GNU_SOURCE -O2 -g -fPIC -shared -o $@ $<
