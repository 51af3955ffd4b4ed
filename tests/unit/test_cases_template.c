/* Acknowledgements: which replies stop nothing, and how a person overrules. */
#include "cases_fixture.h"

static int setup(void **state)
{
	message_init();
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

#define ONLY                                                            \
	"Dear Anna,\r\n\r\nwe have received your message and will get " \
	"back to you as soon as possible.\r\n\r\nRegards\r\nBob"
/* Its words alone don't tell. */
#define TEMPLATE                                                            \
	"Thank you for contacting us. Your concern is with our complaints " \
	"desk now, who will reply to you within 48 hours."
#define OTHER_DAY                                                           \
	"Thank you for contacting us! Your concern is with our complaints " \
	"desk now, who will reply to you within 24 hours."
#define AND_MORE TEMPLATE " The parcel was found in Leeds."

/* A case of its own for each N. */
static guint64 arrive(World *world, guint n)
{
	g_autofree char *from = g_strdup_printf("c%u@customer.example", n);
	g_autofree char *id = g_strdup_printf("m%u@x", n);
	g_autofree char *body = g_strdup_printf("It rings %u times a day.", n);
	Mail mail = {.from = from, .id = id, .body = body};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);

	return kase->id;
}

static gint64 reply_s; /* after the first hour */

static Case *reply(World *world, guint n, const char *team, const char *body,
    AnswerOutcome expected)
{
	static guint replies;
	g_autofree char *to = g_strdup_printf("c%u@customer.example", n);
	g_autofree char *refs = g_strdup_printf("<m%u@x>", n);
	g_autofree char *id = g_strdup_printf("r%u@example.com", ++replies);
	Mail mail = {.from = "bob@example.com",
	    .to = to,
	    .refs = refs,
	    .id = id,
	    .body = body,
	    .at_s = T0 + HOUR + reply_s};

	return world_answer(world, expected, team, &mail);
}

static void test_only(void **state)
{
	World *world = *state;
	guint64 id = arrive(world, 1);
	g_autoptr(Case) kase =
	    reply(world, 1, "care", ONLY, ANSWER_ACKNOWLEDGED);

	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->waiting_s, T0);
	assert_int_equal(kase->first_reply_s, 0);
	assert_int_equal(kase->acknowledged_s, T0 + HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + 16 * HOUR);
	assert_int_equal(world_events(world, id, "acknowledged"), 1);
	assert_int_equal(world_events(world, id, "reply"), 0);
	g_clear_pointer(&kase, case_free);
	/* The answer comes after it. */
	kase = reply(world, 1, "care", "The parcel is here.", ANSWER_STOPPED);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	/* Nobody waits: no harm in counting it. */
	case_free(reply(world, 1, "care", ONLY, ANSWER_RECORDED));
}

static void test_met_before(void **state)
{
	World *world = *state;

	for (guint n = 1; n <= 6; n++) {
		arrive(world, n);
	}
	/* Nobody can know. */
	case_free(reply(world, 1, "care", TEMPLATE, ANSWER_STOPPED));
	case_free(reply(world, 2, "care", OTHER_DAY, ANSWER_ACKNOWLEDGED));
	case_free(reply(world, 3, "care", TEMPLATE, ANSWER_ACKNOWLEDGED));
	/* Another team has templates of its own. */
	case_free(reply(world, 4, "media", TEMPLATE, ANSWER_STOPPED));
	/* With something new in it, it answers. */
	case_free(reply(world, 5, "care", AND_MORE, ANSWER_STOPPED));
	/* Twice in one case: the second tells that it is one, but by then it
	 * was sent to others. */
	case_free(reply(world, 3, "care", OTHER_DAY, ANSWER_ACKNOWLEDGED));
	world_reopen(world);
	case_free(reply(world, 6, "care", TEMPLATE, ANSWER_ACKNOWLEDGED));
}

/* What is said again and answers, isn't an acknowledgement. */
static void test_answers_again(void **state)
{
	static const char text[] =
	    "We have received your message. The line in your street is "
	    "repaired; "
	    "restart the router. This month is free of charge.";
	World *world = *state;

	for (guint n = 1; n <= 3; n++) {
		arrive(world, n);
		case_free(reply(world, n, "care", text, ANSWER_STOPPED));
	}
}

