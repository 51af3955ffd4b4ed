/*
 * What the sender wrote now, apart from what is quoted, forwarded or always
 * below. Decided line by line, by looking at most a few lines ahead: no
 * expression that could run away, and a doubt makes text count as new, since
 * what is new is judged more severely.
 */
#include "message/internal.h"

#include <string.h>

#define ATTRIBUTION_LINES 3
#define ATTRIBUTION_BYTES 500
#define BLOCK_LINES 10 /* of a quoted header block looked at */
#define LABEL_BYTES 24 /* the longest, with marks and its colon */
#define SIGNATURE_LINES 20
#define SIGNATURE_BYTES 1500
#define DISCLAIMER_BYTES 4000
#define DISCLAIMER_HEAD_BYTES 200 /* where it says what it is */

typedef enum { LINE_NOW, LINE_QUOTED, LINE_SIGNATURE } LineClass;

/* Of a quoted header block. */
enum {
	FIELD_FROM = 1,
	FIELD_DATE = 2,
	FIELD_TO = 4,
	FIELD_CC = 8,
	FIELD_SUBJECT = 16
};

typedef struct {
	const char *p; /* white space at both ends taken off */
	guint32 n;
	guint8 class;
	bool marked;  /* ">" before it */
	guint8 field; /* what it looks like; 0 */
} Line;

typedef struct {
	Line *lines;
	guint n;
} Lines;

/* ---- words ---- */

static bool has_prefix(const char *p, gsize n, const char *prefix)
{
	/* Nearly always the first byte tells. */
	if (n == 0 || ((*p ^ *prefix) & 0xdf) != 0) {
		return false;
	}
	gsize m = strlen(prefix);
	return n >= m && g_ascii_strncasecmp(p, prefix, m) == 0;
}

static bool has_any_prefix(const char *p, gsize n, const char *const *prefixes)
{
	for (; *prefixes != NULL; prefixes++) {
		if (has_prefix(p, n, *prefixes)) {
			return true;
		}
	}
	return false;
}

/* How many of WORDS (64 at most) begin a word of the text; caseless for
 * ASCII. */
static guint count_words(const char *p, gsize n, const char *const *words)
{
	guint64 seen = 0;
	guint32 firsts = 0; /* a bit for each first byte, caseless */
	bool inside = false;
	for (guint i = 0; words[i] != NULL; i++) {
		firsts |= 1u << (words[i][0] & 31);
	}
	for (const char *end = p + n; p < end; p++) {
		bool letter = g_ascii_isalnum(*p) || (guchar)*p >= 0x80;
		bool maybe =
		    letter && !inside && (firsts >> (*p & 31) & 1) != 0;
		for (guint i = 0; maybe && words[i] != NULL; i++) {
			if (has_prefix(p, (gsize)(end - p), words[i])) {
				seen |= G_GUINT64_CONSTANT(1) << i;
			}
		}
		inside = letter;
	}
	guint count = 0;
	for (; seen != 0; seen &= seen - 1) {
		count++;
	}
	return count;
}

/* ---- lines ---- */

static bool is_marked(const char *p, gsize n)
{
	/* ">From" is how mailboxes protect the word. */
	return n > 0 && p[0] == '>' && !has_prefix(p, n, ">From ");
}

