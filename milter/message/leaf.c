/*
 * One part to text: transfer encoding, charset, HTML, cleaning, splitting, in
 * that order; and which of two parts that claim to say the same really do.
 */
#include "message/internal.h"

#include <string.h>

#define GROUP_COMPARED 8 /* alternatives held against each other */

typedef enum {
	ROLE_NONE, /* not text */
	ROLE_PLAIN,
	ROLE_HTML,
	ROLE_CALENDAR,
	ROLE_RETURNED, /* of a report: never new */
	ROLE_MESSAGE,  /* a message as an ordinary part */
	ROLE_SIGNED,   /* its text is within */
	ROLE_ENCRYPTED,
	ROLE_OUTLOOK, /* winmail.dat */
} Role;

/* ---- what a part is ---- */

static bool ends_with(const char *name, const char *const *endings)
{
	gsize n = name ? strlen(name) : 0;
	for (; *endings != NULL; endings++) {
		gsize m = strlen(*endings);
		if (n > m && g_ascii_strcasecmp(name + n - m, *endings) == 0) {
			return true;
		}
	}
	return false;
}

/* Many send text as a stream of octets; the name tells. */
static Role role_of_name(const char *name)
{
	static const char *const html[] = {".html", ".htm", ".xhtml", NULL};
	static const char *const plain[] = {
	    ".txt", ".text", ".log", ".md", ".csv", NULL};
	static const char *const message[] = {".eml", NULL};
	if (ends_with(name, html)) {
		return ROLE_HTML;
	}
	if (ends_with(name, message)) {
		return ROLE_MESSAGE;
	}
	return ends_with(name, plain) ? ROLE_PLAIN : ROLE_NONE;
}

static Role role_of_smime(const Leaf *leaf)
{
	g_autofree char *type = param_get(leaf->type, "smime-type");
	if (type != NULL && g_ascii_strcasecmp(type, "enveloped-data") != 0 &&
	    g_ascii_strcasecmp(type, "authEnveloped-data") != 0) {
		return ROLE_SIGNED;
	}
	return ROLE_ENCRYPTED;
}

static Role role_of(const char *media, const char *name, const Leaf *leaf)
{
	static const struct {
		const char *media;
		Role role;
	} known[] = {
	    {"text/plain", ROLE_PLAIN},
	    {"text/html", ROLE_HTML},
	    {"text/x-amp-html", ROLE_HTML},
	    {"application/xhtml+xml", ROLE_HTML},
	    {"text/calendar", ROLE_CALENDAR},
	    {"text/rfc822-headers", ROLE_RETURNED},
	    {"message/delivery-status", ROLE_RETURNED},
	    {"message/global-delivery-status", ROLE_RETURNED},
	    {"message/disposition-notification", ROLE_RETURNED},
	    {"message/feedback-report", ROLE_RETURNED},
	    {"message/rfc822", ROLE_MESSAGE},
	    {"message/global", ROLE_MESSAGE},
	    {"message/news", ROLE_MESSAGE},
	    {"application/ms-tnef", ROLE_OUTLOOK},
	    {"application/vnd.ms-tnef", ROLE_OUTLOOK},
	    {"text/rtf", ROLE_NONE},
	    {"text/css", ROLE_NONE},
	    {"text/javascript", ROLE_NONE},
	    {"text/vcard", ROLE_NONE},
	    {"text/x-vcard", ROLE_NONE},
	    {"text/directory", ROLE_NONE},
	};
	if (media == NULL) {
		return ROLE_PLAIN;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].media, media) == 0) {
			return known[i].role;
		}
	}
	if (g_str_has_prefix(media, "text/") ||
	    g_str_has_prefix(media, "message/")) {
		return ROLE_PLAIN;
	}
	if (strcmp(media, "application/pkcs7-mime") == 0 ||
	    strcmp(media, "application/x-pkcs7-mime") == 0) {
		return role_of_smime(leaf);
	}
	return role_of_name(name);
}

/* ---- names ---- */

static char *leaf_name(const Leaf *leaf)
{
	char *name = param_get(leaf->disposition, "filename");
	return name ? name : param_get(leaf->type, "name");
}

static void add_name(Reader *reader, char *name)
{
	if (name == NULL || name[0] == '\0') {
		g_free(name);
		return;
	}
	if (reader->names->len >= LIMIT_ATTACHMENTS) {
		reader->message->truncated = true;
		g_free(name);
		return;
	}
	g_ptr_array_add(reader->names, name);
}

void leaf_add_name(Reader *reader, const Leaf *leaf)
{
	add_name(reader, leaf_name(leaf));
}

/* ---- texts ---- */

