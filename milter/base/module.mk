$(eval $(call module,base,address.c error.c json.c log.c meter.c text.c times.c \
	urgency.c when.c when_clock.c when_de.c when_en.c when_es.c when_fr.c \
	when_parse.c when_resolve.c when_words.c,json-c,,))
