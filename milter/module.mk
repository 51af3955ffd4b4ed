# What stands above the stages: the way of a message, and the programs.
$(eval $(call module,pipeline,pipeline.c setup.c verdict.c,,,base conf message \
	score route sla cases replies,milter/))
$(eval $(call program,anteroomd,milter/anteroomd.c,intake control pipeline,libsystemd))
$(eval $(call program,anteroom,milter/anteroom.c,cli))
$(eval $(call program,anteroom-courier,milter/anteroom-courier.c,notify picture,libsystemd))
PROGRAMS := $(B)/anteroomd $(B)/anteroom $(B)/anteroom-courier
all: $(PROGRAMS)
