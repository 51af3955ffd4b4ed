/* A message that has been read: looking at it, and its end. */
#include "message/internal.h"

#include <string.h>

const char *message_kind_name(MessageKind kind)
{
	static const char *const names[] = {
	    [KIND_HUMAN] = "human",
	    [KIND_AUTO_REPLY] = "auto-reply",
	    [KIND_BOUNCE] = "bounce",
	    [KIND_RECEIPT] = "receipt",
	    [KIND_LIST] = "list",
	};
	return names[kind];
}

static void array_unref(GPtrArray *array)
{
	if (array != NULL) {
		g_ptr_array_unref(array);
	}
}

void text_part_free(TextPart *part)
{
	g_free(part->text);
	g_free(part);
}

void message_free(Message *message)
{
	if (message == NULL) {
		return;
	}
	g_free(message->message_id);
	g_free(message->subject);
	array_unref(message->from);
	array_unref(message->reply_to);
	array_unref(message->to);
	g_strfreev(message->references);
	g_free(message->thread_index);
	g_strfreev(message->returned_ids);
	g_strfreev(message->failed);
	g_free(message->failed_status);
	array_unref(message->text);
	array_unref(message->quoted);
	array_unref(message->signature);
	g_strfreev(message->attachments);
	array_unref(message->headers);
	header_block_free(message->block);
	g_free(message->unread);
	g_free(message);
}

const char *message_header(const Message *message, const char *name)
{
	for (guint i = 0; message->headers && i < message->headers->len; i++) {
		const HeaderField *field = message->headers->pdata[i];
		if (g_ascii_strcasecmp(field->name, name) == 0) {
			return field->text;
		}
	}
	return NULL;
}

const char *message_from(const Message *message)
{
	if (message->from == NULL || message->from->len == 0) {
		return "";
	}
	const Person *person = message->from->pdata[0];
	return person->address;
}

static void add_addresses(
    GPtrArray *all, GHashTable *known, const GPtrArray *people)
{
	for (guint i = 0; people != NULL && i < people->len; i++) {
		const Person *person = people->pdata[i];
		if (!g_hash_table_contains(known, person->address)) {
			g_hash_table_add(known, person->address);
			g_ptr_array_add(all, g_strdup(person->address));
		}
	}
}

char **message_correspondents(const Message *message)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *all = g_ptr_array_new();
	add_addresses(all, known, message->from);
	add_addresses(all, known, message->reply_to);
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

char *message_new_text(const Message *message, gsize max_bytes)
{
	GString *text = g_string_new(NULL);
	for (int hidden = 0; hidden <= 1; hidden++) {
		for (guint i = 0; message->text && i < message->text->len;
		     i++) {
			const TextPart *part = message->text->pdata[i];
			if (part->hidden != (hidden == 1) ||
			    text->len > max_bytes) {
				continue;
			}
			if (text->len > 0) {
				g_string_append_c(text, '\n');
			}
			/* One more than wanted, for the cut to see it. */
			g_string_append_len(text, part->text,
			    (gssize)(part->bytes > max_bytes ? max_bytes + 1
							     : part->bytes));
		}
	}
	clean_cut(text, max_bytes);
	return g_string_free(text, FALSE);
}
