# What goes wrong: kills.
FLOW_TESTS += tests/fault/test_kill.py

# And a disk that misbehaves under the store.
$(eval $(call module,disk,disk.c,,,,tests/fault/))
$(eval $(call program,tests/fault/test_store_disk,tests/fault/test_store_disk.c,cases disk,cmocka))
UNIT_TESTS += $(B)/tests/fault/test_store_disk

# A month of the clock: on a store alone, and with the real daemon and courier
# under pretended time; `make month` is the long form, with many kills.
$(eval $(call program,tests/fault/month,tests/fault/month.c,cases))
STEPTIME := $(B)/tests/lib/steptime.so
TEST_PROGRAMS += $(B)/tests/fault/month $(STEPTIME)
FLOW_TESTS += tests/fault/test_month.py tests/fault/test_live_month.py

$(STEPTIME): tests/lib/steptime.c
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -std=gnu17 $(WARN) $(CFLAGS) -D_GNU_SOURCE -fPIC -shared -o $@ $< -ldl

.PHONY: month
month: $(B)/tests/fault/month $(STEPTIME) $(PROGRAMS)
	@ANTEROOM_BUILD=$(CURDIR)/$(B) MONTH_CASES=10000 MONTH_KILLS=200 \
		$(PYTHON) tests/fault/test_month.py -v
	@ANTEROOM_BUILD=$(CURDIR)/$(B) $(PYTHON) tests/fault/live_month.py 10000 200
