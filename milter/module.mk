# What stands above the stages: the way of a message, and the programs.
$(eval $(call module,pipeline,pipeline.c sender.c setup.c verdict.c,,,base conf message \
	score route sla cases replies,milter/))
$(eval $(call module,program,program.c,,,base conf,milter/))
$(eval $(call program,anteroomd,milter/anteroomd.c,program intake control clock pipeline,libsystemd))
$(eval $(call program,anteroom,milter/anteroom.c,cli))
$(eval $(call program,anteroom-courier,milter/anteroom-courier.c,program notify picture,libsystemd))
# It links the commands' table; --as-needed leaves the store's libraries out.
$(eval $(call program,anteroom-web,milter/anteroom-web.c,program web,libsystemd))
$(B)/anteroom-web: ALL_LDFLAGS += -Wl,--as-needed
PROGRAMS := $(B)/anteroomd $(B)/anteroom $(B)/anteroom-courier \
	$(B)/anteroom-web
all: $(PROGRAMS)
