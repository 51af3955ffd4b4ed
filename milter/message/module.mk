$(eval $(call module,message,authres.c charset.c clean.c courtesy.c digest.c entity.c excess.c header.c html.c journal.c \
	kind.c leaf.c message.c param.c people.c read.c report.c split.c structure.c \
	thanks.c thread.c transfer.c word.c,gmime-3.0,,base))