/* The header field that LINE looks like, in any of the languages; 0: none. */
static guint8 line_field(const Line *line)
{
	static const struct {
		const char *label;
		guint8 field;
	} labels[] = {{"from", FIELD_FROM}, {"von", FIELD_FROM},
	    {"de", FIELD_FROM}, {"da", FIELD_FROM}, {"van", FIELD_FROM},
	    {"expéditeur", FIELD_FROM}, {"sent", FIELD_DATE},
	    {"date", FIELD_DATE}, {"gesendet", FIELD_DATE},
	    {"datum", FIELD_DATE}, {"envoyé", FIELD_DATE},
	    {"enviado", FIELD_DATE}, {"enviado el", FIELD_DATE},
	    {"enviada em", FIELD_DATE}, {"fecha", FIELD_DATE},
	    {"data", FIELD_DATE}, {"inviato", FIELD_DATE},
	    {"verzonden", FIELD_DATE}, {"to", FIELD_TO}, {"an", FIELD_TO},
	    {"à", FIELD_TO}, {"À", FIELD_TO}, {"para", FIELD_TO},
	    {"a", FIELD_TO}, {"aan", FIELD_TO}, {"destinataire", FIELD_TO},
	    {"cc", FIELD_CC}, {"kopie", FIELD_CC}, {"kopie (cc)", FIELD_CC},
	    {"subject", FIELD_SUBJECT}, {"betreff", FIELD_SUBJECT},
	    {"objet", FIELD_SUBJECT}, {"asunto", FIELD_SUBJECT},
	    {"assunto", FIELD_SUBJECT}, {"oggetto", FIELD_SUBJECT},
	    {"onderwerp", FIELD_SUBJECT}};
	const char *p = line->p, *end = line->p + line->n;
	if (memchr(p, ':', MIN(line->n, LABEL_BYTES)) == NULL) {
		return 0;
	}
	while (p < end && (*p == '*' || *p == ' ')) {
		p++;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		if (!has_prefix(p, (gsize)(end - p), labels[i].label)) {
			continue;
		}
		const char *q = p + strlen(labels[i].label);
		while (q < end && (*q == ' ' || *q == '*' || *q == '\t')) {
			q++;
		}
		if (q < end && *q == ':') {
			return labels[i].field;
		}
	}
	return 0;
}

static void lines_split(Lines *lines, const char *text, gsize length)
{
	guint n = 1;
	const char *end = text + length;
	for (const char *p = text; (p = memchr(p, '\n', (gsize)(end - p)));
	     p++) {
		n++;
	}
	lines->lines = g_new(Line, n);
	lines->n = n;
	const char *p = text;
	for (guint i = 0; i < n; i++) {
		const char *lf = memchr(p, '\n', (gsize)(end - p));
		const char *stop = lf ? lf : end;
		Line *line = &lines->lines[i];
		while (p < stop && (*p == ' ' || *p == '\t')) {
			p++;
		}
		line->p = p;
		p = stop;
		while (p > line->p && (p[-1] == ' ' || p[-1] == '\t')) {
			p--;
		}
		line->n = (guint32)(p - line->p);
		line->marked = is_marked(line->p, line->n);
		line->field = line->marked ? 0 : line_field(line);
		line->class = line->marked ? LINE_QUOTED : LINE_NOW;
		p = lf ? lf + 1 : end;
	}
}

/* The next line with something on it after I; lines->n when there is none. */
static guint next_line(const Lines *lines, guint i)
{
	do {
		i++;
	} while (i < lines->n && lines->lines[i].n == 0);
	return MIN(i, lines->n);
}

static void set_class(Lines *lines, guint from, guint to, LineClass class)
{
	for (guint i = from; i < to; i++) {
		lines->lines[i].class = (guint8) class;
	}
}

/* ---- dividers ---- */

static bool is_rule(const Line *line)
{
	for (guint32 i = 0; i < line->n; i++) {
		if (line->p[i] != '_' && line->p[i] != '-') {
			return false;
		}
	}
	return line->n >= 5;
}

