/* Commands in this process: the table, roles, words, and the JSON that others
 * rely on. */
#include "control_fixture.h"

#include <errno.h>
#include <grp.h>

/* Asks; the rows, and the error's code or -1. */
static GPtrArray *ask(Fixture *fixture, Role role, const char *command,
    const char *args, int *code)
{
	g_autoptr(JsonValue) value = json_parse(args, strlen(args), NULL);
	g_autoptr(GError) error = NULL;
	GPtrArray *rows = fixture_rows();
	ControlRequest request = {.command = command,
	    .args = value,
	    .role = role,
	    .user = "ea",
	    .bytes = "From: a@b.example\nTo: ceo@example.com\n"
		     "Date: Sat, 21 Nov 2026 08:00:00 +0000\n\nno line\n"};
	bool done;

	assert_non_null(value);
	request.n_bytes = strlen(request.bytes);
	done = control_dispatch(
	    fixture->control, &request, fixture_row, rows, &error);
	assert_true(done == (error == NULL));
	*code = error == NULL ? -1 : error->code;
	return rows;
}

/* The error's message; NULL when it was done. */
static char *refusal(Fixture *fixture, Role role, const char *command,
    const char *args, int *code)
{
	g_autoptr(JsonValue) value = json_parse(args, strlen(args), NULL);
	g_autoptr(GPtrArray) rows = fixture_rows();
	g_autoptr(GError) error = NULL;
	ControlRequest request = {
	    .command = command, .args = value, .role = role, .user = "ea"};

	control_dispatch(fixture->control, &request, fixture_row, rows, &error);
	*code = error == NULL ? -1 : error->code;
	return error == NULL ? NULL : g_strdup(error->message);
}

static const JsonValue *row_at(const GPtrArray *rows, guint i)
{
	assert_true(i < rows->len);
	return rows->pdata[i];
}

static void test_table(void **state)
{
	gsize n;
	const Command *commands = command_table(&n);

	(void)state;
	for (gsize i = 0; i < n; i++) {
		const Command *found = command_find(commands[i].name, NULL);

		/* The first of its name, with words that end. */
		assert_ptr_equal(found, &commands[i]);
		assert_null(commands[i].arguments[COMMAND_ARGUMENTS - 1].name);
		assert_null(commands[i].options[COMMAND_OPTIONS - 1].name);
		assert_non_null(commands[i].help);
		assert_true(commands[i].local || commands[i].role > ROLE_NONE);
	}
}

static void test_unknown(void **state)
{
	static const struct {
		const char *name, *nearest;
	} table[] = {
	    {"case", "cases"}, {"stats", "status"}, {"mrege", "merge"}};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(command_find(table[i].name, &error));
		assert_int_equal(error->code, ERROR_USAGE);
		assert_non_null(strstr(error->message, table[i].nearest));
	}
}

static void test_roles(void **state)
{
	Fixture fixture;
	gsize n;
	const Command *commands = command_table(&n);

	(void)state;
	fixture_begin(&fixture);
	for (gsize i = 0; i < n; i++) {
		for (Role role = ROLE_NONE; role <= ROLE_ADMINISTRATOR;
		     role++) {
			int code;
			g_autofree char *why = refusal(
			    &fixture, role, commands[i].name, "{}", &code);

			assert_true(
			    (code == ERROR_DENIED) ==
			    (role < commands[i].role || commands[i].local));
		}
	}
	fixture_end(&fixture);
}

