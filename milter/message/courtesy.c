/*
 * "We have received your message and will get back to you": does a reply of
 * ours only acknowledge? It is judged by its words: those that acknowledgements
 * are made of, those that any sentence needs, and the rest, which says
 * something. Names and numbers don't count, nor does what stands under
 * "Regards". A word missing here makes an acknowledgement look like an answer,
 * never the other way round.
 */
#include <string.h>

#include "anteroom/message.h"

#define COURTESY_BYTES 3000 /* longer letters answer */
#define GREETED_MOST 5      /* words between "Dear" and the comma */
#define CLOSING_MOST 5      /* words of the line that begins with "Regards" */
#define SIGNED_MOST 14      /* words under it: name, title, company */

/* Words of each list between single spaces, small letters. What belongs to a
 * sentence whatever it says. */
static const char neutral[] =
    " a an and any are as at be been but by can could do does for from had has "
    "have he here his i if in into is it its just ll may me more most my no "
    "not of on one or our out own re s shall she should so t that the their "
    "them then there these they this those to up us ve was we were what when "
    "which who will with would you your yours also all each every other "
    "some such very yet m d "
    /* de */
    "aber alle als am an auch auf aus bei beim bis da das dass dem den der des "
    "die dies diese diesem dieser dieses ein eine einem einen einer eines er "
    "es für habe haben hat ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres "
    "im in innerhalb ist ja kann können man mich mir mit nach nicht noch nun "
    "nur ob oder schon sein seine sich sie sind so sowie über um und uns unser "
    "unsere unserem unseren unserer vom von vor war was weiter wenn werden "
    "wie wir wird worden zu zum zur "
    /* fr */
    "à au aux avec avons avez c ce cela ces cet cette dans de des du elle en "
    "est et été eu il ils j je l la le les leur lui mais n ne nos notre nous "
    "on ont ou par pas pour qu que qui sa se sera ses si sommes son sont sous "
    "sur un une vos votre vous y "
    /* es */
    "al como con de del el ella en es esta este esto está estamos ha han hasta "
    "hemos la las le les lo los más me mi no nos nuestra nuestro nuestros o "
    "para pero por que se sea ser será si sido sin sobre su sus usted ustedes "
    "un una y ya ";

/* What acknowledgements are made of. */
static const char acknowledging[] =
    " thank thanks contacting contacted contact contacts writing written wrote "
    "reaching reached received receive receipt acknowledge acknowledged "
    "acknowledging acknowledgement message messages email emails mail letter "
    "enquiry inquiry query request requests report feedback concern concerns "
    "matter case cases ticket number reference id respond response reply "
    "replying answer answering get getting got come touch back soon shortly "
    "possible earliest hours hour day days business working within review "
    "reviewed reviewing look looked looking investigate investigated "
    "investigating forward forwarded pass passed assigned assign department "
    "colleague colleagues team specialist specialists agent agents staff "
    "member members representative support service care customer customers "
    "office regret apologise apologize apologies sorry inconvenience patience "
    "appreciate appreciated important importance seriously take taken taking "
    "understanding meantime confirm confirmation logged registered process "
    "processed processing handle handled handling attention delay wait "
    "please know let need needs time further details information question "
    "questions keep informed updated update updates working hear heard hello "
    "dear hi good morning afternoon evening kind regards sincerely best hope "
    "assist assistance help happy glad valued value noted bear priority "
    "automatic automatically sure make raised raising bringing brought quickly "
    /* de */
    "danke dank vielen herzlichen besten nachricht nachrichten anfrage "
    "anliegen "
    "schreiben mail mails brief mitteilung hinweis eingang eingegangen "
    "erhalten bekommen bestätigen hiermit melden meldung setzen verbindung "
    "kontakt kümmern weitergeleitet weiterleiten prüfen geprüft prüfung "
    "bearbeitung bearbeiten bearbeitet schnellstmöglich schnell möglich kürze "
    "bald baldmöglichst umgehend sobald stunden tage tagen werktage werktagen "
    "werktag antwort antworten beantworten rückmeldung geduld verständnis "
    "bitten bitte bedauern entschuldigen unannehmlichkeiten team kollege "
    "kollegen mitarbeiter fachabteilung abteilung zuständige zuständigen "
    "kundenservice kunden wichtig ernst nehmen zurück kommen schließlich "
    "vorgang vorgangsnummer nummer ticketnummer zeichen gern gerne fragen "
    "hallo guten tag sehr geehrte geehrter liebe lieber "
    /* fr */
    "merci bonjour message messages demande courriel courrier lettre bien reçu "
    "reçue accusons accuse réception contacté contacter écrit reviendrons "
    "revenons reviendra recontacterons recontacter répondrons répondre réponse "
    "reprendrons délais délai brefs meilleurs rapidement bientôt possible vite "
    "plus heures jours jour ouvrés ouvrables transmis transmise transmettons "
    "équipe équipes service services conseiller conseillers collègue collègues "
    "prise charge traitement traitée traité cours attention attentivement "
    "examinons examiner étudions patience compréhension excuses désagrément "
    "veuillez remercions remercie importante important dossier référence "
    "numéro cordialement client clients vers contact prie prions "
    /* es */
    "gracias hola buenos buenas días tardes mensaje mensajes correo solicitud "
    "consulta carta recibido recibida recibimos acusamos acuse recibo escribir "
    "escribirnos contactar contactarnos contacto contactaremos responderemos "
    "responder respuesta pondremos comunicaremos antes posible brevedad mayor "
    "pronto breve horas hábiles laborables enviado remitido reenviado equipo "
    "departamento servicio atención cliente clientes agente compañero "
    "compañeros revisando revisar revisaremos estudiando paciencia comprensión "
    "disculpas molestias lamentamos importante caso número referencia "
    "agradecemos agradezco saludos atentamente proceso tramitando ";

