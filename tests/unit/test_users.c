/* The file of users: what it may say, and how it is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "users/internal.h"

typedef struct {
	char *folder, *path;
} Place;

static int make_place(void **state)
{
	Place *place = g_new0(Place, 1);

	place->folder = g_dir_make_tmp("anteroom-users-XXXXXX", NULL);
	place->path = g_build_filename(place->folder, "users", NULL);
	*state = place;
	return 0;
}

static int drop_place(void **state)
{
	Place *place = *state;

	g_unlink(place->path);
	g_rmdir(place->folder);
	g_free(place->folder);
	g_free(place->path);
	g_free(place);
	return 0;
}

static UsersEdit *begin(const Place *place)
{
	GError *error = NULL;
	UsersEdit *edit = users_edit_begin(place->path, &error);

	assert_null(error);
	return edit;
}

#define assert_done(call)                         \
	do {                                      \
		g_autoptr(GError) problem = NULL; \
		bool done = call;                 \
		assert_null(problem);             \
		assert_true(done);                \
	} while (0)

static void test_damaged_files(void **state)
{
	static const struct {
		const char *text;
		const char *wrong; /* NULL: none */
	} rows[] = {
	    {"", NULL},
	    {"# nobody\n\n", NULL},
	    {"ann:reader:::\n", NULL},
	    {"ann:lead:care,media:$y$j9T$abc./:0123,4567\n", NULL},
	    {"ann:reader::\n", "f:1: the line has not five fields"},
	    {"# x\nann:reader::::\n", "f:2: the line has not five fields"},
	    {"ann:king:::\n", "f:1: the line has an unknown role"},
	    {":reader:::\n", "f:1: the line has no good name"},
	    {"-x:reader:::\n", "f:1: the line has no good name"},
	    {"a b:reader:::\n", "f:1: the line has no good name"},
	    {"ann:reader:::\nann:lead:::\n",
		"f:2: the line names a user again"},
	    {"ann:reader::secret!:\n",
		"f:1: the line has no hashes where they should be"},
	    {"ann:reader:::token.\n",
		"f:1: the line has no hashes where they should be"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Users) users = users_parse(rows[i].text, "f", &error);

		if (rows[i].wrong == NULL) {
			assert_non_null(users);
		} else {
			assert_null(users);
			assert_string_equal(error->message, rows[i].wrong);
		}
	}
}

static void test_text_and_back(void **state)
{
	static const char line[] =
	    "ann@example.com:lead:care,Außendienst:$y$x:aa,bb\n";
	g_autoptr(Users) users = users_parse(line, "f", NULL);
	g_autofree char *text = users_text(users);
	const User *user = users_find(users, "ann@example.com");

	(void)state;
	assert_non_null(strstr(text, line));
	assert_int_equal(user->role, USER_LEAD);
	assert_true(user_in_team(user, "Außendienst"));
	assert_false(user_in_team(user, "car"));
	assert_false(user_in_team(user, ""));
}

static void test_edits(void **state)
{
	const Place *place = *state;
	static const char *const teams[] = {"care", NULL};
	static const char *const bad[] = {"a:b", NULL};
	g_autoptr(UsersEdit) edit = begin(place);
	g_autoptr(GError) error = NULL;

	assert_done(users_edit_add(edit, "ann", USER_LEAD, &problem));
	assert_done(users_edit_teams(edit, "ann", teams, &problem));
	assert_false(users_edit_add(edit, "ann", USER_READER, &error));
	assert_int_equal(error->code, ERROR_NO);
	g_clear_error(&error);
	assert_false(users_edit_add(edit, "a:b", USER_READER, &error));
	assert_int_equal(error->code, ERROR_USAGE);
	g_clear_error(&error);
	assert_false(users_edit_teams(edit, "ann", bad, &error));
	assert_int_equal(error->code, ERROR_USAGE);
	g_clear_error(&error);
	assert_false(users_edit_role(edit, "bob", USER_READER, &error));
	assert_int_equal(error->code, ERROR_NO);
	g_clear_error(&error);
	assert_false(users_edit_password(edit, "ann", "short", &error));
	assert_int_equal(error->code, ERROR_USAGE);
	assert_done(users_edit_remove(edit, "ann", &problem));
	assert_int_equal(users_count(users_edit_users(edit)), 0);
}

static void test_password(void **state)
{
	const Place *place = *state;
	g_autoptr(UsersEdit) edit = begin(place);
	const Users *users = users_edit_users(edit);

	assert_done(users_edit_add(edit, "ann", USER_READER, &problem));
	assert_false(users_check_password(users, "ann", ""));
	assert_done(
	    users_edit_password(edit, "ann", "a long password", &problem));
	assert_true(
	    g_str_has_prefix(users_find(users, "ann")->password, "$y$"));
	assert_true(users_check_password(users, "ann", "a long password"));
	assert_false(users_check_password(users, "ann", "a long passwore"));
	assert_false(users_check_password(users, "bob", "a long password"));
	assert_false(users_check_password(users, "ann", ""));
}