static void test_words(void **state)
{
	static const struct {
		const char *command, *args;
		int code;
		const char *says;
	} table[] = {
	    {"show", "{}", ERROR_USAGE, "CASE: missing"},
	    {"show", "{\"case\":7}", ERROR_USAGE, "CASE: must be a string"},
	    {"show", "{\"case\":\"x\"}", ERROR_USAGE, "x"},
	    {"show", "{\"case\":\"AR-99\"}", ERROR_NO, "AR-99"},
	    {"cases", "{\"limit\":\"0\"}", ERROR_USAGE, "--limit"},
	    {"cases", "{\"limit\":\"many\"}", ERROR_USAGE, "--limit"},
	    {"cases", "{\"overdue\":\"yes\"}", ERROR_USAGE, "true or false"},
	    {"cases", "{\"now\":\"noon\"}", ERROR_USAGE, "--now"},
	    {"cases", "{\"state\":\"opn\"}", ERROR_USAGE, "\"open\""},
	    {"cases", "{\"state\":\"odd\"}", ERROR_USAGE, "open, answered"},
	    {"cases", "{\"team\":\"caer\"}", ERROR_USAGE, "\"care\""},
	    {"cases", "{\"team\":\"office\"}", ERROR_NO, "nothing found"},
	    {"status", "{\"team\":\"offise\"}", ERROR_USAGE, "\"office\""},
	    {"route", "{\"case\":\"1\",\"team\":\"caer\"}", ERROR_USAGE,
		"\"care\""},
	    {"topic", "{\"case\":\"1\",\"topic\":\"outrage\"}", ERROR_USAGE,
		"\"outage\""},
	    {"urgency", "{\"case\":\"1\",\"level\":\"hihg\"}", ERROR_USAGE,
		"\"high\""},
	    {"note", "{\"case\":\"1\",\"text\":\" \"}", ERROR_USAGE, "empty"},
	    {"pause", "{\"case\":\"1\",\"reason\":\"x\"}", ERROR_USAGE, "D"},
	    {"pause", "{\"case\":\"1\",\"reason\":\"x\",\"for\":\"soon\"}",
		ERROR_USAGE, "--for"},
	    {"policy", "{}", ERROR_USAGE, "--topic"},
	    {"policy", "{\"topic\":\"outrage\"}", ERROR_USAGE, "\"outage\""},
	    {"export", "{\"format\":\"xml\"}", ERROR_USAGE, "json or csv"},
	    {"backup", "{\"folder\":\"here\"}", ERROR_USAGE, "absolute"},
	    {"take", "{}", ERROR_USAGE, "empty"},
	    {"take", "{\"to\":[1]}", ERROR_USAGE, "ADDR"},
	    {"replay", "{\"mailbox\":[]}", ERROR_USAGE, "MAILBOX"},
	    {"replay", "{\"mailbox\":[\"m\"],\"desk\":\"cfo\"}", ERROR_USAGE,
		"desk"},
	};
	Fixture fixture;

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(
	    fixture.store.cases, fixture_case(1, "care", "No line"));
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		int code;
		g_autofree char *why = refusal(&fixture, ROLE_ADMINISTRATOR,
		    table[i].command, table[i].args, &code);

		if (code != table[i].code ||
		    strstr(why, table[i].says) == NULL) {
			fail_msg("%s %s: %d %s", table[i].command,
			    table[i].args, code, why);
		}
	}
	fixture_end(&fixture);
}

static Case *due_case(guint64 id, const char *team, gint64 due_s)
{
	Case *kase = fixture_case(id, team, "No line");

	fixture_add_clock(kase, fixture_clock(METRIC_FIRST_REPLY, CLOCK_RUNNING,
				    due_s, 4 * HOUR_S));
	return kase;
}

static void test_case_json(void **state)
{
	/* What is read off a case by others: each member, always there. */
	static const char *const strings[][2] = {{"id", "AR-1042"},
	    {"desk", "ceo"}, {"team", "care"}, {"topic", "outage"},
	    {"state", "open"}, {"subject", "No line"},
	    {"from", "anna@customer.example"},
	    {"received", "2026-11-21T09:00:00Z"}, {"first_reply_at", NULL},
	    {"closed_at", NULL}};
	Fixture fixture;
	int code;
	g_autoptr(GPtrArray) rows = NULL;
	const JsonValue *row;

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(
	    fixture.store.cases, due_case(1042, "care", NOW_S - 60));
	rows = ask(&fixture, ROLE_READER, "cases",
	    "{\"now\":\"2026-11-21T10:00:00Z\"}", &code);
	assert_int_equal(code, -1);
	row = row_at(rows, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(strings); i++) {
		const char *value = json_get_string(row, strings[i][0]);

		if (g_strcmp0(value, strings[i][1]) != 0) {
			fail_msg("%s: %s", strings[i][0], value);
		}
	}
	assert_int_equal(json_length(json_get(row, "topics")), 2);
	assert_string_equal(
	    json_get_string(json_get(row, "urgency"), "level"), "high");
	assert_int_equal(
	    json_get_int(json_get(row, "urgency"), "score", 0), 60);
	assert_string_equal(
	    json_get_string(json_get(row, "due"), "first_reply"),
	    "2026-11-21T09:59:00Z");
	assert_null(json_get(json_get(row, "due"), "resolve"));
	assert_string_equal(
	    json_as_string(json_at(json_get(row, "overdue"), 0)),
	    "first_reply");
	assert_int_equal(json_get_int(row, "messages", 0), 1);
	assert_non_null(json_get(row, "rules"));
	assert_false(json_get_bool(row, "sensitive", true));
	fixture_end(&fixture);
}

/* Absent members are there, as null. */
static bool text_row(const char *text, gsize length, gpointer data)
{
	g_string_append_len(data, text, (gssize)length);
	return true;
}

