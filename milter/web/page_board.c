/*
 * The board: what is late, what is due next, what waits. The same rows and
 * numbers as `anteroom cases` and `anteroom status` give.
 */
#include "web/page.h"
#include "web/pages.h"
#include "web/row.h"

#define SECTION_ROWS 50  /* of each, when all are shown */
#define WAITING_ROWS 25  /* nobody has to do anything about them now */
#define WHOLE_ROWS 100   /* of one that is looked at alone */
#define SKIP_MOST 100000 /* further on, a filter finds it sooner */

/* What the address asks for. Borrowed; "" is NULL. */
typedef struct {
	const char *team, *topic, *state, *part, *search;
	const char *level; /* never in the address */
	bool overdue;
	guint skip;
} Filter;

/* What is due, in the order of what to do first; a case is in one of them. */
static const struct {
	const char *id, *title;
	const char *part, *state;
	bool overdue;
	guint rows;
} sections[] = {
    {"overdue", N_("Overdue"), NULL, NULL, true, SECTION_ROWS},
    {"promised", N_("Promises"), "promised", NULL, false, SECTION_ROWS},
    {"due", N_("Due next"), "next", NULL, false, SECTION_ROWS},
    {"paused", N_("Waiting"), NULL, "paused", false, WAITING_ROWS},
};
#define SECTIONS G_N_ELEMENTS(sections)

typedef struct {
	Page page;
	Filter filter;
	GPtrArray *status;
	GPtrArray *cases[SECTIONS]; /* one row more than shown, if there is */
	GPtrArray *whole;           /* instead of them; NULL */
} Board;

static const char *field(const WebRequest *request, const char *name)
{
	const char *value = fields_get(request->query, name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static Filter filter_of(const WebRequest *request)
{
	const char *skip = field(request, "skip");
	guint64 n = skip != NULL ? g_ascii_strtoull(skip, NULL, 10) : 0;

	return (Filter){.team = field(request, "team"),
	    .topic = field(request, "topic"),
	    .state = field(request, "state"),
	    .part = field(request, "part"),
	    .search = field(request, "search"),
	    .overdue = field(request, "overdue") != NULL,
	    .skip = (guint)MIN(n, SKIP_MOST)};
}

/* Is one list asked for, and not all sections? */
static bool is_whole(const Filter *filter)
{
	return filter->state != NULL || filter->part != NULL ||
	       filter->overdue || filter->search != NULL;
}

/* One row more than ROWS tells that there are more. Nothing found is a list
 * without rows. */
static bool ask_cases(const WebRequest *request, const Filter *filter,
    guint rows, GPtrArray **found, GError **error)
{
	g_autoptr(GError) inner = NULL;
	g_autofree char *limit = g_strdup_printf("%u", rows + 1);
	g_autofree char *skip =
	    filter->skip > 0 ? g_strdup_printf("%u", filter->skip) : NULL;

	if (web_ask(request, found, &inner, "cases", "team", filter->team,
		"topic", filter->topic, "state", filter->state, "part",
		filter->part, "urgency", filter->level, "search",
		filter->search, "overdue", filter->overdue ? "true" : NULL,
		"limit", limit, "skip", skip, NULL) ||
	    g_error_matches(inner, ANTEROOM_ERROR, ERROR_NO)) {
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&inner));
	return false;
}

/* The filter that shows section I alone. */
static Filter filter_of_section(const Filter *filter, gsize i)
{
	Filter alone = *filter;

	alone.state = sections[i].state;
	alone.part = sections[i].part;
	alone.overdue = sections[i].overdue;
	return alone;
}

/* Of what is late already the most urgent comes first, however many are late;
 * one list after the other until there are rows enough. */
static bool ask_late(
    Board *board, const WebRequest *request, gsize i, GError **error)
{
	Filter alone = filter_of_section(&board->filter, i);
	GPtrArray *all =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);

	board->cases[i] = all;
	for (int level = URGENCY_LEVELS - 1;
	     level >= 0 && all->len <= sections[i].rows; level--) {
		g_autoptr(GPtrArray) rows = NULL;

		alone.level = urgency_name((Urgency)level);
		if (!ask_cases(request, &alone, sections[i].rows - all->len,
			&rows, error)) {
			return false;
		}
		while (rows != NULL && rows->len > 0) {
			g_ptr_array_add(all, g_ptr_array_steal_index(rows, 0));
		}
	}
	return true;
}