static LeafText *leaf_text_new(void)
{
	LeafText *text = g_new0(LeafText, 1);
	text->split.now = g_string_new(NULL);
	text->split.quoted = g_string_new(NULL);
	text->split.signature = g_string_new(NULL);
	text->hidden = g_string_new(NULL);
	return text;
}

/* Is "--" the line that ends at TO? */
static bool is_delimiter(const char *text, const char *to)
{
	return to - text >= 2 && to[-1] == '-' && to[-2] == '-' &&
	       (to - text == 2 || to[-3] == '\n');
}

/* RFC 3676 with DelSp: a line that ends in a space goes on without it, in the
 * middle of a word. Quoted lines are left alone. */
static void join_flowed(GString *text)
{
	char *to = text->str;
	bool quoted = text->str[0] == '>';
	for (const char *p = text->str; p < text->str + text->len; p++) {
		if (*p == ' ' && p[1] == '\n' && !quoted && p[2] != '>' &&
		    !is_delimiter(text->str, to)) {
			p++;
			continue;
		}
		if (*p == '\n') {
			quoted = p[1] == '>';
		}
		*to++ = *p;
	}
	g_string_truncate(text, (gsize)(to - text->str));
}

/* Lines that matter to a reader of an invitation. */
static void calendar_to_text(GString *text)
{
	static const char *const wanted[] = {
	    "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", NULL};
	GString *out = g_string_new(NULL);
	bool keep = false;
	for (const char *p = text->str; *p != '\0';) {
		gsize n = strcspn(p, "\n");
		bool folded = *p == ' ' || *p == '\t';
		const char *value = p + folded;
		if (!folded) {
			gsize name_n = strcspn(p, ":;\n");
			keep = false;
			for (gsize i = 0; wanted[i] != NULL; i++) {
				keep |= strlen(wanted[i]) == name_n &&
					g_ascii_strncasecmp(
					    p, wanted[i], name_n) == 0;
			}
			const char *colon = memchr(p, ':', n);
			value = colon ? colon + 1 : p + n;
			if (keep && out->len > 0) {
				g_string_append_c(out, '\n');
			}
		}
		for (; keep && value < p + n; value++) {
			if (*value == '\\' && value + 1 < p + n) {
				value++;
				g_string_append_c(out,
				    *value == 'n' || *value == 'N' ? '\n'
								   : *value);
			} else {
				g_string_append_c(out, *value);
			}
		}
		p += n + (p[n] == '\n');
	}
	g_string_assign(text, out->str);
	g_string_free(out, TRUE);
}

static bool is_calendar_reply(const Leaf *leaf, const GString *text)
{
	g_autofree char *method = param_get(leaf->type, "method");
	if (method != NULL) {
		return g_ascii_strcasecmp(method, "REPLY") == 0;
	}
	return strstr(text->str, "\nMETHOD:REPLY") != NULL;
}

/* HTML may name its charset itself. Transfer full; NULL when it doesn't. */
static char *html_charset(const char *bytes, gsize length)
{
	static const char name[] = "charset=";
	length = MIN(length, 2048);
	for (gsize i = 0; i + sizeof(name) < length; i++) {
		if (ascii_lower(bytes[i]) != 'c' ||
		    g_ascii_strncasecmp(bytes + i, name, 8) != 0) {
			continue;
		}
		const char *p = bytes + i + 8, *end = bytes + length;
		while (p < end && (*p == '"' || *p == '\'')) {
			p++;
		}
		const char *start = p;
		while (p < end &&
		       (g_ascii_isalnum(*p) || strchr("-_", *p) != NULL) &&
		       *p != '\0') {
			p++;
		}
		return g_strndup(start, (gsize)(p - start));
	}
	return NULL;
}

/* What a part says in one reading of its bytes. UTF8 is consumed. */
static LeafText *leaf_text(
    Reader *reader, Role role, const Leaf *leaf, GString *utf8)
{
	LeafText *text = leaf_text_new();
	guint nuls = 0;
	if (role == ROLE_HTML) {
		GString *visible = g_string_sized_new(utf8->len / 2 + 1);
		html_to_text(utf8->str, utf8->len, visible, text->hidden);
		g_string_free(utf8, TRUE);
		utf8 = visible;
		nuls += clean_text(text->hidden);
		g_string_truncate(
		    text->hidden, strlen(g_strchomp(text->hidden->str)));
	}
	nuls += clean_text(utf8);
	if (role == ROLE_CALENDAR) {
		reader->marks.calendar_reply |=
		    reader->messages == 0 && is_calendar_reply(leaf, utf8);
		calendar_to_text(utf8);
	}
	g_autofree char *delsp =
	    role == ROLE_PLAIN ? param_get(leaf->type, "delsp") : NULL;
	if (delsp != NULL && g_ascii_strcasecmp(delsp, "yes") == 0) {
		join_flowed(utf8);
	}
	reader->message->truncated |=
	    clean_cut(utf8, LIMIT_PART_TEXT_BYTES) ||
	    clean_cut(text->hidden, LIMIT_PART_TEXT_BYTES);
	if (role == ROLE_RETURNED) {
		g_string_append_len(
		    text->split.quoted, utf8->str, (gssize)utf8->len);
	} else {
		split_text(utf8->str, utf8->len, &text->split);
	}
	g_string_free(utf8, TRUE);
	/* Those in the bytes of the message are counted there. */
	if (transfer_of(leaf->encoding) != TRANSFER_AS_IS) {
		reader->message->nuls += nuls;
	}
	return text;
}