static void test_absent_is_null(void **state)
{
	static const char *const members[] = {"\"first_reply_at\":null",
	    "\"closed_at\":null", "\"next_reply\":null", "\"resolve\":null",
	    "\"overdue\":[]", "\"rules\":[]"};
	g_autoptr(GString) text = g_string_new(NULL);
	Fixture fixture;
	ControlRequest request = {
	    .command = "cases", .role = ROLE_READER, .user = "ea"};

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(
	    fixture.store.cases, fixture_case(1, "care", "No line"));
	assert_true(
	    control_dispatch(fixture.control, &request, text_row, text, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
		if (strstr(text->str, members[i]) == NULL) {
			fail_msg("no %s in %s", members[i], text->str);
		}
	}
	fixture_end(&fixture);
}

static void test_sensitive(void **state)
{
	Fixture fixture;
	Case *kase;

	(void)state;
	fixture_begin(&fixture);
	kase = fixture_case(1, "care", "Threat");
	kase->sensitive = true;
	kase->closed_because = g_strdup("she withdrew it");
	kase->pause_because = g_strdup("she is in hospital");
	g_ptr_array_add(fixture.store.cases, kase);
	for (Role role = ROLE_READER; role <= ROLE_ADMINISTRATOR; role++) {
		int code;
		g_autoptr(GPtrArray) rows =
		    ask(&fixture, role, "show", "{\"case\":\"1\"}", &code);
		const JsonValue *row = row_at(rows, 0);
		const JsonValue *event = json_at(json_get(row, "timeline"), 0);
		bool sees = role > ROLE_READER;

		assert_true((json_get(row, "subject") != NULL) == sees);
		assert_true((json_get(row, "excerpt") != NULL) == sees);
		assert_true((json_get(row, "closed_because") != NULL) == sees);
		assert_true((json_get(row, "paused_because") != NULL) == sees);
		assert_true((json_get(event, "detail") != NULL) == sees);
		assert_string_equal(json_get_string(event, "what"), "note");
	}
	fixture_end(&fixture);
}

static void test_search_tells_readers_nothing(void **state)
{
	static const struct {
		Role role;
		const char *words;
		guint rows;
	} table[] = {
	    {ROLE_ASSISTANT, "threat", 1},
	    {ROLE_READER, "threat", 0},
	    {ROLE_READER, "anna", 1},
	    {ROLE_READER, "ar-1", 1},
	};
	Fixture fixture;
	Case *kase;

	(void)state;
	fixture_begin(&fixture);
	kase = fixture_case(1, "care", "Threat");
	kase->sensitive = true;
	g_ptr_array_add(fixture.store.cases, kase);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		int code;
		g_autofree char *args =
		    g_strdup_printf("{\"search\":\"%s\"}", table[i].words);
		g_autoptr(GPtrArray) rows =
		    ask(&fixture, table[i].role, "cases", args, &code);

		assert_int_equal(rows->len, table[i].rows);
		assert_int_equal(code, table[i].rows > 0 ? -1 : ERROR_NO);
	}
	fixture_end(&fixture);
}

static gint64 count(const JsonValue *team, const char *name)
{
	return json_get_int(team, name, -1);
}

static void add_status_cases(Fixture *fixture)
{
	GPtrArray *cases = fixture->store.cases;
	Case *kase;

	g_ptr_array_add(cases, due_case(1, "care", NOW_S - 1)); /* overdue */
	g_ptr_array_add(cases, due_case(2, "care", NOW_S + HOUR_S)); /* soon */
	/* Monday 12:00: three open hours are left of four. */
	g_ptr_array_add(cases, due_case(3, "care", NOW_S + 50 * HOUR_S));
	/* Monday 10:00: one is left. */
	g_ptr_array_add(cases, due_case(4, "care", NOW_S + 48 * HOUR_S));
	kase = due_case(5, "care", NOW_S - 1);
	kase->mode = MODE_SHADOW;
	g_ptr_array_add(cases, kase);
	for (guint64 id = 6; id < 10; id++) {
		kase = fixture_case(id, "care", "Answered");
		kase->state = id == 9 ? CASE_CLOSED : CASE_ANSWERED;
		kase->first_reply_s = kase->received_s + (gint64)id * 100;
		fixture_add_clock(kase,
		    fixture_clock(METRIC_FIRST_REPLY,
			id == 6 ? CLOCK_MISSED : CLOCK_MET, NOW_S, HOUR_S));
		g_ptr_array_add(cases, kase);
	}
	g_ptr_array_add(cases, fixture_case(10, "gone", "Old team"));
}

