$(eval $(call module,conf,calendar.c check.c conf.c index.c lexer.c load.c \
	packs.c parse.c people.c problem.c scan.c server.c value.c webhook.c words.c,\
	libconfuse gio-2.0,,base))
