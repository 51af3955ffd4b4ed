# The product behind a real Postfix.
FLOW_TESTS += tests/mta/test_postfix.py
TEST_PROGRAMS += $(B)/tests/mta/slowsync.so

$(B)/tests/mta/slowsync.so: tests/mta/slowsync.c
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -std=gnu17 $(WARN) -D_GNU_SOURCE -O2 -g -fPIC -shared -o $@ $<
