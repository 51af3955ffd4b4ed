$(eval $(call module,base,address.c error.c json.c log.c text.c times.c \
	urgency.c,json-glib-1.0,,))
