/*
 * Style, script and icons, inside the program. Their address has their hash,
 * so that browsers keep them until they change.
 */
#include <string.h>

#include "web/internal.h"
#include "web/pages.h"

#define ASSETS(X)                                 \
	X(style, "style.css", "text/css")         \
	X(script, "script.js", "text/javascript") \
	X(icon, "icon.svg", "image/svg+xml")      \
	X(openapi, "openapi.json", "application/json")

#define EMBED(symbol, file, mime)                          \
	__asm__(".section .rodata\n"                       \
		".balign 16\n"                             \
		"asset_" #symbol "_begin:\n"               \
		".incbin \"milter/web/assets/" file "\"\n" \
		"asset_" #symbol "_end:\n"                 \
		".byte 0\n"                                \
		".previous\n");                            \
	extern const char asset_##symbol##_begin[];        \
	extern const char asset_##symbol##_end[];
ASSETS(EMBED)

#define ROW(symbol, file, mime) \
	{file, mime, asset_##symbol##_begin, asset_##symbol##_end},
static const struct {
	const char *name, *type, *begin, *end;
} assets[] = {ASSETS(ROW)};

static gsize find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(assets); i++) {
		if (strcmp(assets[i].name, name) == 0) {
			return i;
		}
	}
	return G_N_ELEMENTS(assets);
}

static const char *hash_of(gsize i)
{
	static const char *hashes[G_N_ELEMENTS(assets)];

	if (g_once_init_enter(&hashes[i])) {
		char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
		    (const guint8 *)assets[i].begin,
		    (gsize)(assets[i].end - assets[i].begin));
		g_autofree char *quoted = g_strdup_printf("\"%.16s\"", hash);

		g_free(hash);
		g_once_init_leave(
		    &hashes[i], (char *)(guintptr)g_intern_string(quoted));
	}
	return hashes[i];
}

const char *asset_url(const char *name)
{
	gsize i = find(name);
	g_autofree char *url = NULL;

	if (i == G_N_ELEMENTS(assets)) {
		return NULL;
	}
	url = g_strdup_printf("/assets/%s?v=%.16s", name, hash_of(i) + 1);
	return g_intern_string(url);
}

static void give(const WebRequest *request, WebReply *reply, const char *name)
{
	gsize i = find(name);

	if (i == G_N_ELEMENTS(assets)) {
		reply_problem(request, reply, 404, "There is no such file.");
		return;
	}
	reply->status = 200;
	reply->type = assets[i].type;
	reply->bytes = assets[i].begin;
	reply->n_bytes = (gsize)(assets[i].end - assets[i].begin);
	reply->cache = CACHE_ASSET;
	reply->etag = hash_of(i);
}

void asset_page(const WebRequest *request, WebReply *reply)
{
	give(request, reply, request->item);
}

/* What the API is, in the form of OpenAPI. */
void api_description(const WebRequest *request, WebReply *reply)
{
	give(request, reply, "openapi.json");
	reply->cache = CACHE_NEVER;
}
