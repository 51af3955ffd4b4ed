$(eval $(call module,learn,learn.c lesson.c trial.c,,-llinear -lm,score message conf base))
