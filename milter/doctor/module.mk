$(eval $(call module,doctor,access.c calendars.c clock.c command.c courier.c daemon.c doctor.c milter_socket.c \
	patience.c postconf.c postfix.c postfix_domains.c postfix_filters.c postfix_services.c probe.c replies.c role.c sendmail.c sendmail_cf.c \
	people.c store.c web.c,,,control))
