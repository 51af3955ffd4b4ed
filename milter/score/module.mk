$(eval $(call module,score,candidates.c check.c fold.c grams.c heads.c match.c \
	matcher.c need.c pattern.c ruleset.c score.c texts.c,\
	libpcre2-8,,conf base))
