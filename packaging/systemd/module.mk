# Users and folders for systemd, under the names that it looks for.
.PHONY: install-systemd
install: install-systemd
install-systemd:
	$(INSTALL) -d $(DESTDIR)$(prefix)/lib/sysusers.d \
		$(DESTDIR)$(prefix)/lib/tmpfiles.d
	$(INSTALL) -m 644 packaging/systemd/anteroom.sysusers \
		$(DESTDIR)$(prefix)/lib/sysusers.d/anteroom.conf
	$(INSTALL) -m 644 packaging/systemd/anteroom.tmpfiles \
		$(DESTDIR)$(prefix)/lib/tmpfiles.d/anteroom.conf
