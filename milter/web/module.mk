$(eval $(call module,web,api.c assets.c backend.c case_forms.c \
	case_timeline.c case_why.c deadline.c dispatch.c events.c fields.c form.c \
	head.c health.c keys.c listen.c login.c metrics.c page.c page_board.c \
	page_case.c page_login.c page_people.c page_reports.c page_rules.c page_state.c reply.c report_charts.c \
	report_csv.c row.c said.c server.c session.c table.c web.c words.c,libmicrohttpd,,base conf \
	control users view))
# They are inside the object.
$(B)/milter/web/assets.o: $(wildcard milter/web/assets/*)
# So are the translations, which the assembler finds below the build's folder.
$(B)/milter/web/words.o: $(B)/milter/web/po/de.mo
$(B)/milter/web/words.o: ALL_CFLAGS += -Wa,-I$(B)
$(B)/%.mo: %.po
	@mkdir -p $(@D)
	@echo "  MSG   $<"
	@msgfmt --check-format -o $@ $<
