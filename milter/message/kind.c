/*
 * Was it written by a human? Every vendor marks automatic mail in a way of its
 * own; this is the table of them. What proves nothing is as important as what
 * does: people's mail carries X-Auto-Response-Suppress, a null return path is
 * only a wish not to be answered, and a subject can be typed by anybody. Those
 * count in pairs.
 */
#include "message/internal.h"

#include <string.h>

/* A mark in a header field. */
typedef struct {
	MessageKind kind;
	const char *because;
	const char *name;
	/* The value begins with it, caseless; NULL: any but "no" and empty. */
	const char *value;
} KindMark;

static bool starts_with(const char *text, const char *start)
{
	return g_ascii_strncasecmp(text, start, strlen(start)) == 0;
}

static bool is_yes(const char *value)
{
	return value[0] != '\0' && g_ascii_strcasecmp(value, "no") != 0 &&
	       g_ascii_strcasecmp(value, "false") != 0;
}

static const char *find_mark(
    const Message *message, const KindMark *marks, MessageKind *kind)
{
	for (const KindMark *mark = marks; mark->name != NULL; mark++) {
		const char *value = message_header(message, mark->name);
		if (value != NULL &&
		    (mark->value ? starts_with(value, mark->value)
				 : is_yes(value))) {
			*kind = mark->kind;
			return mark->because;
		}
	}
	return NULL;
}

static bool has_header(
    const Message *message, const char *name, const char *value)
{
	const char *text = message_header(message, name);
	return text != NULL &&
	       (value == NULL || g_ascii_strcasecmp(text, value) == 0);
}

/* Nobody is to answer: a mark that needs another. */
static bool wants_no_answer(const Message *message)
{
	const char *precedence = message_header(message, "Precedence");
	return message->from_nobody ||
	       has_header(message, "X-Auto-Response-Suppress", NULL) ||
	       has_header(message, "Return-Path", "<>") ||
	       (precedence != NULL && (starts_with(precedence, "bulk") ||
					  starts_with(precedence, "junk")));
}

static bool subject_starts(const Message *message, const char *const *starts)
{
	for (; *starts != NULL; starts++) {
		if (starts_with(message->subject, *starts)) {
			return true;
		}
	}
	return false;
}

/* "Ann Other is out of the office." */
static bool subject_is_notes(const Message *message)
{
	static const char words[] = " is out of the office";
	g_autofree char *subject = g_ascii_strdown(message->subject, -1);

	return strstr(subject, words) != NULL;
}

static bool subject_is_absence(const Message *message)
{
	static const char *const starts[] = {"Automatic reply:",
	    "Automatic reply ", "Auto reply", "Auto-reply", "Autoreply",
	    "Auto response", "Auto-response", "Autoresponse", "AutoResponder",
	    "Out of Office", "Out of the office", "Out-of-Office",
	    "OOO:", "AUTO:", "Vacation", "Away from", "I am out of",
	    "Abwesenheitsnotiz", "Abwesenheit", "Automatische Antwort",
	    "Abwesend", "Réponse automatique", "Absence du bureau",
	    "Message d'absence", "Respuesta automática", "Fuera de la oficina",
	    "Ausente de la oficina", "Risposta automatica",
	    "Resposta automática", "Automatisch antwoord", "Autosvar",
	    "Automaattinen vastaus", "自動応答", "自动答复", NULL};
	return subject_starts(message, starts) || subject_is_notes(message);
}

static bool subject_is_bounce(const Message *message)
{
	static const char *const starts[] = {"Undelivered Mail Returned",
	    "Undeliverable:", "Undeliverable mail",
	    "Returned mail:", "Delivery Status Notification",
	    "Delivery failure", "Delivery Notification", "Mail delivery failed",
	    "Mail System Error", "failure notice", "Warning: could not send",
	    "Unzustellbar:", "Non remis", "Non distribuable",
	    "No se puede "
	    "entregar",
	    NULL};
	return subject_starts(message, starts);
}

