$(eval $(call module,replies,origin.c promise.c promise_de.c \
	promise_en.c promise_es.c promise_fr.c reply.c,,,base conf message cases))
