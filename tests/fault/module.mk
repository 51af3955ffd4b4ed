# What goes wrong: kills.
FLOW_TESTS += tests/fault/test_kill.py tests/fault/test_kill_clock.py

# And a disk that misbehaves under the store.
$(eval $(call module,disk,disk.c,,,,tests/fault/))
$(eval $(call program,tests/fault/test_store_disk,tests/fault/test_store_disk.c,cases disk,cmocka))
UNIT_TESTS += $(B)/tests/fault/test_store_disk

# A month of the clock, with kills; `make month` is the long form, and two weeks
# of the real daemon and courier with many kills.
$(eval $(call program,tests/fault/month,tests/fault/month.c,cases))
TEST_PROGRAMS += $(B)/tests/fault/month
FLOW_TESTS += tests/fault/test_month.py

.PHONY: month
month: $(B)/tests/fault/month $(PROGRAMS)
	@ANTEROOM_BUILD=$(CURDIR)/$(B) MONTH_CASES=10000 MONTH_KILLS=200 \
		$(PYTHON) tests/fault/test_month.py -v
	@ANTEROOM_BUILD=$(CURDIR)/$(B) $(PYTHON) tests/fault/kill_clock.py 200
