/*
 * The callbacks of libmilter: what the mail server says, step by step, from
 * connect to close, with many messages in between. All state hangs at the
 * connection: callbacks of one session may run on different threads.
 *
 * Every step but DATA and the end of the message is quiet: round trips are
 * what a filter costs. Where the mail server doesn't know quiet steps,
 * libmilter answers "continue" for us.
 */
#include "intake/internal.h"

#include <arpa/inet.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/log.h"
#include "anteroom/times.h"

typedef struct {
	Intake *intake;
	guint flags; /* VERDICT_* */
	char *client_ip;
	char *daemon_name;
	guint place_generation; /* of the setup that place_ours is by */
	bool place_ours;        /* client and daemon alone are proof */
	Parcel parcel;
} Session;

/* What can't be done without, and what is used where there is. */
#define ACTIONS_NEEDED (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_ADDRCPT)
#define ACTIONS_WANTED \
	(ACTIONS_NEEDED | SMFIF_DELRCPT | SMFIF_ADDRCPT_PAR | SMFIF_SETSYMLIST)

/*
 * Not among these: NO_EOH. Without the end of header libmilter's table of
 * states has no way from DATA to the body, so that a message without any
 * header field would never get an answer. Nor SKIP: with quiet body chunks
 * there is nothing to answer it to, and one round trip a message is dearer
 * than reading past the limit now and then.
 */
#define STEPS_QUIET                                                     \
	(SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | \
	    SMFIP_NR_EOH | SMFIP_NR_BODY)
#define STEPS_WANTED (SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_HDR_LEADSPC)

/* The macros that are read, by stage. Asking spares the mail server the long
 * default lists, and Postfix doesn't say {client_addr} unasked. */
static const struct {
	int stage;
	char names[40];
} macros[] = {
    {SMFIM_CONNECT, "{daemon_name} {client_addr}"},
    {SMFIM_HELO, ""},
    {SMFIM_ENVFROM, "{auth_authen} {auth_type}"},
    {SMFIM_ENVRCPT, ""},
    {SMFIM_DATA, "i"},
    {SMFIM_EOM, "i"},
    {SMFIM_EOH, ""},
};

/* From here to on_close; a callback that finds none puts the message off. */
static void session_new(SMFICTX *ctx, guint flags)
{
	Session *session = g_new0(Session, 1);

	session->intake = intake_get();
	session->flags = flags;
	atomic_fetch_add(&session->intake->sessions, 1);
	smfi_setpriv(ctx, session);
}

static void ask_for_macros(SMFICTX *ctx)
{
	for (guint i = 0; i < G_N_ELEMENTS(macros); i++) {
		char names[sizeof macros[i].names];

		memcpy(names, macros[i].names, sizeof names);
		smfi_setsymlist(ctx, macros[i].stage, names);
	}
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions,
    unsigned long steps, unsigned long f2, unsigned long f3,
    unsigned long *want_actions, unsigned long *want_steps,
    unsigned long *want_f2, unsigned long *want_f3)
{
	Intake *intake = intake_get();
	guint flags = steps & SMFIP_HDR_LEADSPC ? VERDICT_LEAD_SPACE : 0;

	(void)f2;
	(void)f3;
	if (!intake_enter(intake)) {
		return SMFIS_REJECT;
	}
	intake_leave(intake);
	if ((actions & ACTIONS_NEEDED) != ACTIONS_NEEDED) {
		log_line(LOG_ERROR, "peer-unfit", "why",
		    "the mail server doesn't let filters change header fields "
		    "and recipients",
		    NULL);
		return SMFIS_REJECT;
	}
	*want_actions = actions & ACTIONS_WANTED;
	*want_steps |= STEPS_QUIET | (steps & STEPS_WANTED);
	*want_steps &= ~(unsigned long)SMFIP_SKIP;
	*want_f2 = *want_f3 = 0;
	if (actions & SMFIF_SETSYMLIST) {
		ask_for_macros(ctx);
	}
	session_new(ctx, flags);
	return SMFIS_CONTINUE;
}

/* The address of the SMTP client; the macro first, which knows of XCLIENT and
 * the like. Transfer full, may be NULL. */
static char *client_ip(SMFICTX *ctx, const _SOCK_ADDR *address)
{
	const char *macro;
	char name[32] = "{client_addr}";
	char text[INET6_ADDRSTRLEN];

	macro = smfi_getsymval(ctx, name);
	if (macro != NULL) {
		return g_strdup(macro);
	}
	if (address == NULL) {
		return NULL;
	}
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof v4);
		return g_strdup(
		    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, address, sizeof v6);
		return g_strdup(
		    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text));
	}
	return NULL;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
	Session *session = smfi_getpriv(ctx);
	char name[32] = "{daemon_name}";

	(void)host;
	if (session == NULL) {
		return SMFIS_NOREPLY;
	}
	parcel_end(&session->parcel);
	g_free(session->client_ip);
	g_free(session->daemon_name);
	session->place_generation = 0;
	session->client_ip = client_ip(ctx, address);
	session->daemon_name = g_strdup(smfi_getsymval(ctx, name));
	return SMFIS_NOREPLY;
}

