$(eval $(call module,score,check.c fold.c literals.c match.c matcher.c pattern.c \
	rarity.c ruleset.c scan.c score.c sequence.c texts.c trie.c,\
	libpcre2-8,-lm,conf base))
