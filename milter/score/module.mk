$(eval $(call module,score,candidates.c check.c fold.c match.c matcher.c \
	pattern.c ruleset.c score.c texts.c,libpcre2-8,,conf base))