static Origin origin_of(const Session *session)
{
	return (Origin){
	    .login = session->parcel.login,
	    .daemon_name = session->daemon_name,
	    .client_ip = session->client_ip,
	};
}

/* Comparing networks costs as much as the rest of an unwatched message does
 * here, and without a login its result stays for the session. */
static bool is_ours(Session *session)
{
	const Setup *setup = session->parcel.setup;
	Origin origin = origin_of(session);

	if (origin.login != NULL) {
		return origin_proof(setup->conf, &origin) != NULL;
	}
	if (session->place_generation != setup->generation) {
		session->place_ours =
		    origin_proof(setup->conf, &origin) != NULL;
		session->place_generation = setup->generation;
	}
	return session->place_ours;
}

/* Of this machine: what the mail server writes itself, and so the bounce of a
 * copy for a team that goes to the customer. */
static bool is_local(const Session *session)
{
	const char *ip = session->client_ip;

	return ip != NULL &&
	       (g_str_has_prefix(ip, "127.") || strcmp(ip, "::1") == 0);
}

/* A message ends that was for a desk and never came whole: the trace by which
 * held or lost mail can be found. */
static void note_undecided(SMFICTX *ctx, Session *session)
{
	const Parcel *parcel = &session->parcel;
	char name[4] = "i";

	if (parcel->setup == NULL || !parcel->watched) {
		return;
	}
	atomic_fetch_add(&session->intake->undecided, 1);
	log_line(LOG_INFO, "undecided", "queue-id", smfi_getsymval(ctx, name),
	    "sender", parcel->sender, "client", session->client_ip, "stage",
	    parcel->decided ? "content" : "envelope", "why",
	    "the mail server gave the message up", NULL);
}

static sfsistat on_envfrom(SMFICTX *ctx, char **argv)
{
	Session *session = smfi_getpriv(ctx);
	char name[32] = "{auth_authen}";

	if (session == NULL) {
		return SMFIS_NOREPLY;
	}
	parcel_end(&session->parcel);
	if (!intake_enter(session->intake)) {
		return SMFIS_NOREPLY;
	}
	parcel_begin(&session->parcel, session->intake, argv[0],
	    smfi_getsymval(ctx, name));
	session->parcel.ours = is_ours(session);
	session->parcel.returns =
	    session->parcel.from_nobody && is_local(session);
	intake_leave(session->intake);
	return SMFIS_NOREPLY;
}

static sfsistat on_envrcpt(SMFICTX *ctx, char **argv)
{
	Session *session = smfi_getpriv(ctx);

	if (session != NULL && session->parcel.setup != NULL) {
		parcel_recipient(&session->parcel, argv[0]);
	}
	return SMFIS_NOREPLY;
}

/*
 * All recipients are known: is it for us? SMFIS_CONTINUE: yes, and counted as
 * in flight. Not at RCPT, where "accept" would end the message before a
 * later recipient, and not before a reply of ours was excluded.
 */
static sfsistat decide(SMFICTX *ctx, Session *session)
{
	Parcel *parcel = &session->parcel;

	if (parcel->decided) {
		return SMFIS_CONTINUE;
	}
	if (parcel->setup == NULL) {
		return verdict_later(ctx, NULL); /* closed since before MAIL */
	}
	if (!parcel->watched && !parcel->ours && !parcel->returns) {
		atomic_fetch_add_explicit(
		    &session->intake->unwatched, 1, memory_order_relaxed);
		parcel_end(parcel);
		return SMFIS_ACCEPT;
	}
	if (!intake_begin(session->intake)) {
		parcel_end(parcel);
		return verdict_later(ctx, NULL);
	}
	parcel->decided = parcel->in_flight = true;
	return SMFIS_CONTINUE;
}

static sfsistat on_data(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);

	return session == NULL ? verdict_later(ctx, NULL)
			       : decide(ctx, session);
}

/* From here on a mail server that doesn't say DATA (milter protocol 2, 3) may
 * find us undecided; its content is read for nothing, then. */
static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	Session *session = smfi_getpriv(ctx);

	if (session != NULL && session->parcel.setup != NULL) {
		parcel_header(&session->parcel, name, value);
	}
	return SMFIS_NOREPLY;
}

static sfsistat on_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

/*
 * A last chunk may come with the end of the message itself, and then libmilter
 * goes on to on_eom only from "continue", while every other chunk must be
 * quiet. It doesn't say which it is, but changes are possible in that state
 * alone: removing a field that isn't there is a change that changes nothing.
 */
static bool is_last_chunk(SMFICTX *ctx)
{
	char nothing[] = "X-Anteroom-None";

	return smfi_chgheader(ctx, nothing, 1, NULL) == MI_SUCCESS;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *bytes, size_t n)
{
	Session *session = smfi_getpriv(ctx);

	if (session != NULL && session->parcel.setup != NULL) {
		parcel_body(&session->parcel, bytes, n);
	}
	return is_last_chunk(ctx) ? SMFIS_CONTINUE : SMFIS_NOREPLY;
}

