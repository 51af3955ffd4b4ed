# The shipped packs: installed as they are, loaded by rules.packs.
RULES := $(wildcard rules/*.rules)
rulesdir = $(datadir)/anteroom/rules

.PHONY: install-rules
install: install-rules
install-rules:
	$(INSTALL) -d $(DESTDIR)$(rulesdir)
	$(INSTALL) -m 644 $(RULES) $(DESTDIR)$(rulesdir)
