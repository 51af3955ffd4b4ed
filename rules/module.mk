# The shipped packs, loaded by rules.packs; `make install` copies them.
RULES := $(wildcard rules/*.rules)
