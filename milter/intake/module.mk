$(eval $(call module,intake,intake.c poison.c session.c siphash.c socket.c \
	incoming.c verdict.c,,-lmilter,pipeline))
