/*
 * The load driver: plays a mail server towards a milter over a unix socket, N
 * sessions at once, a thread each, and honours what the filter asked for (quiet
 * steps, skipped steps) as Postfix does. Counts, times, and on demand notes
 * the Message-ID of every message whose final answer was "accept".
 *
 * usage: bench_load -s /SOCKET [-c SESSIONS] [-n MESSAGES] [-r RECIPIENT]
 *                   [-p PER_CONNECTION] [-t SECONDS] [-i PREFIX] [-a FILE]
 *                   [-b BYTES | -m] [-w WORD]
 *
 * Bodies have BYTES, or with -m as many as mail of the kind has (letters.h).
 *
 * Prints one line: messages, accepted, later, lost (connection gone), seconds,
 * messages/s, and the latencies p50, p99, max in microseconds. Latency is from
 * MAIL to the final answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "letters.h"

#define OUT_BYTES (64 * 1024)
#define IN_BYTES (64 * 1024)

/* Of the milter protocol. */
enum {
	NO_HELO = 0x2,
	NR_HDR = 0x80,
	NR_CONN = 0x1000,
	NR_HELO = 0x2000,
	NR_MAIL = 0x4000,
	NR_RCPT = 0x8000,
	NR_DATA = 0x10000,
	NR_EOH = 0x40000,
	NR_BODY = 0x80000,
	ALL_ACTIONS = 0x1ff,
	ALL_STEPS = 0x1fffff,
};

#define BODIES 64 /* different ones */

typedef struct {
	const char *path, *recipient, *prefix, *word;
	unsigned long sessions, messages, per_connection, seconds, body_bytes;
	FILE *accepted;
	pthread_mutex_t accepted_lock;
	atomic_ulong next, n_accepted, n_later, n_lost;
	uint32_t *took_us; /* by message */
	atomic_ulong n_took;
	struct timespec until;
	bool mixed;
	struct {
		char *text;
		unsigned long bytes;
	} bodies[BODIES];
} Load;

typedef struct {
	Load *load;
	int fd;
	uint32_t steps;
	char out[OUT_BYTES];
	size_t n_out;
	char in[IN_BYTES];
	size_t n_in, at_in;
} Peer;

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool flush(Peer *peer)
{
	size_t done = 0;

	while (done < peer->n_out) {
		ssize_t n = send(peer->fd, peer->out + done, peer->n_out - done,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		done += (size_t)n;
	}
	peer->n_out = 0;
	return true;
}

static bool put(Peer *peer, char command, const void *data, size_t n)
{
	uint32_t length = htonl((uint32_t)n + 1);

	if (peer->n_out + n + 5 > OUT_BYTES && !flush(peer)) {
		return false;
	}
	if (n + 5 > OUT_BYTES) {
		return false;
	}
	memcpy(peer->out + peer->n_out, &length, 4);
	peer->out[peer->n_out + 4] = command;
	if (n > 0) {
		memcpy(peer->out + peer->n_out + 5, data, n);
	}
	peer->n_out += n + 5;
	return true;
}

static bool need(Peer *peer, size_t n)
{
	if (peer->at_in > 0) {
		memmove(
		    peer->in, peer->in + peer->at_in, peer->n_in - peer->at_in);
		peer->n_in -= peer->at_in;
		peer->at_in = 0;
	}
	while (peer->n_in < n) {
		ssize_t got = n > IN_BYTES
				  ? 0
				  : recv(peer->fd, peer->in + peer->n_in,
					IN_BYTES - peer->n_in, 0);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return false;
		}
		peer->n_in += (size_t)got;
	}
	return true;
}

/* The next packet; '\0' when the filter is gone. */
static char get(Peer *peer, const char **data, size_t *n)
{
	uint32_t length;

	if (!flush(peer) || !need(peer, 5)) {
		return '\0';
	}
	memcpy(&length, peer->in, 4);
	length = ntohl(length);
	if (length == 0 || !need(peer, 4 + (size_t)length)) {
		return '\0';
	}
	peer->at_in = 4 + (size_t)length;
	*data = peer->in + 5;
	*n = length - 1;
	return peer->in[4];
}

/* Sends a step; its answer, 'c' when it is quiet. */
static char step(
    Peer *peer, char command, const void *data, size_t n, uint32_t quiet)
{
	const char *ignored;
	size_t n_ignored;

	if (!put(peer, command, data, n)) {
		return '\0';
	}
	return (peer->steps & quiet) != 0 ? 'c'
					  : get(peer, &ignored, &n_ignored);
}

static bool negotiate(Peer *peer)
{
	uint32_t offer[3] = {htonl(6), htonl(ALL_ACTIONS), htonl(ALL_STEPS)};
	const char *data;
	size_t n;

	if (!put(peer, 'O', offer, sizeof offer) ||
	    get(peer, &data, &n) != 'O' || n < 12) {
		return false;
	}
	memcpy(&peer->steps, data + 8, 4);
	peer->steps = ntohl(peer->steps);
	return true;
}

