/*
 * The shipped safety rules against people who hide words: each rule must fire
 * on its own examples, whatever these arrive as. From the bytes of a message,
 * as the mail server hands them over, to the hit.
 */
#include "score_fixture.h"

#define BASE64_PIECE 4 /* bytes: never a multiple of 3, so each is padded */

/* ---- what words are made of ---- */

/* Each character of TEXT by itself, in pieces of N, transfer full. */
static GPtrArray *pieces(const char *text, guint n)
{
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
	while (*text) {
		const char *end = text;
		for (guint i = 0; i < n && *end; i++) {
			end = g_utf8_next_char(end);
		}
		g_ptr_array_add(out, g_strndup(text, (gsize)(end - text)));
		text = end;
	}
	return out;
}

static char *plain(const char *text)
{
	return g_strdup(text);
}

static char *full_width(const char *text)
{
	GString *out = g_string_new(NULL);
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		bool shown = c > ' ' && c < 0x7f;
		g_string_append_unichar(out, shown ? c + 0xfee0 : c);
	}
	return g_string_free(out, FALSE);
}

static char *zero_width(const char *text)
{
	static const gunichar unseen[] = {
	    0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0xad};
	GString *out = g_string_new(NULL);
	for (guint i = 0; *text; text = g_utf8_next_char(text), i++) {
		g_string_append_unichar(out, g_utf8_get_char(text));
		g_string_append_unichar(out, unseen[i % G_N_ELEMENTS(unseen)]);
	}
	return g_string_free(out, FALSE);
}

/* Mathematical bold letters. */
static char *bold(const char *text)
{
	GString *out = g_string_new(NULL);
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		c = c >= 'a' && c <= 'z'   ? c - 'a' + 0x1d41a
		    : c >= 'A' && c <= 'Z' ? c - 'A' + 0x1d400
					   : c;
		g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

/* Cyrillic letters that look like Latin ones, wherever there are. */
static char *cyrillic(const char *text)
{
	static const char latin[] = "aceijopsxyACEHIJKMOPSTXY";
	static const gunichar alike[] = {0x430, 0x441, 0x435, 0x456, 0x458,
	    0x43e, 0x440, 0x455, 0x445, 0x443, 0x410, 0x421, 0x415, 0x41d,
	    0x406, 0x408, 0x41a, 0x41c, 0x41e, 0x420, 0x405, 0x422, 0x425,
	    0x423};
	GString *out = g_string_new(NULL);
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		const char *at = c < 0x80 ? strchr(latin, (int)c) : NULL;
		g_string_append_unichar(out, at ? alike[at - latin] : c);
	}
	return g_string_free(out, FALSE);
}

/* A stroke through each letter. */
static char *struck(const char *text)
{
	GString *out = g_string_new(NULL);
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		g_string_append_unichar(out, c);
		if (g_unichar_isalpha(c)) {
			g_string_append_unichar(out, 0x336);
		}
	}
	return g_string_free(out, FALSE);
}

/* Accents in letters of their own. */
static char *decomposed(const char *text)
{
	return g_utf8_normalize(text, -1, G_NORMALIZE_NFD);
}

/* ---- what carries them ---- */

static GString *begun(const char *subject)
{
	GString *mail = g_string_new("From: Ann <ann@example.org>\r\n"
				     "To: ceo@example.com\r\n"
				     "MIME-Version: 1.0\r\n");
	g_string_append_printf(mail, "Subject: %s\r\n", subject);
	return mail;
}

static void append_base64(GString *out, const char *bytes, gsize length)
{
	g_autofree char *text = g_base64_encode((const guchar *)bytes, length);
	g_string_append(out, text);
}

static void append_escaped(GString *out, const char *text, char sign)
{
	for (; *text; text++) {
		g_string_append_printf(out, "%c%02X", sign, (guchar)*text);
	}
}

static GString *in_text(const char *text)
{
	GString *mail = begun("a letter");
	g_string_append_printf(mail,
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
	    text);
	return mail;
}

static GString *in_html(const char *text)
{
	GString *mail = begun("a letter");
	g_autoptr(GPtrArray) each = pieces(text, 2);
	g_string_append(mail, "Content-Type: text/html; charset=utf-8\r\n\r\n"
			      "<html><body><p>\r\n");
	for (guint i = 0; i < each->len; i++) {
		g_autofree char *safe =
		    g_markup_escape_text(each->pdata[i], -1);
		g_string_append_printf(mail,
		    i % 2 ? "%s<span style=\"color:red\"></span>"
			  : "<b>%s</b><!-- x -->",
		    safe);
	}
	g_string_append(mail, "</p></body></html>\r\n");
	return mail;
}

static GString *in_entities(const char *text)
{
	GString *mail = begun("a letter");
	g_string_append(mail, "Content-Type: text/html\r\n\r\n<p>");
	for (; *text; text = g_utf8_next_char(text)) {
		g_string_append_printf(
		    mail, "&#x%x;", (guint)g_utf8_get_char(text));
	}
	g_string_append(mail, "</p>\r\n");
	return mail;
}

