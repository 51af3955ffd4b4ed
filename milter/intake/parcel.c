/*
 * A message while the mail server hands it over: envelope, header fields and
 * body exactly as they come, as far as limits let. One buffer a session serves
 * all its messages. Decides nothing but who is watched.
 */
#include "intake/internal.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/replies.h"

/* A buffer that grew above this is given back after its message. */
#define BUFFER_STAYS_BYTES (256 * 1024)

/* What all sessions together may keep of messages; above it, each is cut at
 * CROWDED_BYTES: screened by its beginning, delivered whole. */
#define ALL_KEPT_BYTES (512ul * 1024 * 1024)
#define CROWDED_BYTES (1024 * 1024)

static const char forged_prefix[] = "X-Anteroom-";
/* Taken off like the others; but if its mark is ours, it is our own mail. */
static const char notice_field[] = "X-Anteroom-Notice";

void parcel_begin(
    Parcel *parcel, Intake *intake, const char *sender, const char *login)
{
	parcel_end(parcel);
	parcel->intake = intake;
	parcel->setup = setup_slot_get(intake->slot);
	parcel->sender = g_strdup(sender);
	parcel->from_nobody = sender_is_nobody(sender);
	parcel->login = g_strdup(login);
	if (parcel->recipients == NULL) {
		parcel->recipients = g_ptr_array_new_with_free_func(g_free);
	}
}

void parcel_recipient(Parcel *parcel, const char *recipient)
{
	bool first_watched =
	    !parcel->watched &&
	    conf_desk_of(parcel->setup->conf, recipient) != NULL;

	/* Whoever is too many is delivered to all the same; only the first
	 * that makes the message a watched one must not get lost here. */
	if (parcel->recipients->len < LIMIT_RECIPIENTS || first_watched) {
		g_ptr_array_add(parcel->recipients, g_strdup(recipient));
	}
	parcel->watched |= first_watched;
	if (parcel->from_nobody && !parcel->returns) {
		parcel->returns =
		    reply_returns_to(parcel->setup->conf, recipient);
	}
}

/* How many of N further bytes may be kept. */
static gsize room(const Parcel *parcel, gsize n)
{
	gsize limit = LIMIT_MESSAGE_BYTES;
	gsize have = parcel->bytes->len;

	if (atomic_load_explicit(&parcel->intake->kept_bytes,
		memory_order_relaxed) > ALL_KEPT_BYTES) {
		limit = CROWDED_BYTES;
	}
	return have >= limit ? 0 : MIN(n, limit - have);
}

static void keep(Parcel *parcel, const void *bytes, gsize n)
{
	if (parcel->bytes == NULL) {
		parcel->bytes = g_byte_array_sized_new(8192);
	}
	gsize fits = parcel->truncated ? 0 : room(parcel, n);

	parcel->truncated |= fits < n;
	if (fits == 0) {
		return;
	}
	g_byte_array_append(parcel->bytes, bytes, (guint)fits);
	parcel->kept += fits;
	atomic_fetch_add_explicit(
	    &parcel->intake->kept_bytes, fits, memory_order_relaxed);
}

static void count_forged(Parcel *parcel, const char *name)
{
	g_autofree char *key = g_ascii_strdown(name, -1);
	guint seen;

	if (++parcel->n_forged > LIMIT_FORGED) {
		return;
	}
	if (parcel->forged == NULL) {
		parcel->forged = g_hash_table_new_full(
		    g_str_hash, g_str_equal, g_free, NULL);
	}
	seen = GPOINTER_TO_UINT(g_hash_table_lookup(parcel->forged, key));
	g_hash_table_insert(
	    parcel->forged, g_steal_pointer(&key), GUINT_TO_POINTER(seen + 1));
}

void parcel_header(Parcel *parcel, const char *name, const char *value)
{
	if (g_ascii_strncasecmp(
		name, forged_prefix, sizeof forged_prefix - 1) == 0) {
		count_forged(parcel, name);
		if (g_ascii_strcasecmp(name, notice_field) != 0) {
			return;
		}
	}
	keep(parcel, name, strlen(name));
	/* A peer without "leading space" has eaten it. */
	if (*value != ' ' && *value != '\t' && *value != '\n') {
		keep(parcel, ": ", 2);
	} else {
		keep(parcel, ":", 1);
	}
	keep(parcel, value, strlen(value));
	keep(parcel, "\r\n", 2);
}

void parcel_complete(Parcel *parcel)
{
	if (!parcel->in_body) {
		parcel->in_body = true;
		keep(parcel, "\r\n", 2);
	}
}

void parcel_body(Parcel *parcel, const void *bytes, gsize n)
{
	parcel_complete(parcel);
	keep(parcel, bytes, n);
}

static void empty_buffer(Parcel *parcel)
{
	if (parcel->bytes == NULL) {
		return;
	}
	if (parcel->bytes->len > BUFFER_STAYS_BYTES) {
		g_clear_pointer(&parcel->bytes, g_byte_array_unref);
	} else {
		g_byte_array_set_size(parcel->bytes, 0);
	}
	atomic_fetch_sub_explicit(
	    &parcel->intake->kept_bytes, parcel->kept, memory_order_relaxed);
}

void parcel_end(Parcel *parcel)
{
	if (parcel->setup == NULL) {
		return;
	}
	if (parcel->in_flight) {
		intake_end(parcel->intake);
	}
	empty_buffer(parcel);
	g_ptr_array_set_size(parcel->recipients, 0);
	g_clear_pointer(&parcel->forged, g_hash_table_unref);
	g_free(parcel->sender);
	g_free(parcel->login);
	setup_unref(parcel->setup);
	*parcel = (Parcel){
	    .bytes = parcel->bytes,
	    .recipients = parcel->recipients,
	};
}

void parcel_clear(Parcel *parcel)
{
	parcel_end(parcel);
	g_clear_pointer(&parcel->bytes, g_byte_array_unref);
	g_clear_pointer(&parcel->recipients, g_ptr_array_unref);
}
