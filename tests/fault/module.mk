# What goes wrong: kills.
FLOW_TESTS += tests/fault/test_kill.py

# And a disk that misbehaves under the store.
$(eval $(call module,disk,disk.c,,,,tests/fault/))
$(eval $(call program,tests/fault/test_store_disk,tests/fault/test_store_disk.c,cases disk,cmocka))
UNIT_TESTS += $(B)/tests/fault/test_store_disk