/* "It is here." */
static const char *const receipts[] = {"received your", "received the",
    "received and", "has been received", "was received", "receipt of",
    "got your", "thank you for contacting", "thanks for contacting",
    "thank you for writing", "thank you for reaching", "thanks for reaching",
    "thank you for your message", "thank you for your email",
    "thank you for your e mail", "thank you for your enquiry",
    "thank you for your inquiry", "thank you for getting in touch",
    "nachricht erhalten", "anfrage erhalten", "schreiben erhalten",
    "anliegen erhalten", "mail erhalten", "eingang ihrer", "eingang ihres",
    "eingegangen", "dank für ihre", "danke für ihre", "bien reçu", "avons reçu",
    "réception de", "merci pour votre", "merci de votre", "merci de nous avoir",
    "hemos recibido", "ha sido recibid", "recibo de", "recibimos su",
    "gracias por su", "gracias por contactar", "gracias por escribir",
    "gracias por ponerse", NULL};

/* "More will come." */
static const char *const delays[] = {"get back to you", "come back to you",
    "be in touch", "in touch with you", "reply to you", "respond to you",
    "reply as soon", "respond as soon", "answer as soon", "reply within",
    "respond within", "answer within", "reply shortly", "respond shortly",
    "will reply", "will respond", "will answer", "will contact you",
    "be contacted", "hear from us", "soon as possible", "soon as we can",
    "will be reviewed", "being reviewed", "will review", "been forwarded",
    "been passed", "been assigned", "melden uns", "bei ihnen melden",
    "uns melden", "in verbindung", "schnellstmöglich", "schnell wie möglich",
    "bald wie möglich", "baldmöglichst", "in kürze", "weitergeleitet",
    "antworten ihnen", "revenons vers", "reviendrons vers", "reviendra vers",
    "reprendrons contact", "recontacter", "répondrons", "brefs délais",
    "meilleurs délais", "plus vite possible", "rapidement possible",
    "responderemos", "pondremos en contacto", "contactaremos", "comunicaremos",
    "antes posible", "mayor brevedad", "breve posible", NULL};

static const char greetings[] =
    " dear hi hello hey hallo liebe lieber sehr guten good bonjour cher chère "
    "chers madame monsieur hola estimado estimada buenos buenas ";

static const char closings[] =
    " regards best kind kindest warm warmest sincerely yours cheers thanks "
    "mit viele beste herzliche freundliche liebe mfg cordialement bien "
    "salutations saludos atentamente cordiales un ";

static bool is_in(const char *list, const char *word)
{
	char key[66];

	if (strlen(word) > sizeof(key) - 3) {
		return false;
	}
	g_snprintf(key, sizeof(key), " %s ", word);
	return strstr(list, key) != NULL;
}

/* ---- words ---- */

/* Numbers, addresses and links: they differ in each copy of a template. */
static bool is_code(const char *chunk)
{
	return strpbrk(chunk, "0123456789@") != NULL ||
	       strstr(chunk, "://") != NULL || g_str_has_prefix(chunk, "www.");
}

static void add_letters(const char *chunk, GPtrArray *words)
{
	const char *begin = NULL;

	for (const char *p = chunk;; p = g_utf8_next_char(p)) {
		if (*p != '\0' && g_unichar_isalpha(g_utf8_get_char(p))) {
			begin = begin != NULL ? begin : p;
		} else if (begin != NULL) {
			g_ptr_array_add(
			    words, g_strndup(begin, (gsize)(p - begin)));
			begin = NULL;
		}
		if (*p == '\0') {
			return;
		}
	}
}

/* In small letters, without what is a number or an address. Transfer full. */
static GPtrArray *words_of(const char *text)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *folded = g_utf8_strdown(text, -1);
	g_auto(GStrv) chunks = g_strsplit_set(folded, " \t\n", -1);

	for (char **chunk = chunks; *chunk != NULL; chunk++) {
		if (!is_code(*chunk)) {
			add_letters(*chunk, words);
		}
	}
	return words;
}

/* ---- the frame: greeting, closing, signature ---- */

