$(eval $(call module,intake,intake.c poison.c session.c siphash.c socket.c \
	parcel.c verdict.c,,-lmilter,pipeline))