/* "-----Original Message-----" and its kin; "Begin forwarded message:". */
static bool is_divider(const Line *line)
{
	static const char *const between_rules[] = {"original message",
	    "original appointment", "original-nachricht", "originalnachricht",
	    "ursprüngliche nachricht", "urspr. nachricht", "message d'origine",
	    "message d’origine", "message original", "message initial",
	    "mensaje original", "mensagem original", "messaggio originale",
	    "oorspronkelijk bericht", "forwarded message", "forwarded by",
	    "weitergeleitete nachricht", "weitergeleitet von",
	    "message transféré", "message transmis", "courriel original",
	    "mensaje reenviado", "mensagem encaminhada", "messaggio inoltrato",
	    "doorgestuurd bericht", "reply message",
	    "start of forwarded message", NULL};
	static const char *const alone[] = {"begin forwarded message:",
	    "anfang der weitergeleiteten", "anfang der weitergeleiteten e-mail",
	    "début du message réexpédié", "début du message transféré",
	    "inicio del mensaje reenviado", "inizio messaggio inoltrato", NULL};
	if (line->n > ATTRIBUTION_BYTES) {
		return false;
	}
	if (has_any_prefix(line->p, line->n, alone)) {
		return line->p[line->n - 1] == ':';
	}
	const char *p = line->p, *end = line->p + line->n;
	while (p < end && strchr("-=_* ", *p) != NULL) {
		p++;
	}
	return p - line->p >= 2 && line->p[0] != ' ' && line->p[0] != '*' &&
	       has_any_prefix(p, (gsize)(end - p), between_rules);
}

/* ---- header blocks ---- */

/* Does a quoted header block begin at I: Outlook's, Notes' or a forward's? */
static bool is_header_block(const Lines *lines, guint i)
{
	guint first = lines->lines[i].field;
	if (first != FIELD_FROM && first != FIELD_TO) {
		return false;
	}
	guint fields = first, other = 0;
	for (guint j = i + 1; j < lines->n && j < i + BLOCK_LINES; j++) {
		const Line *line = &lines->lines[j];
		fields |= line->field;
		/* A long list of recipients goes over some lines. */
		other = line->field || line->n == 0 ? other : other + 1;
		if (line->marked || other > 4) {
			break;
		}
	}
	if (first == FIELD_TO) {
		guint all = FIELD_TO | FIELD_CC | FIELD_SUBJECT;
		return (fields & all) == all;
	}
	bool dated = (fields & FIELD_DATE) != 0;
	bool to = (fields & FIELD_TO) != 0;
	bool about = (fields & FIELD_SUBJECT) != 0;
	return (dated && (to || about)) || (to && about);
}

/* ---- attributions: "On ..., X wrote:" ---- */

static bool has_date(const char *p, gsize n)
{
	bool year = false, time = false;
	for (gsize i = 0; i + 3 < n; i++) {
		year |= (memcmp(p + i, "19", 2) == 0 ||
			    memcmp(p + i, "20", 2) == 0 || p[i] == '/' ||
			    p[i] == '.') &&
			g_ascii_isdigit(p[i + 2]) && g_ascii_isdigit(p[i + 3]);
		time |= g_ascii_isdigit(p[i]) &&
			(p[i + 1] == ':' || p[i + 1] == 'h') &&
			g_ascii_isdigit(p[i + 2]) && g_ascii_isdigit(p[i + 3]);
	}
	return year && time;
}

static bool has_verb(const char *p, gsize n)
{
	static const char *const verbs[] = {"wrote", "schrieb", "a écrit",
	    "escribió", "ha scritto", "escreveu", "schreef", "skrev",
	    "writes:", "napisał", "geschrieben", NULL};
	return count_words(p, n, verbs) > 0;
}

static bool has_starter(const char *p, gsize n)
{
	static const char *const starters[] = {"On ", "Am ", "Le ", "El ",
	    "Em ", "Il ", "Op ", "Den ", "Dnia ", "W dniu ", "Zitat von ",
	    "---- On ", "In a message dated ", "Quoting ", "At ", NULL};
	return has_any_prefix(p, n, starters);
}

/* The number of lines from I on that are an attribution; 0 when it is none.
 * STRONG: sure enough for all that follows to be quoted without marks. */
