/*
 * Events for programs: queued in the outbox in the transaction of the event,
 * beside the notices for people, and like them never without it.
 */
#include <string.h>

#include "cases/notice.h"

void store_set_webhooks(Store *store, Conf *conf)
{
	Conf *old;

	g_mutex_lock(&store->mutex);
	old = store->webhooks;
	store->webhooks = conf->webhooks->len > 0 ? conf_ref(conf) : NULL;
	g_mutex_unlock(&store->mutex);
	conf_unref(old);
}

static Conf *current(Store *store)
{
	Conf *conf;

	g_mutex_lock(&store->mutex);
	conf = store->webhooks != NULL ? conf_ref(store->webhooks) : NULL;
	g_mutex_unlock(&store->mutex);
	return conf;
}

/* Of a sensitive case only who named its team hears. */
static bool asks_for(const Webhook *hook, const Case *kase, const char *what)
{
	bool team = g_strv_contains(hook->teams, kase->team) ||
		    (hook->teams[0] == NULL && !kase->sensitive);

	return team && g_strv_contains(hook->events, what);
}

static Notice *notice_of(
    const Webhook *hook, const Case *kase, const char *what, gint64 at_s)
{
	Notice *notice = g_new0(Notice, 1);

	notice->kind = NOTICE_WEBHOOK;
	notice->to = g_strdup(hook->name);
	notice->at_s = notice->after_s = notice->next_s = at_s;
	notice->case_id = kase->id;
	notice->team = g_strdup(kase->team);
	notice->topic = g_strdup(kase->topic);
	notice->level = kase->level;
	notice->sensitive = kase->sensitive;
	notice->subject = g_strdup("");
	notice->from = g_strdup("");
	notice->due_s = case_next_due_s(kase);
	notice->policy = g_strdup("");
	notice->zone = g_strdup("");
	notice->detail = g_strdup(what);
	return notice;
}

void notice_webhooks(Txn *txn, const Case *kase, const char *what, gint64 at_s)
{
	g_autoptr(Conf) conf = current(txn->store);

	/* A desk that only looks tells nobody. */
	if (conf == NULL || kase->mode != MODE_LIVE) {
		return;
	}
	for (guint i = 0; i < conf->webhooks->len; i++) {
		const Webhook *hook = conf->webhooks->pdata[i];

		if (asks_for(hook, kase, what)) {
			g_autoptr(Notice) notice =
			    notice_of(hook, kase, what, at_s);

			notice_queue(txn, notice);
		}
	}
}