static Case *overrule(World *world, guint64 id, gint64 now_s, int *code)
{
	Act act = {.kind = ACT_ANSWERED,
	    .id = id,
	    .who = "eva",
	    .by_reply = true,
	    .now_s = now_s,
	    .conf = world->conf,
	    .sla = world->sla};
	g_autoptr(GError) error = NULL;
	Case *kase = NULL;

	*code = store_act(world->store, &act, &kase, &error) ? -1 : error->code;
	world_sound(world, kase);
	return kase;
}

static void test_overruled(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;
	guint64 id = arrive(world, 1);
	int code;

	assert_null(overrule(world, id, T0 + DAY, &code));
	assert_int_equal(code, ERROR_NO);
	case_free(reply(world, 1, "care", ONLY, ANSWER_ACKNOWLEDGED));
	kase = overrule(world, id, T0 + DAY, &code);
	assert_non_null(kase);
	/* In time: it counts as of when it was sent. */
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	assert_int_equal(kase->first_reply_s, T0 + HOUR);
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_string_equal(kase->replied_team, "care");
	assert_int_equal(world_events(world, id, "answered"), 1);
	/* And from now on it answers. */
	arrive(world, 2);
	case_free(reply(world, 2, "care", ONLY, ANSWER_STOPPED));
}

/* An acknowledgement before the message says nothing about it. */
static void test_overruled_too_late(void **state)
{
	World *world = *state;
	Mail more = {.from = "c1@customer.example",
	    .id = "m1b@x",
	    .refs = "<m1@x>",
	    .body = "Another thing: the bell.",
	    .at_s = T0 + 5 * HOUR};
	guint64 id = arrive(world, 1);
	int code;

	case_free(reply(world, 1, "care", ONLY, ANSWER_ACKNOWLEDGED));
	case_free(world_act(
	    world, ACT_ANSWERED, id, "by telephone", T0 + 4 * HOUR, 0, NULL));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	assert_null(overrule(world, id, T0 + DAY, &code));
	assert_int_equal(code, ERROR_NO);
}

/* A message after the acknowledgement waits on when that is overruled. */
static void test_overruled_in_between(void **state)
{
	World *world = *state;
	Mail more = {.from = "c1@customer.example",
	    .id = "m1b@x",
	    .refs = "<m1@x>",
	    .body = "Another thing: the bell.",
	    .at_s = T0 + 5 * HOUR};
	g_autoptr(Case) kase = NULL;
	guint64 id = arrive(world, 1);
	int code;

	case_free(reply(world, 1, "care", ONLY, ANSWER_ACKNOWLEDGED));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	kase = overrule(world, id, T0 + DAY, &code);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->waiting_s, T0 + 5 * HOUR);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING, T0 + 13 * HOUR);
}

/* One of 400 texts. Transfer full. */
static char *text_of(guint i)
{
	static const char *const nouns[] = {"parcels", "rings", "bells",
	    "doors", "lamps", "wires", "shoes", "trees", "boats", "spoons",
	    "chairs", "clocks", "stones", "gates", "hats", "walls", "roads",
	    "ships", "cups", "coats"};

	return g_strdup_printf("Thank you for contacting our %s %s "
			       "department, which will reply to you.",
	    nouns[i / 20 % 20], nouns[i % 20]);
}

/* Of many, those in use stay. */
static void test_bounded(void **state)
{
	World *world = *state;
	guint n = 0;

	world->unchecked = true;
	arrive(world, ++n);
	case_free(reply(world, n, "care", TEMPLATE, ANSWER_STOPPED));
	for (guint i = 1; i < 20; i++) {
		for (guint j = i + 1; j < 20 && n < 200; j++) {
			g_autofree char *text = text_of(20 * i + j);

			reply_s++;
			arrive(world, ++n);
			case_free(
			    reply(world, n, "care", text, ANSWER_STOPPED));
		}
		arrive(world, ++n);
		case_free(
		    reply(world, n, "care", TEMPLATE, ANSWER_ACKNOWLEDGED));
	}
	for (guint i = 0; i < 2; i++) {
		g_autofree char *first = text_of(22);

		arrive(world, ++n);
		case_free(reply(world, n, "care", first,
		    i ? ANSWER_ACKNOWLEDGED : ANSWER_STOPPED));
	}
	reply_s = 0;
	world->unchecked = false;
	world_sound(world, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_only),
	    TEST(test_met_before),
	    TEST(test_answers_again),
	    TEST(test_overruled),
	    TEST(test_overruled_too_late),
	    TEST(test_overruled_in_between),
	    TEST(test_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
