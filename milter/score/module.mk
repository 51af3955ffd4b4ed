$(eval $(call module,score,check.c deadline.c compare.c disguise.c fold.c letters.c literals.c \
	match.c matcher.c pattern.c place.c rarity.c ruleset.c scan.c score.c \
	sequence.c texts.c trie.c,\
	libpcre2-8,-lm,conf language base))
