# Charts as pictures.
$(eval $(call module,picture,picture.c,librsvg-2.0,,base))
