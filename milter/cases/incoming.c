/*
 * A message from outside, prepared for the store: hashes, people, words, and
 * the case it would make. All of it before the transaction, where there is
 * time.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"

/* Below this, equal texts say nothing: "Please call me." */
#define SAME_TEXT_BYTES 20

/* ---- who ---- */

static const char *writer_of(const Admission *admission)
{
	const char *from = message_from(admission->message);

	return *from ? from : admission->sender ? admission->sender : "";
}

static char **people_of(const Admission *admission)
{
	g_auto(GStrv) all = message_correspondents(admission->message);
	char **people = g_new0(char *, 1);

	for (gsize i = 0; all && all[i]; i++) {
		words_add(&people, all[i], LIMIT_CASE_PEOPLE);
	}
	words_add(&people, writer_of(admission), LIMIT_CASE_PEOPLE);
	return people;
}

static char **copied_of(const Admission *admission)
{
	const GPtrArray *to = admission->message->to;
	char **copied = g_new0(char *, 1);

	for (guint i = 0; to && i < to->len; i++) {
		const Person *person = to->pdata[i];
		if (!conf_is_ours(admission->conf, person->address)) {
			words_add(&copied, person->address, LIMIT_CASE_PEOPLE);
		}
	}
	return copied;
}

/* ---- hashes ---- */

static gsize text_bytes(const Message *message)
{
	gsize sum = 0;

	for (guint i = 0; message->text && i < message->text->len; i++) {
		sum += ((const TextPart *)message->text->pdata[i])->bytes;
	}
	return sum;
}

/* By From, not by the envelope: that changes with every forwarder. */
static Hash print_of(const Store *store, const Incoming *incoming)
{
	const Message *message = incoming->admission->message;
	char date[24];
	const char *with_id[] = {
	    "id", message->message_id, incoming->from, message->body_sha256};
	const char *without[] = {
	    "no", date, incoming->from, message->subject, message->body_sha256};

	g_snprintf(date, sizeof(date), "%" G_GINT64_FORMAT, message->date_s);
	if (message->message_id) {
		return store_hash(
		    store, HASH_PRINT, with_id, G_N_ELEMENTS(with_id));
	}
	return store_hash(store, HASH_PRINT, without, G_N_ELEMENTS(without));
}

/* A web form writes for everybody, with one From and many Reply-Tos. */
static Hash text_of(const Store *store, const Incoming *incoming)
{
	const Message *message = incoming->admission->message;
	g_autofree char *people = g_strjoinv("\n", incoming->people);
	const char *parts[] = {people, message->text_sha256};

	if (!*incoming->from || !*message->text_sha256 ||
	    text_bytes(message) < SAME_TEXT_BYTES) {
		return (Hash){{0}};
	}
	return store_hash(store, HASH_TEXT, parts, G_N_ELEMENTS(parts));
}

static void unhex(const char *hex, guint8 *bytes, gsize n)
{
	for (gsize i = 0;
	     i < n && g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]);
	     i++, hex += 2) {
		bytes[i] = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 |
				    g_ascii_xdigit_value(hex[1]));
	}
}

static Identity identity_of(const Store *store, const Incoming *incoming)
{
	const Message *message = incoming->admission->message;
	Identity identity = {.print = print_of(store, incoming),
	    .text = text_of(store, incoming)};
	const char *id = message->message_id;

	if (id) {
		identity.message_id =
		    store_hash(store, HASH_MESSAGE_ID, &id, 1);
	}
	id = message->thread_index;
	if (id) {
		identity.conversation =
		    store_hash(store, HASH_CONVERSATION, &id, 1);
	}
	unhex(message->body_sha256, identity.body, sizeof(identity.body));
	return identity;
}

/* ---- why ---- */

static char *section_of(const ScoreHit *hit)
{
	return hit->section == SECTION_HEADER && hit->header
		   ? g_strconcat("header:", hit->header, NULL)
		   : g_strdup(section_name(hit->section));
}

static CaseHit *hit_of(const ScoreHit *hit, bool sensitive)
{
	CaseHit *kept = g_new0(CaseHit, 1);
	const char *text = sensitive || !hit->text ? "" : hit->text;
	const char *why = hit->rule->why ? hit->rule->why : "";

	kept->rule = g_strdup(hit->rule->name);
	kept->topic = g_strdup(hit->rule->topic);
	kept->points = hit->rule->points;
	kept->urgency = hit->rule->urgency;
	kept->in = section_of(hit);
	kept->text = text_one_line(text, strlen(text), LIMIT_HIT_TEXT_BYTES);
	kept->why = text_one_line(why, strlen(why), LIMIT_HIT_TEXT_BYTES);
	return kept;
}

static bool has_rule(const Case *kase, const char *rule)
{
	for (guint i = 0; i < kase->hits->len; i++) {
		if (strcmp(((CaseHit *)kase->hits->pdata[i])->rule, rule) ==
		    0) {
			return true;
		}
	}
	return false;
}

void incoming_add_hits(const Incoming *incoming, Case *kase)
{
	const Score *score = incoming->admission->score;
	const Plan *plan = incoming->admission->plan;

	for (guint i = 0;
	     score && i < score->hits->len && kase->hits->len < LIMIT_CASE_HITS;
	     i++) {
		const ScoreHit *hit = score->hits->pdata[i];
		if (!has_rule(kase, hit->rule->name)) {
			g_ptr_array_add(kase->hits,
			    hit_of(hit, kase->sensitive || plan->sensitive));
		}
	}
}

/* ---- the case it may make ---- */

static void add_all(char ***words, const char *const *more, guint most)
{
	for (gsize i = 0; more && more[i]; i++) {
		words_add(words, more[i], most);
	}
}