static bool subject_is_receipt(const Message *message)
{
	static const char *const starts[] = {"Read: ", "Read:", "Not read:",
	    "Return Receipt", "Read receipt", "Disposition notification",
	    "Gelesen:", "Ungelesen gelöscht:", "Lesebestätigung",
	    "Empfangsbestätigung", "Lu :", "Lu:", "Accusé de ", "Leído:", NULL};
	return subject_starts(message, starts);
}

static bool from_mail_system(const Message *message)
{
	const char *from = message_from(message);
	return g_str_has_prefix(from, "mailer-daemon") ||
	       g_str_has_prefix(from, "postmaster@") ||
	       g_str_has_prefix(from, "microsoftexchange") ||
	       g_str_has_prefix(from, "mail-daemon@");
}

static bool report_is(const KindMarks *marks, const char *type)
{
	return marks != NULL && marks->report_type != NULL &&
	       strcmp(marks->report_type, type) == 0;
}

/* ---- the criteria, in order; each gives its reason or NULL ---- */

typedef const char *(*KindTest)(
    const Message *message, const KindMarks *marks, MessageKind *kind);

static const char *test_report(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	(void)message;
	/* Such a part in a message of another type proves nothing. */
	bool report = marks != NULL && marks->media != NULL &&
		      (strcmp(marks->media, "multipart/report") == 0 ||
			  g_str_has_prefix(marks->media, "message/"));
	if (!report) {
		return NULL;
	}
	if (report_is(marks, "disposition-notification") || marks->receipt) {
		*kind = KIND_RECEIPT;
		return "disposition notification (RFC 8098)";
	}
	if (report_is(marks, "delivery-status") ||
	    report_is(marks, "global-delivery-status") || marks->delivery) {
		*kind = KIND_BOUNCE;
		return "delivery status (RFC 3464)";
	}
	return NULL;
}

static const char *test_vendor_report(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	static const KindMark table[] = {
	    {KIND_BOUNCE, "X-Failed-Recipients", "X-Failed-Recipients", NULL},
	    {KIND_BOUNCE, "Content-Class of a bounce", "Content-Class",
		"urn:content-classes:dsn"},
	    {KIND_RECEIPT, "Content-Class of a receipt", "Content-Class",
		"urn:content-classes:mdn"},
	    {KIND_RECEIPT, "message class of a receipt", "X-Message-Class",
		"REPORT.IPM.Note.IPN"},
	    {KIND_BOUNCE, "message class of a bounce", "X-Message-Class",
		"REPORT.IPM.Note.NDR"},
	    {0, NULL, NULL, NULL}};
	(void)marks;
	return find_mark(message, table, kind);
}

static const char *test_plain_bounce(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	(void)marks;
	if (!from_mail_system(message) || !subject_is_bounce(message)) {
		return NULL;
	}
	*kind = KIND_BOUNCE;
	return "subject and sender of a bounce";
}

static const char *test_plain_receipt(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	(void)marks;
	bool automatic =
	    wants_no_answer(message) || message->auto_submitted ||
	    has_header(message, "X-MS-Exchange-Generated-Message-Source", NULL);
	if (!automatic || !subject_is_receipt(message)) {
		return NULL;
	}
	*kind = KIND_RECEIPT;
	return "subject of a receipt, and nobody to answer";
}

static const char *test_calendar(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	(void)message;
	if (marks == NULL || !marks->calendar_reply) {
		return NULL;
	}
	*kind = KIND_AUTO_REPLY;
	return "calendar reply (METHOD=REPLY)";
}

static const char *test_auto_submitted(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	(void)marks;
	if (!message->auto_submitted) {
		return NULL;
	}
	*kind = KIND_AUTO_REPLY;
	return "Auto-Submitted (RFC 3834)";
}