static void test_status(void **state)
{
	static const struct {
		const char *name;
		gint64 count;
	} expected[] = {{"open", 4}, {"due_soon", 2}, {"overdue", 1},
	    {"paused", 0}, {"answered", 3}, {"closed", 1}};
	Fixture fixture;
	int code;
	g_autoptr(GPtrArray) rows = NULL;
	const JsonValue *teams, *first_reply;

	(void)state;
	fixture_begin(&fixture);
	add_status_cases(&fixture);
	rows = ask(&fixture, ROLE_READER, "status",
	    "{\"now\":\"2026-11-21T10:00:00Z\"}", &code);
	teams = json_get(row_at(rows, 0), "teams");
	assert_string_equal(
	    json_get_string(row_at(rows, 0), "at"), "2026-11-21T10:00:00Z");
	/* The configured ones in their order, then who is left. */
	assert_int_equal(json_length(teams), 3);
	for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
		assert_int_equal(count(json_at(teams, 0), expected[i].name),
		    expected[i].count);
	}
	first_reply = json_get(json_at(teams, 0), "first_reply");
	assert_int_equal(count(first_reply, "met"), 3);
	assert_int_equal(count(first_reply, "missed"), 1);
	assert_int_equal(count(first_reply, "median_s"), 750);
	assert_string_equal(
	    json_get_string(json_at(teams, 1), "team"), "office");
	assert_int_equal(count(json_at(teams, 1), "open"), 0);
	assert_null(
	    json_get(json_get(json_at(teams, 1), "first_reply"), "median_s"));
	assert_string_equal(json_get_string(json_at(teams, 2), "team"), "gone");
	fixture_end(&fixture);
}

/* How many overdue cases `status` says that the team care has. */
static gint64 overdue_of_care(Fixture *fixture, const char *args)
{
	int code;
	g_autoptr(GPtrArray) rows =
	    ask(fixture, ROLE_READER, "status", args, &code);

	return count(json_at(json_get(row_at(rows, 0), "teams"), 0), "overdue");
}

/* Counted anew when a case has changed, the time or the question is another
 * one, and only then. */
static void test_status_is_kept(void **state)
{
	static const char now[] = "{\"now\":\"2026-11-21T10:00:00Z\"}";
	static const char later[] = "{\"now\":\"2026-11-21T10:00:01Z\"}";
	static const char of_team[] =
	    "{\"team\":\"care\",\"now\":\"2026-11-21T10:00:00Z\"}";
	Fixture fixture;
	GPtrArray *cases;

	(void)state;
	fixture_begin(&fixture);
	cases = fixture.store.cases;
	g_ptr_array_set_size(cases, 0);
	fixture.store.facts_version = 1;
	g_ptr_array_add(cases, due_case(1, "care", NOW_S - 1));
	g_ptr_array_add(cases, due_case(2, "care", NOW_S));
	assert_int_equal(overdue_of_care(&fixture, now), 1);
	assert_int_equal(overdue_of_care(&fixture, later), 2);
	assert_int_equal(overdue_of_care(&fixture, now), 1);
	g_ptr_array_add(cases, due_case(3, "care", NOW_S - 2));
	assert_int_equal(overdue_of_care(&fixture, now), 1); /* it is kept */
	assert_int_equal(overdue_of_care(&fixture, of_team), 2);
	fixture.store.facts_version = 2;
	assert_int_equal(overdue_of_care(&fixture, now), 2);
	fixture_end(&fixture);
}

static void test_notices(void **state)
{
	Fixture fixture;
	int code;
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GPtrArray) taken = NULL;

	(void)state;
	fixture_begin(&fixture);
	rows = ask(&fixture, ROLE_READER, "notices", "{}", &code);
	assert_int_equal(code, -1);
	assert_int_equal(rows->len, 1);
	assert_string_equal(
	    json_get_string(row_at(rows, 0), "subject"), "(restricted)");
	assert_null(json_get(row_at(rows, 0), "from"));
	assert_null(json_get(row_at(rows, 0), "message_id"));
	assert_int_equal(json_get_int(row_at(rows, 0), "level", 0), 75);
	assert_string_equal(
	    json_get_string(row_at(rows, 0), "metric"), "first_reply");
	taken = ask(&fixture, ROLE_READER, "notices-take", "{}", &code);
	assert_int_equal(code, -1);
	assert_string_equal(json_get_string(row_at(taken, 0), "message_id"),
	    "<N-1.x@anteroom.invalid>");
	fixture_end(&fixture);
}

static void test_forecast(void **state)
{
	Fixture fixture;
	int code;
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GPtrArray) none = NULL;

	(void)state;
	fixture_begin(&fixture);
	rows = ask(&fixture, ROLE_READER, "forecast",
	    "{\"until\":\"2026-11-21T11:00:00Z\"}", &code);
	assert_int_equal(code, -1);
	assert_int_equal(rows->len, 1);
	assert_string_equal(
	    json_get_string(row_at(rows, 0), "at"), "2026-11-21T11:00:00Z");
	assert_string_equal(
	    json_get_string(row_at(rows, 0), "what"), "warning");
	assert_int_equal(json_get_int(row_at(rows, 0), "level", 0), 75);
	assert_null(json_get(row_at(rows, 0), "after_s"));
	none = ask(&fixture, ROLE_READER, "forecast",
	    "{\"until\":\"2026-11-21T10:59:59Z\"}", &code);
	assert_int_equal(code, ERROR_NO);
	assert_int_equal(none->len, 0);
	fixture_end(&fixture);
}

