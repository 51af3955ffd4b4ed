/* The control socket: several requests a connection, hostile bytes, a reader
 * that doesn't read, and an orderly end. */
#include "control_fixture.h"

#include "control/stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "anteroom/log.h"

static int setup(void **state)
{
	Fixture *fixture = g_new0(Fixture, 1);

	fixture_begin(fixture);
	g_ptr_array_add(
	    fixture->store.cases, fixture_case(1, "care", "No line"));
	assert_true(control_listen(fixture->control, fixture->socket, NULL));
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	g_free(*state);
	return 0;
}

static int connect_raw(const Fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = 20};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	g_strlcpy(address.sun_path, fixture->socket, sizeof(address.sun_path));
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

static void send_raw(int fd, const void *bytes, gsize n)
{
	/* A peer that hung up already is fine. */
	if (send(fd, bytes, n, MSG_NOSIGNAL) < 0) {
		assert_true(errno == EPIPE || errno == ECONNRESET);
	}
}

/* All until the peer closes. */
static GString *receive_raw(int fd)
{
	GString *all = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		g_string_append_len(all, buffer, n);
	}
	assert_true(n == 0 || errno == ECONNRESET);
	close(fd);
	return all;
}

static GString *talk_raw(const Fixture *fixture, const void *bytes, gsize n)
{
	int fd = connect_raw(fixture);

	send_raw(fd, bytes, n);
	shutdown(fd, SHUT_WR);
	return receive_raw(fd);
}

static void assert_works(const Fixture *fixture)
{
	g_autoptr(ControlClient) client =
	    control_connect(fixture->socket, NULL);
	g_autoptr(GPtrArray) rows = fixture_rows();
	ControlRequest request = {.command = "cases"};
	bool broken;

	assert_non_null(client);
	assert_true(control_send(client, &request, NULL));
	assert_true(control_receive(client, fixture_row, rows, &broken, NULL));
	assert_int_equal(rows->len, 1);
}

static void test_many_requests(void **state)
{
	Fixture *fixture = *state;
	g_autoptr(ControlClient) client =
	    control_connect(fixture->socket, NULL);
	g_autoptr(JsonValue) bad = json_parse("{\"case\":\"99\"}", 13, NULL);
	g_autoptr(GPtrArray) rows = fixture_rows();
	ControlRequest good = {.command = "cases"};
	ControlRequest wrong = {.command = "show", .args = bad};

	for (int i = 0; i < 5; i++) {
		assert_true(control_send(client, &good, NULL));
		assert_true(control_send(client, &wrong, NULL));
	}
	for (int i = 0; i < 5; i++) {
		g_autoptr(GError) error = NULL;
		bool broken;

		assert_true(control_receive(
		    client, fixture_row, rows, &broken, &error));
		assert_false(control_receive(
		    client, fixture_row, rows, &broken, &error));
		assert_false(broken);
		assert_int_equal(error->code, ERROR_NO);
		assert_string_equal(error->message, "AR-99: no such case");
	}
	assert_int_equal(rows->len, 5);
}

static void test_message(void **state)
{
	Fixture *fixture = *state;
	g_autoptr(ControlClient) client =
	    control_connect(fixture->socket, NULL);
	g_autoptr(GPtrArray) rows = fixture_rows();
	g_autoptr(GString) message = g_string_new(
	    "From: a@b.example\nTo: ceo@example.com\n\n{\"end\":1}\n");
	ControlRequest request = {.command = "take"};
	bool broken;

	/* More than a socket's buffer; with line feeds and a NUL. */
	for (int i = 0; i < 100000; i++) {
		g_string_append(message, "no line at all\n");
	}
	g_string_append_len(message, "\0\n", 2);
	request.bytes = message->str;
	request.n_bytes = message->len;
	for (int i = 0; i < 3; i++) {
		assert_true(control_send(client, &request, NULL));
		assert_true(
		    control_receive(client, fixture_row, rows, &broken, NULL));
	}
	assert_int_equal(fixture->store.admitted, 3);
	assert_string_equal(json_get_string(rows->pdata[2], "outcome"), "new");
}

static void test_as(void **state)
{
	Fixture *fixture = *state;
	g_autoptr(ControlClient) client =
	    control_connect(fixture->socket, NULL);
	g_autoptr(JsonValue) args =
	    json_parse("{\"case\":\"1\",\"text\":\"x\"}", 23, NULL);
	g_autoptr(GPtrArray) rows = fixture_rows();
	ControlRequest request = {
	    .command = "note", .args = args, .user = "jane\n\033"};
	bool broken;

	assert_true(control_send(client, &request, NULL));
	assert_true(control_receive(client, fixture_row, rows, &broken, NULL));
	assert_string_equal(fixture->store.who, "jane ?");
}

