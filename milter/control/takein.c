/*
 * Messages that don't come by the mail server: `take` and `replay`, one
 * message a request. A mailbox is taken apart by who asks.
 */
#include "anteroom/address.h"
#include "anteroom/replies.h"
#include "control/internal.h"

static const char *admit_word(AdmitOutcome admit)
{
	static const char *const words[] = {
	    [ADMIT_NEW] = "new",
	    [ADMIT_LINKED] = "linked",
	    [ADMIT_JOINED] = "joined",
	    [ADMIT_COPY] = "known",
	};

	return words[admit];
}

static const char *answer_word(AnswerOutcome answer)
{
	static const char *const words[] = {
	    [ANSWER_STOPPED] = "stopped a clock",
	    [ANSWER_RECORDED] = "recorded",
	    [ANSWER_ACKNOWLEDGED] = "only acknowledges",
	    [ANSWER_AGAIN] = "known",
	    [ANSWER_ELSEWHERE] = "not to the correspondent",
	    [ANSWER_UNKNOWN] = "threads to no case",
	};

	return words[answer];
}

static const char *bounce_word(BounceOutcome bounce)
{
	static const char *const words[] = {
	    [BOUNCE_REVOKED] = "a reply didn't arrive",
	    [BOUNCE_RECORDED] = "recorded",
	    [BOUNCE_AGAIN] = "known",
	    [BOUNCE_UNKNOWN] = "of no reply",
	    [BOUNCE_ALARMED] = "mail of ours didn't arrive",
	};

	return words[bounce];
}

static const char *outcome_word(const Verdict *verdict)
{
	switch (verdict->outcome) {
	case OUTCOME_UNWATCHED:
		return "unwatched";
	case OUTCOME_SCREENED:
		return "screened";
	case OUTCOME_REPLY:
		return "reply";
	case OUTCOME_BOUNCE:
		return "bounce";
	case OUTCOME_NOTICE:
		return "notice";
	case OUTCOME_CASE:
		break;
	}
	return admit_word(verdict->admit);
}

static void verdict_row(Call *call, const char *file, const Verdict *verdict)
{
	const char *detail = verdict->reply_refused;
	g_autofree char *name = NULL;
	Json *json = row_new();

	if (verdict->outcome == OUTCOME_REPLY) {
		detail = answer_word(verdict->answer);
	} else if (verdict->outcome == OUTCOME_BOUNCE) {
		detail = bounce_word(verdict->bounce);
	}
	call->outcome = outcome_word(verdict);
	if (verdict->kase != NULL) {
		call->case_id = verdict->kase->id;
		name = case_name(call->case_id);
	}
	json_string(json, "file", file);
	json_string(json, "outcome", call->outcome);
	json_string(json, "case", name);
	json_string(json, "detail", detail);
	call_row(call, json);
}

/* Journals also have what came in from outside, under any From. Exchange says
 * of each message whether its writer had logged in, takes away what others say
 * of that, and drops its own word on some ways: who isn't named as one of us is
 * nobody's. Other journals know no such word, and let a stranger's pass. */
static bool is_of_insider(const Delivery *report, const void *copy, gsize n)
{
	g_autoptr(Message) outer =
	    message_unread(report->bytes, report->n_bytes, "");
	g_autoptr(Message) inner = message_unread(copy, n, "");
	const char *as =
	    message_header(inner, "X-MS-Exchange-Organization-AuthAs");

	return message_header(outer, "X-MS-Journal-Report") != NULL &&
	       as != NULL && g_ascii_strcasecmp(as, "Internal") == 0;
}

/* What is wrapped in a journal report: the envelope of the report is not its
 * own. */
static void unwrap(Delivery *delivery)
{
	const void *copy;
	gsize n;

	if (!message_journaled(delivery->bytes, delivery->n_bytes, &copy, &n)) {
		return;
	}
	delivery->origin.vouched = is_of_insider(delivery, copy, n);
	delivery->bytes = copy;
	delivery->n_bytes = n;
	delivery->sender = NULL;
	delivery->recipients = NULL;
}

static bool take_in(
    Call *call, Delivery *delivery, const char *file, GError **error)
{
	const ControlRequest *request = call->request;
	Verdict *verdict;

	if (request->n_bytes == 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "%s: the message is empty", call->command->name);
		return false;
	}
	delivery->bytes = request->bytes;
	delivery->n_bytes = request->n_bytes;
	delivery->truncated = request->truncated;
	if (args_flag(call, "sent")) {
		unwrap(delivery);
	}
	delivery->now_s = call->now_s;
	delivery->via = call->command->name;
	delivery->quiet = !args_flag(call, "notify");
	delivery->guard = call->guard;
	delivery->meter = call->meter;
	verdict = pipeline_run(call->setup, call->store, delivery, error);
	if (verdict == NULL) {
		return false;
	}
	verdict_row(call, file, verdict);
	verdict_free(verdict);
	return true;
}

/*
 * Is it a copy of our own sent mail? By the envelope, one of us wrote to
 * nobody's desk. From outside such an envelope reaches us only for addresses of
 * ours, and whether it went to the correspondent is looked at later.
 */
static bool is_sent_copy(
    const Conf *conf, const char *from, const char *const *to)
{
	g_autofree char *folded = from != NULL ? address_fold(from) : NULL;

	if (folded == NULL || !reply_counts_of(conf, folded)) {
		return false;
	}
	for (gsize i = 0; to[i] != NULL; i++) {
		if (conf_desk_of(conf, to[i]) != NULL) {
			return false;
		}
	}
	return to[0] != NULL;
}

bool run_take(Call *call, GError **error)
{
	g_autofree const char **to = args_list(call, "to");
	const char *from = args_text(call, "from");
	Delivery delivery = {.sender = from,
	    .recipients = to[0] != NULL ? to : NULL,
	    .origin = {.vouched = args_flag(call, "sent") ||
				  is_sent_copy(call->setup->conf, from, to)}};

	return take_in(call, &delivery, "-", error);
}

bool run_replay(Call *call, GError **error)
{
	g_autofree const char **mailbox = args_list(call, "mailbox");
	const char *desk = args_text(call, "desk");
	Delivery delivery = {.desk = desk};

	if (desk != NULL && !args_known(call, WORD_DESK, desk, error)) {
		return false;
	}
	if (args_flag(call, "dry-run")) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "replay: --dry-run is done by the program itself");
		return false;
	}
	return take_in(call, &delivery, mailbox[0], error);
}