static GString *in_base64(const char *text)
{
	GString *mail = begun("a letter");
	g_string_append(mail, "Content-Type: text/plain; charset=utf-8\r\n"
			      "Content-Transfer-Encoding: base64\r\n\r\n");
	for (gsize left = strlen(text), n; left; left -= n, text += n) {
		n = MIN(left, BASE64_PIECE);
		append_base64(mail, text, n);
		g_string_append(mail, "\r\n");
	}
	return mail;
}

static GString *in_quoted_printable(const char *text)
{
	GString *mail = begun("a letter");
	g_autoptr(GPtrArray) each = pieces(text, 1);
	g_string_append(mail,
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	for (guint i = 0; i < each->len; i++) {
		append_escaped(mail, each->pdata[i], '=');
		g_string_append(mail, i % 2 ? "=\r\n" : "");
	}
	g_string_append(mail, "\r\n");
	return mail;
}

static GString *in_utf16_as(const char *text, const char *charset)
{
	GString *mail = begun("a letter");
	gsize length = 0;
	g_autofree char *wide =
	    g_convert(text, -1, charset, "UTF-8", NULL, &length, NULL);
	g_string_append_printf(mail,
	    "Content-Type: text/plain; charset=%s\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    charset);
	append_base64(mail, wide, length);
	g_string_append(mail, "\r\n");
	return mail;
}

static GString *in_utf16(const char *text)
{
	return in_utf16_as(text, "UTF-16");
}

static GString *in_utf16be(const char *text)
{
	return in_utf16_as(text, "UTF-16BE");
}

static GString *in_subject(const char *text)
{
	g_autoptr(GString) words = g_string_new(NULL);
	g_autoptr(GPtrArray) each = pieces(text, 3);
	for (guint i = 0; i < each->len; i++) {
		const char *piece = each->pdata[i];
		g_string_append(words, i ? "\r\n =?utf-8?" : "=?utf-8?");
		if (i % 2) {
			g_string_append(words, "q?");
			append_escaped(words, piece, '=');
		} else {
			g_string_append(words, "b?");
			append_base64(words, piece, strlen(piece));
		}
		g_string_append(words, "?=");
	}
	GString *mail = begun(words->str);
	g_string_append(mail, "\r\nSee above.\r\n");
	return mail;
}

static GString *attached(const char *parameter)
{
	GString *mail = begun("a letter");
	g_string_append_printf(mail,
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\n\r\nSee what I attach.\r\n"
	    "--b\r\nContent-Type: application/octet-stream\r\n"
	    "Content-Disposition: attachment;%s\r\n\r\nx\r\n--b--\r\n",
	    parameter);
	return mail;
}

static GString *in_name(const char *text)
{
	g_autoptr(GString) value = g_string_new("\r\n filename*=utf-8''");
	append_escaped(value, text, '%');
	return attached(value->str);
}

/* Without blanks, in pieces. */
static GString *in_name_pieces(const char *text)
{
	g_autoptr(GString) value = g_string_new(NULL);
	g_autofree char *joined = g_strdelimit(g_strdup(text), " ", '_');
	g_autoptr(GPtrArray) each = pieces(joined, 7);
	for (guint i = 0; i < each->len; i++) {
		g_string_append_printf(value, "%s\r\n filename*%u*=%s",
		    i ? ";" : "", i, i ? "" : "utf-8''");
		append_escaped(value, each->pdata[i], '%');
	}
	g_string_append(value, ".mp3");
	return attached(value->str);
}

static GString *in_forward(const char *text)
{
	GString *mail = begun("Fwd: a letter");
	g_autoptr(GString) inner = in_html(text);
	g_string_append_printf(mail,
	    "Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n"
	    "--outer\r\n\r\n\r\n"
	    "--outer\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n"
	    "--outer--\r\n",
	    inner->str);
	return mail;
}

static GString *in_quote(const char *text)
{
	GString *mail = begun("Re: a letter");
	g_string_append_printf(mail,
	    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	    "See below.\r\n\r\nAnn wrote:\r\n> %s\r\n",
	    text);
	return mail;
}

static GString *in_quote_html(const char *text)
{
	GString *mail = begun("Re: a letter");
	g_string_append_printf(mail,
	    "Content-Type: text/html; charset=utf-8\r\n\r\n"
	    "<p>See below.</p><blockquote type=\"cite\">%s</blockquote>\r\n",
	    text);
	return mail;
}

static GString *in_list_id(const char *text)
{
	GString *mail = begun("a letter");
	g_string_append(mail, "List-Id: =?utf-8?b?");
	append_base64(mail, text, strlen(text));
	g_string_append(mail, "?=\r\n\r\nHello.\r\n");
	return mail;
}

typedef struct {
	const char *name;
	GString *(*mail)(const char *text);
	guint sections; /* rules that look in one of these see it */
} Carrier;

#define TEXT (IN(SECTION_TEXT))

static const Carrier carriers[] = {
    {"text", in_text, TEXT},
    {"HTML with tags inside words", in_html, TEXT},
    {"HTML entities", in_entities, TEXT},
    {"base64 with padding in the middle", in_base64, TEXT},
    {"quoted-printable with soft breaks", in_quoted_printable, TEXT},
    {"UTF-16", in_utf16, TEXT},
    {"UTF-16BE", in_utf16be, TEXT},
    {"subject in encoded pieces", in_subject, TEXT},
    /* Also of rules that don't look there by themselves. */
    {"attachment's name", in_name, TEXT | IN(SECTION_ATTACHMENT)},
    {"attachment's name in pieces", in_name_pieces,
	TEXT | IN(SECTION_ATTACHMENT)},
    {"forwarded message", in_forward, TEXT},
    {"quote", in_quote, IN(SECTION_QUOTED)},
    {"quote in HTML", in_quote_html, IN(SECTION_QUOTED)},
    {"List-Id", in_list_id, IN(SECTION_HEADER)},
};

static const struct {
	const char *name;
	char *(*disguise)(const char *text);
} disguises[] = {
    {"plain", plain},
    {"full-width", full_width},
    {"zero-width", zero_width},
    {"bold", bold},
    {"Cyrillic", cyrillic},
    {"struck through", struck},
    {"decomposed", decomposed},
};

/* ---- all of them ---- */

typedef struct {
	Conf *base, *conf;
	Ruleset *rules;
	guint tried;
} World;

static void world_open(World *world)
{
	const char *const packs[] = {"rules/*.rules", NULL};
	g_autoptr(GPtrArray) problems = problems_new();
	world->base = conf_made();
	world->conf = conf_with_packs(world->base, packs, problems);
	assert_non_null(world->conf);
	world->rules = ruleset_new(world->conf, problems);
	assert_non_null(world->rules);
	world->tried = 0;
}

static void world_close(World *world)
{
	ruleset_unref(world->rules);
	conf_unref(world->conf);
	conf_clear(world->base);
}

/* RULE, or if it is NULL the topic. */
static bool fires(World *world, const Rule *rule, const char *example,
    const Carrier *carrier, char *(*disguise)(const char *))
{
	g_autofree char *text = disguise(example);
	g_autoptr(GString) bytes = carrier->mail(text);
	g_autoptr(Message) message =
	    message_read(bytes->str, bytes->len, false);
	g_autoptr(Score) score = ruleset_score(world->rules, message, NULL);
	world->tried++;
	if (!rule) {
		return score_topic(score) == conf_topic(world->conf, "safety");
	}
	for (guint i = 0; i < score->hits->len; i++) {
		const ScoreHit *hit = g_ptr_array_index(score->hits, i);
		if (hit->rule == rule) {
			return true;
		}
	}
	return false;
}

/* How many EXAMPLES of RULE (NULL: the topic) are missed in CARRIER. */
static guint missed_in(World *world, const Rule *rule,
    const char *const *examples, const Carrier *carrier)
{
	guint missed = 0;
	for (guint i = 0; examples[i]; i++) {
		for (gsize d = 0; d < G_N_ELEMENTS(disguises); d++) {
			if (!fires(world, rule, examples[i], carrier,
				disguises[d].disguise)) {
				print_message("%s: \"%s\": %s, %s\n",
				    rule ? rule->name : "topic", examples[i],
				    carrier->name, disguises[d].name);
				missed++;
			}
		}
	}
	return missed;
}

static void test_safety_rules(void **state)
{
	(void)state;
	World world;
	guint missed = 0, rules = 0;
	message_init();
	world_open(&world);
	for (guint i = 0; i < world.conf->rules->len; i++) {
		const Rule *rule = g_ptr_array_index(world.conf->rules, i);
		/* Of a sentence, what isn't half of the threshold says
		 * nothing alone; nor does what speaks against. */
		if (strcmp(rule->topic, "safety") != 0 || rule->points < 0 ||
		    rule->sentence == SENTENCE_BESIDE ||
		    (rule->sentence == SENTENCE_SIGN && rule->points < 20)) {
			continue;
		}
		rules++;
		assert_non_null(rule->hits[0]);
		for (gsize c = 0; c < G_N_ELEMENTS(carriers); c++) {
			if (rule->sections & carriers[c].sections) {
				missed += missed_in(
				    &world, rule, rule->hits, &carriers[c]);
			}
		}
	}
	assert_true(rules > 20);
	assert_true(world.tried > rules * G_N_ELEMENTS(disguises));
	assert_int_equal(missed, 0);
	world_close(&world);
}

/* What no phrase foresaw, but signs in a sentence add up to. */
static void test_safety_sentences(void **state)
{
	(void)state;
	World world;
	guint missed = 0;
	message_init();
	world_open(&world);
	const Topic *safety = conf_topic(world.conf, "safety");
	assert_true(g_strv_length((char **)(guintptr)safety->hits) >= 8);
	for (gsize c = 0; c < G_N_ELEMENTS(carriers); c++) {
		if (carriers[c].sections & IN(SECTION_TEXT)) {
			missed +=
			    missed_in(&world, NULL, safety->hits, &carriers[c]);
		}
	}
	assert_int_equal(missed, 0);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_safety_rules),
	    cmocka_unit_test(test_safety_sentences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
