/* What the doctor reads and runs: the mail servers' settings, also hostile
 * ones; programs that don't end; who may reach a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
/* After those. */
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "anteroom/error.h"
#include "doctor/access.h"
#include "doctor/command.h"
#include "doctor/internal.h"
#include "doctor/patience.h"
#include "doctor/postconf.h"
#include "doctor/probe.h"
#include "doctor/sendmail_cf.h"

/* ---- postconf.c ---- */

static void test_milters(void **state)
{
	static const struct {
		const char *value, *endpoints, *actions; /* by "|" */
	} rows[] = {
	    {"", "", ""},
	    {" , ,\t\n", "", ""},
	    {"unix:a", "unix:a", "-"},
	    {"unix:a,inet:b:1 unix:c", "unix:a|inet:b:1|unix:c", "-|-|-"},
	    {"{ unix:a , default_action = accept }, unix:b", "unix:a|unix:b",
		"accept|-"},
	    {"{unix:a,connect_timeout=1s,default_action=reject}unix:b",
		"unix:a|unix:b", "reject|-"},
	    {"{inet:h:1, command_timeout = {5s}} x", "inet:h:1|x", "-|-"},
	    {"{", "", "-"},
	    {"{{{{", "{{{", "-"},
	    {"}} unix:a", "}}|unix:a", "-|-"},
	    {"{unix:a, default_action", "unix:a", "-"},
	    {"{unix:a, default_action=", "unix:a", ""},
	    {"{,,=,}", "", "-"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) milters = postconf_milters(rows[i].value);
		g_autoptr(GString) endpoints = g_string_new(NULL);
		g_autoptr(GString) actions = g_string_new(NULL);

		for (guint j = 0; j < milters->len; j++) {
			const PostfixMilter *milter = milters->pdata[j];

			g_string_append_printf(endpoints, "%s%s",
			    j > 0 ? "|" : "", milter->endpoint);
			g_string_append_printf(actions, "%s%s",
			    j > 0 ? "|" : "",
			    milter->action != NULL ? milter->action : "-");
		}
		assert_string_equal(endpoints->str, rows[i].endpoints);
		assert_string_equal(actions->str, rows[i].actions);
	}
}

static void test_milters_without_end(void **state)
{
	g_autofree char *open = g_strnfill(100000, '{');
	g_autofree char *many = g_strnfill(100000, ',');
	g_autoptr(GPtrArray) one = postconf_milters(open);
	g_autoptr(GPtrArray) most = NULL;

	(void)state;
	assert_int_equal(one->len, 1);
	for (gsize i = 0; i < 100000; i += 2) {
		many[i] = 'x';
	}
	most = postconf_milters(many);
	assert_int_equal(most->len, 100);
}

static void test_seconds(void **state)
{
	static const struct {
		const char *value;
		gint64 seconds;
	} rows[] = {{"30", 30}, {"30s", 30}, {"5m", 300}, {"2H", 7200},
	    {"1d", 86400}, {"1w", 604800}, {"", -1}, {"s", -1}, {"5x", -1},
	    {"5mm", -1}, {"-5", -1}, {"99999999999999999999d", -1}};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_int_equal(
		    postconf_seconds(rows[i].value), rows[i].seconds);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_true(postconf_has("bounce", "bounce"));
	assert_true(postconf_has("notify, bounce", "bounce"));
	assert_true(postconf_has(" a\tBounce ", "bounce"));
	assert_false(postconf_has("", "bounce"));
	assert_false(postconf_has("bounces,abounce", "bounce"));
}

static void test_services(void **state)
{
	g_autoptr(Postconf) conf = postconf_new();
	const PostfixService *smtp, *odd;

	(void)state;
	postconf_read_main(conf, "a = 1\nb=\n = 3\nnothing\nc = x = y\n");
	postconf_read_services(conf, "smtp inet n - y - - smtpd -o a=2\n"
				     "short line\n\n"
				     "in/side/x unix - n - - - pipe flags=F\n");
	postconf_read_own(conf,
	    "smtp/inet/a = 2\nsmtp/inet/d = \nin/side/x/unix/a = 7\n"
	    "none/inet/a = 9\n/a = 1\na = 1\n = \n/// = /\n");
	assert_int_equal(conf->services->len, 2);
	smtp = postconf_service(conf, "smtp", "inet");
	odd = postconf_service(conf, "in/side/x", "unix");
	assert_non_null(smtp);
	assert_non_null(odd);
	assert_null(postconf_service(conf, "smtp", "unix"));
	assert_string_equal(smtp->program, "smtpd");
	assert_string_equal(postconf_get(conf, NULL, "a"), "1");
	assert_string_equal(postconf_get(conf, smtp, "a"), "2");
	assert_string_equal(postconf_get(conf, odd, "a"), "7");
	assert_string_equal(postconf_get(conf, smtp, "b"), "");
	assert_string_equal(postconf_get(conf, smtp, "c"), "x = y");
	assert_string_equal(postconf_get(conf, smtp, "none"), "");
}