static void test_notice_ends(void **state)
{
	static const struct {
		const char *command, *args, *how;
		int code;
	} table[] = {
	    {"notice-sent", "{\"notice\":\"N-1\"}", "sent", -1},
	    {"notice-failed", "{\"notice\":\"N-1\",\"why\":\"451\"}", "failed",
		-1},
	    {"notice-failed",
		"{\"notice\":\"N-1\",\"why\":\"550\",\"final\":true}", "dead",
		-1},
	    {"notice-failed", "{\"notice\":\"N-1\"}", "dead", ERROR_USAGE},
	    {"notice-sent", "{\"notice\":\"x\"}", "dead", ERROR_USAGE},
	    {"notice-retry", "{\"notice\":\"N-1\"}", "dead", ERROR_DENIED},
	};
	g_autoptr(GPtrArray) waited = NULL, fresh = NULL;
	Fixture fixture;
	int code;

	(void)state;
	fixture_begin(&fixture);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GPtrArray) rows = ask(&fixture, ROLE_READER,
		    table[i].command, table[i].args, &code);

		assert_int_equal(code, table[i].code);
		assert_string_equal(fixture.store.ended, table[i].how);
	}
	/* Nothing is due: it waits, and gives nothing. */
	waited = ask(
	    &fixture, ROLE_READER, "notices-take", "{\"wait\":\"1s\"}", &code);
	assert_int_equal(code, -1);
	assert_int_equal(waited->len, 0);
	assert_true(fixture.store.waits > 0);
	/* Nobody else has it. */
	fresh = ask(
	    &fixture, ROLE_READER, "notices-take", "{\"fresh\":true}", &code);
	assert_int_equal(code, -1);
	assert_int_equal(fresh->len, 1);
	fixture_end(&fixture);
}

static void test_policy(void **state)
{
	static const struct {
		const char *args;
		const char *policy, *first_reply;
		guint steps;
	} table[] = {
	    /* Friday 15:00 to 17:00, Monday 09:00 to 11:00. */
	    {"{\"topic\":\"outage\",\"urgency\":\"high\",\"from\":"
	     "\"2026-11-20T15:00:00Z\"}",
		"high", "2026-11-23T11:00:00Z", 2},
	    {"{\"topic\":\"outage\",\"urgency\":\"low\",\"from\":"
	     "\"2026-11-20T15:00:00Z\"}",
		NULL, NULL, 0},
	    {"{\"case\":\"AR-1\"}", "high", "2026-11-23T13:00:00Z", 1},
	};
	Fixture fixture;

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(fixture.store.cases, due_case(1, "care", NOW_S));
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		int code;
		g_autoptr(GPtrArray) rows =
		    ask(&fixture, ROLE_READER, "policy", table[i].args, &code);
		const JsonValue *row = row_at(rows, 0);
		const JsonValue *steps = json_get(row, "steps");
		gint64 sum_s = 0;

		assert_int_equal(code, -1);
		assert_int_equal(
		    g_strcmp0(json_get_string(row, "policy"), table[i].policy),
		    0);
		assert_int_equal(g_strcmp0(json_get_string(json_get(row, "due"),
					       "first_reply"),
				     table[i].first_reply),
		    0);
		assert_int_equal(json_length(steps), table[i].steps);
		assert_int_equal(json_length(json_get(row, "tried")), 1);
		assert_int_equal(
		    json_get_bool(
			json_at(json_get(row, "tried"), 0), "fits", false),
		    table[i].policy != NULL);
		for (guint s = 0; s < json_length(steps); s++) {
			sum_s += json_get_int(json_at(steps, s), "open_s", 0);
		}
		assert_int_equal(sum_s, table[i].steps > 0 ? 4 * HOUR_S : 0);
	}
	fixture_end(&fixture);
}

