/*
 * A message while the mail server hands it over: envelope, header fields and
 * body exactly as they come, as far as limits let. One buffer a session serves
 * all its messages. Decides nothing but who is watched.
 */
#include "intake/internal.h"

#include <string.h>

#include "anteroom/limits.h"

/* A buffer that grew above this is given back after its message. */
#define BUFFER_STAYS_BYTES (256 * 1024)

/* What all sessions together may keep of messages; above it, each is cut at
 * CROWDED_BYTES: screened by its beginning, delivered whole. */
#define ALL_KEPT_BYTES (512ul * 1024 * 1024)
#define CROWDED_BYTES (1024 * 1024)

static const char forged_prefix[] = "X-Anteroom-";

void incoming_begin(
    Incoming *incoming, Intake *intake, const char *sender, const char *login)
{
	incoming_end(incoming);
	incoming->intake = intake;
	incoming->setup = setup_slot_get(intake->slot);
	incoming->sender = g_strdup(sender);
	incoming->login = g_strdup(login);
	if (incoming->recipients == NULL) {
		incoming->recipients = g_ptr_array_new_with_free_func(g_free);
	}
}

void incoming_recipient(Incoming *incoming, const char *recipient)
{
	bool first_watched =
	    !incoming->watched &&
	    conf_desk_of(incoming->setup->conf, recipient) != NULL;

	/* Whoever is too many is delivered to all the same; only the first
	 * that makes the message a watched one must not get lost here. */
	if (incoming->recipients->len < LIMIT_RECIPIENTS || first_watched) {
		g_ptr_array_add(incoming->recipients, g_strdup(recipient));
	}
	incoming->watched |= first_watched;
}

/* How many of N further bytes may be kept. */
static gsize room(const Incoming *incoming, gsize n)
{
	gsize limit = LIMIT_MESSAGE_BYTES;
	gsize have = incoming->bytes->len;

	if (atomic_load_explicit(&incoming->intake->kept_bytes,
		memory_order_relaxed) > ALL_KEPT_BYTES) {
		limit = CROWDED_BYTES;
	}
	return have >= limit ? 0 : MIN(n, limit - have);
}

static void keep(Incoming *incoming, const void *bytes, gsize n)
{
	if (incoming->bytes == NULL) {
		incoming->bytes = g_byte_array_sized_new(8192);
	}
	gsize fits = incoming->truncated ? 0 : room(incoming, n);

	incoming->truncated |= fits < n;
	if (fits == 0) {
		return;
	}
	g_byte_array_append(incoming->bytes, bytes, (guint)fits);
	incoming->kept += fits;
	atomic_fetch_add_explicit(
	    &incoming->intake->kept_bytes, fits, memory_order_relaxed);
}

static void count_forged(Incoming *incoming, const char *name)
{
	g_autofree char *key = g_ascii_strdown(name, -1);
	guint seen;

	if (++incoming->n_forged > LIMIT_FORGED) {
		return;
	}
	if (incoming->forged == NULL) {
		incoming->forged = g_hash_table_new_full(
		    g_str_hash, g_str_equal, g_free, NULL);
	}
	seen = GPOINTER_TO_UINT(g_hash_table_lookup(incoming->forged, key));
	g_hash_table_insert(incoming->forged, g_steal_pointer(&key),
	    GUINT_TO_POINTER(seen + 1));
}

void incoming_header(Incoming *incoming, const char *name, const char *value)
{
	if (g_ascii_strncasecmp(
		name, forged_prefix, sizeof forged_prefix - 1) == 0) {
		count_forged(incoming, name);
		return;
	}
	keep(incoming, name, strlen(name));
	/* A peer without "leading space" has eaten it. */
	if (*value != ' ' && *value != '\t' && *value != '\n') {
		keep(incoming, ": ", 2);
	} else {
		keep(incoming, ":", 1);
	}
	keep(incoming, value, strlen(value));
	keep(incoming, "\r\n", 2);
}

void incoming_complete(Incoming *incoming)
{
	if (!incoming->in_body) {
		incoming->in_body = true;
		keep(incoming, "\r\n", 2);
	}
}

void incoming_body(Incoming *incoming, const void *bytes, gsize n)
{
	incoming_complete(incoming);
	keep(incoming, bytes, n);
}

static void empty_buffer(Incoming *incoming)
{
	if (incoming->bytes == NULL) {
		return;
	}
	if (incoming->bytes->len > BUFFER_STAYS_BYTES) {
		g_clear_pointer(&incoming->bytes, g_byte_array_unref);
	} else {
		g_byte_array_set_size(incoming->bytes, 0);
	}
	atomic_fetch_sub_explicit(&incoming->intake->kept_bytes, incoming->kept,
	    memory_order_relaxed);
}

void incoming_end(Incoming *incoming)
{
	if (incoming->setup == NULL) {
		return;
	}
	if (incoming->in_flight) {
		intake_end(incoming->intake);
	}
	empty_buffer(incoming);
	g_ptr_array_set_size(incoming->recipients, 0);
	g_clear_pointer(&incoming->forged, g_hash_table_unref);
	g_free(incoming->sender);
	g_free(incoming->login);
	setup_unref(incoming->setup);
	*incoming = (Incoming){
	    .bytes = incoming->bytes,
	    .recipients = incoming->recipients,
	};
}

void incoming_clear(Incoming *incoming)
{
	incoming_end(incoming);
	g_clear_pointer(&incoming->bytes, g_byte_array_unref);
	g_clear_pointer(&incoming->recipients, g_ptr_array_unref);
}