static void test_chroot(void **state)
{
	static const struct {
		const char *level;
		char column;
		bool chroots;
	} rows[] = {{"3.6", 'y', true}, {"3.6", 'n', false},
	    {"3.6", '-', false}, {"0", '-', true}, {"", '-', true},
	    {"1", '-', false}, {"0", 'n', false}};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Postconf) conf = postconf_new();
		g_autofree char *main_text = g_strdup_printf(
		    "compatibility_level = %s\n", rows[i].level);
		g_autofree char *services = g_strdup_printf(
		    "smtp inet n - %c - - smtpd\n", rows[i].column);

		postconf_read_main(conf, main_text);
		postconf_read_services(conf, services);
		assert_int_equal(
		    postconf_chroots(conf, conf->services->pdata[0]),
		    rows[i].chroots);
	}
}

/* ---- sendmail_cf.c ---- */

static void test_sendmail_cf(void **state)
{
	g_autoptr(SendmailCf) cf = sendmail_cf_parse(
	    "# Xnone, S=unix:/none\n"
	    "O DaemonPortOptions=Name=MTA, Port=smtp\n"
	    "O DaemonPortOptions=Name=MSA, Port=587, M=Ea, I=b\n"
	    "O InputMailFilters = a, b,none,a\n"
	    "O RunAsUser=mail:mail\n"
	    "O Nonsense\nO =\nO\nX\nXa\n"
	    "Xb, S=unix:/run/b, F=T, T=C:1m;S:30s;R:9;E:2h\n");
	g_autoptr(GPtrArray) asked = sendmail_cf_asked(cf, cf->list);
	const SendmailDaemon *msa = cf->daemons->pdata[1];
	const SendmailFilter *b = cf->filters->pdata[cf->filters->len - 1];

	(void)state;
	assert_int_equal(cf->daemons->len, 2);
	assert_string_equal(msa->name, "MSA");
	assert_string_equal(msa->port, "587");
	assert_string_equal(msa->filters, "b");
	assert_string_equal(cf->run_as, "mail:mail");
	assert_string_equal(b->name, "b");
	assert_string_equal(b->socket, "unix:/run/b");
	assert_string_equal(b->flags, "T");
	assert_int_equal(sendmail_seconds(b->times, 'C'), 60);
	assert_int_equal(sendmail_seconds(b->times, 'R'), 9);
	assert_int_equal(sendmail_seconds(b->times, 'E'), 7200);
	assert_int_equal(sendmail_seconds(b->times, 'X'), -1);
	assert_int_equal(sendmail_seconds("S:;R:x", 'R'), -1);
	/* In the order of the list; what isn't defined is no filter. */
	assert_int_equal(asked->len, 3);
	assert_ptr_equal(asked->pdata[1], b);
}

/* ---- any bytes ---- */

static void test_random_settings(void **state)
{
	static const char alphabet[] = "{}=,;:/ \t\nXOSFTab-y\x80\xff";
	GRand *random = g_rand_new_with_seed(1);

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char text[200];
		gsize n = (gsize)g_rand_int_range(random, 0, sizeof text);
		g_autoptr(Postconf) conf = postconf_new();
		g_autoptr(SendmailCf) cf = NULL;
		g_autoptr(GPtrArray) milters = NULL;
		g_autoptr(GPtrArray) asked = NULL;

		for (gsize i = 0; i < n; i++) {
			text[i] = alphabet[g_rand_int_range(
			    random, 0, sizeof alphabet - 1)];
		}
		text[MIN(n, sizeof text - 1)] = '\0';
		postconf_read_main(conf, text);
		postconf_read_services(conf, text);
		postconf_read_own(conf, text);
		milters = postconf_milters(text);
		cf = sendmail_cf_parse(text);
		asked = sendmail_cf_asked(cf, text);
		assert_true(milters->len <= n && asked->len <= n &&
			    conf->services->len <= n);
	}
	g_rand_free(random);
}