static void test_hostile(void **state)
{
	static const struct {
		const char *bytes, *says;
	} table[] = {
	    {"\n", "usage"},
	    {"{}\n", "usage"},
	    {"[]\n", "usage"},
	    {"null\n", "usage"},
	    {"{\"v\":2,\"command\":\"cases\"}\n", "usage"},
	    {"{\"v\":1,\"command\":7}\n", "usage"},
	    {"{\"v\":1,\"command\":\"caes\"}\n", "did you mean"},
	    {"{\"v\":1,\"command\":\"check\"}\n", "denied"},
	    {"{\"v\":1,\"command\":\"cases\",\"args\":[]}\n", "done"},
	    {"{\"v\":1,\"command\":\"show\",\"args\":{\"case\":{}}}\n",
		"usage"},
	    {"{\"v\":1,\"command\":\"take\",\"bytes\":-1}\n", "usage"},
	    {"{\"v\":1,\"command\":\"take\",\"bytes\":99999999999999}\n",
		"usage"},
	    {"{\"v\":1,\"command\":\"take\",\"bytes\":1e300}\n", "usage"},
	    {"\xff\xfe\n", "not UTF-8"},
	    {"{\"v\":1,\"command\":\"\xf0\"}\n", "not UTF-8"},
	    /* Half a message, half a line: nothing is done, nothing said. */
	    {"{\"v\":1,\"command\":\"take\",\"bytes\":9}\nhalf", ""},
	    {"{\"v\":1,\"command\":\"cases\"}", ""},
	    {"", ""},
	};
	Fixture *fixture = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		GString *answer =
		    talk_raw(fixture, table[i].bytes, strlen(table[i].bytes));

		if (strstr(answer->str, table[i].says) == NULL ||
		    (*table[i].says == '\0') != (answer->len == 0)) {
			fail_msg("%s: %s", table[i].bytes, answer->str);
		}
		g_string_free(answer, TRUE);
	}
	assert_int_equal(fixture->store.admitted, 0);
	assert_works(fixture);
}

static void test_too_long(void **state)
{
	Fixture *fixture = *state;
	gsize n = LIMIT_REQUEST_BYTES * 3;
	g_autofree char *bytes = g_malloc(n);
	GString *answer;

	memset(bytes, '[', n);
	answer = talk_raw(fixture, bytes, n);
	assert_non_null(strstr(answer->str, "too long"));
	g_string_free(answer, TRUE);
	bytes[5000] = '\n';
	answer = talk_raw(fixture, bytes, 5001);
	assert_non_null(strstr(answer->str, "too deep"));
	g_string_free(answer, TRUE);
	assert_works(fixture);
}

/* Bytes of every kind, by a generator of fixed seed. */
static void test_noise(void **state)
{
	static const char *const pieces[] = {"{\"v\":1,",
	    "\"command\":", "\"cases\"", "\"take\"", "\"bytes\":", "3", "}\n",
	    "\n", "\"args\":", "{\"case\":\"1\"}", ",", "\\u0000", "[[[",
	    "\x80"};
	Fixture *fixture = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261121);

	for (int i = 0; i < 300; i++) {
		g_autoptr(GString) bytes = g_string_new(NULL);
		guint n = (guint)g_rand_int_range(rand, 1, 20);
		GString *answer;

		while (n-- > 0) {
			gsize k = (gsize)g_rand_int_range(
			    rand, 0, G_N_ELEMENTS(pieces) + 1);

			if (k < G_N_ELEMENTS(pieces)) {
				g_string_append(bytes, pieces[k]);
			} else {
				g_string_append_c(bytes,
				    (char)g_rand_int_range(rand, 0, 256));
			}
		}
		answer = talk_raw(fixture, bytes->str, bytes->len);
		assert_true(
		    answer->len == 0 || answer->str[answer->len - 1] == '\n');
		g_string_free(answer, TRUE);
	}
	assert_works(fixture);
}

static void test_slow_reader_blocks_nobody(void **state)
{
	static const char ask[] = "{\"v\":1,\"command\":\"export\"}\n";
	Fixture *fixture = *state;
	gint64 begin_us;
	int fd;

	for (guint64 id = 2; id < 3000; id++) {
		g_ptr_array_add(fixture->store.cases,
		    fixture_case(id, "office", "No line"));
	}
	fd = connect_raw(fixture);
	send_raw(fd, ask, strlen(ask));
	g_usleep(G_USEC_PER_SEC / 5);
	/* The other one sees one case of care's. */
	{
		g_autoptr(ControlClient) client =
		    control_connect(fixture->socket, NULL);
		g_autoptr(JsonValue) args =
		    json_parse("{\"team\":\"care\"}", 15, NULL);
		g_autoptr(GPtrArray) rows = fixture_rows();
		ControlRequest request = {.command = "cases", .args = args};
		bool broken;

		assert_true(control_send(client, &request, NULL));
		assert_true(
		    control_receive(client, fixture_row, rows, &broken, NULL));
		assert_int_equal(rows->len, 1);
	}
	/* And stopping waits for the silent one only so long. */
	begin_us = g_get_monotonic_time();
	control_stop(fixture->control);
	assert_true(g_get_monotonic_time() - begin_us < 10 * G_USEC_PER_SEC);
	close(fd);
}

