/*
 * The board: what is late, what is due next, what waits. The same rows and
 * numbers as `anteroom cases` and `anteroom status` give.
 */
#include <string.h>

#include "web/page.h"
#include "web/pages.h"
#include "web/row.h"

#define MOST_ROWS "250"
#define MOST_PAUSED "60"

/* What the address asks for. Borrowed; "" is NULL. */
typedef struct {
	const char *team, *topic, *state, *search;
	bool overdue;
} Filter;

typedef struct {
	Page page;
	Filter filter;
	GPtrArray *status, *cases, *paused;
} Board;

static const char *field(const WebRequest *request, const char *name)
{
	const char *value = fields_get(request->query, name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static Filter filter_of(const WebRequest *request)
{
	return (Filter){.team = field(request, "team"),
	    .topic = field(request, "topic"),
	    .state = field(request, "state"),
	    .search = field(request, "search"),
	    .overdue = field(request, "overdue") != NULL};
}

/* Nothing found is a list without rows. */
static bool ask_cases(const WebRequest *request, const Filter *filter,
    const char *state, const char *limit, GPtrArray **rows, GError **error)
{
	g_autoptr(GError) inner = NULL;

	if (web_ask(request, rows, &inner, "cases", "team", filter->team,
		"topic", filter->topic, "state", state, "search",
		filter->search, "overdue", filter->overdue ? "true" : NULL,
		"limit", limit, NULL) ||
	    g_error_matches(inner, ANTEROOM_ERROR, ERROR_NO)) {
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&inner));
	return false;
}

static bool ask_all(Board *board, const WebRequest *request, GError **error)
{
	const Filter *filter = &board->filter;

	if (!web_ask(request, &board->status, error, "status", NULL) ||
	    !ask_cases(request, filter, filter->state, MOST_ROWS, &board->cases,
		error)) {
		return false;
	}
	return filter->state != NULL || filter->overdue ||
	       ask_cases(request, filter, "paused", MOST_PAUSED, &board->paused,
		   error);
}

/* ---- the numbers ---- */

typedef struct {
	gint64 open, due_soon, overdue, paused, answered, closed, met, missed;
	gint64 promises, late_promises;
} Numbers;

static void add_numbers(Numbers *sum, const JsonValue *team)
{
	const JsonValue *reply = json_get(team, "first_reply");

	sum->open += json_get_int(team, "open", 0);
	sum->due_soon += json_get_int(team, "due_soon", 0);
	sum->overdue += json_get_int(team, "overdue", 0);
	sum->paused += json_get_int(team, "paused", 0);
	sum->answered += json_get_int(team, "answered", 0);
	sum->closed += json_get_int(team, "closed", 0);
	sum->promises += json_get_int(json_get(team, "promises"), "open", 0);
	sum->late_promises +=
	    json_get_int(json_get(team, "promises"), "overdue", 0);
	sum->met += json_get_int(reply, "met", 0);
	sum->missed += json_get_int(reply, "missed", 0);
}

static const JsonValue *teams_of(const Board *board)
{
	return board->status != NULL && board->status->len > 0
		   ? json_get(board->status->pdata[0], "teams")
		   : NULL;
}

/* Of the team that is looked at, or of all. */
static Numbers numbers_of(const Board *board)
{
	const JsonValue *teams = teams_of(board);
	Numbers sum = {0};

	for (guint i = 0; i < json_length(teams); i++) {
		const JsonValue *team = json_at(teams, i);
		const char *name = json_get_string(team, "team");

		if (board->filter.team == NULL ||
		    g_strcmp0(name, board->filter.team) == 0) {
			add_numbers(&sum, team);
		}
	}
	return sum;
}

static char *href(const Filter *filter, const char *state, bool overdue)
{
	return html_href("/", "team", filter->team, "topic", filter->topic,
	    "state", state, "overdue", overdue ? "true" : NULL, "search",
	    filter->search, NULL);
}

static void tile(Board *board, const char *label, gint64 number,
    const char *class_name, const char *url)
{
	Html *html = board->page.html;

	html_open(html, "li");
	html_attr(html, "class", number > 0 ? class_name : NULL);
	html_open(html, url != NULL ? "a" : "span");
	if (url != NULL) {
		html_url(html, "href", url);
	}
	html_open(html, "b");
	html_textf(html, "%" G_GINT64_FORMAT, number);
	html_close(html);
	html_element(html, "span", NULL, label);
	html_close(html);
	html_close(html);
}

static void share_tile(Board *board, const Numbers *numbers)
{
	Html *html = board->page.html;

	html_open(html, "li");
	html_open(html, "span");
	html_open(html, "b");
	page_share(&board->page, numbers->met, numbers->missed);
	html_close(html);
	html_element(html, "span", NULL, t(&board->page, "in time"));
	html_close(html);
	html_close(html);
}

static void tiles(Board *board)
{
	const Page *page = &board->page;
	const Filter *filter = &board->filter;
	Numbers numbers = numbers_of(board);
	g_autofree char *late = href(filter, NULL, true);
	g_autofree char *open = href(filter, "open", false);
	g_autofree char *paused = href(filter, "paused", false);
	g_autofree char *answered = href(filter, "answered", false);

	html_open(page->html, "ul");
	html_attr(page->html, "class", "tiles");
	html_attr(page->html, "data-live", "tiles");
	tile(board, t(page, "overdue"), numbers.overdue, "alarm", late);
	tile(board, t(page, "due soon"), numbers.due_soon, "warn", NULL);
	tile(board, t(page, "open"), numbers.open, NULL, open);
	tile(board, t(page, "paused"), numbers.paused, NULL, paused);
	tile(board, t(page, "answered"), numbers.answered, NULL, answered);
	tile(board, t(page, "promises"), numbers.promises,
	    numbers.late_promises > 0 ? "alarm" : NULL, NULL);
	share_tile(board, &numbers);
	html_close(page->html);
}

/* ---- teams ---- */

static void team_link(
    Board *board, const char *name, const char *label, const Numbers *numbers)
{
	Page *page = &board->page;
	Html *html = page->html;
	g_autofree char *url = html_href("/", "team", name, NULL);

	html_open(html, "li");
	html_open(html, "a");
	html_url(html, "href", url);
	html_attr(html, "aria-current",
	    g_strcmp0(name, board->filter.team) == 0 ? "true" : NULL);
	html_element(html, "span", "name", label);
	html_open(html, "span");
	html_attr(html, "class", "count");
	html_textf(html, "%" G_GINT64_FORMAT, numbers->open);
	html_element(html, "span", "away", t(page, "open"));
	html_close(html);
	if (numbers->overdue > 0) {
		g_autofree char *n =
		    g_strdup_printf("%" G_GINT64_FORMAT, numbers->overdue);
		g_autofree char *late = page_say(page, N_("%s late"), n);

		html_element(html, "span", "count alarm", late);
	}
	html_close(html);
	html_close(html);
}

static void teams(Board *board)
{
	const JsonValue *list = teams_of(board);
	Html *html = board->page.html;
	Numbers all = {0};

	for (guint i = 0; i < json_length(list); i++) {
		add_numbers(&all, json_at(list, i));
	}
	html_open(html, "nav");
	html_attr(html, "class", "teams");
	html_attr(html, "aria-label", t(&board->page, "Teams"));
	html_attr(html, "data-live", "teams");
	html_open(html, "ul");
	if (json_length(list) != 1) {
		team_link(board, NULL, t(&board->page, "All teams"), &all);
	}
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *team = json_at(list, i);
		const char *name = json_get_string(team, "team");
		Numbers numbers = {0};

		add_numbers(&numbers, team);
		team_link(board, name, name, &numbers);
	}
	html_close(html);
	html_close(html);
}

