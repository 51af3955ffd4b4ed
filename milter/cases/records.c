/*
 * The layouts of all records: which field of which struct has which tag. A tag
 * is never used again for something else, and FORMAT.md lists them all; a test
 * compares the two.
 */
#include "cases/internal.h"

#define SLOT(tag, type, field, kind)                                        \
	{                                                                   \
		tag, #field, kind, offsetof(type, field), false, 0, 0, NULL \
	}
#define MAY_LACK(tag, type, field, kind)                                   \
	{                                                                  \
		tag, #field, kind, offsetof(type, field), true, 0, 0, NULL \
	}
#define CHOICE(tag, type, field, most)                                       \
	{                                                                    \
		tag, #field, SLOT_INT32, offsetof(type, field), false, most, \
		    0, NULL                                                  \
	}
#define FIXED(tag, type, field)                                           \
	{                                                                 \
		tag, #field, SLOT_BYTES, offsetof(type, field), false, 0, \
		    sizeof(((type *)NULL)->field), NULL                   \
	}
#define LIST(tag, type, field, kind, of)                                  \
	{                                                                 \
		tag, #field, kind, offsetof(type, field), false, 0, 0, of \
	}
#define LAYOUT(name, type, slots)                              \
	{                                                      \
		name, sizeof(type), slots, G_N_ELEMENTS(slots) \
	}

static const Slot clock_slots[] = {
    CHOICE(1, Clock, metric, METRICS_ALL),
    SLOT(2, Clock, instance, SLOT_INT32),
    CHOICE(3, Clock, state, CLOCK_REVOKED + 1),
    SLOT(4, Clock, target_s, SLOT_INT64),
    SLOT(5, Clock, started_s, SLOT_INT64),
    SLOT(6, Clock, due_s, SLOT_INT64),
    SLOT(7, Clock, left_s, SLOT_INT64),
    SLOT(8, Clock, ended_s, SLOT_INT64),
    SLOT(9, Clock, from_s, SLOT_INT64),
    SLOT(10, Clock, spent_s, SLOT_INT64),
    SLOT(11, Clock, warned_pct, SLOT_INT32),
    SLOT(12, Clock, breached, SLOT_BOOL),
    SLOT(13, Clock, escalated_s, SLOT_INT64),
    SLOT(14, Clock, next_s, SLOT_INT64),
    SLOT(15, Clock, quiet_s, SLOT_INT64),
};
const Layout clock_layout = LAYOUT("clock", Clock, clock_slots);

static const Slot hit_slots[] = {
    SLOT(1, CaseHit, rule, SLOT_TEXT),
    SLOT(2, CaseHit, topic, SLOT_TEXT),
    SLOT(3, CaseHit, points, SLOT_INT32),
    SLOT(4, CaseHit, urgency, SLOT_INT32),
    SLOT(5, CaseHit, in, SLOT_TEXT),
    SLOT(6, CaseHit, text, SLOT_TEXT),
    SLOT(7, CaseHit, why, SLOT_TEXT),
};
const Layout hit_layout = LAYOUT("hit", CaseHit, hit_slots);

static const Slot holder_slots[] = {
    SLOT(1, Holder, team, SLOT_TEXT),
    SLOT(2, Holder, from_s, SLOT_INT64),
};
const Layout holder_layout = LAYOUT("holder", Holder, holder_slots);

