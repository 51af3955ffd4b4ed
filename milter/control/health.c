/* How the daemon is: what it runs on, how full its store is, how old its rules
 * are. What waits and what it can't see is in `status`. */
#include "anteroom/times.h"
#include "control/internal.h"

void store_write(Json *json, const char *path, Store *store)
{
	StoreStats stats;

	store_stats(store, &stats);
	json_begin_object(json, "store");
	if (path != NULL) {
		json_string(json, "path", path);
	}
	json_int(json, "map_bytes", (gint64)stats.map_bytes);
	json_int(json, "used_bytes", (gint64)stats.used_bytes);
	json_int(json, "cases", (gint64)stats.cases);
	json_int(json, "commits", (gint64)stats.commits);
	json_int(json, "changes", (gint64)stats.changes);
	json_end_object(json);
}

static void write_rules(Json *json, const Setup *setup)
{
	json_begin_object(json, "rules");
	json_int(json, "rules", setup->conf->rules->len);
	json_int(json, "topics", setup->conf->topics->len);
	json_time(json, "loaded_at", setup->loaded_s);
	json_int(json, "generation", setup->generation);
	json_end_object(json);
}

bool run_health(Call *call, GError **error)
{
	const Conf *conf = call->setup->conf;
	Json *json = row_new();

	(void)error;
	json_string(json, "version", ANTEROOM_VERSION);
	json_time(json, "clock", times_now_s());
	json_string(json, "milter", conf->milter_socket);
	json_string(json, "control", conf->control_socket);
	json_string(json, "conf", conf->path);
	store_write(json, conf->store_path, call->store);
	write_rules(json, call->setup);
	call_row(call, json);
	return true;
}
