/*
 * Acknowledgements that a team has sent before. Of each only hashes of its
 * words are kept, under the store's key, and of each team the TEMPLATES_MOST
 * that were used last: a template that is in use stays. A reply that says
 * nothing which one of them didn't say, in another case, is that template once
 * more, and answers nobody.
 */
#include "cases/internal.h"

#include <string.h>

#define TEMPLATES_MOST 64 /* a team */
#define SHARE_PCT 60      /* of a template's words: less is another text */

/* ---- the words of a reply ---- */

static gint compare(gconstpointer a, gconstpointer b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return x < y ? -1 : x > y;
}

static Hash hash_of_team(const Store *store, const char *team)
{
	return store_hash(store, HASH_TEAM, &team, 1);
}

void wording_init(Wording *wording, const Store *store, const Answer *answer)
{
	g_auto(GStrv) words = NULL;

	wording->courtesy = message_courtesy(answer->message,
	    answer->conf ? answer->conf->company : NULL, &words);
	wording->team = hash_of_team(store, answer->team ? answer->team : "");
	wording->words = g_array_new(FALSE, FALSE, sizeof(guint64));
	for (gsize i = 0; words && words[i]; i++) {
		const char *word = words[i];
		Hash hash = store_hash(store, HASH_WORD, &word, 1);
		guint64 number = key_get_u32(hash.bytes);

		g_array_append_val(wording->words, number);
	}
	g_array_sort(wording->words, compare);
}

void wording_clear(Wording *wording)
{
	g_clear_pointer(&wording->words, g_array_unref);
}

/* ---- templates ---- */

static Key key_template(const Hash *team, guint32 slot)
{
	Key key = key_seen(team);

	key_u32(&key, slot);
	return key;
}

/* How many of WORDS, both ascending, TEMPLATE has too. */
static guint common(const GArray *words, const GArray *template)
{
	guint n = 0, i = 0, j = 0;

	while (i < words->len && j < template->len) {
		guint64 a = g_array_index(words, guint64, i);
		guint64 b = g_array_index(template, guint64, j);

		n += a == b;
		i += a <= b;
		j += b <= a;
	}
	return n;
}

/* Nothing new, and most of the old: a name more or less doesn't count. */
static bool says_the_same(const GArray *words, const GArray *template)
{
	return common(words, template) == words->len &&
	       words->len * 100 >= template->len * SHARE_PCT;
}

typedef struct {
	guint32 slot; /* of `found`, else where a new one goes */
	bool known;
	Template found; /* to be cleared; zero unless known */
} Search;

static bool get_template(
    Txn *txn, const Hash *team, guint32 slot, Template *template)
{
	Key key = key_template(team, slot);

	memset(template, 0, sizeof(*template));
	if (txn_get(txn, DB_TEMPLATES, &key, template)) {
		return true;
	}
	txn_forgive_damage(txn);
	return false;
}

/* The template that WORDING is, or the slot that is free or longest unused. */
static void search(Txn *txn, const Wording *wording, Search *search)
{
	gint64 oldest_s = G_MAXINT64;

	memset(search, 0, sizeof(*search));
	for (guint32 slot = 0; slot < TEMPLATES_MOST && !txn->error; slot++) {
		Template template;

		if (!get_template(txn, &wording->team, slot, &template)) {
			search->slot =
			    oldest_s == G_MININT64 ? search->slot : slot;
			oldest_s = G_MININT64;
			continue;
		}
		if (says_the_same(wording->words, template.words)) {
			search->slot = slot;
			search->known = true;
			search->found = template;
			return;
		}
		if (template.at_s < oldest_s) {
			search->slot = slot;
			oldest_s = template.at_s;
		}
		layout_clear(&template_layout, &template);
	}
}

static void remember(
    Txn *txn, const Wording *wording, const Search *found, const Template *use)
{
	Key key = key_template(&wording->team, found->slot);

	txn_put(txn, DB_TEMPLATES, &key, use);
}

const char *template_acknowledges(
    Txn *txn, const Wording *wording, guint64 id, gint64 at_s)
{
	Search found;
	Template fresh = {
	    .id = id, .at_s = at_s, .times = 1, .words = wording->words};
	bool elsewhere, answer;

	if (wording->courtesy == COURTESY_NONE) {
		return NULL;
	}
	search(txn, wording, &found);
	if (!found.known) {
		remember(txn, wording, &found, &fresh);
		return wording->courtesy == COURTESY_ONLY
			   ? "it says no more than that"
			   : NULL;
	}
	elsewhere = found.found.id != id || found.found.times > 1;
	answer = found.found.answer;
	found.found.times += found.found.id != id;
	found.found.id = id;
	found.found.at_s = MAX(found.found.at_s, at_s);
	remember(txn, wording, &found, &found.found);
	layout_clear(&template_layout, &found.found);
	if (answer) {
		return NULL;
	}
	if (elsewhere) {
		return "a template, met before";
	}
	return wording->courtesy == COURTESY_ONLY ? "it says no more than that"
						  : NULL;
}

void template_answers(Txn *txn, const char *team, guint64 id)
{
	Hash hash = hash_of_team(txn->store, team);

	for (guint32 slot = 0; slot < TEMPLATES_MOST && !txn->error; slot++) {
		Key key = key_template(&hash, slot);
		Template template;

		if (!get_template(txn, &hash, slot, &template)) {
			continue;
		}
		if (template.id == id) {
			template.answer = true;
			txn_put(txn, DB_TEMPLATES, &key, &template);
		}
		layout_clear(&template_layout, &template);
	}
}
