/*
 * Reads messages where people keep them: mbox (with the quoting of "From "
 * undone, as mboxrd has it), Maildir, a folder of files, one file, standard
 * input. One message is in memory at a time, cut at its limit.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "cli/cli.h"

#define INPUT_BYTES (64 * 1024)
#define MBOX_MARK "From "

typedef struct {
	MailboxVisit visit;
	gpointer data;
	guint *unreadable;
} Walk;

/* A file read by lines. Invariant: start <= end <= INPUT_BYTES. */
typedef struct {
	int fd;
	gsize start, end;
	int error; /* errno of a read that failed */
	char bytes[INPUT_BYTES];
} Input;

/* The message that is being put together. */
typedef struct {
	const char *path;
	bool mbox;
	guint number; /* in the mbox, from 1 */
	GByteArray *bytes;
	bool truncated;
} Letter;

static bool fail(const char *path, int why, GError **error)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "%s: %s", path,
	    g_strerror(why));
	return false;
}

/* Reads more behind what is there; false at the end. */
static bool input_fill(Input *input)
{
	ssize_t n;

	if (input->start > 0) {
		memmove(input->bytes, input->bytes + input->start,
		    input->end - input->start);
		input->end -= input->start;
		input->start = 0;
	}
	do {
		n = read(input->fd, input->bytes + input->end,
		    INPUT_BYTES - input->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		input->error = errno;
	}
	input->end += n > 0 ? (gsize)n : 0;
	return n > 0;
}

/* The next line with its line feed, or a piece of one that is longer than the
 * buffer. 0 at the end. It lives until the next call. */
static gsize input_line(Input *input, const char **line)
{
	gsize seen = 0;
	gsize n;

	for (;;) {
		const char *from = input->bytes + input->start;
		gsize have = input->end - input->start;
		const char *feed =
		    have > seen ? memchr(from + seen, '\n', have - seen) : NULL;

		n = feed != NULL ? (gsize)(feed - from) + 1 : have;
		if (feed != NULL || have == INPUT_BYTES) {
			break;
		}
		seen = have;
		if (!input_fill(input)) {
			break;
		}
	}
	*line = input->bytes + input->start;
	input->start += n;
	return n;
}

static bool has_mark(const char *line, gsize n)
{
	return n >= strlen(MBOX_MARK) &&
	       memcmp(line, MBOX_MARK, strlen(MBOX_MARK)) == 0;
}

static bool input_is_mbox(Input *input)
{
	while (input->end < strlen(MBOX_MARK) && input_fill(input)) {
	}
	return has_mark(input->bytes, input->end);
}

static void letter_append(Letter *letter, const char *bytes, gsize n)
{
	gsize room = LIMIT_MESSAGE_BYTES - letter->bytes->len;

	if (n > room) {
		letter->truncated = true;
		n = room;
	}
	g_byte_array_append(letter->bytes, (const guint8 *)bytes, (guint)n);
}

/* The empty line before the next "From " is the mailbox's, not the
 * message's. */
static void drop_last_empty_line(GByteArray *bytes)
{
	static const char *const ends[] = {"\r\n\r\n", "\n\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
		guint n = (guint)strlen(ends[i]);

		if (bytes->len >= n &&
		    memcmp(bytes->data + bytes->len - n, ends[i], n) == 0) {
			g_byte_array_set_size(bytes, bytes->len - n / 2);
			return;
		}
	}
}

/* Gives what was put together to the visitor and begins anew. */
static bool hand_out(const Walk *walk, Letter *letter, GError **error)
{
	g_autofree char *name = NULL;
	MailboxMessage message = {
	    .file = letter->path, .truncated = letter->truncated};
	bool go_on;

	if (letter->mbox) {
		drop_last_empty_line(letter->bytes);
		name = g_strdup_printf("%s#%u", letter->path, letter->number);
		message.file = name;
	}
	message.bytes = letter->bytes->data;
	message.n_bytes = letter->bytes->len;
	go_on =
	    message.n_bytes == 0 || walk->visit(&message, walk->data, error);
	g_byte_array_set_size(letter->bytes, 0);
	letter->truncated = false;
	return go_on;
}

static bool is_empty_line(const char *line, gsize n)
{
	return (n == 1 && line[0] == '\n') ||
	       (n == 2 && line[0] == '\r' && line[1] == '\n');
}

/* ">From ", ">>From ": one ">" was added by the mailbox. */
static bool is_quoted_mark(const char *line, gsize n)
{
	gsize quotes = 0;

	while (quotes < n && line[quotes] == '>') {
		quotes++;
	}
	return quotes > 0 && has_mark(line + quotes, n - quotes);
}

static bool read_mbox(
    const Walk *walk, Input *input, Letter *letter, GError **error)
{
	bool after_empty = true; /* so is the beginning */
	bool begins = true;      /* of a line, not a further piece */
	const char *line;
	gsize n;

	while ((n = input_line(input, &line)) > 0) {
		if (begins && after_empty && has_mark(line, n)) {
			if (letter->number > 0 &&
			    !hand_out(walk, letter, error)) {
				return false;
			}
			letter->number++;
		} else if (begins && is_quoted_mark(line, n)) {
			letter_append(letter, line + 1, n - 1);
		} else {
			letter_append(letter, line, n);
		}
		after_empty = begins && is_empty_line(line, n);
		begins = line[n - 1] == '\n';
	}
	return hand_out(walk, letter, error);
}

static void read_whole(Input *input, Letter *letter)
{
	do {
		letter_append(letter, input->bytes + input->start,
		    input->end - input->start);
		input->start = input->end;
	} while (!letter->truncated && input_fill(input));
}

static bool read_fd(const Walk *walk, int fd, const char *path,
    bool may_be_mbox, GError **error)
{
	g_autofree Input *input = g_new(Input, 1);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	Letter letter = {.path = path, .bytes = bytes};
	bool read;

	input->fd = fd;
	input->start = input->end = 0;
	input->error = 0;
	letter.mbox = may_be_mbox && input_is_mbox(input);
	if (letter.mbox) {
		read = read_mbox(walk, input, &letter, error);
	} else {
		read_whole(input, &letter);
		read = input->error != 0 || hand_out(walk, &letter, error);
	}
	if (read && input->error != 0) {
		return fail(path, input->error, error);
	}
	return read;
}

/* Of a folder: FIFOs and devices could keep us waiting for ever. */
static int open_regular(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0) {
		fail(path, errno, error);
	} else if (!S_ISREG(status.st_mode)) {
		fail(path, EINVAL, error);
	} else {
		return fd;
	}
	if (fd >= 0) {
		close(fd);
	}
	return -1;
}