/* ---- the filter ---- */

static void topic_options(Board *board)
{
	const Conf *conf = board->page.request->conf;
	Page *page = &board->page;

	form_option(page, "", t(page, "any topic"), board->filter.topic);
	for (guint i = 0; i < conf->topics->len; i++) {
		const Topic *topic = conf->topics->pdata[i];

		form_option(
		    page, topic->name, topic->name, board->filter.topic);
	}
	form_option(
	    page, "other", page_word(page, "other"), board->filter.topic);
}

static void state_options(Board *board)
{
	static const char *const states[] = {
	    "open", "paused", "answered", "closed"};
	Page *page = &board->page;

	form_option(page, "", t(page, "what is due"), board->filter.state);
	for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
		form_option(page, states[i], page_word(page, states[i]),
		    board->filter.state);
	}
}

static void search_field(Board *board)
{
	Page *page = &board->page;
	Html *html = page->html;

	html_open(html, "label");
	html_attr(html, "class", "search");
	html_element(html, "span", NULL, t(page, "Search"));
	html_open(html, "input");
	html_attr(html, "type", "search");
	html_attr(html, "name", "search");
	html_attr(html, "maxlength", "200");
	html_attr(html, "value", board->filter.search);
	html_attr(html, "placeholder", t(page, "words, sender, AR-7"));
	html_close(html);
	html_close(html);
}

static void filter_form(Board *board)
{
	Page *page = &board->page;
	Html *html = page->html;

	form_begin_get(page, "/", "filter");
	html_attr(html, "role", "search");
	form_hidden(page, "team", board->filter.team);
	form_select(page, "topic", t(page, "Topic"));
	topic_options(board);
	html_close(html);
	html_close(html);
	form_select(page, "state", t(page, "State"));
	state_options(board);
	html_close(html);
	html_close(html);
	search_field(board);
	form_button(page, t(page, "Filter"), NULL);
	html_close(html);
}

/* ---- the lists ---- */

static bool is_late(const JsonValue *row)
{
	return json_length(json_get(row, "overdue")) > 0;
}

static bool is_paused(const JsonValue *row)
{
	return g_strcmp0(json_get_string(row, "state"), "paused") == 0;
}

