$(eval $(call module,cli,ask.c backtest.c cli.c client.c digest.c doctor.c exit.c help.c learn.c lessons.c load.c local.c mailbox.c \
	options.c replay.c user.c,,,control users view learn doctor))