static bool dial(Peer *peer)
{
	static const char macros[] = "C{daemon_name}\0MX\0{client_addr}\0"
				     "203.0.113.9";
	static const char client[] = "client.example.net\0"
				     "4\x20\x10"
				     "203.0.113.9";
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	peer->n_in = peer->at_in = peer->n_out = 0;
	peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strncpy(
	    address.sun_path, peer->load->path, sizeof address.sun_path - 1);
	if (peer->fd < 0 ||
	    connect(peer->fd, (struct sockaddr *)&address, sizeof address) <
		0 ||
	    !negotiate(peer) || !put(peer, 'D', macros, sizeof macros) ||
	    step(peer, 'C', client, sizeof client, NR_CONN) != 'c') {
		return false;
	}
	if ((peer->steps & NO_HELO) == 0) {
		return step(peer, 'H', "client", 7, NR_HELO) == 'c';
	}
	return true;
}

static void hang_up(Peer *peer)
{
	if (peer->fd >= 0) {
		if (put(peer, 'Q', NULL, 0)) {
			flush(peer);
		}
		close(peer->fd);
		peer->fd = -1;
	}
}

static bool header(Peer *peer, const char *name, const char *value)
{
	char field[1024];
	size_t n =
	    (size_t)snprintf(field, sizeof field, "%s%c%s", name, '\0', value);

	return n < sizeof field && step(peer, 'L', field, n + 1, NR_HDR) == 'c';
}

static bool envelope(Peer *peer, unsigned long number, char *answer)
{
	char line[512];
	size_t n;

	n = (size_t)snprintf(line, sizeof line,
	    "<customer%lu@customers.example>%cSIZE=4000", number % 100000,
	    '\0');
	if (step(peer, 'M', line, n + 1, NR_MAIL) != 'c') {
		return false;
	}
	n = (size_t)snprintf(line, sizeof line, "<%s>", peer->load->recipient);
	if (step(peer, 'R', line, n + 1, NR_RCPT) != 'c') {
		return false;
	}
	n = (size_t)snprintf(line, sizeof line, "Ti%c%lX", '\0', number);
	if (!put(peer, 'D', line, n + 1)) {
		return false;
	}
	*answer = step(peer, 'T', NULL, 0, NR_DATA);
	return *answer != '\0';
}

static bool content(Peer *peer, unsigned long number)
{
	const Load *load = peer->load;
	char value[256];

	snprintf(value, sizeof value,
	    " Customer %lu <customer%lu@customers.example>", number,
	    number % 100000);
	if (!header(peer, "From", value)) {
		return false;
	}
	snprintf(value, sizeof value, " <%s>", load->recipient);
	if (!header(peer, "To", value)) {
		return false;
	}
	snprintf(
	    value, sizeof value, " About order %lu %s", number, load->word);
	if (!header(peer, "Subject", value)) {
		return false;
	}
	snprintf(value, sizeof value, " <%s%lu@customers.example>",
	    load->prefix, number);
	if (!header(peer, "Message-ID", value) ||
	    !header(peer, "Date", " Sat, 21 Nov 2026 10:00:00 +0000") ||
	    !header(peer, "MIME-Version", " 1.0") ||
	    !header(peer, "Content-Type", " text/plain; charset=utf-8") ||
	    step(peer, 'N', NULL, 0, NR_EOH) != 'c') {
		return false;
	}
	/* No two bodies alike: equal text of one sender is one case. */
	snprintf(value, sizeof value, "Case number %s%lu.\r\n", load->prefix,
	    number);
	return step(peer, 'B', value, strlen(value), NR_BODY) == 'c' &&
	       (load->body_bytes == 0 ||
		   step(peer, 'B', load->bodies[number % BODIES].text,
		       load->bodies[number % BODIES].bytes, NR_BODY) == 'c');
}

/* The final answer to the end of the message. */
static char finish(Peer *peer)
{
	const char *data;
	size_t n;
	char answer;

	if (!put(peer, 'E', NULL, 0)) {
		return '\0';
	}
	do {
		answer = get(peer, &data, &n);
	} while (answer != '\0' && strchr("+-2ehimqbp", answer) != NULL);
	return answer == 'y' ? 't' : answer;
}

static void note(Load *load, unsigned long number)
{
	if (load->accepted == NULL) {
		return;
	}
	pthread_mutex_lock(&load->accepted_lock);
	fprintf(
	    load->accepted, "%s%lu@customers.example\n", load->prefix, number);
	fflush(load->accepted);
	pthread_mutex_unlock(&load->accepted_lock);
}

static bool one_message(Peer *peer, unsigned long number)
{
	Load *load = peer->load;
	uint64_t began = now_us();
	char answer = '\0';

	if (!envelope(peer, number, &answer)) {
		return false;
	}
	if (answer == 'c') {
		if (!content(peer, number)) {
			return false;
		}
		answer = finish(peer);
		if (answer == '\0') {
			return false;
		}
	}
	if (answer == 'a' || answer == 'c') {
		load->took_us[atomic_fetch_add(&load->n_took, 1)] =
		    (uint32_t)(now_us() - began);
		atomic_fetch_add(&load->n_accepted, 1);
		note(load, number);
	} else {
		atomic_fetch_add(&load->n_later, 1);
	}
	return put(peer, 'A', NULL, 0);
}

