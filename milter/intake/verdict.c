/*
 * What the mail server is told: header fields, recipients, and the only place
 * that turns an error into an SMTP answer. Here ends what the pipeline knows;
 * nothing of its reasons gets into a reply that a stranger reads.
 */
#include "intake/internal.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/error.h"
#include "anteroom/log.h"

#define LINE_BYTES 78 /* RFC 5322 section 2.1.1 */

/* Between the mail server's own Received and what came from outside. At 0 the
 * numbers by which fields are changed would shift for other filters. */
#define BELOW_RECEIVED 1

/*
 * VALUE as libmilter wants it: folded with a line feed alone, at spaces, and
 * with the space after the colon when the peer leaves that to us. No control
 * character gets through, whatever the pipeline promised.
 */
static char *header_value(const char *name, const char *value, guint flags)
{
	GString *out = g_string_new(flags & VERDICT_LEAD_SPACE ? " " : "");
	gsize column = strlen(name) + 2;
	g_auto(GStrv) words = g_strsplit(value, " ", -1);

	for (guint i = 0; words[i] != NULL; i++) {
		gsize length = strlen(words[i]);

		for (char *p = words[i]; *p != '\0'; p++) {
			*p = g_ascii_iscntrl(*p) ? '?' : *p;
		}
		if (i > 0 && column + 1 + length > LINE_BYTES && length > 0) {
			g_string_append_c(out, '\n');
			column = 0;
		}
		if (i > 0) {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append_len(out, words[i], (gssize)length);
		column += length;
	}
	return g_string_free(out, FALSE);
}

/* All instances of all forged names, from the last to the first, because each
 * removal renumbers the later ones. */
static bool strip(SMFICTX *ctx, GHashTable *forged)
{
	GHashTableIter each;
	gpointer key, seen;

	if (forged == NULL) {
		return true;
	}
	g_hash_table_iter_init(&each, forged);
	while (g_hash_table_iter_next(&each, &key, &seen)) {
		for (int i = GPOINTER_TO_INT(seen); i >= 1; i--) {
			if (smfi_chgheader(ctx, key, i, NULL) != MI_SUCCESS) {
				return false;
			}
		}
	}
	return true;
}

static bool tag(SMFICTX *ctx, const Verdict *verdict, guint flags)
{
	/* From the last to the first: each pushes the one before down. */
	for (guint i = verdict->tag_names->len; i-- > 0;) {
		g_autofree char *name = g_strdup(verdict->tag_names->pdata[i]);
		g_autofree char *value =
		    header_value(name, verdict->tag_values->pdata[i], flags);

		if (smfi_insheader(ctx, BELOW_RECEIVED, name, value) !=
		    MI_SUCCESS) {
			return false;
		}
	}
	return true;
}

static bool contains(const GPtrArray *addresses, const char *folded)
{
	for (guint i = 0; addresses != NULL && i < addresses->len; i++) {
		g_autofree char *other = address_fold(addresses->pdata[i]);

		if (addresses->pdata[i] != NULL && strcmp(other, folded) == 0) {
			return true;
		}
	}
	return false;
}

/* A failing copy must not bounce to the correspondent and show him an address
 * of ours; a mail server that doesn't take parameters gets none. Where the
 * desk's own address goes it is no copy: nobody would ever know of its loss. */
static bool add(SMFICTX *ctx, const char *address, bool copy)
{
	g_autofree char *path = g_strdup_printf("<%s>", address);
	char quiet[] = "NOTIFY=NEVER";

	return (copy && smfi_addrcpt_par(ctx, path, quiet) == MI_SUCCESS) ||
	       smfi_addrcpt(ctx, path) == MI_SUCCESS;
}

/* Adds, then removes; never removes when nobody was left to get the message:
 * the mail server would say 250 and destroy it. */
static bool readdress(
    SMFICTX *ctx, const Parcel *parcel, const Verdict *verdict)
{
	bool copy = verdict->remove_recipients == NULL ||
		    verdict->remove_recipients->len == 0;
	bool somebody = false;

	for (guint i = 0; i < verdict->add_recipients->len; i++) {
		const char *address = verdict->add_recipients->pdata[i];
		g_autofree char *folded = address_fold(address);

		if (contains(parcel->recipients, folded)) {
			somebody |=
			    !contains(verdict->remove_recipients, folded);
			continue;
		}
		if (!address_valid(address) || !add(ctx, address, copy)) {
			return false;
		}
		somebody = true;
	}
	for (guint i = 0; somebody && verdict->remove_recipients != NULL &&
			  i < verdict->remove_recipients->len;
	     i++) {
		g_autofree char *raw =
		    g_strdup(verdict->remove_recipients->pdata[i]);

		if (smfi_delrcpt(ctx, raw) != MI_SUCCESS) {
			log_line(LOG_WARNING, "kept", "recipient", raw, "why",
			    "the mail server lets nobody remove recipients",
			    NULL);
		}
	}
	return true;
}

/* The connection is gone, most likely, and the answer with it; else the message
 * comes again and is known then, or goes as it is: nobody was removed from it
 * whose place nobody took. */
static sfsistat not_told(SMFICTX *ctx, const Parcel *parcel)
{
	bool pass = parcel->setup->conf->on_error == ON_ERROR_ACCEPT;

	log_line(LOG_WARNING, "not-told", "sender", parcel->sender, "why",
	    "the mail server didn't take the changes", "told",
	    pass ? "accepted as it is" : "try later", NULL);
	return pass ? SMFIS_ACCEPT : verdict_later(ctx, NULL);
}

sfsistat verdict_tell(
    SMFICTX *ctx, const Parcel *parcel, const Verdict *verdict, guint flags)
{
	if (!strip(ctx, parcel->forged) || !tag(ctx, verdict, flags) ||
	    !readdress(ctx, parcel, verdict)) {
		return not_told(ctx, parcel);
	}
	return SMFIS_ACCEPT;
}

Verdict *verdict_instead(const Conf *conf, bool watched)
{
	Verdict *verdict;

	if (conf->on_error != ON_ERROR_ACCEPT) {
		return NULL;
	}
	verdict = pipeline_unrecorded("not recorded");
	if (!watched) {
		g_ptr_array_set_size(verdict->tag_names, 0);
		g_ptr_array_set_size(verdict->tag_values, 0);
	}
	return verdict;
}

/* What is said to the client, by the kind of error (RFC 3463). */
static const struct {
	int code;
	char status[8];
	char text[48];
} answers[] = {
    {ERROR_TEMPORARY, "4.3.0", "Not now; please try again later"},
    {ERROR_FATAL, "4.3.2", "Service restarts; please try again later"},
};

sfsistat verdict_later(SMFICTX *ctx, const GError *error)
{
	char code[] = "451";
	char status[8] = "4.3.2";
	char text[48] = "Not now; please try again later";

	for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
		if (g_error_matches(error, ANTEROOM_ERROR, answers[i].code)) {
			memcpy(status, answers[i].status, sizeof status);
			memcpy(text, answers[i].text, sizeof text);
		}
	}
	smfi_setreply(ctx, code, status, text);
	return SMFIS_TEMPFAIL;
}

