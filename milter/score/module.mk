$(eval $(call module,score,check.c fold.c literals.c match.c matcher.c pattern.c \
	ruleset.c scan.c score.c texts.c trie.c,libpcre2-8,-lm,conf base))