static guint attribution(const Lines *lines, guint i, bool *strong)
{
	const Line *first = &lines->lines[i];
	bool starter = has_starter(first->p, first->n);
	guint most = starter ? ATTRIBUTION_LINES : 1;
	for (guint k = 0; k < most && i + k < lines->n; k++) {
		const Line *last = &lines->lines[i + k];
		gsize n = (gsize)(last->p + last->n - first->p);
		if (last->n == 0 || last->marked || n > ATTRIBUTION_BYTES) {
			return 0;
		}
		bool zoho = n > 8 && memcmp(first->p + n - 5, " ----", 5) == 0;
		if (last->p[last->n - 1] != ':' && !zoho) {
			continue;
		}
		bool verb = has_verb(first->p, n);
		bool address = memchr(first->p, '@', n) != NULL;
		bool dated = has_date(first->p, n);
		if (!verb && !(address && dated)) {
			return 0;
		}
		*strong = (starter || zoho) && verb && address && dated;
		return k + 1;
	}
	return 0;
}

/* ---- quotes ---- */

/* LEAD lines at I introduce something old: up to the end, or, where marks
 * follow, only what is marked. */
static guint quote_from(Lines *lines, guint i, guint lead)
{
	guint next = next_line(lines, i + lead - 1);
	guint stop =
	    next < lines->n && lines->lines[next].marked ? i + lead : lines->n;
	set_class(lines, i, stop, LINE_QUOTED);
	return stop;
}

/* A rule right above a header block belongs to it. */
static void quote_rule_above(Lines *lines, guint i)
{
	guint j = i;
	while (j > 0 && i - j < 3) {
		j--;
		if (lines->lines[j].n > 0) {
			break;
		}
	}
	if (j < i && is_rule(&lines->lines[j])) {
		lines->lines[j].class = LINE_QUOTED;
	}
}

static void find_quotes(Lines *lines)
{
	for (guint i = 0; i < lines->n;) {
		Line *line = &lines->lines[i];
		if (line->n == 0 || line->marked) {
			i++;
			continue;
		}
		if (is_divider(line)) {
			i = quote_from(lines, i, 1);
			continue;
		}
		if (is_header_block(lines, i)) {
			quote_rule_above(lines, i);
			i = quote_from(lines, i, 1);
			continue;
		}
		bool strong = false;
		guint lead = attribution(lines, i, &strong);
		if (lead > 0) {
			guint next = next_line(lines, i + lead - 1);
			bool marks =
			    next < lines->n && lines->lines[next].marked;
			if (marks || strong) {
				i = quote_from(lines, i, lead);
				continue;
			}
		}
		i++;
	}
}

/* ---- signatures, disclaimers ---- */

static bool is_mobile_signature(const Line *line)
{
	static const char *const starts[] = {"Sent from my ", "Sent from Mail ",
	    "Sent from Outlook", "Sent from Yahoo", "Sent from Samsung",
	    "Sent via ", "Sent with ", "Get Outlook for ",
	    "Von meinem iPhone gesendet", "Von meinem iPad gesendet",
	    "Von meinem Samsung", "Gesendet von ", "Gesendet mit ",
	    "Diese Nachricht wurde von mein", "Envoyé de mon ",
	    "Envoyé depuis ", "Envoyé à partir ", "Enviado desde mi ",
	    "Enviado desde ", "Enviado do meu ", "Inviato da ",
	    "Verzonden vanaf ", "Obtener Outlook para ", "Télécharger Outlook",
	    "Holen Sie sich Outlook", NULL};
	return line->n > 0 && line->n <= 80 &&
	       has_any_prefix(line->p, line->n, starts);
}

/* The delimiter of RFC 3676 section 4.3; the space behind gets lost. */
static bool is_delimiter(const Line *line)
{
	return line->n == 2 && memcmp(line->p, "--", 2) == 0;
}

/* What is below the delimiter at I, up to the next quote, when it is no longer
 * than signatures are. */
static void find_signature(Lines *lines, guint i)
{
	gsize bytes = 0;
	guint filled = 0, stop = i;
	while (stop < lines->n && lines->lines[stop].class == LINE_NOW) {
		bytes += lines->lines[stop].n;
		filled += lines->lines[stop].n > 0;
		if (filled > SIGNATURE_LINES || bytes > SIGNATURE_BYTES) {
			return;
		}
		stop++;
	}
	set_class(lines, i, stop, LINE_SIGNATURE);
}