static const Slot case_slots[] = {
    SLOT(1, Case, id, SLOT_INT64),
    SLOT(2, Case, desk, SLOT_TEXT),
    SLOT(3, Case, team, SLOT_TEXT),
    SLOT(4, Case, topic, SLOT_TEXT),
    SLOT(5, Case, topics, SLOT_WORDS),
    SLOT(6, Case, urgency, SLOT_INT32),
    CHOICE(7, Case, level, URGENCY_LEVELS),
    CHOICE(8, Case, state, CASE_STATES),
    CHOICE(9, Case, mode, MODE_SHADOW + 1),
    SLOT(10, Case, sensitive, SLOT_BOOL),
    MAY_LACK(11, Case, unscreened, SLOT_TEXT),
    SLOT(12, Case, subject, SLOT_TEXT),
    SLOT(13, Case, from, SLOT_TEXT),
    SLOT(14, Case, correspondents, SLOT_WORDS),
    SLOT(15, Case, copied, SLOT_WORDS),
    SLOT(16, Case, witnesses, SLOT_WORDS),
    SLOT(17, Case, received_s, SLOT_INT64),
    SLOT(18, Case, waiting_s, SLOT_INT64),
    SLOT(19, Case, last_message_s, SLOT_INT64),
    SLOT(20, Case, first_reply_s, SLOT_INT64),
    SLOT(21, Case, replied_s, SLOT_INT64),
    SLOT(22, Case, replied_team, SLOT_TEXT),
    SLOT(23, Case, closed_s, SLOT_INT64),
    MAY_LACK(24, Case, closed_because, SLOT_TEXT),
    SLOT(25, Case, pause_until_s, SLOT_INT64),
    MAY_LACK(26, Case, pause_because, SLOT_TEXT),
    SLOT(27, Case, policy, SLOT_TEXT),
    SLOT(28, Case, calendar, SLOT_TEXT),
    LIST(29, Case, clocks, SLOT_STRUCTS, &clock_layout),
    LIST(30, Case, hits, SLOT_POINTERS, &hit_layout),
    SLOT(31, Case, messages, SLOT_INT32),
    SLOT(32, Case, copies, SLOT_INT32),
    SLOT(33, Case, excerpt, SLOT_TEXT),
    SLOT(34, Case, links, SLOT_NUMBERS),
    SLOT(35, Case, merged_into, SLOT_INT64),
    SLOT(36, Case, events, SLOT_INT32),
    FIXED(37, Case, chain),
    SLOT(38, Case, acknowledged_s, SLOT_INT64),
    LIST(39, Case, holders, SLOT_POINTERS, &holder_layout),
    SLOT(40, Case, hops, SLOT_INT32),
    SLOT(41, Case, moved, SLOT_NUMBERS),
};
const Layout case_layout = LAYOUT("case", Case, case_slots);

/* The same records, for whoever looks at hundreds and wants to know little. */
static const Slot sketch_slots[] = {
    SLOT(1, Case, id, SLOT_INT64),
    SLOT(3, Case, team, SLOT_TEXT),
    CHOICE(8, Case, state, CASE_STATES),
    SLOT(10, Case, sensitive, SLOT_BOOL),
    SLOT(12, Case, subject, SLOT_TEXT),
    SLOT(13, Case, from, SLOT_TEXT),
    SLOT(17, Case, received_s, SLOT_INT64),
    SLOT(35, Case, merged_into, SLOT_INT64),
};
const Layout sketch_layout = LAYOUT("case", Case, sketch_slots);

static const Slot event_slots[] = {
    SLOT(1, StoredEvent, event.at_s, SLOT_INT64),
    SLOT(2, StoredEvent, event.what, SLOT_TEXT),
    SLOT(3, StoredEvent, event.who, SLOT_TEXT),
    SLOT(4, StoredEvent, event.detail, SLOT_TEXT),
    MAY_LACK(5, StoredEvent, event.message_id, SLOT_TEXT),
    FIXED(6, StoredEvent, previous),
    FIXED(7, StoredEvent, identity.print),
    FIXED(8, StoredEvent, identity.text),
    FIXED(9, StoredEvent, identity.message_id),
    FIXED(10, StoredEvent, identity.conversation),
    FIXED(11, StoredEvent, identity.body),
    SLOT(12, StoredEvent, sent.at_s, SLOT_INT64),
    SLOT(13, StoredEvent, sent.waiting_s, SLOT_INT64),
    MAY_LACK(14, StoredEvent, sent.team, SLOT_TEXT),
    SLOT(15, StoredEvent, sent.to, SLOT_WORDS),
    LIST(16, StoredEvent, before, SLOT_POINTERS, &case_layout),
};
const Layout event_layout = LAYOUT("event", StoredEvent, event_slots);

static const Slot seen_slots[] = {
    SLOT(1, Seen, id, SLOT_INT64),
    SLOT(2, Seen, event, SLOT_INT32),
    SLOT(3, Seen, at_s, SLOT_INT64),
};
const Layout seen_layout = LAYOUT("seen", Seen, seen_slots);

static const Slot thread_slots[] = {
    SLOT(1, Thread, event, SLOT_INT32),
    SLOT(2, Thread, at_s, SLOT_INT64),
    SLOT(3, Thread, moved, SLOT_INT64),
};
const Layout thread_layout = LAYOUT("thread", Thread, thread_slots);

