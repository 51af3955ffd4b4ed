# $(call fuzz,NAME,MODULES): tests/fuzz/NAME.c as a test that replays the
# corpus, and, by make fuzz, with libFuzzer into $(B)/fuzz/NAME.
define fuzz
$(call program,tests/fuzz/$(1),tests/fuzz/$(1).c,$(2),cmocka)
UNIT_TESTS += $(B)/tests/fuzz/$(1)
FUZZERS += $(B)/fuzz/$(1)
$(B)/fuzz/$(1): tests/fuzz/$(1).c $(foreach m,$(call closure,$(2)),$($(m)_SRC))
	@mkdir -p $$(@D)
	@echo "  FUZZ  $$@"
	@$$(FUZZ_CC) $$(ALL_CPPFLAGS) -std=gnu17 -g -O1 -DANTEROOM_LIBFUZZER \
		-fsanitize=fuzzer,address,undefined \
		$$$$($$(PKG_CONFIG) --cflags $(call pkgs,$(2)) cmocka) \
		-o $$@ $$^ $$$$($$(PKG_CONFIG) --libs $(call pkgs,$(2))) \
		$(call libs,$(2))
endef

FUZZ_CC ?= clang
$(eval $(call fuzz,fuzz_when,base))
$(eval $(call fuzz,fuzz_message,message))
$(eval $(call fuzz,fuzz_html,message))
$(eval $(call fuzz,fuzz_header,message))
$(eval $(call fuzz,fuzz_body,message))
$(eval $(call fuzz,fuzz_pipeline,pipeline))

.PHONY: fuzz
fuzz: $(FUZZERS)