static void test_acts(void **state)
{
	static const struct {
		const char *command, *args;
		ActKind kind;
		const char *word, *done;
	} table[] = {
	    {"route", "{\"case\":\"1\",\"team\":\"office\"}", ACT_ROUTE,
		"office", "routed to office (was care)"},
	    {"urgency", "{\"case\":\"1\",\"level\":\"low\"}", ACT_URGENCY,
		"low", "urgency "},
	    {"topic", "{\"case\":\"1\",\"topic\":\"other\"}", ACT_TOPIC,
		"other", "topic "},
	    {"note", "{\"case\":\"1\",\"text\":\"a\\nb\\u001b\"}", ACT_NOTE,
		"a b?", "noted"},
	    {"answered", "{\"case\":\"1\"}", ACT_ANSWERED, "", "open"},
	    {"close", "{\"case\":\"1\",\"reason\":\"spam\"}", ACT_CLOSE, "spam",
		"open"},
	    {"reopen", "{\"case\":\"1\"}", ACT_REOPEN, "", "open"},
	    {"pause", "{\"case\":\"1\",\"reason\":\"asked\",\"for\":\"2h\"}",
		ACT_PAUSE, "asked", "paused until"},
	    {"resume", "{\"case\":\"1\"}", ACT_RESUME, "", "open"},
	    {"merge", "{\"case\":\"1\",\"into\":\"AR-2\"}", ACT_MERGE, "",
		"AR-1 merged into it"},
	};
	Fixture fixture;

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(
	    fixture.store.cases, fixture_case(1, "care", "No line"));
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		int code;
		g_autoptr(GPtrArray) rows = ask(&fixture, ROLE_ASSISTANT,
		    table[i].command, table[i].args, &code);
		const char *done = json_get_string(row_at(rows, 0), "done");

		assert_int_equal(code, -1);
		assert_int_equal(fixture.store.act.kind, table[i].kind);
		assert_int_equal(fixture.store.act.id, 1);
		assert_string_equal(fixture.store.word, table[i].word);
		assert_string_equal(fixture.store.who, "ea");
		assert_true(g_str_has_prefix(done, table[i].done));
		assert_int_equal(fixture.store.act.for_s,
		    table[i].kind == ACT_PAUSE ? 2 * HOUR_S : 0);
		assert_int_equal(fixture.store.act.other,
		    table[i].kind == ACT_MERGE ? 2 : 0);
	}
	fixture_end(&fixture);
}

static bool guard_enter(
    gpointer data, const void *bytes, gsize n, gpointer *mark)
{
	guint *inside = data;

	assert_true(n > 0 && g_str_has_prefix(bytes, "From:"));
	(*inside)++;
	*mark = data;
	return true;
}

static void guard_leave(gpointer data, gpointer mark)
{
	guint *inside = data;

	assert_ptr_equal(mark, data);
	*inside += 10;
}

/* Each message is read with its digest where a next process finds it. */
static void test_guard(void **state)
{
	Fixture fixture;
	guint inside = 0;
	PoisonGuard guard = {guard_enter, guard_leave, &inside};
	int code;

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(
	    fixture.store.cases, fixture_case(1, "care", "No line"));
	control_guard(fixture.control, &guard);
	g_ptr_array_unref(ask(&fixture, ROLE_ASSISTANT, "take", "{}", &code));
	assert_int_equal(inside, 11);
	fixture_end(&fixture);
}

static void test_take(void **state)
{
	static const struct {
		const char *command, *args, *outcome, *recipients;
	} table[] = {
	    {"take", "{}", "new", "ceo@example.com"},
	    {"take", "{\"to\":[\"x@y.example\"]}", "unwatched", NULL},
	    {"take", "{\"to\":[\"x@y.example\",\"CEO@example.com\"]}", "new",
		"ceo@example.com x@y.example"},
	    {"replay", "{\"mailbox\":[\"m/1\"],\"desk\":\"ceo\"}", "new",
		"ceo@example.com"},
	};
	Fixture fixture;

	(void)state;
	fixture_begin(&fixture);
	g_ptr_array_add(
	    fixture.store.cases, fixture_case(1, "care", "No line"));
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		int code;
		g_autoptr(GPtrArray) rows = ask(&fixture, ROLE_ASSISTANT,
		    table[i].command, table[i].args, &code);
		const JsonValue *row = row_at(rows, 0);

		assert_string_equal(
		    json_get_string(row, "outcome"), table[i].outcome);
		if (table[i].recipients != NULL) {
			assert_string_equal(
			    fixture.store.recipients, table[i].recipients);
			assert_string_equal(
			    json_get_string(row, "case"), "AR-1");
			assert_int_equal(
			    fixture.store.arrival_s, NOW_S - 2 * HOUR_S);
		}
	}
	assert_int_equal(fixture.store.admitted, 3);
	fixture_end(&fixture);
}

static void test_export(void **state)
{
	Fixture fixture;
	int code;
	g_autoptr(GPtrArray) all = NULL;
	g_autoptr(GPtrArray) some = NULL;

	(void)state;
	fixture_begin(&fixture);
	for (guint64 id = 1; id <= 3; id++) {
		Case *kase = fixture_case(id, "care", "No line");

		kase->received_s = NOW_S + (gint64)id * HOUR_S;
		g_ptr_array_add(fixture.store.cases, kase);
	}
	all = ask(&fixture, ROLE_ASSISTANT, "export", "{}", &code);
	assert_int_equal(all->len, 3);
	assert_int_equal(json_length(json_get(row_at(all, 0), "timeline")), 1);
	some = ask(&fixture, ROLE_ASSISTANT, "export",
	    "{\"from\":\"2026-11-21T12:00:00Z\",\"to\":"
	    "\"2026-11-21T13:00:00Z\"}",
	    &code);
	assert_int_equal(some->len, 1);
	assert_string_equal(json_get_string(row_at(some, 0), "id"), "AR-2");
	fixture_end(&fixture);
}

