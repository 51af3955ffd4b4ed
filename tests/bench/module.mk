# The load driver and the filter to compare with; `make bench`.
$(eval $(call program,tests/bench/bench_load,tests/bench/bench_load.c,))
$(eval $(call program,tests/bench/bench_null,tests/bench/bench_null.c,,,-lmilter))
$(eval $(call program,tests/bench/bench_cases,tests/bench/bench_cases.c,cases,cmocka))
$(eval $(call program,tests/bench/bench_fill,tests/bench/bench_fill.c,cases))
$(eval $(call program,tests/bench/bench_score,tests/bench/bench_score.c,score message))
TEST_PROGRAMS += $(B)/tests/bench/bench_load

bench: deps-build bench-run
.PHONY: bench-run
bench-run: $(PROGRAMS) $(addprefix $(B)/tests/bench/,bench_load bench_null \
	bench_score bench_fill)
	@ANTEROOM_BUILD=$(CURDIR)/$(B) $(PYTHON) tests/bench/bench.py