static bool time_is_up(const Load *load)
{
	struct timespec now;

	if (load->seconds == 0) {
		return false;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > load->until.tv_sec ||
	       (now.tv_sec == load->until.tv_sec &&
		   now.tv_nsec > load->until.tv_nsec);
}

static void *session(void *data)
{
	Load *load = data;
	Peer *peer = calloc(1, sizeof *peer);
	unsigned long here = 0, number;

	if (peer == NULL) {
		return NULL;
	}
	peer->load = load;
	peer->fd = -1;
	while (!time_is_up(load) &&
	       (number = atomic_fetch_add(&load->next, 1)) < load->messages) {
		if (peer->fd < 0 && !dial(peer)) {
			/* The filter is away: as when it was killed. */
			hang_up(peer);
			atomic_fetch_add(&load->n_lost, 1);
			usleep(2000);
			continue;
		}
		if (!one_message(peer, number)) {
			atomic_fetch_add(&load->n_lost, 1);
			close(peer->fd);
			peer->fd = -1;
			here = 0;
		} else if (++here >= load->per_connection) {
			hang_up(peer);
			here = 0;
		}
	}
	hang_up(peer);
	free(peer);
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(Load *load, double seconds)
{
	unsigned long n = atomic_load(&load->n_took);
	uint32_t p50 = 0, p99 = 0, max = 0;

	if (n > 0) {
		qsort(load->took_us, n, sizeof *load->took_us, by_size);
		p50 = load->took_us[n / 2];
		p99 = load->took_us[n * 99 / 100];
		max = load->took_us[n - 1];
	}
	printf("accepted=%lu later=%lu lost=%lu seconds=%.3f rate=%.0f "
	       "p50_us=%u p99_us=%u max_us=%u\n",
	    atomic_load(&load->n_accepted), atomic_load(&load->n_later),
	    atomic_load(&load->n_lost), seconds, (double)n / seconds, p50, p99,
	    max);
}

static bool make_bodies(Load *load)
{
	for (unsigned long i = 0; i < BODIES; i++) {
		unsigned long bytes =
		    load->mixed ? letter_bytes(i) : load->body_bytes;

		load->bodies[i].bytes = bytes;
		load->bodies[i].text = letter_body(i, bytes);
		if (load->bodies[i].text == NULL) {
			return false;
		}
	}
	return true;
}

static void free_bodies(Load *load)
{
	for (unsigned long i = 0; i < BODIES; i++) {
		free(load->bodies[i].text);
	}
}

static bool read_options(Load *load, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "s:c:n:r:p:t:i:a:b:mw:")) != -1) {
		unsigned long number =
		    strtoul(optarg == NULL ? "" : optarg, NULL, 10);

		switch (c) {
		case 's':
			load->path = optarg;
			break;
		case 'c':
			load->sessions = number;
			break;
		case 'n':
			load->messages = number;
			break;
		case 'r':
			load->recipient = optarg;
			break;
		case 'p':
			load->per_connection = number;
			break;
		case 't':
			load->seconds = number;
			break;
		case 'i':
			load->prefix = optarg;
			break;
		case 'b':
			load->body_bytes = number;
			break;
		case 'm':
			load->mixed = true;
			break;
		case 'w':
			load->word = optarg;
			break;
		case 'a':
			load->accepted = fopen(optarg, "a");
			break;
		default:
			return false;
		}
	}
	return load->path != NULL && load->sessions > 0 &&
	       load->sessions <= 1024 && load->messages > 0 &&
	       load->messages <= 10000000 && load->body_bytes < 60000;
}

int main(int argc, char **argv)
{
	Load load = {
	    .recipient = "ceo@example.com",
	    .prefix = "m",
	    .word = "",
	    .sessions = 16,
	    .messages = 10000,
	    .per_connection = 100,
	    .body_bytes = 2000,
	    .accepted_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	pthread_t threads[1024];
	uint64_t began;

	if (!read_options(&load, argc, argv)) {
		fprintf(stderr, "bench_load: see the head of its source\n");
		return 2;
	}
	load.took_us = calloc(load.messages, sizeof *load.took_us);
	if (!make_bodies(&load) || load.took_us == NULL) {
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &load.until);
	load.until.tv_sec += (time_t)load.seconds;
	began = now_us();
	for (unsigned long i = 0; i < load.sessions; i++) {
		if (pthread_create(&threads[i], NULL, session, &load) != 0) {
			return 1;
		}
	}
	for (unsigned long i = 0; i < load.sessions; i++) {
		pthread_join(threads[i], NULL);
	}
	report(&load, (double)(now_us() - began) / 1e6);
	if (load.accepted != NULL) {
		fclose(load.accepted);
	}
	free_bodies(&load);
	free(load.took_us);
	return 0;
}