static const char *test_vendor_automatic(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	static const KindMark table[] = {
	    {KIND_AUTO_REPLY, "X-Autoreply", "X-Autoreply", NULL},
	    {KIND_AUTO_REPLY, "X-Auto-Reply", "X-Auto-Reply", NULL},
	    {KIND_AUTO_REPLY, "X-Autorespond", "X-Autorespond", NULL},
	    {KIND_AUTO_REPLY, "X-Autoresponder", "X-Autoresponder", NULL},
	    {KIND_AUTO_REPLY, "X-Auto-Response-From", "X-Auto-Response-From",
		NULL},
	    {KIND_AUTO_REPLY, "X-AutoReply-From", "X-AutoReply-From", NULL},
	    {KIND_AUTO_REPLY, "X-Autoreply-Sent", "X-Autoreply-Sent", NULL},
	    {KIND_AUTO_REPLY, "X-Mail-Autoreply", "X-Mail-Autoreply", NULL},
	    {KIND_AUTO_REPLY, "X-Autogenerated", "X-Autogenerated", "reply"},
	    {KIND_AUTO_REPLY, "X-FC-MachineGenerated", "X-FC-MachineGenerated",
		NULL},
	    {KIND_AUTO_REPLY, "X-POST-MessageClass", "X-POST-MessageClass",
		"9; Autoresponder"},
	    {KIND_AUTO_REPLY, "Delivered-To an autoresponder", "Delivered-To",
		"Autoresponder"},
	    {KIND_AUTO_REPLY, "Lotus Notes' $AutoForward", "$AutoForward",
		NULL},
	    {KIND_AUTO_REPLY, "X-MS-Exchange-Inbox-Rules-Loop",
		"X-MS-Exchange-Inbox-Rules-Loop", NULL},
	    {KIND_AUTO_REPLY, "X-MS-Exchange-Generated-Message-Source",
		"X-MS-Exchange-Generated-Message-Source", NULL},
	    {KIND_AUTO_REPLY, "Precedence: auto_reply", "Precedence",
		"auto_reply"},
	    {KIND_AUTO_REPLY, "Precedence: auto-reply", "Precedence",
		"auto-reply"},
	    {KIND_AUTO_REPLY, "X-Precedence: auto_reply", "X-Precedence",
		"auto_reply"},
	    {KIND_AUTO_REPLY, "X-Cron-Env", "X-Cron-Env", NULL},
	    {0, NULL, NULL, NULL}};
	(void)marks;
	return find_mark(message, table, kind);
}

static const char *test_absence(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	(void)marks;
	if (!wants_no_answer(message) || !subject_is_absence(message)) {
		return NULL;
	}
	*kind = KIND_AUTO_REPLY;
	return "subject of an absence note, and nobody to answer";
}

static const char *test_list(
    const Message *message, const KindMarks *marks, MessageKind *kind)
{
	static const KindMark table[] = {
	    {KIND_LIST, "List-Id (RFC 2919)", "List-Id", NULL},
	    {KIND_LIST, "List-Post (RFC 2369)", "List-Post", ""},
	    {KIND_LIST, "List-Unsubscribe (RFC 2369)", "List-Unsubscribe",
		NULL},
	    {KIND_LIST, "Mailing-List", "Mailing-List", NULL},
	    {KIND_LIST, "X-Mailing-List", "X-Mailing-List", NULL},
	    {KIND_LIST, "X-Mailman-Version", "X-Mailman-Version", NULL},
	    {KIND_LIST, "Precedence: list", "Precedence", "list"},
	    {KIND_LIST, "Precedence: bulk", "Precedence", "bulk"},
	    {KIND_LIST, "Precedence: junk", "Precedence", "junk"},
	    {0, NULL, NULL, NULL}};
	(void)marks;
	return find_mark(message, table, kind);
}

static bool is_auto_submitted(const Message *message)
{
	const char *value = message_header(message, "Auto-Submitted");
	if (value == NULL || value[0] == '\0') {
		return false;
	}
	/* "no (a comment)", "no; parameter" */
	return !(starts_with(value, "no") && strchr(" \t;(", value[2]) != NULL);
}

void kind_decide(Message *message, const KindMarks *marks)
{
	static const KindTest tests[] = {test_report, test_vendor_report,
	    test_plain_bounce, test_plain_receipt, test_calendar,
	    test_auto_submitted, test_vendor_automatic, test_absence,
	    test_list};
	message->kind = KIND_HUMAN;
	message->kind_because = "no mark of automatic mail";
	message->auto_submitted = is_auto_submitted(message);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
		MessageKind kind;
		const char *because = tests[i](message, marks, &kind);
		if (because != NULL) {
			message->kind = kind;
			message->kind_because = because;
			return;
		}
	}
}
