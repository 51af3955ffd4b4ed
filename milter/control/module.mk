$(eval $(call module,control,act.c args.c backtest.c care.c case_json.c client.c commands.c \
	control.c digest.c explain.c forecast.c health.c listener.c look.c nth.c \
	notices.c peer.c policy.c recent.c reckoning.c related.c report.c rules.c rights.c \
	status.c stream.c sums.c takein.c watch.c,,,base conf message score route sla cases replies pipeline users))
