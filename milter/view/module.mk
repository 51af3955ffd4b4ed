$(eval $(call module,view,case.c csv.c explain.c list.c other.c policy.c \
	status.c table.c view.c,,,base))