static bool ask_all(Board *board, const WebRequest *request, GError **error)
{
	const Filter *filter = &board->filter;

	if (!web_ask(request, &board->status, error, "status", NULL)) {
		return false;
	}
	if (is_whole(filter)) {
		return ask_cases(
		    request, filter, WHOLE_ROWS, &board->whole, error);
	}
	for (gsize i = 0; i < SECTIONS; i++) {
		Filter alone = filter_of_section(filter, i);

		if (sections[i].overdue
			? !ask_late(board, request, i, error)
			: !ask_cases(request, &alone, sections[i].rows,
			      &board->cases[i], error)) {
			return false;
		}
	}
	return true;
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

static char *href(const Filter *filter)
{
	g_autofree char *skip =
	    filter->skip > 0 ? g_strdup_printf("%u", filter->skip) : NULL;

	return html_href("/", "team", filter->team, "topic", filter->topic,
	    "state", filter->state, "part", filter->part, "overdue",
	    filter->overdue ? "true" : NULL, "search", filter->search, "skip",
	    skip, NULL);
}

/* The same team, topic and words, in STATE or OVERDUE. */
static char *href_to(const Filter *filter, const char *state, bool overdue)
{
	Filter other = *filter;

	other.state = state;
	other.part = NULL;
	other.overdue = overdue;
	other.skip = 0;
	return href(&other);
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
	g_autofree char *late = href_to(filter, NULL, true);
	g_autofree char *open = href_to(filter, "open", false);
	g_autofree char *paused = href_to(filter, "paused", false);
	g_autofree char *answered = href_to(filter, "answered", false);

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

/* Rows of a list, and a way to those that aren't shown. */
typedef struct {
	const char *id, *title;
	const GPtrArray *rows;
	guint most;
	gint64 all;       /* how many there are; -1: not known */
	const char *more; /* address and label of the way on */
	const char *label;
} List;

static char *count_of(const List *list)
{
	if (list->rows->len <= list->most) {
		return g_strdup_printf("%u", list->rows->len);
	}
	return list->all > list->most
		   ? g_strdup_printf("%" G_GINT64_FORMAT, list->all)
		   : g_strdup_printf("%u+", list->most);
}

static void way(Board *board, const char *url, const char *label)
{
	Html *html = board->page.html;

	html_open(html, "p");
	html_attr(html, "class", "more");
	html_open(html, "a");
	html_url(html, "href", url);
	html_text(html, label);
	html_close(html);
	html_close(html);
}

static void print_list(Board *board, const List *list)
{
	g_autofree char *count = NULL;

	if (list->rows == NULL || list->rows->len == 0) {
		return;
	}
	count = count_of(list);
	list_begin(board, list->id, list->title, count);
	for (guint i = 0; i < MIN(list->rows->len, list->most); i++) {
		case_row(&board->page, list->rows->pdata[i]);
	}
	html_close(board->page.html);
	if (list->rows->len > list->most) {
		way(board, list->more, list->label);
	}
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

static void section(Board *board, gsize i)
{
	Filter alone = filter_of_section(&board->filter, i);
	g_autofree char *more = href(&alone);
	List list = {.id = sections[i].id,
	    .title = t(&board->page, sections[i].title),
	    .rows = board->cases[i],
	    .most = sections[i].rows,
	    .all = -1,
	    .more = more,
	    .label = t(&board->page, "Show all")};

	if (sections[i].overdue && alone.topic == NULL) {
		list.all = numbers_of(board).overdue;
	}
	print_list(board, &list);
}

/* What a list that is looked at alone is called. */
static const char *title_of(const Board *board)
{
	const Filter *filter = &board->filter;

	for (gsize i = 0; i < SECTIONS && filter->state == NULL; i++) {
		if ((sections[i].overdue && filter->overdue) ||
		    (sections[i].part != NULL &&
			g_strcmp0(sections[i].part, filter->part) == 0)) {
			return t(&board->page, sections[i].title);
		}
	}
	return filter->state != NULL ? page_word(&board->page, filter->state)
				     : t(&board->page, "Found");
}

static void whole(Board *board)
{
	Filter before = board->filter, after = board->filter;
	g_autofree char *next = NULL;
	List list = {.id = board->filter.overdue ? "overdue" : "found",
	    .title = title_of(board),
	    .rows = board->whole,
	    .most = WHOLE_ROWS,
	    .all = -1,
	    .label = t(&board->page, "Further ones")};

	if (board->filter.overdue && board->whole != NULL) {
		g_ptr_array_sort(board->whole, more_urgent); /* stable */
	}
	before.skip -= MIN(before.skip, WHOLE_ROWS);
	after.skip += WHOLE_ROWS;
	next = href(&after);
	list.more = next;
	if (board->filter.skip > 0) {
		g_autofree char *back = href(&before);

		way(board, back, t(&board->page, "Those before"));
	}
	print_list(board, &list);
}

static void nothing(Board *board)
{
	Page *page = &board->page;
	bool filtered = is_whole(&board->filter) || board->filter.topic != NULL;

	html_open(page->html, "p");
	html_attr(page->html, "class", "empty");
	html_text(page->html,
	    filtered ? t(page, "Nothing fits this filter.")
		     : t(page, "Nothing is due. Every letter has its answer."));
	html_close(page->html);
}

static bool is_empty(const Board *board)
{
	guint n = board->whole != NULL ? board->whole->len : 0;

	for (gsize i = 0; i < SECTIONS; i++) {
		n += board->cases[i] != NULL ? board->cases[i]->len : 0;
	}
	return n == 0;
}

static void lists(Board *board)
{
	const Page *page = &board->page;

	html_open(page->html, "div");
	html_attr(page->html, "class", "lists");
	html_attr(page->html, "data-live", "lists");
	if (is_whole(&board->filter)) {
		whole(board);
	}
	for (gsize i = 0; i < SECTIONS; i++) {
		section(board, i);
	}
	if (is_empty(board)) {
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
	for (gsize i = 0; i < SECTIONS; i++) {
		g_clear_pointer(&board.cases[i], g_ptr_array_unref);
	}
	g_clear_pointer(&board.whole, g_ptr_array_unref);
}