static void test_fsck(void **state)
{
	Fixture fixture;
	int code;
	g_autoptr(GPtrArray) fine = NULL;
	g_autoptr(GPtrArray) wrong = NULL;

	(void)state;
	fixture_begin(&fixture);
	fine = ask(&fixture, ROLE_ADMINISTRATOR, "fsck", "{}", &code);
	assert_int_equal(code, -1);
	assert_int_equal(fine->len, 1);
	fixture.store.wrong = 2;
	wrong = ask(&fixture, ROLE_ADMINISTRATOR, "fsck", "{}", &code);
	assert_int_equal(code, ERROR_NO);
	assert_int_equal(wrong->len, 3);
	assert_non_null(json_get_string(row_at(wrong, 0), "wrong"));
	assert_int_equal(json_get_int(row_at(wrong, 2), "problems", 0), 2);
	fixture_end(&fixture);
}

/* Critical as it is, nothing is promised: the one policy is for high. */
static void row_promised(const JsonValue *promised)
{
	const JsonValue *tried = json_at(json_get(promised, "tried"), 0);

	assert_null(json_get(promised, "policy"));
	assert_int_equal(json_length(json_get(promised, "tried")), 1);
	assert_string_equal(json_get_string(tried, "policy"), "high");
	assert_false(json_get_bool(tried, "fits", true));
	assert_string_equal(json_get_string(tried, "lacks"), "urgency");
	assert_int_equal(json_length(json_get(tried, "wants")), 1);
	assert_string_equal(
	    json_as_string(json_at(json_get(tried, "wants"), 0)), "high");
}

static void test_explain(void **state)
{
	static const char text[] =
	    "From: Anna <anna@customer.example>\nTo: ceo@example.com\n"
	    "Subject: Help\nMessage-ID: <1@customer.example>\n\n"
	    "I have no line.\n";
	Fixture fixture;
	Delivery delivery = {
	    .bytes = text, .n_bytes = strlen(text), .now_s = NOW_S};
	Setup *setup;
	g_autoptr(Screening) screening = NULL;
	g_autofree char *json = NULL;
	g_autoptr(JsonValue) row = NULL;
	const JsonValue *rule;

	(void)state;
	fixture_begin(&fixture);
	setup = setup_slot_get(fixture.slot);
	screening = screening_new(setup, NULL, &delivery);
	setup_unref(setup);
	json = explain_json(
	    screening, &(Explain){.file = "m/1.eml", .why_not = "outage"});
	row = json_parse(json, strlen(json), NULL);
	assert_string_equal(json_get_string(row, "file"), "m/1.eml");
	assert_string_equal(
	    json_get_string(row, "message_id"), "1@customer.example");
	assert_string_equal(
	    json_get_string(row, "from"), "anna@customer.example");
	assert_string_equal(json_get_string(row, "kind"), "human");
	assert_string_equal(json_get_string(row, "topic"), "outage");
	assert_string_equal(json_get_string(row, "team"), "care");
	rule = json_at(json_get(row, "rules"), 0);
	assert_string_equal(json_get_string(rule, "name"), "outage-down");
	assert_string_equal(json_get_string(rule, "in"), "text");
	assert_string_equal(json_get_string(rule, "text"), "no line");
	assert_string_equal(
	    json_get_string(json_at(json_get(row, "topics"), 0), "name"),
	    "outage");
	assert_int_equal(
	    json_get_int(json_get(row, "why_not"), "points", 0), 50);
	assert_string_equal(
	    json_get_string(row, "team_because"), "the route of its topic");
	row_promised(json_get(row, "promised"));
	g_clear_pointer(&screening, screening_free);
	fixture_end(&fixture);
}

