$(eval $(call module,score,advice.c check.c choices.c compare.c deadline.c disguise.c feature.c fold.c \
	letters.c literals.c match.c matcher.c model.c patience.c pattern.c place.c rarity.c \
	ruleset.c scan.c score.c sentence.c sequence.c syntax.c texts.c trie.c ways.c,\
	libpcre2-8,-lm,conf message language base))