sfsistat verdict_refuse(SMFICTX *ctx)
{
	char code[] = "554";
	char status[] = "5.6.0";
	char text[] = "Too many X-Anteroom- header fields";

	smfi_setreply(ctx, code, status, text);
	return SMFIS_REJECT;
}

/* ---- the line of a decision ---- */

static const char *outcome_word(const Verdict *verdict)
{
	static const char *const admits[] = {
	    [ADMIT_NEW] = "new",
	    [ADMIT_LINKED] = "linked",
	    [ADMIT_JOINED] = "joined",
	    [ADMIT_COPY] = "copy",
	};
	static const char *const answered[] = {
	    [ANSWER_STOPPED] = "stopped",
	    [ANSWER_RECORDED] = "recorded",
	    [ANSWER_ACKNOWLEDGED] = "acknowledged",
	    [ANSWER_AGAIN] = "again",
	    [ANSWER_ELSEWHERE] = "elsewhere",
	    [ANSWER_UNKNOWN] = "unknown",
	};

	static const char *const bounced[] = {
	    [BOUNCE_REVOKED] = "revoked",
	    [BOUNCE_RECORDED] = "recorded",
	    [BOUNCE_AGAIN] = "again",
	    [BOUNCE_UNKNOWN] = "unknown",
	    [BOUNCE_ALARMED] = "alarmed",
	};

	switch (verdict->outcome) {
	case OUTCOME_CASE:
		return admits[verdict->admit];
	case OUTCOME_REPLY:
		return answered[verdict->answer];
	case OUTCOME_BOUNCE:
		return bounced[verdict->bounce];
	case OUTCOME_NOTICE:
		return "returned";
	case OUTCOME_SCREENED:
		return "screened";
	case OUTCOME_UNWATCHED:
		break;
	}
	return "unwatched";
}

/* The value of a tag: of a screened message nothing else is left. */
static const char *tag_of(const Verdict *verdict, const char *name)
{
	for (guint i = 0; i < verdict->tag_names->len; i++) {
		if (strcmp(verdict->tag_names->pdata[i], name) == 0) {
			return verdict->tag_values->pdata[i];
		}
	}
	return NULL;
}

void verdict_log(const Verdict *verdict, const char *queue_id, gint64 took_us)
{
	static const char *const kinds[] = {
	    [OUTCOME_UNWATCHED] = "reply",
	    [OUTCOME_SCREENED] = "message",
	    [OUTCOME_CASE] = "message",
	    [OUTCOME_REPLY] = "reply",
	    [OUTCOME_BOUNCE] = "bounce",
	    [OUTCOME_NOTICE] = "notice",
	};
	const Case *kase = verdict->kase;
	g_autofree char *name = kase == NULL ? NULL : case_name(kase->id);
	g_autofree char *notice =
	    verdict->notice == 0
		? NULL
		: g_strdup_printf("N-%" G_GUINT64_FORMAT, verdict->notice);

	log_line(verdict->outcome == OUTCOME_UNWATCHED ? LOG_DEBUG : LOG_INFO,
	    kinds[verdict->outcome], "queue-id", queue_id, "case", name,
	    "notice", notice, "outcome", outcome_word(verdict), "urgency",
	    tag_of(verdict, "X-Anteroom-Urgency"), "topic",
	    tag_of(verdict, "X-Anteroom-Topic"), "team",
	    kase == NULL ? NULL : kase->team, "status",
	    tag_of(verdict, "X-Anteroom-Status"), "refused",
	    verdict->reply_refused, "took-us", LOG_NUMBER(took_us), NULL);
}
