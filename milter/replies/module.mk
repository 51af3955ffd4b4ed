$(eval $(call module,replies,origin.c reply.c,,,base conf message cases))
