/*
 * Rules, topics and messages made by hand, for the tests of score/ and route/.
 * Nothing is freed but what a test made itself: the process ends soon.
 */
#ifndef SCORE_FIXTURE_H
#define SCORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/score.h"

#define IN(section) (1u << (section))
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Held by the test as well as by what it makes; empty. */
static inline void conf_init(Conf *conf)
{
	*conf = (Conf){.path = "test.conf", .company = "", .refs = 1};
	conf->desks = g_ptr_array_new();
	conf->calendars = g_ptr_array_new();
	conf->teams = g_ptr_array_new();
	conf->routes = g_ptr_array_new();
	conf->policies = g_ptr_array_new();
	conf->topics = g_ptr_array_new();
	conf->rules = g_ptr_array_new();
}

static inline void conf_clear(Conf *conf)
{
	assert_int_equal(conf->refs, 1);
	g_ptr_array_unref(conf->desks);
	g_ptr_array_unref(conf->calendars);
	g_ptr_array_unref(conf->teams);
	g_ptr_array_unref(conf->routes);
	g_ptr_array_unref(conf->policies);
	g_ptr_array_unref(conf->topics);
	g_ptr_array_unref(conf->rules);
}

/* One that outlives everything: scores hold rules, and those hold it. */
static inline Conf *conf_made(void)
{
	static GPtrArray *made;
	if (!made) {
		made = g_ptr_array_new();
	}
	Conf *conf = g_new0(Conf, 1);
	conf_init(conf);
	g_ptr_array_add(made, conf);
	return conf;
}

static inline GPtrArray *problems_new(void)
{
	return g_ptr_array_new_with_free_func(
	    (GDestroyNotify)conf_problem_free);
}

static inline const char *problem_at(const GPtrArray *problems, guint i)
{
	assert_true(i < problems->len);
	return ((ConfProblem *)g_ptr_array_index(problems, i))->text;
}

static inline void part_free(gpointer data)
{
	TextPart *part = data;
	g_free(part->text);
	g_free(part);
}

static inline void person_free(gpointer data)
{
	Person *person = data;
	g_free(person->name);
	g_free(person->address);
	g_free(person);
}

static inline void field_free(gpointer data)
{
	HeaderField *field = data;
	g_free(field->text);
	g_free(field);
}

static inline void mail_init(Message *mail)
{
	static char *no_names[] = {NULL};
	*mail = (Message){.kind = KIND_HUMAN};
	mail->subject = g_strdup("");
	mail->from = g_ptr_array_new_with_free_func(person_free);
	mail->to = g_ptr_array_new_with_free_func(person_free);
	mail->text = g_ptr_array_new_with_free_func(part_free);
	mail->quoted = g_ptr_array_new_with_free_func(part_free);
	mail->signature = g_ptr_array_new_with_free_func(part_free);
	mail->headers = g_ptr_array_new_with_free_func(field_free);
	mail->attachments = no_names;
}

static inline void mail_clear(Message *mail)
{
	g_free(mail->subject);
	g_ptr_array_unref(mail->from);
	g_ptr_array_unref(mail->to);
	g_ptr_array_unref(mail->text);
	g_ptr_array_unref(mail->quoted);
	g_ptr_array_unref(mail->signature);
	g_ptr_array_unref(mail->headers);
}

static inline void mail_subject(Message *mail, const char *subject)
{
	g_free(mail->subject);
	mail->subject = g_strdup(subject);
}

static inline void mail_part(GPtrArray *parts, const char *text, bool hidden)
{
	TextPart *part = g_new0(TextPart, 1);
	part->text = g_strdup(text);
	part->bytes = strlen(text);
	part->hidden = hidden;
	g_ptr_array_add(parts, part);
}

static inline void mail_person(
    GPtrArray *people, const char *name, const char *address)
{
	Person *person = g_new0(Person, 1);
	person->name = g_strdup(name);
	person->address = g_strdup(address);
	g_ptr_array_add(people, person);
}

static inline void mail_header(
    Message *mail, const char *name, const char *text)
{
	HeaderField *field = g_new0(HeaderField, 1);
	field->name = name;
	field->raw = text;
	field->text = g_strdup(text);
	g_ptr_array_add(mail->headers, field);
}

/* TEXT over and over up to BYTES. Transfer full. */
static inline char *text_repeated(const char *text, gsize bytes)
{
	GString *all = g_string_sized_new(bytes + 64);
	while (all->len < bytes) {
		g_string_append(all, text);
	}
	return g_string_free(all, FALSE);
}

#endif
