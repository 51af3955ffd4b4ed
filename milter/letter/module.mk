# Notices and digests as mail; pure.
$(eval $(call module,letter,digest.c encode.c letter.c mime.c notice.c page.c \
	words.c,,-lm,view base))
