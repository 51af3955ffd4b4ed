# The thread that lives by what the store has due.
$(eval $(call module,clock,ticker.c,,,base conf sla cases pipeline))