/* ---- command.c ---- */

static void expect_failure(const char *script, const char *why)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	g_autoptr(GError) error = NULL;
	g_autofree char *text = command_run(argv, &error);

	assert_null(text);
	assert_non_null(error);
	assert_non_null(strstr(error->message, why));
}

static void test_command(void **state)
{
	/* Not a shell: the argument stays one word. */
	const char *const argv[] = {
	    "/bin/echo", "$HOME; true `id`", "\xff", NULL};
	const char *const input[] = {"/bin/cat", NULL};
	const char *const none[] = {"/nonexistent/x", NULL};
	g_autofree char *text = command_run(argv, NULL);
	g_autofree char *empty = command_run(input, NULL);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_string_equal(text, "$HOME; true `id` \xef\xbf\xbd\n");
	assert_string_equal(empty, "");
	assert_null(command_run(none, &error));
	assert_non_null(error);
	expect_failure("echo it broke >&2; exit 3", "it broke");
	expect_failure("kill -9 $$", "failed");
	expect_failure("exec yes", "says too much");
	expect_failure("exec yes >&2", "says too much");
}

/* Also what it has started, and what no longer says anything. */
static void test_command_that_stays(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("anteroom-XXXXXX", NULL);
	g_autofree char *pid = g_build_filename(folder, "pid", NULL);
	g_autofree char *script = g_strdup_printf(
	    "sleep 300 & echo $! >%s; exec sleep 300 >&- 2>&-", pid);
	g_autofree char *number = NULL;

	(void)state;
	expect_failure(script, "takes too long");
	assert_true(g_file_get_contents(pid, &number, NULL, NULL));
	for (int i = 0; i < 500; i++) {
		g_autofree char *stat_path = g_strdup_printf(
		    "/proc/%d/stat", (int)strtol(number, NULL, 10));
		g_autofree char *stat_text = NULL;

		/* Gone, or a zombie that init hasn't met yet. */
		if (!g_file_get_contents(stat_path, &stat_text, NULL, NULL) ||
		    strstr(stat_text, ") Z") != NULL) {
			g_unlink(pid);
			g_rmdir(folder);
			return;
		}
		g_usleep(10000);
	}
	fail_msg("process %s still runs", number);
}

/* ---- patience.c ---- */

typedef struct {
	GMutex lock; /* held: the work doesn't end */
	gint freed, worked;
} Task;

static void wait_for_lock(gpointer data)
{
	Task *task = data;

	g_mutex_lock(&task->lock);
	g_atomic_int_inc(&task->worked);
	g_mutex_unlock(&task->lock);
}

static void mark_freed(gpointer data)
{
	g_atomic_int_inc(&((Task *)data)->freed);
}

static void test_patience(void **state)
{
	Task task = {0};

	(void)state;
	g_mutex_init(&task.lock);
	assert_true(patience_do(wait_for_lock, &task, mark_freed, 60));
	assert_int_equal(g_atomic_int_get(&task.worked), 1);
	assert_int_equal(g_atomic_int_get(&task.freed), 0);
	g_mutex_lock(&task.lock);
	assert_false(patience_do(wait_for_lock, &task, mark_freed, 1));
	assert_int_equal(g_atomic_int_get(&task.freed), 0);
	g_mutex_unlock(&task.lock);
	while (g_atomic_int_get(&task.freed) == 0) {
		g_usleep(1000);
	}
	assert_int_equal(g_atomic_int_get(&task.worked), 2);
	g_mutex_clear(&task.lock);
}

/* ---- access.c, probe.c ---- */

static void bind_socket(int fd, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
}