/* What follows "Dear Ann Miller,". */
static const char *skip_greeting(const char *line)
{
	gsize n = strcspn(line, ",!:.");
	g_autofree char *head = g_strndup(line, n);
	g_autoptr(GPtrArray) words = words_of(head);

	if (words->len == 0 || words->len > GREETED_MOST ||
	    !is_in(greetings, words->pdata[0])) {
		return line;
	}
	return line[n] == '\0' ? line + n : line + n + 1;
}

static bool is_closing(const char *line)
{
	g_autoptr(GPtrArray) words = words_of(line);

	return words->len > 0 && words->len <= CLOSING_MOST &&
	       is_in(closings, words->pdata[0]);
}

static bool is_signature(char **lines)
{
	g_autofree char *rest = g_strjoinv("\n", lines);
	g_autoptr(GPtrArray) words = words_of(rest);

	for (guint i = 0; i < words->len; i++) {
		if (strcmp(words->pdata[i], "ps") == 0 ||
		    (strcmp(words->pdata[i], "p") == 0 && i + 1 < words->len &&
			strcmp(words->pdata[i + 1], "s") == 0)) {
			return false;
		}
	}
	return words->len <= SIGNED_MOST;
}

/* TEXT without greeting, closing and what stands under it. Transfer full. */
static char *unframed(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) out = g_string_new(NULL);
	bool begun = false;

	for (char **line = lines; *line != NULL; line++) {
		const char *rest = begun ? *line : skip_greeting(*line);

		if (begun && is_closing(rest) && is_signature(line + 1)) {
			break;
		}
		begun |=
		    **line != '\0' && strspn(*line, " \t\r") < strlen(*line);
		g_string_append(out, rest);
		g_string_append_c(out, '\n');
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- judging ---- */

static void append_names(GString *all, const GPtrArray *people)
{
	for (guint i = 0; people != NULL && i < people->len; i++) {
		const Person *person = people->pdata[i];

		g_string_append_printf(all, " %s ", person->name);
		g_string_append(all, person->address);
		g_strdelimit(all->str, "@._-+0123456789", ' ');
	}
}

/* What writer, readers and COMPANY are called, as a list. Transfer full. */
static char *names_of(const Message *message, const char *company)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autoptr(GString) list = g_string_new(" ");
	g_autoptr(GPtrArray) words = NULL;

	append_names(all, message->from);
	append_names(all, message->to);
	g_string_append_printf(all, " %s", company != NULL ? company : "");
	words = words_of(all->str);
	for (guint i = 0; i < words->len; i++) {
		g_string_append_printf(list, "%s ", (char *)words->pdata[i]);
	}
	return g_string_free(g_steal_pointer(&list), FALSE);
}

static bool has_phrase(const char *joined, const char *const *phrases)
{
	for (; *phrases != NULL; phrases++) {
		if (strstr(joined, *phrases) != NULL) {
			return true;
		}
	}
	return false;
}

typedef struct {
	GPtrArray *content; /* distinct words that say something; borrowed */
	guint known;        /* of them: acknowledging */
	bool receipt, delay, asks;
} Reading;

static void read_words(
    const GPtrArray *words, const char *names, Reading *reading)
{
	g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GString) joined = g_string_new(NULL);

	for (guint i = 0; i < words->len; i++) {
		char *word = words->pdata[i];

		g_string_append_printf(joined, "%s ", word);
		if (is_in(names, word) || is_in(neutral, word) ||
		    !g_hash_table_add(met, word)) {
			continue;
		}
		g_ptr_array_add(reading->content, word);
		reading->known += is_in(acknowledging, word);
	}
	reading->receipt = has_phrase(joined->str, receipts);
	reading->delay = has_phrase(joined->str, delays);
}

static Courtesy judge(const Reading *reading)
{
	guint unknown = reading->content->len - reading->known;

	if (unknown == 0 && reading->receipt && reading->delay &&
	    !reading->asks) {
		return COURTESY_ONLY;
	}
	if ((reading->receipt || reading->delay) &&
	    reading->known >= 2 * unknown &&
	    reading->content->len <= COURTESY_WORDS) {
		return COURTESY_TONE;
	}
	return COURTESY_NONE;
}

Courtesy message_courtesy(
    const Message *message, const char *company, char ***words)
{
	g_autofree char *text = message_new_text(message, COURTESY_BYTES + 1);
	g_autofree char *inner = unframed(text);
	g_autofree char *names = names_of(message, company);
	g_autoptr(GPtrArray) all = words_of(inner);
	g_autoptr(GPtrArray) content = g_ptr_array_new();
	Reading reading = {
	    .content = content, .asks = strchr(inner, '?') != NULL};
	Courtesy courtesy = COURTESY_NONE;

	if (message->unread == NULL && !message->truncated &&
	    g_strv_length(message->attachments) == 0 &&
	    strlen(text) <= COURTESY_BYTES) {
		read_words(all, names, &reading);
		courtesy = judge(&reading);
	}
	if (courtesy != COURTESY_NONE && words != NULL) {
		g_ptr_array_add(content, NULL);
		*words = g_strdupv((char **)content->pdata);
	}
	return courtesy;
}
