$(eval $(call module,route,plan.c route.c,,,score sla conf base))