/* ---- giving them to the message ---- */

/* TEXT is taken over in any case. */
static void give(Reader *reader, GPtrArray *parts, GString *text, bool hidden)
{
	gsize room = LIMIT_TEXT_BYTES - reader->text_bytes;
	reader->message->truncated |= clean_cut(text, room);
	if (text->str[strspn(text->str, " \t\n")] == '\0') {
		g_string_free(text, TRUE);
		return;
	}
	reader->text_bytes += text->len;
	TextPart *part = g_new0(TextPart, 1);
	part->bytes = text->len;
	part->text = g_string_free(text, FALSE);
	part->hidden = hidden;
	g_ptr_array_add(parts, part);
}

void leaf_add_line(Reader *reader, const char *text)
{
	Message *message = reader->message;
	give(reader, reader->returned ? message->quoted : message->text,
	    g_string_new(text), false);
}

/* ---- alternatives ---- */

/* Is the word at P an address of the web, which mail programs add to plain
 * text for each link? Its length, or 0. */
static gsize link_length(const char *p)
{
	static const char *const starts[] = {
	    "http://", "https://", "mailto:", "[cid:", "[image:", NULL};
	for (gsize i = 0; starts[i] != NULL; i++) {
		if (g_ascii_strncasecmp(p, starts[i], strlen(starts[i])) == 0) {
			return strcspn(p, " \n\t>)]");
		}
	}
	return 0;
}

/* The words alone, each with a space before, one behind the last. LINKS: with
 * the links. */
static GString *words_of(const GString *text, bool links)
{
	GString *out = g_string_sized_new(text->len + 2);
	bool apart = true;
	for (const char *p = text->str; *p != '\0'; p++) {
		gsize link = links || (*p != 'h' && *p != 'm' && *p != '[')
				 ? 0
				 : link_length(p);
		if (link > 0) {
			p += link - 1;
			apart = true;
			continue;
		}
		if ((guchar)*p < 0x80 && !g_ascii_isalnum(*p)) {
			apart = true;
			continue;
		}
		if (apart) {
			g_string_append_c(out, ' ');
			apart = false;
		}
		g_string_append_c(out, ascii_lower(*p));
	}
	g_string_append_c(out, ' ');
	return out;
}

/* Says TEXT nothing that OTHER doesn't say in the same words? */
static bool is_said(const GString *text, const GString *other)
{
	if (text->len == 0) {
		return true;
	}
	g_autoptr(GString) words = words_of(text, true);
	g_autoptr(GString) whole = words_of(other, true);
	if (memmem(whole->str, whole->len, words->str, words->len) != NULL) {
		return true;
	}
	g_autoptr(GString) bare = words_of(other, false);
	return memmem(bare->str, bare->len, words->str, words->len) != NULL;
}

/* Empties each of TEXTS that another says as well; of two equals the first
 * stays. */
static void drop_repeated(GString **texts, guint n)
{
	for (guint i = n; i-- > 0;) {
		for (guint j = 0; j < n && texts[i]->len > 0; j++) {
			if (i != j && texts[j]->len > 0 &&
			    is_said(texts[i], texts[j])) {
				g_string_truncate(texts[i], 0);
			}
		}
	}
}

static void drop_all_repeated(GPtrArray *group)
{
	GString *now[GROUP_COMPARED], *quoted[GROUP_COMPARED],
	    *signature[GROUP_COMPARED];
	if (group->len < 2 || group->len > GROUP_COMPARED) {
		return;
	}
	for (guint i = 0; i < group->len; i++) {
		LeafText *text = group->pdata[i];
		now[i] = text->split.now;
		quoted[i] = text->split.quoted;
		signature[i] = text->split.signature;
	}
	drop_repeated(now, group->len);
	drop_repeated(quoted, group->len);
	drop_repeated(signature, group->len);
}

