# The web process and what belongs before and around it.
.PHONY: install-web
install: install-web
install-web:
	$(INSTALL) -d $(DESTDIR)$(sbindir) $(DESTDIR)$(datadir)/doc/anteroom/web \
		$(DESTDIR)$(datadir)/doc/anteroom/monitoring
	$(INSTALL) -m 755 $(B)/anteroom-web $(DESTDIR)$(sbindir)/
	$(INSTALL) -d $(DESTDIR)$(datadir)/doc/anteroom/webhooks
	$(INSTALL) -m 644 packaging/webhooks/* \
		$(DESTDIR)$(datadir)/doc/anteroom/webhooks/
	$(INSTALL) -m 644 packaging/web/README.md packaging/web/nginx.conf \
		packaging/web/apache.conf $(DESTDIR)$(datadir)/doc/anteroom/web/
	$(INSTALL) -m 644 packaging/monitoring/* \
		$(DESTDIR)$(datadir)/doc/anteroom/monitoring/