static gpointer trickle(gpointer data)
{
	int fd = GPOINTER_TO_INT(data);

	while (send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
		g_usleep(G_USEC_PER_SEC / 10);
	}
	return NULL;
}

/* A byte now and then doesn't keep a place for ever. */
static void test_trickle_is_let_go(void **state)
{
	Stream *stream;
	GThread *thread;
	const char *line;
	gsize length;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	stream = stream_new(fds[0]);
	stream_patience(stream, 1);
	thread = g_thread_new("trickle", trickle, GINT_TO_POINTER(fds[1]));
	assert_int_equal(stream_line(stream, 1000, &line, &length), STREAM_END);
	stream_free(stream);
	g_thread_join(thread);
	close(fds[1]);
}

static void test_full(void **state)
{
	Fixture *fixture = *state;
	int fds[LIMIT_CONTROL_CLIENTS];
	GString *answer;

	for (int i = 0; i < LIMIT_CONTROL_CLIENTS; i++) {
		fds[i] = connect_raw(fixture);
	}
	answer = receive_raw(connect_raw(fixture));
	assert_non_null(strstr(answer->str, "too many clients"));
	assert_non_null(strstr(answer->str, "temporary"));
	g_string_free(answer, TRUE);
	for (int i = 0; i < LIMIT_CONTROL_CLIENTS; i++) {
		close(fds[i]);
	}
	for (int i = 0; i < 100; i++) {
		g_autoptr(ControlClient) client = NULL;
		g_autoptr(GPtrArray) rows = fixture_rows();
		ControlRequest request = {.command = "cases"};
		bool broken;

		client = control_connect(fixture->socket, NULL);
		if (control_send(client, &request, NULL) &&
		    control_receive(client, fixture_row, rows, &broken, NULL)) {
			return;
		}
		g_usleep(G_USEC_PER_SEC / 50);
	}
	fail_msg("the places of those who left are not free");
}