void leaf_merge(Reader *reader, GPtrArray *group)
{
	Message *message = reader->message;
	drop_all_repeated(group);
	for (guint i = 0; i < group->len; i++) {
		LeafText *text = group->pdata[i];
		GPtrArray *now =
		    reader->returned ? message->quoted : message->text;
		give(reader, now, g_steal_pointer(&text->split.now), false);
		give(reader, message->quoted,
		    g_steal_pointer(&text->split.quoted), false);
		give(reader, message->signature,
		    g_steal_pointer(&text->split.signature), false);
		give(reader, now, g_steal_pointer(&text->hidden), true);
		g_free(text);
	}
	g_ptr_array_set_size(group, 0);
}

/* ---- a part ---- */

/* Reads the decoded BYTES, twice where the charset is doubtful. */
static void read_bytes(Reader *reader, Role role, const Leaf *leaf,
    const char *bytes, gsize length)
{
	reader->message->truncated |= length > LIMIT_PART_BYTES;
	length = MIN(length, LIMIT_PART_BYTES);
	g_autofree char *charset = param_get(leaf->type, "charset");
	if (role == ROLE_HTML && charset == NULL) {
		charset = html_charset(bytes, length);
	}
	GString *utf8 = g_string_sized_new(length + 1);
	GString *second = g_string_new(NULL);
	charset_decode(charset, bytes, length, utf8, second);
	g_ptr_array_add(reader->group, leaf_text(reader, role, leaf, utf8));
	if (second->len > 0) {
		g_ptr_array_add(
		    reader->group, leaf_text(reader, role, leaf, second));
	} else {
		g_string_free(second, TRUE);
	}
}

static void read_text(Reader *reader, Role role, const Leaf *leaf)
{
	Transfer transfer = transfer_of(leaf->encoding);
	if (transfer == TRANSFER_AS_IS) {
		read_bytes(reader, role, leaf, leaf->bytes, leaf->length);
		return;
	}
	g_autoptr(GString) bytes = g_string_sized_new(leaf->length + 1);
	bool doubtful =
	    transfer_decode(transfer, leaf->bytes, leaf->length, bytes);
	read_bytes(reader, role, leaf, bytes->str, bytes->len);
	if (doubtful) {
		read_bytes(reader, role, leaf, leaf->bytes, leaf->length);
	}
}

/* A message in a part that isn't one for the parser, or, SIGNED, somewhere in
 * what a signature wraps. */
static void read_message(Reader *reader, const Leaf *leaf, bool is_signed)
{
	g_autoptr(GString) bytes = g_string_sized_new(leaf->length + 1);
	transfer_decode(
	    transfer_of(leaf->encoding), leaf->bytes, leaf->length, bytes);
	const char *start = bytes->str;
	if (is_signed) {
		start = memmem(bytes->str, bytes->len, "Content-Type:", 13);
		if (start == NULL) {
			reader->sealed = "signed in a way that hides its text";
			return;
		}
	}
	structure_read_message(
	    reader, start, bytes->len - (gsize)(start - bytes->str));
}

static void note_marks(Reader *reader, const char *media)
{
	if (reader->messages > 0 || media == NULL) {
		return;
	}
	reader->marks.delivery |= strcmp(media, "message/delivery-status") == 0;
	reader->marks.receipt |=
	    strcmp(media, "message/disposition-notification") == 0;
}

/* Reads the text, on its own or as one of the alternatives. */
static void read_group(Reader *reader, Role role, const Leaf *leaf)
{
	if (reader->text_bytes >= LIMIT_TEXT_BYTES) {
		reader->message->truncated = true;
		return;
	}
	GPtrArray *outer = reader->group;
	g_autoptr(GPtrArray) own = g_ptr_array_new();
	reader->group = outer ? outer : own;
	read_text(reader, role, leaf);
	reader->group = outer;
	leaf_merge(reader, own);
}

void leaf_read(Reader *reader, const Leaf *leaf)
{
	g_autofree char *media = param_media(leaf->type);
	char *name = leaf_name(leaf);
	Role role = role_of(media, name, leaf);
	add_name(reader, name);
	note_marks(reader, media);
	if (reader->messages == 0) {
		report_leaf(&reader->report, media, leaf);
	}
	switch (role) {
	case ROLE_NONE:
		break;
	case ROLE_ENCRYPTED:
		reader->sealed = "encrypted";
		break;
	case ROLE_OUTLOOK:
		reader->sealed = "text only in winmail.dat";
		break;
	case ROLE_MESSAGE:
	case ROLE_SIGNED:
		read_message(reader, leaf, role == ROLE_SIGNED);
		break;
	default:
		read_group(reader, role, leaf);
		break;
	}
}
