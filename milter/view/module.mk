$(eval $(call module,view,backtest.c case.c chart.c chart_cells.c chart_columns.c \
	chart_lines.c csv.c explain.c forecast.c html.c list.c notices.c other.c paragraph.c \
	policy.c report.c rules.c status.c table.c view.c weighed.c,,-lm,base))