static Verdict *run(Session *session, GError **error)
{
	Parcel *parcel = &session->parcel;
	gint64 now_s = times_now_s();
	Delivery delivery = {
	    .truncated = parcel->truncated,
	    .sender = parcel->sender,
	    .arrival_s = now_s,
	    .now_s = now_s,
	    .origin = origin_of(session),
	    .via = "milter",
	    .meter = session->intake->meter,
	};

	if (session->intake->guard.enter != NULL) {
		delivery.guard = &session->intake->guard;
	}
	parcel_complete(parcel);
	delivery.bytes = parcel->bytes->data;
	delivery.n_bytes = parcel->bytes->len;
	g_ptr_array_add(parcel->recipients, NULL);
	delivery.recipients = (const char *const *)parcel->recipients->pdata;
	return pipeline_run(
	    parcel->setup, session->intake->store, &delivery, error);
}

static void count(Intake *intake, const Verdict *verdict)
{
	if (verdict->outcome == OUTCOME_REPLY ||
	    verdict->outcome == OUTCOME_BOUNCE) {
		atomic_fetch_add(&intake->replies, 1);
	} else if (verdict->outcome == OUTCOME_UNWATCHED ||
		   verdict->outcome == OUTCOME_NOTICE) {
		atomic_fetch_add(&intake->others, 1);
	} else {
		atomic_fetch_add(&intake->messages, 1);
	}
}

/* It could not be recorded. Loudly, whatever the mail server is told. */
static sfsistat could_not(SMFICTX *ctx, Session *session, const GError *error)
{
	Parcel *parcel = &session->parcel;
	const Conf *conf = parcel->setup->conf;
	g_autoptr(Verdict) instead = NULL;
	char name[4] = "i";

	instead = verdict_instead(conf, parcel->watched);
	atomic_fetch_add(&session->intake->failures, 1);
	log_line(LOG_ERROR, "not-recorded", "queue-id",
	    smfi_getsymval(ctx, name), "sender", parcel->sender, "why",
	    error->message, "told",
	    instead == NULL ? "try later" : "accepted unscreened", NULL);
	if (g_error_matches(error, ANTEROOM_ERROR, ERROR_FATAL)) {
		intake_fail(session->intake);
	}
	if (instead == NULL) {
		return verdict_later(ctx, error);
	}
	return verdict_tell(ctx, parcel, instead, session->flags);
}

static sfsistat answer(SMFICTX *ctx, Session *session)
{
	gint64 began_us = g_get_monotonic_time();
	g_autoptr(GError) error = NULL;
	g_autoptr(Verdict) verdict = NULL;
	char name[4] = "i";

	if (session->parcel.n_forged > LIMIT_FORGED) {
		log_line(LOG_WARNING, "refused", "queue-id",
		    smfi_getsymval(ctx, name), "sender", session->parcel.sender,
		    "why", "too many forged X-Anteroom- header fields", NULL);
		return verdict_refuse(ctx);
	}
	verdict = run(session, &error);
	if (verdict == NULL) {
		return could_not(ctx, session, error);
	}
	count(session->intake, verdict);
	verdict_log(verdict, smfi_getsymval(ctx, name),
	    g_get_monotonic_time() - began_us);
	return verdict_tell(ctx, &session->parcel, verdict, session->flags);
}

static sfsistat on_eom(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);
	sfsistat told;

	if (session == NULL) {
		return verdict_later(ctx, NULL);
	}
	told = decide(ctx, session);
	if (told != SMFIS_CONTINUE) {
		return told;
	}
	if (!intake_enter(session->intake)) {
		return verdict_later(ctx, NULL);
	}
	told = answer(ctx, session);
	parcel_end(&session->parcel);
	intake_leave(session->intake);
	return told;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);

	if (session != NULL) {
		note_undecided(ctx, session);
		parcel_end(&session->parcel);
	}
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);

	if (session == NULL) {
		return SMFIS_CONTINUE;
	}
	note_undecided(ctx, session);
	smfi_setpriv(ctx, NULL);
	parcel_clear(&session->parcel);
	atomic_fetch_sub(&session->intake->sessions, 1);
	g_free(session->client_ip);
	g_free(session->daemon_name);
	g_free(session);
	return SMFIS_CONTINUE;
}

void session_describe(struct smfiDesc *description)
{
	static char name[] = "anteroom";

	*description = (struct smfiDesc){
	    .xxfi_name = name,
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags = ACTIONS_NEEDED,
	    .xxfi_connect = on_connect,
	    .xxfi_envfrom = on_envfrom,
	    .xxfi_envrcpt = on_envrcpt,
	    .xxfi_header = on_header,
	    .xxfi_eoh = on_eoh,
	    .xxfi_body = on_body,
	    .xxfi_eom = on_eom,
	    .xxfi_abort = on_abort,
	    .xxfi_close = on_close,
	    .xxfi_data = on_data,
	    .xxfi_negotiate = on_negotiate,
	};
}