static void test_tokens(void **state)
{
	const Place *place = *state;
	g_autoptr(UsersEdit) edit = begin(place);
	const Users *users = users_edit_users(edit);
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;
	g_autofree char *hash = NULL;

	assert_done(users_edit_add(edit, "ann", USER_READER, &problem));
	assert_done(users_edit_token(edit, "ann", &one, &problem));
	assert_done(users_edit_token(edit, "ann", &two, &problem));
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 46);
	assert_ptr_equal(users_by_token(users, one), users_find(users, "ann"));
	assert_ptr_equal(users_by_token(users, two), users_find(users, "ann"));
	hash = secret_hash(one);
	assert_null(users_by_token(users, hash));
	assert_null(users_by_token(users, ""));
	assert_done(users_edit_revoke(edit, "ann", &problem));
	assert_null(users_by_token(users, one));
	for (int i = 0; i < 10; i++) {
		g_autofree char *more = NULL;

		assert_done(users_edit_token(edit, "ann", &more, &problem));
	}
	g_free(g_steal_pointer(&one));
	assert_false(users_edit_token(edit, "ann", &one, NULL));
}

static void test_file_is_replaced(void **state)
{
	const Place *place = *state;
	g_autoptr(UsersFile) file = users_file_new();
	g_autoptr(Users) before = users_file_get(file, place->path);
	g_autoptr(Users) after = NULL;
	g_autoptr(Users) same = NULL;
	UsersEdit *edit = begin(place);
	struct stat status;

	assert_int_equal(users_count(before), 0);
	assert_done(users_edit_add(edit, "ann", USER_READER, &problem));
	assert_null(users_edit_begin(place->path, NULL)); /* locked */
	assert_done(users_edit_save(edit, &problem));
	users_edit_free(edit);
	assert_int_equal(g_stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	after = users_file_get(file, place->path);
	assert_int_equal(users_count(after), 1);
	same = users_file_get(file, place->path);
	assert_ptr_equal(after, same);
	assert_int_equal(users_count(before), 0);
}

static void test_damaged_file_changes_nothing(void **state)
{
	const Place *place = *state;
	g_autoptr(UsersFile) file = users_file_new();
	g_autoptr(Users) before = NULL;
	g_autoptr(Users) after = NULL;

	assert_true(
	    g_file_set_contents(place->path, "ann:assistant:::\n", -1, NULL));
	before = users_file_get(file, place->path);
	assert_true(g_file_set_contents(place->path, "ann:king\n", -1, NULL));
	after = users_file_get(file, place->path);
	assert_ptr_equal(before, after);
	assert_null(users_edit_begin(place->path, NULL));
}

/* Without a descriptor to spare; afterwards all is read. */
static void test_file_is_tried_again(void **state)
{
	const Place *place = *state;
	g_autoptr(UsersFile) file = users_file_new();
	g_autoptr(Users) before = NULL;
	g_autoptr(Users) without = NULL;
	g_autoptr(Users) after = NULL;
	struct rlimit limit, none;

	assert_true(
	    g_file_set_contents(place->path, "ann:lead:::\n", -1, NULL));
	before = users_file_get(file, place->path);
	assert_int_equal(users_count(before), 1);
	assert_true(g_file_set_contents(place->path, "# nobody\n", -1, NULL));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	without = users_file_get(file, place->path);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_ptr_equal(before, without);
	after = users_file_get(file, place->path);
	assert_int_equal(users_count(after), 0);
}

static void test_file_elsewhere(void **state)
{
	const Place *place = *state;
	g_autoptr(UsersFile) file = users_file_new();
	g_autofree char *other = g_strconcat(place->path, ".other", NULL);
	g_autoptr(Users) first = NULL;
	g_autoptr(Users) second = NULL;
	g_autoptr(Users) none = NULL;

	assert_true(
	    g_file_set_contents(place->path, "ann:lead:::\n", -1, NULL));
	assert_true(g_file_set_contents(other, "bob:lead:::\n", -1, NULL));
	first = users_file_get(file, place->path);
	second = users_file_get(file, other);
	g_unlink(other);
	none = users_file_get(file, other);
	assert_non_null(users_find(first, "ann"));
	assert_non_null(users_find(second, "bob"));
	assert_null(users_find(second, "ann"));
	assert_int_equal(users_count(none), 0);
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(secret_equal("", ""));
	assert_true(secret_equal("abc", "abc"));
	assert_false(secret_equal("abc", "abd"));
	assert_false(secret_equal("abc", "ab"));
	assert_false(secret_equal("", "a"));
}

int main(void)
{
#define PLACED(test) \
	cmocka_unit_test_setup_teardown(test, make_place, drop_place)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_damaged_files),
	    cmocka_unit_test(test_text_and_back),
	    PLACED(test_edits),
	    PLACED(test_password),
	    PLACED(test_tokens),
	    PLACED(test_file_is_replaced),
	    PLACED(test_damaged_file_changes_nothing),
	    PLACED(test_file_is_tried_again),
	    PLACED(test_file_elsewhere),
	    cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
