/*
 * What a message says it answers: ids are opaque, case counts, and mail
 * programs write them folded, bare, several at once and between comments.
 */
#include "message/internal.h"

#include <string.h>

#define CONVERSATION_BYTES 22 /* of a Thread-Index: header and GUID */

/* Called with each id. */
typedef void (*ThreadVisit)(char *id, gpointer data);

/* An id as it is kept; NULL when it can't be one. */
static char *id_new(const GString *bytes)
{
	if (bytes->len == 0 || bytes->len > LIMIT_MESSAGE_ID_BYTES) {
		return NULL;
	}
	GString *text = g_string_sized_new(bytes->len + 1);
	charset_guess(bytes->str, bytes->len, text);
	return g_string_free(text, FALSE);
}

/* Reads "<id>" at P; white space in it came from folding. Returns the byte
 * behind; *ID is NULL when it isn't closed or can't be used. */
static const char *read_bracketed(const char *p, GString *bytes, char **id)
{
	*id = NULL;
	g_string_truncate(bytes, 0);
	for (p++; *p != '\0' && *p != '<'; p++) {
		if (*p == '>') {
			*id = id_new(bytes);
			return p + 1;
		}
		if (*p != ' ' && *p != '\t' &&
		    bytes->len <= LIMIT_MESSAGE_ID_BYTES) {
			g_string_append_c(bytes, *p);
		}
	}
	return p;
}

/* All ids in brackets; the number of brackets seen. */
static guint visit_bracketed(const char *raw, ThreadVisit visit, gpointer data)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	bool comments = true;
	guint seen = 0;
	for (const char *p = raw; *p != '\0';) {
		if (*p == '(' && comments) {
			const char *close = strchr(p, ')');
			comments = close != NULL;
			p = close ? close : p + 1;
		} else if (*p == '<') {
			char *id;
			p = read_bracketed(p, bytes, &id);
			seen++;
			if (id != NULL) {
				visit(id, data);
			}
		} else {
			p++;
		}
	}
	return seen;
}

/* Words that may be ids whose brackets are missing: those with an "@", or the
 * only one. */
static void visit_bare(const char *raw, ThreadVisit visit, gpointer data)
{
	static const char between[] = " \t,;\"'()";
	const char *p = raw + strspn(raw, between);
	bool first = true;
	while (*p != '\0') {
		gsize n = strcspn(p, between);
		const char *next = p + n;
		next += strspn(next, between);
		bool only = first && *next == '\0';
		if (n <= LIMIT_MESSAGE_ID_BYTES &&
		    (only || memchr(p, '@', n) != NULL)) {
			g_autoptr(GString) word =
			    g_string_new_len(p, (gssize)n);
			visit(id_new(word), data);
		}
		first = false;
		p = next;
	}
}

static void visit_ids(const char *raw, ThreadVisit visit, gpointer data)
{
	if (raw != NULL && visit_bracketed(raw, visit, data) == 0) {
		visit_bare(raw, visit, data);
	}
}

static void keep_first(char *id, gpointer data)
{
	char **first = data;
	if (*first == NULL) {
		*first = id;
	} else {
		g_free(id);
	}
}

char *thread_id(const char *raw)
{
	char *first = NULL;
	visit_ids(raw, keep_first, &first);
	return first;
}

/* Keeps the last LIMIT_THREAD_IDS, so that a flood costs nothing. */
static void keep_last(char *id, gpointer data)
{
	GQueue *queue = data;
	g_queue_push_head(queue, id);
	if (g_queue_get_length(queue) > LIMIT_THREAD_IDS) {
		g_free(g_queue_pop_tail(queue));
	}
}

static void take(char *id, GPtrArray *ids, GHashTable *known)
{
	if (ids->len >= LIMIT_THREAD_IDS || g_hash_table_contains(known, id)) {
		g_free(id);
		return;
	}
	g_hash_table_add(known, id);
	g_ptr_array_add(ids, id);
}

char **thread_references(const char *in_reply_to, const char *references)
{
	GQueue first = G_QUEUE_INIT, rest = G_QUEUE_INIT;
	visit_ids(in_reply_to, keep_last, &first);
	visit_ids(references, keep_last, &rest);
	GPtrArray *ids = g_ptr_array_new();
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	char *id;
	while ((id = g_queue_pop_tail(&first)) != NULL) {
		take(id, ids, known);
	}
	while ((id = g_queue_pop_head(&rest)) != NULL) {
		take(id, ids, known);
	}
	g_ptr_array_add(ids, NULL);
	return (char **)g_ptr_array_free(ids, FALSE);
}

char *thread_conversation(const char *raw)
{
	if (raw == NULL || strlen(raw) > 64 * 1024) {
		return NULL;
	}
	g_autoptr(GString) bytes = g_string_new(NULL);
	gsize junk = transfer_base64(raw, strlen(raw), bytes);
	if (bytes->len < CONVERSATION_BYTES || junk > strlen(raw) / 2) {
		return NULL;
	}
	GString *hex = g_string_sized_new(2 * CONVERSATION_BYTES);
	for (gsize i = 0; i < CONVERSATION_BYTES; i++) {
		g_string_append_printf(hex, "%02x", (guchar)bytes->str[i]);
	}
	return g_string_free(hex, FALSE);
}

char *message_original_id(const Message *message)
{
	static const char *const names[] = {
	    "X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = message_header(message, names[i]);
		if (value != NULL && *value != '\0') {
			return thread_id(value);
		}
	}
	return NULL;
}