static void test_socket_file(void **state)
{
	Fixture *fixture = *state;
	g_autoptr(GError) error = NULL;
	Control *other = control_new(fixture->slot, &fixture->store);
	g_autofree char *file =
	    g_build_filename(fixture->folder, "t.conf", NULL);

	/* Somebody listens. */
	assert_false(control_listen(other, fixture->socket, &error));
	assert_int_equal(error->code, ERROR_TEMPORARY);
	g_clear_error(&error);
	/* Something else is there. */
	assert_false(control_listen(other, file, &error));
	assert_int_equal(error->code, ERROR_CONFIG);
	assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
	g_clear_error(&error);
	/* Nobody listens any more. */
	control_stop(fixture->control);
	assert_false(g_file_test(fixture->socket, G_FILE_TEST_EXISTS));
	assert_null(control_connect(fixture->socket, &error));
	assert_int_equal(error->code, ERROR_NO);
	/* A stale one, as a crash leaves it. */
	{
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		g_strlcpy(address.sun_path, fixture->socket,
		    sizeof(address.sun_path));
		assert_int_equal(
		    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		close(fd);
	}
	assert_true(control_listen(other, fixture->socket, NULL));
	assert_works(fixture);
	control_free(other);
}

static void test_stop_lets_idle_go(void **state)
{
	Fixture *fixture = *state;
	int fd = connect_raw(fixture);
	gint64 begin_us = g_get_monotonic_time();
	GString *answer;

	control_stop(fixture->control);
	assert_true(g_get_monotonic_time() - begin_us < 30 * G_USEC_PER_SEC);
	answer = receive_raw(fd);
	assert_int_equal(answer->len, 0);
	g_string_free(answer, TRUE);
}

static void test_stop_lets_work_finish(void **state)
{
	static const char ask[] = "{\"v\":1,\"command\":\"fsck\"}\n";
	Fixture *fixture = *state;
	int fd = connect_raw(fixture);
	GString *answer;

	fixture->store.fsck_us = G_USEC_PER_SEC / 2;
	send_raw(fd, ask, strlen(ask));
	g_usleep(G_USEC_PER_SEC / 5);
	control_stop(fixture->control);
	answer = receive_raw(fd);
	assert_non_null(strstr(answer->str, "\"done\""));
	g_string_free(answer, TRUE);
}

#define TOLD_BYTES 8192

/* In another user's process: what it is told. */
static void ask_as(
    const Fixture *fixture, guint uid, const char *ask, char *told)
{
	int ends[2];
	pid_t child;
	ssize_t n, all = 0;
	int status;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		/* Only async-signal-safe calls: threads are left behind. */
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		char buffer[8192];
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		strncpy(address.sun_path, fixture->socket,
		    sizeof(address.sun_path) - 1);
		if (setgid(uid) != 0 || setuid(uid) != 0 ||
		    connect(fd, (struct sockaddr *)&address, sizeof(address)) !=
			0) {
			_exit(1);
		}
		/* Who is refused may find it closed already. */
		n = send(fd, ask, strlen(ask), MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
		while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
			if (write(ends[1], buffer, (size_t)n) != n) {
				_exit(1);
			}
		}
		_exit(0);
	}
	close(ends[1]);
	while (
	    (n = read(ends[0], told + all, TOLD_BYTES - 1 - (size_t)all)) > 0) {
		all += n;
	}
	told[all] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static void test_peers(void **state)
{
	static const char ask[] =
	    "{\"v\":1,\"command\":\"cases\",\"as\":\"root\"}\n"
	    "{\"v\":1,\"command\":\"backup\",\"args\":{\"folder\":\"/x\"}}\n";
	Fixture *fixture = *state;
	char told[TOLD_BYTES];

	if (geteuid() != 0) {
		skip();
	}
	chmod(fixture->folder, 0711);
	/* An assistant by name: may look, may not back up. */
	ask_as(fixture, 65534, ask, told);
	assert_non_null(strstr(told, "\"AR-1\""));
	assert_non_null(strstr(told, "backup: you may not"));
	/* Nobody in particular. */
	ask_as(fixture, 54321, ask, told);
	assert_null(strstr(told, "AR-1"));
	assert_non_null(strstr(told, "denied"));
}

/* Only the web process's user may ask in a person's name, and then by that
 * person's rights. */
static void test_logins(void **state)
{
	static const char ask[] =
	    "{\"v\":1,\"command\":\"note\",\"args\":{\"case\":\"AR-1\","
	    "\"text\":\"x\"},\"login\":\"ann\"}\n"
	    "{\"v\":1,\"command\":\"note\",\"args\":{\"case\":\"AR-1\","
	    "\"text\":\"x\"},\"login\":\"rob\"}\n"
	    "{\"v\":1,\"command\":\"note\",\"args\":{\"case\":\"AR-1\","
	    "\"text\":\"x\"},\"login\":\"zoe\"}\n"
	    "{\"v\":1,\"command\":\"note\",\"args\":{\"case\":\"AR-1\","
	    "\"text\":\"x\"}}\n";
	Fixture *fixture = *state;
	g_autofree char *users =
	    g_build_filename(fixture->folder, "users", NULL);
	char told[TOLD_BYTES];

	if (geteuid() != 0) {
		skip();
	}
	assert_true(g_file_set_contents(
	    users, "ann:assistant:::\nrob:reader:::\n", -1, NULL));
	chmod(fixture->folder, 0711);
	/* "daemon", the web process's: as ann, as rob, as nobody, as itself. */
	ask_as(fixture, 1, ask, told);
	assert_non_null(strstr(told, "\"noted\""));
	assert_string_equal(
	    (const char *)g_atomic_pointer_get(&fixture->store.who), "ann");
	assert_non_null(strstr(told, "your role (reader) does not allow it"));
	assert_non_null(strstr(told, "there is no such user"));
	assert_non_null(strstr(told, "you may not (daemon"));
	/* "bin", a reader like others; and an assistant. */
	ask_as(fixture, 2, ask, told);
	assert_null(strstr(told, "\"noted\""));
	assert_non_null(strstr(told, "may not ask in a user's name"));
	ask_as(fixture, 65534, ask, told);
	assert_non_null(strstr(told, "may not ask in a user's name"));
	g_unlink(users);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_many_requests),
	    TEST(test_message),
	    TEST(test_as),
	    TEST(test_hostile),
	    TEST(test_too_long),
	    TEST(test_noise),
	    TEST(test_slow_reader_blocks_nobody),
	    TEST(test_trickle_is_let_go),
	    TEST(test_full),
	    TEST(test_socket_file),
	    TEST(test_stop_lets_idle_go),
	    TEST(test_stop_lets_work_finish),
	    TEST(test_peers),
	    TEST(test_logins),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