static void test_access(void **state)
{
	static const struct {
		mode_t folder, socket;
		bool owner, member, stranger;
	} rows[] = {
	    {0755, 0666, true, true, true}, {0755, 0660, true, true, false},
	    {0755, 0600, true, false, false}, {0750, 0666, true, true, false},
	    {0700, 0666, true, false, false},
	    {0055, 0666, false, true,
		true}, /* the owner's class alone counts */
	    {0705, 0606, true, false, true}, /* and so does the group's */
	};
	g_autofree char *folder = g_dir_make_tmp("anteroom-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "s", NULL);
	Account owner = {.name = "o", .uid = 4001};
	Account member = {
	    .name = "m", .uid = 4002, .groups = {1, 4003}, .n_groups = 2};
	Account stranger = account_stranger();
	Account root = {.name = "root"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	bind_socket(fd, path);
	if (geteuid() != 0) {
		/* Ours then are the files, and the group. */
		owner.uid = geteuid();
		member.groups[1] = getegid();
	} else {
		assert_int_equal(chown(folder, 4001, 4003), 0);
		assert_int_equal(chown(path, 4001, 4003), 0);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Account *accounts[] = {&owner, &member, &stranger, &root};
		const bool expected[] = {
		    rows[i].owner, rows[i].member, rows[i].stranger, true};

		assert_int_equal(g_chmod(folder, 0700), 0);
		assert_int_equal(g_chmod(path, (int)rows[i].socket), 0);
		assert_int_equal(g_chmod(folder, (int)rows[i].folder), 0);
		for (gsize j = 0; j < G_N_ELEMENTS(accounts); j++) {
			g_auto(Lack) lack = {0};

			if (geteuid() != 0 && (rows[i].folder & 0100) == 0) {
				continue; /* we can't look ourselves */
			}
			assert_int_equal(access_reaches(accounts[j],
					     g_get_tmp_dir(), path, &lack),
			    expected[j]);
			assert_int_equal(lack.found == NULL, expected[j]);
			assert_int_equal(lack.mend == NULL, expected[j]);
		}
	}
	close(fd);
	g_chmod(folder, 0700);
	g_unlink(path);
	g_rmdir(folder);
}

/* Folders above where he is already don't count: a chroot. */
static void test_access_from_within(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("anteroom-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "s", NULL);
	Account stranger = account_stranger();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	g_auto(Lack) lack = {0};

	(void)state;
	bind_socket(fd, path);
	g_chmod(path, 0666);
	assert_false(access_reaches(&stranger, "/", path, &lack));
	assert_non_null(strstr(lack.found, folder));
	assert_true(access_reaches(&stranger, folder, path, &lack));
	close(fd);
	g_unlink(path);
	g_rmdir(folder);
}

static void test_probe_unix(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("anteroom-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "s", NULL);
	g_autofree char *long_path = g_strnfill(200, 'x');
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool denied;
	char *why;

	(void)state;
	why = probe_unix(path, &denied);
	assert_string_equal(why, "it isn't there");
	g_free(why);
	bind_socket(fd, path);
	why = probe_unix(path, &denied);
	assert_string_equal(why, "nobody listens");
	g_free(why);
	listen(fd, 0);
	assert_null(probe_unix(path, &denied));
	/* Its queue is full, and nobody accepts: not waited for. */
	why = probe_unix(path, &denied);
	assert_string_equal(why, "it takes no connections");
	g_free(why);
	why = probe_unix(long_path, &denied);
	assert_non_null(why);
	g_free(why);
	assert_false(denied);
	close(fd);
	g_unlink(path);
	g_rmdir(folder);
}

static void test_loopback(void **state)
{
	(void)state;
	assert_true(probe_is_loopback("127.0.0.1"));
	assert_true(probe_is_loopback("[::1]"));
	assert_true(probe_is_loopback("LocalHost"));
	assert_false(probe_is_loopback("0.0.0.0"));
	assert_false(probe_is_loopback("[::]"));
	assert_false(probe_is_loopback("127"));
	assert_false(probe_is_loopback(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_milters),
	    cmocka_unit_test(test_milters_without_end),
	    cmocka_unit_test(test_seconds),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_services),
	    cmocka_unit_test(test_chroot),
	    cmocka_unit_test(test_sendmail_cf),
	    cmocka_unit_test(test_random_settings),
	    cmocka_unit_test(test_command),
	    cmocka_unit_test(test_command_that_stays),
	    cmocka_unit_test(test_patience),
	    cmocka_unit_test(test_access),
	    cmocka_unit_test(test_access_from_within),
	    cmocka_unit_test(test_probe_unix),
	    cmocka_unit_test(test_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
