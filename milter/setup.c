/* One loaded generation of configuration, rules and calendars, and the slot in
 * which the current one stands. */
#include "anteroom/setup.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/model.h"
#include "anteroom/times.h"

struct SetupSlot {
	GMutex mutex;
	Setup *current;
};

/* The model of CONF; NULL when there is none, or none that can be used: rules
 * do without. Whoever may not look into the store's folder has none, either. */
static Model *load_model(const Conf *conf, GPtrArray *problems)
{
	g_autofree char *path = model_path(conf);
	g_autoptr(GError) error = NULL;
	Model *model = path != NULL ? model_load(path, &error) : NULL;
	bool unsaid = model != NULL || path == NULL ||
		      g_error_matches(error, ANTEROOM_ERROR, ERROR_NO) ||
		      (g_error_matches(error, ANTEROOM_ERROR, ERROR_DENIED) &&
			  *conf->model_path == '\0');

	if (!unsaid) {
		ConfPlace place = {conf->path, 0};

		g_ptr_array_add(
		    problems, conf_problem_new(place, true,
				  "rules.model: %s; going on without it",
				  error->message));
	}
	return model;
}

/* Compiles what stands on CONF, which is taken over. */
static Setup *setup_new(Conf *conf, GPtrArray *problems)
{
	g_autoptr(Conf) held = conf;
	g_autoptr(Ruleset) rules = ruleset_new(conf, problems);
	g_autoptr(Sla) sla = sla_new(conf, problems);
	Setup *setup;

	if (rules == NULL || sla == NULL) {
		return NULL;
	}
	ruleset_set_model(rules, load_model(conf, problems));
	setup = g_new0(Setup, 1);
	setup->conf = g_steal_pointer(&held);
	setup->rules = g_steal_pointer(&rules);
	setup->sla = g_steal_pointer(&sla);
	setup->generation = 1;
	setup->loaded_s = times_now_s();
	setup->refs = 1;
	return setup;
}

Setup *setup_load(const char *path, GPtrArray *problems)
{
	Conf *conf = conf_load(path, problems);

	return conf != NULL ? setup_new(conf, problems) : NULL;
}

/* Patterns that don't compile keep no other rule from being tried. */
static Ruleset *compile_what_can_be(Conf *conf, GPtrArray *problems)
{
	Ruleset *rules = ruleset_new(conf, problems);
	g_autoptr(GPtrArray) again = NULL;

	if (rules != NULL) {
		return rules;
	}
	again = conf_problems_new();
	conf_drop_rules(conf, problems);
	return ruleset_new(conf, again);
}

void setup_check(const char *path, GPtrArray *problems)
{
	g_autoptr(Conf) conf = conf_load_flawed(path, problems);
	g_autoptr(Ruleset) rules = NULL;
	g_autoptr(Sla) sla = NULL;

	if (!conf_problems_fatal(problems)) {
		sla = sla_new(conf, problems);
	}
	rules = compile_what_can_be(conf, problems);
	if (rules != NULL) {
		ruleset_check(rules, problems);
	}
}

Setup *setup_with_packs(
    Setup *base, const char *const *patterns, GPtrArray *problems)
{
	Conf *conf = conf_with_packs(base->conf, patterns, problems);

	return conf != NULL ? setup_new(conf, problems) : NULL;
}

Setup *setup_ref(Setup *setup)
{
	g_atomic_int_inc(&setup->refs);
	return setup;
}

void setup_unref(Setup *setup)
{
	if (setup == NULL || !g_atomic_int_dec_and_test(&setup->refs)) {
		return;
	}
	ruleset_unref(setup->rules);
	sla_unref(setup->sla);
	conf_unref(setup->conf);
	g_free(setup);
}

SetupSlot *setup_slot_new(Setup *setup)
{
	SetupSlot *slot = g_new0(SetupSlot, 1);

	g_mutex_init(&slot->mutex);
	slot->current = setup;
	return slot;
}

void setup_slot_free(SetupSlot *slot)
{
	if (slot != NULL) {
		setup_unref(slot->current);
		g_mutex_clear(&slot->mutex);
		g_free(slot);
	}
}

Setup *setup_slot_get(SetupSlot *slot)
{
	Setup *setup;

	g_mutex_lock(&slot->mutex);
	setup = setup_ref(slot->current);
	g_mutex_unlock(&slot->mutex);
	return setup;
}

/* Sockets and the store are opened once; a change needs a restart. */
static void warn_of_fixed(const Conf *old, const Conf *new, GPtrArray *problems)
{
	const struct {
		const char *name, *before, *after;
	} fixed[] = {
	    {"milter.socket", old->milter_socket, new->milter_socket},
	    {"control.socket", old->control_socket, new->control_socket},
	    {"store.path", old->store_path, new->store_path},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
		if (strcmp(fixed[i].before, fixed[i].after) != 0) {
			ConfPlace place = {new->path, 0};

			g_ptr_array_add(problems,
			    conf_problem_new(place, true,
				"%s is now \"%s\": takes effect at the next "
				"start",
				fixed[i].name, fixed[i].after));
		}
	}
}

bool setup_slot_reload(SetupSlot *slot, GPtrArray *problems)
{
	g_autoptr(Setup) old = setup_slot_get(slot);
	Setup *new = setup_load(old->conf->path, problems);
	Setup *replaced;

	if (new == NULL) {
		return false;
	}
	warn_of_fixed(old->conf, new->conf, problems);
	g_mutex_lock(&slot->mutex);
	new->generation = slot->current->generation + 1;
	replaced = slot->current;
	slot->current = new;
	g_mutex_unlock(&slot->mutex);
	setup_unref(replaced);
	return true;
}
