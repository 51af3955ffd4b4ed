# What stands above the stages: the way of a message, and the programs.
$(eval $(call module,pipeline,pipeline.c setup.c verdict.c,,,base conf message \
	score route sla cases replies,milter/))
$(eval $(call program,anteroomd,milter/anteroomd.c,intake control pipeline,libsystemd))
$(eval $(call program,anteroom,milter/anteroom.c,cli))
PROGRAMS := $(B)/anteroomd $(B)/anteroom
all: $(PROGRAMS)