/* The steps of the urgency end at the urgency, whatever moved it. */
static void test_reckoning(void **state)
{
	static const struct {
		const char *text, *last;
		int urgency;
		guint steps;
	} table[] = {
	    {"Hello.", "a person wrote", 25, 1},
	    {"I have no line.", "rules of outage", 80, 2},
	    {"now now", "rules of haste: +90, which count up to 30", 55, 2},
	    {"I have no line now", "never above 100", 100, 4},
	    {"thanks", "never below 0", 0, 3},
	    {"thanks, a flood", "topic flood: at least high", 50, 4},
	};
	static const char rules[] =
	    "topic \"haste\" { title = \"Haste\" threshold = 1000"
	    " urgency-most = 30 }\n"
	    "rule \"haste\" { topic = \"haste\" points = 1 urgency = 90"
	    " in = {\"text\"} match = '\\bnow\\b' why = \"presses\" }\n"
	    "topic \"praise\" { title = \"Praise\" threshold = 1000 }\n"
	    "rule \"praise\" { topic = \"praise\" points = 1 urgency = -60"
	    " in = {\"text\"} match = '\\bthanks\\b' why = \"thanks\" }\n"
	    "topic \"flood\" { title = \"Flood\" urgency-floor = \"high\" }\n"
	    "rule \"flood\" { topic = \"flood\" points = 50"
	    " in = {\"text\"} match = '\\bflood\\b' why = \"flood\" }\n";
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *all = NULL;
	Fixture fixture;
	Setup *setup;

	(void)state;
	fixture_begin(&fixture);
	all = g_strconcat(fixture_rules, rules, NULL);
	fixture_write(fixture.folder, "t.rules", all);
	assert_true(setup_slot_reload(fixture.slot, problems));
	setup = setup_slot_get(fixture.slot);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = g_strdup_printf(
		    "From: a@customer.example\nTo: ceo@example.com\n\n%s\n",
		    table[i].text);
		Delivery delivery = {
		    .bytes = text, .n_bytes = strlen(text), .now_s = NOW_S};
		g_autoptr(Screening) screening =
		    screening_new(setup, NULL, &delivery);
		g_autofree char *json =
		    explain_json(screening, &(Explain){.file = "m"});
		g_autoptr(JsonValue) row = json_parse(json, strlen(json), NULL);
		const JsonValue *steps = json_get(row, "reckoning");
		const JsonValue *last = json_at(steps, json_length(steps) - 1);

		assert_int_equal(screening->plan->urgency, table[i].urgency);
		assert_int_equal(
		    json_get_int(last, "sum", -1), table[i].urgency);
		assert_string_equal(
		    json_get_string(last, "why"), table[i].last);
		assert_int_equal(json_length(steps), table[i].steps);
	}
	setup_unref(setup);
	fixture_end(&fixture);
}

static void test_control_role(void **state)
{
	Fixture fixture;
	Setup *setup;
	char *user = NULL;

	(void)state;
	fixture_begin(&fixture);
	setup = setup_slot_get(fixture.slot);
	assert_int_equal(
	    control_role(setup->conf, 0, 0, &user), ROLE_ADMINISTRATOR);
	assert_string_equal(user, "root");
	g_free(user);
	assert_int_equal(
	    control_role(setup->conf, 65534, 65534, &user), ROLE_ASSISTANT);
	assert_string_equal(user, "nobody");
	g_free(user);
	assert_int_equal(
	    control_role(setup->conf, 4000000001u, 1, &user), ROLE_NONE);
	assert_string_equal(user, "4000000001");
	g_free(user);
	setup_unref(setup);
	fixture_end(&fixture);
}

#define EVERYBODY 4000000002u

/* Stands before the C library's: a group of half a company. */
int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t n,
    struct group **found)
{
	(void)buffer;
	*found = NULL;
	if (n < 300000) {
		return ERANGE;
	}
	if (strcmp(name, "everybody") == 0) {
		entry->gr_gid = EVERYBODY;
		*found = entry;
	}
	return 0;
}

static void test_large_group(void **state)
{
	static const char *const everybody[] = {"@everybody", NULL};
	static const char *const missing[] = {"@missing", NULL};
	Conf conf = {.assistants = missing, .readers = everybody};
	char *user = NULL;

	(void)state;
	assert_int_equal(
	    control_role(&conf, 4000000001u, EVERYBODY, &user), ROLE_READER);
	g_free(user);
	assert_int_equal(control_role(&conf, 4000000001u, 1, &user), ROLE_NONE);
	g_free(user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_roles),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_case_json),
	    cmocka_unit_test(test_absent_is_null),
	    cmocka_unit_test(test_sensitive),
	    cmocka_unit_test(test_search_tells_readers_nothing),
	    cmocka_unit_test(test_status),
	    cmocka_unit_test(test_status_is_kept),
	    cmocka_unit_test(test_notices),
	    cmocka_unit_test(test_forecast),
	    cmocka_unit_test(test_notice_ends),
	    cmocka_unit_test(test_policy),
	    cmocka_unit_test(test_acts),
	    cmocka_unit_test(test_take),
	    cmocka_unit_test(test_guard),
	    cmocka_unit_test(test_export),
	    cmocka_unit_test(test_fsck),
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_reckoning),
	    cmocka_unit_test(test_control_role),
	    cmocka_unit_test(test_large_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
