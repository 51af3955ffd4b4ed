$(eval $(call module,web,api.c assets.c backend.c deadline.c dispatch.c \
	fields.c head.c health.c listen.c login.c page_board.c page_login.c \
	reply.c server.c session.c table.c web.c,libmicrohttpd,,base conf \
	control users view))
# They are inside the object.
$(B)/milter/web/assets.o: $(wildcard milter/web/assets/*)
