/* What the checks of Postfix share. */
#ifndef DOCTOR_POSTFIX_H
#define DOCTOR_POSTFIX_H

#include "doctor/internal.h"
#include "doctor/postconf.h"

typedef struct {
	Doctor *doctor;
	Postconf *conf;
	const char *queue; /* queue_directory */
} Postfix;

/* ---- postfix_filters.c: which of the filters are we? ---- */

typedef enum {
	FILTER_OTHER,
	FILTER_ASTRAY, /* meant for us, but we listen elsewhere */
	FILTER_CHROOT, /* would be ours, were it not for the chroot */
	FILTER_OURS,
} FilterKind;

/* What ENDPOINT of SERVICE leads to. */
FilterKind postfix_kind(const Postfix *postfix, const PostfixService *service,
    const char *endpoint);

/* The filters of SERVICE by SETTING. */
typedef struct {
	GPtrArray *milters; /* of PostfixMilter */
	FilterKind kind;    /* the best of them */
	guint at;           /* its place, unless FILTER_OTHER */
} Filters;
Filters postfix_filters(
    const Postfix *postfix, const PostfixService *service, const char *setting);
void filters_clear(Filters *filters);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filters, filters_clear)

/* "submission/inet". Transfer full. */
char *postfix_name(const PostfixService *service);

/* How SETTING is to name us where SERVICE finds us. Transfer full. */
char *postfix_mend(
    const Postfix *postfix, const PostfixService *service, const char *setting);

/* How to tell it that a service doesn't ask us. */
typedef struct {
	const char *check;
	DoctorState state;
	const char *setting;
	const char *effect; /* "mail that comes in isn't seen" */
} Unasked;

/* Tells why SERVICE, whose best filter isn't ours, doesn't ask us. */
void postfix_tell_unasked(
    Postfix *postfix, const PostfixService *service, const Unasked *unasked);

void check_postfix_rights(Postfix *postfix, const PostfixService *service);
void check_postfix_order(Postfix *postfix, const PostfixService *service);

/* ---- postfix_domains.c ---- */
void check_postfix_domains(Postfix *postfix);

/* ---- postfix_services.c ---- */

/* Does mail come in by SERVICE, from others than our own content filter? */
bool postfix_is_door(const Postfix *postfix, const PostfixService *service);
/* ... and is Anteroom asked there? */
bool postfix_asks(const Postfix *postfix, const PostfixService *service);

void check_postfix_services(Postfix *postfix);
void check_postfix_names(Postfix *postfix);
void check_postfix_local(Postfix *postfix);

#endif