/* Who else of us got it: not the desk itself, and not people outside. */
static void add_witnesses(const Admission *admission, Case *kase)
{
	const char *const *to = admission->recipients;

	for (gsize i = 0; to && to[i]; i++) {
		if (!words_have((char *const *)(guintptr)
				    admission->plan->desk->addresses,
			to[i]) &&
		    conf_is_ours(admission->conf, to[i])) {
			words_add(&kase->witnesses, to[i], LIMIT_CASE_PEOPLE);
		}
	}
}

void incoming_introduce(const Incoming *incoming, Case *kase)
{
	add_all(&kase->correspondents, (const char *const *)incoming->people,
	    LIMIT_CASE_PEOPLE);
	add_all(&kase->copied, (const char *const *)incoming->copied,
	    LIMIT_CASE_PEOPLE);
	add_witnesses(incoming->admission, kase);
}

static char *excerpt_of(const Admission *admission)
{
	static const gsize bytes[] = {
	    [KEEP_TEXT_NONE] = 0,
	    [KEEP_TEXT_EXCERPT] = LIMIT_EXCERPT_BYTES,
	    [KEEP_TEXT_FULL] = LIMIT_CASE_TEXT_BYTES,
	};
	gsize most = bytes[admission->conf->keep_text];

	return most && !admission->plan->sensitive
		   ? message_new_text(admission->message, most)
		   : g_strdup("");
}

static void set_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

static void take_plan(Case *kase, const Plan *plan)
{
	set_text(&kase->desk, plan->desk->name);
	set_text(&kase->team, plan->team->name);
	set_text(&kase->topic, plan->topic);
	words_add(&kase->topics, plan->topic, LIMIT_CASE_TOPICS);
	add_all(&kase->topics, (const char *const *)plan->topics,
	    LIMIT_CASE_TOPICS);
	kase->urgency = plan->urgency;
	kase->level = plan->level;
	kase->mode = plan->desk->mode;
	kase->sensitive = plan->sensitive;
	kase->unscreened = plan->unscreened ? text_one_line(plan->unscreened,
						  strlen(plan->unscreened),
						  LIMIT_HIT_TEXT_BYTES)
					    : NULL;
	set_text(&kase->policy, plan->policy ? plan->policy->name : "");
	set_text(&kase->calendar, plan->policy && plan->calendar
				      ? calendar_name(plan->calendar)
				      : "");
}

static Case *fresh_case(const Incoming *incoming)
{
	const Admission *admission = incoming->admission;
	const char *subject = admission->message->subject;
	Case *kase = case_empty();

	take_plan(kase, admission->plan);
	g_free(kase->subject);
	kase->subject = text_one_line(subject ? subject : "",
	    subject ? strlen(subject) : 0, LIMIT_CASE_SUBJECT_BYTES);
	set_text(&kase->from, incoming->from);
	incoming_introduce(incoming, kase);
	kase->received_s = admission->arrival_s;
	kase->waiting_s = admission->arrival_s;
	kase->last_message_s = admission->arrival_s;
	kase->messages = 1;
	g_free(kase->excerpt);
	kase->excerpt = excerpt_of(admission);
	incoming_add_hits(incoming, kase);
	return kase;
}

void incoming_prepare_fresh(Incoming *incoming)
{
	const Admission *admission = incoming->admission;
	Draft *draft = draft_of(fresh_case(incoming));

	clocks_await(draft, admission->sla, admission->arrival_s);
	draft_message_event(draft, admission->arrival_s, "received",
	    incoming->from, incoming->detail, &incoming->identity,
	    admission->message->message_id);
	draft_free(incoming->fresh);
	incoming->fresh = draft;
}

/* ---- all of it ---- */

/* Does somebody have to answer what joins a case? Automatic mail starts
 * nothing, nor does "Thanks!", unless it is about what no mark may hide. */
static bool message_waits(const Admission *admission)
{
	const Message *message = admission->message;

	return admission->plan->level == URGENCY_CRITICAL ||
	       (message->kind == KIND_HUMAN && !message_is_thanks(message));
}

static char *detail_of(const Admission *admission)
{
	g_autofree char *to =
	    admission->recipients
		? g_strjoinv(", ", (char **)(guintptr)admission->recipients)
		: g_strdup("");
	g_autofree char *line =
	    g_strdup_printf("%s%s%svia %s", *to ? "to " : "", to,
		*to ? " " : "", admission->via ? admission->via : "");

	return text_one_line(line, strlen(line), LIMIT_EVENT_BYTES);
}

static bool makes_sense(const Admission *admission, GError **error)
{
	if (admission->arrival_s > 0 && admission->plan->team &&
	    admission->plan->desk) {
		return true;
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "store: a message without %s can't be admitted",
	    admission->arrival_s > 0 ? "a desk and a team"
				     : "a time of arrival");
	return false;
}

bool incoming_init(Incoming *incoming, Store *store, const Admission *admission,
    GError **error)
{
	if (!makes_sense(admission, error)) {
		return false;
	}
	memset(incoming, 0, sizeof(*incoming));
	incoming->admission = admission;
	incoming->from = writer_of(admission);
	incoming->people = people_of(admission);
	incoming->copied = copied_of(admission);
	incoming->identity = identity_of(store, incoming);
	incoming->references = references_hashes(store, admission->message);
	incoming->detail = detail_of(admission);
	incoming->waits = message_waits(admission);
	incoming_prepare_fresh(incoming);
	return true;
}

void incoming_clear(Incoming *incoming)
{
	g_strfreev(incoming->people);
	g_strfreev(incoming->copied);
	g_array_unref(incoming->references);
	g_free(incoming->detail);
	draft_free(incoming->fresh);
	case_free(incoming->kase);
}
