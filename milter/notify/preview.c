/* A digest's mail without an outbox: what `anteroom digest --preview` shows. */
#include "anteroom/notify.h"

#include <stdio.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/times.h"

/* The notice that the daemon would have queued, with a mark that no store
 * makes. Transfer full. */
static JsonValue *notice_of(const JsonValue *digest)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;
	bool lead = json_get(digest, "of") != NULL;
	const JsonValue *of = json_get(digest, "of");

	json_begin_object(json, NULL);
	json_string(json, "notice", "N-0");
	json_string(json, "kind", "digest");
	json_string(json, "to", json_get_string(digest, "to"));
	json_string(json, "rung", lead ? "lead" : "assistant");
	json_string(json, "team", json_as_string(json_at(of, 0)));
	json_string(json, "message_id", "anteroom.preview@anteroom.invalid");
	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

bool courier_preview(
    const Conf *conf, LetterPicture picture, const char *row, GError **error)
{
	g_autoptr(JsonValue) digest = json_parse(row, strlen(row), error);
	g_autoptr(JsonValue) notice = NULL;
	g_autoptr(Letter) letter = NULL;
	LetterStyle style = {.from = conf->notify_from,
	    .base_url = conf->notify_base_url,
	    .company = conf->company,
	    .now_s = times_now_s(),
	    .picture = picture};

	if (digest == NULL) {
		return false;
	}
	notice = notice_of(digest);
	letter = letter_new(notice, digest, &style, error);
	if (letter != NULL) {
		fwrite(letter->bytes->str, 1, letter->bytes->len, stdout);
	}
	return letter != NULL;
}