static const Slot order_slots[] = {
    CHOICE(1, Order, state, CASE_STATES),
    SLOT(2, Order, team, SLOT_TEXT),
    SLOT(3, Order, topic, SLOT_TEXT),
    SLOT(4, Order, desk, SLOT_TEXT),
};
const Layout order_layout = LAYOUT("order", Order, order_slots);

static const Slot meta_slots[] = {
    SLOT(1, Meta, number, SLOT_INT64),
    FIXED(2, Meta, secret),
};
const Layout meta_layout = LAYOUT("meta", Meta, meta_slots);

static const Slot template_slots[] = {
    SLOT(1, Template, id, SLOT_INT64),
    SLOT(2, Template, at_s, SLOT_INT64),
    SLOT(3, Template, times, SLOT_INT32),
    SLOT(4, Template, answer, SLOT_BOOL),
    SLOT(5, Template, words, SLOT_NUMBERS),
};
const Layout template_layout = LAYOUT("template", Template, template_slots);

static const Slot notice_slots[] = {
    CHOICE(1, Notice, kind, NOTICE_KINDS),
    CHOICE(2, Notice, rung, RUNGS),
    CHOICE(3, Notice, state, NOTICE_STATES),
    SLOT(4, Notice, to, SLOT_TEXT),
    SLOT(5, Notice, at_s, SLOT_INT64),
    SLOT(6, Notice, after_s, SLOT_INT64),
    SLOT(7, Notice, next_s, SLOT_INT64),
    SLOT(8, Notice, case_id, SLOT_INT64),
    SLOT(9, Notice, team, SLOT_TEXT),
    SLOT(10, Notice, topic, SLOT_TEXT),
    CHOICE(11, Notice, level, URGENCY_LEVELS),
    SLOT(12, Notice, sensitive, SLOT_BOOL),
    SLOT(13, Notice, subject, SLOT_TEXT),
    SLOT(14, Notice, from, SLOT_TEXT),
    SLOT(15, Notice, of_clock, SLOT_BOOL),
    CHOICE(16, Notice, metric, METRICS_ALL),
    SLOT(17, Notice, instance, SLOT_INT32),
    SLOT(18, Notice, step, SLOT_INT64),
    SLOT(19, Notice, due_s, SLOT_INT64),
    SLOT(20, Notice, policy, SLOT_TEXT),
    SLOT(21, Notice, zone, SLOT_TEXT),
    SLOT(22, Notice, detail, SLOT_TEXT),
    SLOT(23, Notice, attempts, SLOT_INT32),
    MAY_LACK(24, Notice, error, SLOT_TEXT),
    MAY_LACK(25, Notice, message_id, SLOT_TEXT),
    SLOT(26, Notice, ended_s, SLOT_INT64),
    SLOT(27, Notice, cases, SLOT_NUMBERS),
    SLOT(28, Notice, leased, SLOT_BOOL),
};
const Layout notice_layout = LAYOUT("notice", Notice, notice_slots);

static const Slot reader_slots[] = {
    SLOT(1, Reader, times, SLOT_NUMBERS),
    SLOT(2, Reader, notices, SLOT_NUMBERS),
    SLOT(3, Reader, summary, SLOT_INT64),
    SLOT(4, Reader, summary_s, SLOT_INT64),
    SLOT(5, Reader, digest_s, SLOT_INT64),
};
const Layout reader_layout = LAYOUT("reader", Reader, reader_slots);

/* The key says it all. */
const Layout wake_layout = {"wake", 1, NULL, 0};
const Layout alarm_layout = {"alarm", 1, NULL, 0};
const Layout outbox_layout = {"outbox", 1, NULL, 0};
const Layout pending_layout = {"pending", 1, NULL, 0};
const Layout writer_layout = {"writer", 1, NULL, 0};

const char *const db_names[DBS] = {"meta", "cases", "events", "seen", "threads",
    "order", "wake", "templates", "alarms", "notices", "outbox", "pending",
    "readers", "writers"};

const Layout *db_layout(Db db)
{
	static const Layout *const layouts[DBS] = {&meta_layout, &case_layout,
	    &event_layout, &seen_layout, &thread_layout, &order_layout,
	    &wake_layout, &template_layout, &alarm_layout, &notice_layout,
	    &outbox_layout, &pending_layout, &reader_layout, &writer_layout};

	return layouts[db];
}