/* The parts of what is due; a case is in one of them. */
typedef enum { PART_LATE, PART_PROMISED, PART_NEXT, PART_NONE } Part;

static Part part_of(const JsonValue *row)
{
	return is_late(row)                         ? PART_LATE
	       : case_promised(row)                 ? PART_PROMISED
	       : is_paused(row) || !case_waits(row) ? PART_NONE
						    : PART_NEXT;
}

static void list_begin(
    Board *board, const char *id, const char *title, const char *count)
{
	Html *html = board->page.html;

	html_open(html, "section");
	html_attrf(html, "class", "list %s", id);
	html_attr(html, "aria-labelledby", id);
	html_open(html, "h2");
	html_attr(html, "id", id);
	html_text(html, title);
	html_text(html, " ");
	html_element(html, "span", "count", count);
	html_close(html);
	html_open(html, "ol");
	html_attr(html, "class", "cases");
}

static void list_end(Board *board)
{
	html_close(board->page.html);
	html_close(board->page.html);
}

static Urgency level_of(const JsonValue *row)
{
	const char *level = json_get_string(json_get(row, "urgency"), "level");
	Urgency urgency = URGENCY_NORMAL;

	urgency_parse(level != NULL ? level : "", &urgency);
	return urgency;
}

static gint more_urgent(gconstpointer a, gconstpointer b)
{
	return (gint)level_of(*(JsonValue *const *)b) -
	       (gint)level_of(*(JsonValue *const *)a);
}

/* The rows of PART, the next deadline first; of what is late already, the most
 * urgent. Transfer container. */
static GPtrArray *rows_of(const Board *board, Part part)
{
	GPtrArray *rows = g_ptr_array_new();

	for (guint i = 0; board->cases != NULL && i < board->cases->len; i++) {
		if (part_of(board->cases->pdata[i]) == part) {
			g_ptr_array_add(rows, board->cases->pdata[i]);
		}
	}
	if (part == PART_LATE) {
		g_ptr_array_sort(rows, more_urgent); /* stable */
	}
	return rows;
}

static void whole_list(
    Board *board, const char *id, const char *title, const GPtrArray *rows)
{
	g_autofree char *count =
	    g_strdup_printf("%u", rows != NULL ? rows->len : 0);

	if (rows == NULL || rows->len == 0) {
		return;
	}
	list_begin(board, id, title, count);
	for (guint i = 0; i < rows->len; i++) {
		case_row(&board->page, rows->pdata[i]);
	}
	list_end(board);
}

static void part_list(
    Board *board, const char *id, const char *title, Part part)
{
	g_autoptr(GPtrArray) rows = rows_of(board, part);

	whole_list(board, id, title, rows);
}

static void nothing(Board *board)
{
	Page *page = &board->page;
	bool filtered = board->filter.state != NULL || board->filter.overdue ||
			board->filter.topic != NULL ||
			board->filter.search != NULL;

	html_open(page->html, "p");
	html_attr(page->html, "class", "empty");
	html_text(page->html,
	    filtered ? t(page, "Nothing fits this filter.")
		     : t(page, "Nothing is due. Every letter has its answer."));
	html_close(page->html);
}

static void lists(Board *board)
{
	const Page *page = &board->page;
	const Filter *filter = &board->filter;

	html_open(page->html, "div");
	html_attr(page->html, "class", "lists");
	html_attr(page->html, "data-live", "lists");
	if (filter->state != NULL) {
		whole_list(board, "found", page_word(page, filter->state),
		    board->cases);
	} else {
		part_list(board, "overdue", t(page, "Overdue"), PART_LATE);
		part_list(
		    board, "promised", t(page, "Promises"), PART_PROMISED);
		part_list(board, "due", t(page, "Due next"), PART_NEXT);
		whole_list(board, "paused", t(page, "Waiting"), board->paused);
	}
	if ((board->cases == NULL || board->cases->len == 0) &&
	    (board->paused == NULL || board->paused->len == 0)) {
		nothing(board);
	}
	html_close(page->html);
}

static void print_board(
    Board *board, const WebRequest *request, WebReply *reply)
{
	Page *page = &board->page;

	page_begin(page, request, reply, N_("Board"));
	html_open(page->html, "h1");
	html_attr(page->html, "class", "away");
	html_text(page->html, t(page, "Board"));
	html_close(page->html);
	teams(board);
	html_open(page->html, "div");
	html_attr(page->html, "class", "board");
	tiles(board);
	filter_form(board);
	lists(board);
	html_close(page->html);
	page_keys(page);
	page_end(page);
}

void board_page(const WebRequest *request, WebReply *reply)
{
	g_autoptr(GError) error = NULL;
	Board board = {.filter = filter_of(request)};

	if (ask_all(&board, request, &error)) {
		print_board(&board, request, reply);
	} else {
		reply_error(request, reply, error);
	}
	g_clear_pointer(&board.status, g_ptr_array_unref);
	g_clear_pointer(&board.cases, g_ptr_array_unref);
	g_clear_pointer(&board.paused, g_ptr_array_unref);
}