/* A path that was given: a pipe, too, if that is what is meant. */
static bool read_file(const Walk *walk, const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool read;

	if (fd < 0) {
		return fail(path, errno, error);
	}
	read = read_fd(walk, fd, path, true, error);
	close(fd);
	return read;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	g_autofree char *x = g_path_get_basename(*(char *const *)a);
	g_autofree char *y = g_path_get_basename(*(char *const *)b);

	return strcmp(x, y);
}

/* Adds the regular files of FOLDER but hidden ones. */
static bool add_files(GPtrArray *paths, const char *folder, GError **error)
{
	g_autoptr(GDir) files = NULL;
	const char *name;

	errno = 0;
	files = g_dir_open(folder, 0, NULL);
	if (files == NULL) {
		return fail(folder, errno, error);
	}
	while ((name = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (*name != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
			g_ptr_array_add(paths, g_steal_pointer(&path));
		}
	}
	return true;
}

/* The files of a Maildir (cur and new, by name, which begins with the time of
 * delivery), or of a folder as it is. */
static GPtrArray *folder_files(
    const char *folder, bool *maildir, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *cur = g_build_filename(folder, "cur", NULL);
	g_autofree char *new = g_build_filename(folder, "new", NULL);

	*maildir = g_file_test(cur, G_FILE_TEST_IS_DIR) &&
		   g_file_test(new, G_FILE_TEST_IS_DIR);
	if (*maildir
		? !add_files(paths, cur, error) || !add_files(paths, new, error)
		: !add_files(paths, folder, error)) {
		return NULL;
	}
	g_ptr_array_sort(paths, compare_names);
	return g_steal_pointer(&paths);
}

/* A folder's names may be anything, also what moves a terminal's cursor. */
static void say_unreadable(const char *path)
{
	g_autofree char *safe = text_one_line(path, strlen(path), PATH_MAX);

	fprintf(stderr, "anteroom: %s: can't be read\n", safe);
}

static bool read_folder(const Walk *walk, const char *folder, GError **error)
{
	bool maildir;
	g_autoptr(GPtrArray) paths = folder_files(folder, &maildir, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++) {
		int fd = open_regular(paths->pdata[i], NULL);
		bool read;

		if (fd < 0) {
			say_unreadable(paths->pdata[i]);
			(*walk->unreadable)++;
			continue;
		}
		read = read_fd(walk, fd, paths->pdata[i], !maildir, error);
		close(fd);
		if (!read) {
			return false;
		}
	}
	return paths != NULL;
}

/* All messages of PATH: an mbox, a Maildir, a folder of messages, a message, or
 * "-". What can't be read within a folder is said and counted in *UNREADABLE.
 * ERROR_USAGE when PATH itself can't. */
static bool mailbox_each(const char *path, MailboxVisit visit, gpointer data,
    guint *unreadable, GError **error)
{
	Walk walk = {.visit = visit, .data = data, .unreadable = unreadable};

	if (strcmp(path, "-") == 0) {
		return read_fd(&walk, STDIN_FILENO, path, true, error);
	}
	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		return read_folder(&walk, path, error);
	}
	return read_file(&walk, path, error);
}

/* ---- one message ---- */

typedef struct {
	GByteArray *bytes;
	bool truncated;
} Kept;

static bool keep(const MailboxMessage *message, gpointer data, GError **error)
{
	Kept *kept = data;

	(void)error;
	kept->bytes = g_byte_array_new();
	g_byte_array_append(
	    kept->bytes, message->bytes, (guint)message->n_bytes);
	kept->truncated = message->truncated;
	return true;
}

bool mailbox_all(const GPtrArray *paths, MailboxVisit visit, gpointer data,
    guint *unreadable, GError **error)
{
	for (guint i = 0; i < paths->len; i++) {
		if (!mailbox_each(
			paths->pdata[i], visit, data, unreadable, error)) {
			return false;
		}
	}
	return true;
}

bool mailbox_whole(
    const char *command, guint messages, guint unreadable, GError **error)
{
	if (unreadable > 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "%s: %u files could not be read", command, unreadable);
		return false;
	}
	if (messages == 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "%s: no message found", command);
		return false;
	}
	return true;
}

GByteArray *mailbox_stdin(bool *truncated, GError **error)
{
	Kept kept = {0};
	Walk walk = {.visit = keep, .data = &kept};

	if (!read_fd(&walk, STDIN_FILENO, "-", false, error)) {
		g_clear_pointer(&kept.bytes, g_byte_array_unref);
		return NULL;
	}
	*truncated = kept.truncated;
	return kept.bytes != NULL ? kept.bytes : g_byte_array_new();
}
