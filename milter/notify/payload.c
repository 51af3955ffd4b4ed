/*
 * What is posted to a webhook: which event of which case, for whom, until when,
 * and where to read more. No words of a case: whoever reads a channel needn't
 * be one who may read the case.
 */
#include "anteroom/notify.h"

#include <string.h>

#define CARD "application/vnd.microsoft.card.adaptive"
#define CARD_SCHEMA "http://adaptivecards.io/schemas/adaptive-card.json"

static const char *get(const JsonValue *notice, const char *name)
{
	const char *text = json_get_string(notice, name);

	return text != NULL ? text : "";
}

/* Where the case is to be seen; NULL without pages. Transfer full. */
static char *link_of(const JsonValue *notice, const char *base_url)
{
	g_autofree char *path =
	    g_uri_escape_string(get(notice, "case"), NULL, FALSE);

	return *base_url != '\0'
		   ? g_strdup_printf("%s/cases/%s", base_url, path)
		   : NULL;
}

static char *as_json(const JsonValue *notice, const char *link)
{
	static const char *const members[] = {
	    "at", "case", "team", "topic", "urgency", "due"};
	g_autoptr(Json) json = json_new();

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_string(json, "id", json_get_string(notice, "notice"));
	json_string(json, "event", json_get_string(notice, "detail"));
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		json_string(
		    json, members[i], json_get_string(notice, members[i]));
	}
	json_string(json, "link", link);
	json_end_object(json);
	return json_text(json);
}

/* "AR-7 breach: billing, high, team care, due 2026-11-24T10:00:00Z" */
static char *line_of(const JsonValue *notice)
{
	const char *due = json_get_string(notice, "due");

	return g_strdup_printf("%s %s: %s, %s, team %s%s%s",
	    get(notice, "case"), get(notice, "detail"), get(notice, "topic"),
	    get(notice, "urgency"), get(notice, "team"),
	    due != NULL ? ", due " : "", due != NULL ? due : "");
}

/* Slack takes <, > and & for its own; there are no other ways to write a link
 * or to call a channel. */
static char *slack_escape(const char *text)
{
	GString *out = g_string_new(text);

	g_string_replace(out, "&", "&amp;", 0);
	g_string_replace(out, "<", "&lt;", 0);
	g_string_replace(out, ">", "&gt;", 0);
	return g_string_free(out, FALSE);
}

static char *as_slack(const JsonValue *notice, const char *link)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *line = line_of(notice);
	g_autofree char *escaped = slack_escape(line);
	g_autofree char *text =
	    link != NULL ? g_strdup_printf("%s <%s|open>", escaped, link)
			 : g_strdup(escaped);

	json_begin_object(json, NULL);
	json_string(json, "text", text);
	json_end_object(json);
	return json_text(json);
}

static void put_fact(Json *json, const char *title, const char *value)
{
	if (value != NULL) {
		json_begin_object(json, NULL);
		json_string(json, "title", title);
		json_string(json, "value", value);
		json_end_object(json);
	}
}

static void put_card_body(Json *json, const JsonValue *notice)
{
	g_autofree char *title = g_strdup_printf(
	    "%s %s", get(notice, "case"), get(notice, "detail"));

	json_begin_array(json, "body");
	json_begin_object(json, NULL);
	json_string(json, "type", "TextBlock");
	json_string(json, "text", title);
	json_string(json, "weight", "Bolder");
	json_bool(json, "wrap", true);
	json_end_object(json);
	json_begin_object(json, NULL);
	json_string(json, "type", "FactSet");
	json_begin_array(json, "facts");
	put_fact(json, "Topic", json_get_string(notice, "topic"));
	put_fact(json, "Urgency", json_get_string(notice, "urgency"));
	put_fact(json, "Team", json_get_string(notice, "team"));
	put_fact(json, "Due", json_get_string(notice, "due"));
	json_end_array(json);
	json_end_object(json);
	json_end_array(json);
}

static void put_card(Json *json, const JsonValue *notice, const char *link)
{
	json_begin_object(json, "content");
	json_string(json, "$schema", CARD_SCHEMA);
	json_string(json, "type", "AdaptiveCard");
	json_string(json, "version", "1.4");
	put_card_body(json, notice);
	if (link != NULL) {
		json_begin_array(json, "actions");
		json_begin_object(json, NULL);
		json_string(json, "type", "Action.OpenUrl");
		json_string(json, "title", "Open");
		json_string(json, "url", link);
		json_end_object(json);
		json_end_array(json);
	}
	json_end_object(json);
}

static char *as_teams(const JsonValue *notice, const char *link)
{
	g_autoptr(Json) json = json_new();

	json_begin_object(json, NULL);
	json_string(json, "type", "message");
	json_begin_array(json, "attachments");
	json_begin_object(json, NULL);
	json_string(json, "contentType", CARD);
	json_null(json, "contentUrl");
	put_card(json, notice, link);
	json_end_object(json);
	json_end_array(json);
	json_end_object(json);
	return json_text(json);
}

char *hook_payload(
    const JsonValue *notice, WebhookFormat format, const char *base_url)
{
	static char *(*const formats[])(const JsonValue *, const char *) = {
	    [WEBHOOK_JSON] = as_json,
	    [WEBHOOK_SLACK] = as_slack,
	    [WEBHOOK_TEAMS] = as_teams,
	};
	g_autofree char *link = link_of(notice, base_url);

	return formats[format](notice, link);
}

char *hook_signature(const char *secret, gint64 at_s, const char *body)
{
	g_autofree char *signed_text =
	    g_strdup_printf("%" G_GINT64_FORMAT ".%s", at_s, body);
	g_autofree char *hex = g_compute_hmac_for_string(G_CHECKSUM_SHA256,
	    (const guchar *)secret, strlen(secret), signed_text, -1);

	return g_strconcat("v1=", hex, NULL);
}
