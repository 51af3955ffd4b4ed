$(eval $(call module,language,language.c,libexttextcat,,base))
