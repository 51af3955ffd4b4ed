/* Whole messages, both ways of reading them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuzz.h"
#include "message/internal.h"

static void check_parts(const GPtrArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		const TextPart *part = parts->pdata[i];
		FUZZ_UTF8(part->text, part->bytes);
		FUZZ_CHECK(part->text[part->bytes] == '\0');
		FUZZ_CHECK(part->bytes <= LIMIT_PART_TEXT_BYTES);
	}
}

static void check_people(const GPtrArray *people)
{
	FUZZ_CHECK(people->len <= LIMIT_PEOPLE);
	for (guint i = 0; i < people->len; i++) {
		const Person *person = people->pdata[i];
		FUZZ_UTF8(person->name, strlen(person->name));
		FUZZ_UTF8(person->address, strlen(person->address));
		FUZZ_CHECK(person->address[0] != '\0');
	}
}

static void check_message(const Message *message)
{
	check_parts(message->text);
	check_parts(message->quoted);
	check_parts(message->signature);
	check_people(message->from);
	check_people(message->to);
	FUZZ_UTF8(message->subject, strlen(message->subject));
	FUZZ_CHECK(strchr(message->subject, '\n') == NULL);
	for (guint i = 0; i < message->headers->len; i++) {
		const HeaderField *field = message->headers->pdata[i];
		FUZZ_UTF8(field->text, strlen(field->text));
		FUZZ_CHECK(strpbrk(field->text, "\r\n") == NULL);
	}
	for (guint i = 0; message->references[i] != NULL; i++) {
		FUZZ_CHECK(i < LIMIT_THREAD_IDS);
		FUZZ_CHECK(message->references[i][0] != '\0');
	}
	FUZZ_CHECK(strlen(message->body_sha256) == 64);
	FUZZ_CHECK(message->kind_because != NULL);
}

FUZZ("message")
{
	message_init();
	g_autoptr(Message) message =
	    message_read((const char *)data, size, false);
	check_message(message);
	g_autoptr(Message) unread =
	    message_unread((const char *)data, size, "asked for");
	check_message(unread);
	FUZZ_CHECK(g_strcmp0(message->message_id, unread->message_id) == 0);
	FUZZ_CHECK(strcmp(message->subject, unread->subject) == 0);
	return 0;
}