/* Company boilerplate: what it calls itself, and three things it says, in
 * single words since it may be wrapped anywhere. */
static bool is_disclaimer(const char *text, gsize n)
{
	static const char *const subjects[] = {"this e-mail", "this email",
	    "this message", "this communication", "this transmission",
	    "this electronic", "the information contained",
	    "the contents of this", "confidentiality notice", "disclaimer",
	    "diese e-mail", "diese email", "diese nachricht",
	    "der inhalt dieser", "ce message", "ce courriel", "cet e-mail",
	    "este mensaje", "este correo", "este e-mail", NULL};
	static const char *const sayings[] = {"confidential", "privileged",
	    "intended", "recipient", "addressee", "error", "unauthorized",
	    "unauthorised", "prohibited", "notify", "delete", "disclos",
	    "legally", "virus", "vertraulich", "rechtlich", "adressat",
	    "empfänger", "irrtümlich", "unbefugt", "vernichten", "löschen",
	    "confidentiel", "destinataire", "erreur", "strictement", "détruire",
	    "confidencial", "destinatario", "prohibid", "elimin", NULL};
	return count_words(text, MIN(n, DISCLAIMER_HEAD_BYTES), subjects) > 0 &&
	       count_words(text, n, sayings) >= 3;
}

/* Looks at the paragraph at I; the line after it. */
static guint find_disclaimer(Lines *lines, guint i)
{
	guint stop = i;
	while (stop < lines->n && lines->lines[stop].n > 0 &&
	       lines->lines[stop].class == LINE_NOW) {
		stop++;
	}
	const Line *first = &lines->lines[i], *last = &lines->lines[stop - 1];
	gsize n = (gsize)(last->p + last->n - first->p);
	if (n >= 80 && n <= DISCLAIMER_BYTES && is_disclaimer(first->p, n)) {
		set_class(lines, i, stop, LINE_SIGNATURE);
	}
	return stop;
}

static void find_signatures(Lines *lines)
{
	for (guint i = 0; i < lines->n; i++) {
		Line *line = &lines->lines[i];
		if (line->class != LINE_NOW) {
			continue;
		}
		if (is_delimiter(line) && next_line(lines, i) < lines->n) {
			find_signature(lines, i);
		} else if (is_mobile_signature(line)) {
			line->class = LINE_SIGNATURE;
		}
	}
	for (guint i = 0; i < lines->n;) {
		const Line *line = &lines->lines[i];
		bool text = line->class == LINE_NOW && line->n > 0;
		i = text ? find_disclaimer(lines, i) : i + 1;
	}
}

/* ---- sorting ---- */

static void append_line(GString *out, const Line *line)
{
	const char *p = line->p, *end = line->p + line->n;
	if (line->marked) {
		while (p < end && (*p == '>' || *p == ' ')) {
			p++;
		}
	}
	g_string_append_len(out, p, end - p);
	g_string_append_c(out, '\n');
}

static void trim_end(GString *text, gsize from)
{
	while (text->len > from && text->str[text->len - 1] == '\n') {
		g_string_truncate(text, text->len - 1);
	}
}

void split_text(const char *text, gsize length, Split *split)
{
	Lines lines = {NULL, 0};
	lines_split(&lines, text, length);
	find_quotes(&lines);
	find_signatures(&lines);
	GString *const out[] = {split->now, split->quoted, split->signature};
	const gsize from[] = {
	    split->now->len, split->quoted->len, split->signature->len};
	guint8 class = LINE_NOW;
	for (guint i = 0; i < lines.n; i++) {
		const Line *line = &lines.lines[i];
		/* Empty lines go with what was before. */
		class = line->n > 0 ? line->class : class;
		if (line->n > 0 || out[class]->len > from[class]) {
			append_line(out[class], line);
		}
	}
	for (guint i = 0; i < G_N_ELEMENTS(out); i++) {
		trim_end(out[i], from[i]);
	}
	g_free(lines.lines);
}
