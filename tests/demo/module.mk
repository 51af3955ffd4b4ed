# make demo          real mail through a private Postfix, explained; until Ctrl-C
# make demo RUN=once the same, ends by itself: 0 = all went as it should
.PHONY: demo-run
demo:
	@echo "Anteroom: looking for what the demo needs, then building ..."
	@packaging/deps build demo
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory demo-run
demo-run:
	@ANTEROOM_BUILD=$(CURDIR)/$(B) $(PYTHON) -B tests/demo/demo.py \
		$(if $(filter once,$(RUN)),--once)
