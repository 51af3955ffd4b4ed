$(eval $(call module,sla,calendar.c ics.c policy.c readers.c sla.c zone.c,libical,,conf))
