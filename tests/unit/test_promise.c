/*
 * Promises in replies: sentences that are one, with the moment, and sentences
 * that only look like it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/replies.h"
#include "anteroom/times.h"

/* All written on Wednesday, 18 November 2026, at 15:00 UTC. */
#define WRITTEN_S G_GINT64_CONSTANT(1795014000)

typedef struct {
	const char *text;
	const char *until; /* in the table's zone; NULL: no promise */
} Row;

static const Row english[] = {
    {"I'll call you tomorrow before five.", "2026-11-19 17:00:00"},
    {"I will call you tomorrow before 5 pm.", "2026-11-19 17:00:00"},
    {"We will get back to you within 48 hours.", "2026-11-20 10:00:00"},
    {"By Friday you will have our answer.", "2026-11-20 23:59:59"},
    {"By Friday, you'll have our answer.", "2026-11-20 23:59:59"},
    {"You will hear from us by the end of the week.", "2026-11-20 23:59:59"},
    {"You'll hear from me tomorrow morning.", "2026-11-19 12:00:00"},
    {"Our team will contact you within two business days.",
	"2026-11-20 23:59:59"},
    {"I am going to send you the contract by tomorrow noon.",
	"2026-11-19 12:00:00"},
    {"I'm sending the documents tomorrow.", "2026-11-19 23:59:59"},
    {"We're shipping the replacement on Monday.", "2026-11-23 23:59:59"},
    {"Let me get back to you by Friday.", "2026-11-20 23:59:59"},
    {"Someone from our office will ring you at 15:30 today.",
	"2026-11-18 15:30:00"},
    {"A colleague will call you on Thursday at ten.", "2026-11-19 10:00:00"},
    {"We shall reply by November 30.", "2026-11-30 23:59:59"},
    {"My colleague will send you the form by COB tomorrow.",
	"2026-11-19 17:00:00"},
    {"I'll be in touch by Wednesday, 25 November.", "2026-11-25 23:59:59"},
    {"I will be back to you on this before the weekend.",
	"2026-11-20 23:59:59"},
    {"We promise to refund the amount within 14 days.", "2026-12-02 23:59:59"},
    {"I promise that this is settled by Friday.", "2026-11-20 23:59:59"},
    {"You can expect a call from us tomorrow.", "2026-11-19 23:59:59"},
    {"You can expect our decision by December 1.", "2026-12-01 23:59:59"},
    {"Please expect our answer by Friday.", "2026-11-20 23:59:59"},
    {"Will call you tomorrow at nine.", "2026-11-19 09:00:00"},
    {"We will have it fixed by tonight.", "2026-11-18 23:59:59"},
    {"I'll have someone call you tomorrow.", "2026-11-19 23:59:59"},
    {"We'll let you know by Friday noon.", "2026-11-20 12:00:00"},
    {"I will let you know tomorrow whether it works.", "2026-11-19 23:59:59"},
    {"I'll check with our team and let you know by Friday if it can be done.",
	"2026-11-20 23:59:59"},
    {"We will look into it and report back to you by Thursday.",
	"2026-11-19 23:59:59"},
    {"As promised, I will send you the figures tomorrow.",
	"2026-11-19 23:59:59"},
    {"As I said, we will reply by Friday.", "2026-11-20 23:59:59"},
    {"Thank you for waiting. I'll call you back in 30 minutes.",
	"2026-11-18 10:30:00"},
    {"Could you hold on? We will answer by 5pm ET.", "2026-11-18 17:00:00"},
    {"We will personally take care of this by next Monday.",
	"2026-11-23 23:59:59"},
    {"I will also forward it to our lawyers tomorrow.", "2026-11-19 23:59:59"},
    {"I'll get the answer to you by end of day.", "2026-11-18 17:00:00"},
    {"The matter is serious, and we will get back to you within 24 hours.",
	"2026-11-19 10:00:00"},
    {"Our customer care will contact you no later than Tuesday.",
	"2026-11-24 23:59:59"},
    {"We will transfer the money by 3 December.", "2026-12-03 23:59:59"},
    {"I call you tomorrow at 3.", "2026-11-19 15:00:00"},
    {"I'll call you tomorrow or on Friday.", "2026-11-20 23:59:59"},
    {"Dear Ms Doe, tomorrow I will call you.", "2026-11-19 23:59:59"},
    {"Tomorrow morning we will send a technician.", "2026-11-19 12:00:00"},
    {"Within 48 hours we will have found the cause.", "2026-11-20 10:00:00"},
    {"Your refund is on its way and you will receive it by Friday.",
	"2026-11-20 23:59:59"},
    {"You will be contacted by our team tomorrow.", "2026-11-19 23:59:59"},
    {"We will e-mail you the ticket at 5 p.m. today.", "2026-11-18 17:00:00"},
    {"I'll ask my manager to call you tomorrow.", "2026-11-19 23:59:59"},
    {"We will not rest: we will answer by Friday.", NULL},
    {"I called you yesterday.", NULL},
    {"I called you today at nine.", NULL},
    {"You said you'd call tomorrow.", NULL},
    {"You said you will call us tomorrow.", NULL},
    {"You wrote that we will pay by Friday.", NULL},
    {"If you send it by Friday we can help.", NULL},
    {"If you send it by Friday, we will help.", NULL},
    {"If I don't hear from you by Friday, I will close the case.", NULL},
    {"Please call us tomorrow.", NULL},
    {"Please send it by Friday and I will call you.", NULL},
    {"Please reply by Friday.", NULL},
    {"Will you call me tomorrow?", NULL},
    {"Shall I call you tomorrow?", NULL},
    {"Should we send it by Friday?", NULL},
    {"Can you send it by tomorrow?", NULL},
    {"I will not be able to call tomorrow.", NULL},
    {"I won't call you tomorrow.", NULL},
    {"We cannot answer before Friday.", NULL},
    {"I will be out of the office until Monday.", NULL},
    {"I'll be on holiday until December 1.", NULL},
    {"Our office will be closed tomorrow.", NULL},
    {"We will be closed on Friday.", NULL},
    {"I will see you tomorrow.", NULL},
    {"We will wait for your answer until Friday.", NULL},
    {"We will need your documents by Friday.", NULL},
    {"I expect your answer by Friday.", NULL},
    {"We expect a reply by Friday.", NULL},
    {"I hope to call you tomorrow.", NULL},
    {"I'll try to call you tomorrow.", NULL},
    {"We might send it by Friday.", NULL},
    {"I would call you tomorrow.", NULL},
    {"They will call you tomorrow.", NULL},
    {"He will be back on Monday.", NULL},
    {"The court will decide on Friday.", NULL},
    {"The parcel was sent on Monday.", NULL},
    {"It will rain tomorrow.", NULL},
    {"You will have to pay by Friday.", NULL},
    {"You will have until Friday.", NULL},
    {"You need to answer by tomorrow.", NULL},
    {"We talked about tomorrow's meeting.", NULL},
    {"I will call you about tomorrow's meeting.", NULL},
    {"I will check your invoice of 3 December.", NULL},
    {"We will review your letter from Monday.", NULL},
    {"We will send it after you have paid us by Friday.", NULL},
    {"Once we receive the form we will answer within 48 hours.", NULL},
    {"We will answer as soon as you reply by Friday.", NULL},
    {"Thank you for your message of today.", NULL},
    {"Our hours are Monday to Friday.", NULL},
    {"The deadline is Friday.", NULL},
    {"Your meeting is tomorrow at five.", NULL},
    {"The offer expires on Friday.", NULL},
    {"I look forward to hearing from you by Friday.", NULL},
    {"We had promised to call you on Friday.", NULL},
    {"Nobody will call you tomorrow.", NULL},
    {"We were supposed to call you by Friday.", NULL},
    {"Unless you object, we will cancel it on Monday.", NULL},
    {"I will call you.", NULL},
    {"We will get back to you soon.", NULL},
    {"We will confirm your appointment on Friday.", NULL},
    {"I will call you after 5 pm tomorrow.", NULL},
    {"We would have called you by Friday.", NULL},
    {"We will be happy to see you on Friday.", NULL},
    {"Our lawyers will answer your letter by 12/15.", "2026-12-15 23:59:59"},
    {"We will ship it within two to three business days.",
	"2026-11-23 23:59:59"},
    {"You shall have it by noon tomorrow.", "2026-11-19 12:00:00"},
    {"I'll get it done by Friday.", "2026-11-20 23:59:59"},
    {"The team is working on it; I will update you tomorrow at 10:00.",
	"2026-11-19 10:00:00"},
    {"We will publish the report on March 3.", "2027-03-03 23:59:59"},
    {"We are replacing the unit and will send it tomorrow.",
	"2026-11-19 23:59:59"},
    {"Tomorrow is a holiday, so we will answer on Friday.",
	"2026-11-20 23:59:59"},
    {"Because of the holiday on Thursday we will answer on Friday.",
	"2026-11-20 23:59:59"},
    {"I will be calling you tomorrow at two.", "2026-11-19 14:00:00"},
    {"We'll be sending you the papers by Monday.", "2026-11-23 23:59:59"},
    {"You asked us to call you tomorrow.", NULL},
    {"She said that we will call you tomorrow.", NULL},
    {"In case we don't reach you tomorrow, please write to us.", NULL},
    {"They promised to send it by Friday.", NULL},
    {"The train will arrive at 5 pm.", NULL},
    {"We will meet on Friday at ten.", NULL},
    {"I will attend the meeting tomorrow.", NULL},
    {"You will find our shop closed tomorrow.", NULL},
    {"I will leave the company on December 31.", NULL},
    {"We never call on Sunday.", NULL},
    {"Our next newsletter comes on Friday.", NULL},
};

static const Row german[] = {
    {"Ich rufe Sie morgen vor 17 Uhr an.", "2026-11-19 17:00:00"},
    {"Sie hören bis Freitag von uns.", "2026-11-20 23:59:59"},
    {"Sie hören bis Freitag von mir.", "2026-11-20 23:59:59"},
    {"Wir melden uns bis Freitag bei Ihnen.", "2026-11-20 23:59:59"},
    {"Bis Freitag melden wir uns bei Ihnen.", "2026-11-20 23:59:59"},
    {"Morgen rufe ich Sie an.", "2026-11-19 23:59:59"},
    {"Innerhalb von 48 Stunden werden wir Ihnen antworten.",
	"2026-11-20 16:00:00"},
    {"Ich werde Sie morgen um 10 Uhr anrufen.", "2026-11-19 10:00:00"},
    {"Wir werden Ihnen die Unterlagen bis Ende der Woche zusenden.",
	"2026-11-20 23:59:59"},
    {"Wir schicken Ihnen das Angebot spätestens am 3.12. zu.",
	"2026-12-03 23:59:59"},
    {"Sie erhalten bis Montag eine Antwort.", "2026-11-23 23:59:59"},
    {"Bis Montag erhalten Sie unsere Antwort.", "2026-11-23 23:59:59"},
    {"Bis Freitag haben Sie unsere Antwort.", "2026-11-20 23:59:59"},
    {"Unser Team meldet sich innerhalb von zwei Werktagen.",
	"2026-11-20 23:59:59"},
    {"Ein Kollege ruft Sie morgen an.", "2026-11-19 23:59:59"},
    {"Eine Kollegin wird sich morgen bei Ihnen melden.", "2026-11-19 23:59:59"},
    {"Jemand aus unserem Team ruft Sie heute um 18 Uhr an.",
	"2026-11-18 18:00:00"},
    {"Ich gebe Ihnen bis morgen Mittag Bescheid.", "2026-11-19 12:00:00"},
    {"Wir prüfen das und melden uns bis Donnerstag.", "2026-11-19 23:59:59"},
    {"Wir überweisen den Betrag bis zum 30. November.", "2026-11-30 23:59:59"},
    {"Ich kümmere mich bis heute Abend darum.", "2026-11-18 23:59:59"},
    {"Ich kuemmere mich morgen darum.", "2026-11-19 23:59:59"},
    {"Wie besprochen melde ich mich am Freitag.", "2026-11-20 23:59:59"},
    {"Guten Morgen, wir antworten Ihnen bis morgen.", "2026-11-19 23:59:59"},
    {"Wir liefern den Ersatz in zwei Tagen.", "2026-11-20 23:59:59"},
    {"Unsere Technik meldet sich heute noch.", "2026-11-18 23:59:59"},
    {"Ich melde mich nächste Woche Montag.", "2026-11-23 23:59:59"},
    {"Wir erstatten Ihnen das Geld innerhalb von 14 Tagen.",
	"2026-12-02 23:59:59"},
    {"Ich schreibe Ihnen morgen früh.", "2026-11-19 12:00:00"},
    {"Eine Rückmeldung bekommen Sie bis Freitag.", "2026-11-20 23:59:59"},
    {"Ich rufe Sie morgen nicht an.", NULL},
    {"Wir melden uns nicht vor Freitag.", NULL},
    {"Ich habe Sie gestern angerufen.", NULL},
    {"Bitte rufen Sie uns morgen an.", NULL},
    {"Bitte melden Sie sich bis Freitag.", NULL},
    {"Können Sie uns bis Freitag antworten?", NULL},
    {"Rufen Sie mich morgen an?", NULL},
    {"Soll ich Sie morgen anrufen?", NULL},
    {"Wenn Sie bis Freitag zahlen, schicken wir die Ware.", NULL},
    {"Falls Sie bis Freitag nichts hören, rufen Sie uns an.", NULL},
    {"Sobald wir das haben, melden wir uns innerhalb von 48 Stunden.", NULL},
    {"Ich bin bis Freitag im Urlaub.", NULL},
    {"Ich werde bis Freitag im Urlaub sein.", NULL},
    {"Unser Büro ist morgen geschlossen.", NULL},
    {"Wir erwarten Ihre Antwort bis Freitag.", NULL},
    {"Wir bitten Sie, bis Freitag zu zahlen.", NULL},
    {"Sie sagten, Sie rufen morgen an.", NULL},
    {"Er ruft Sie morgen an.", NULL},
    {"Die Frist endet am Freitag.", NULL},
    {"Ich hoffe, Sie morgen zu sehen.", NULL},
    {"Wir könnten morgen anrufen.", NULL},
    {"Wir würden Ihnen bis Freitag antworten.", NULL},
    {"Vielleicht rufe ich Sie morgen an.", NULL},
    {"Ich versuche, Sie morgen anzurufen.", NULL},
    {"Guten Morgen, Herr Meier.", NULL},
    {"Vielen Dank für Ihre Nachricht von heute.", NULL},
    {"Unsere Zeiten sind Montag bis Freitag.", NULL},
    {"Sie müssen bis Freitag zahlen.", NULL},
    {"Das Paket kam am Montag.", NULL},
    {"Wir lassen Ihnen die Unterlagen bis Freitag zukommen.",
	"2026-11-20 23:59:59"},
    {"Sie bekommen die Gutschrift in den nächsten drei Werktagen.",
	"2026-11-23 23:59:59"},
    {"Ein Techniker kommt morgen zwischen 8 und 10 Uhr.",
	"2026-11-19 10:00:00"},
    {"Wir kommen bis Mittwoch, den 25. November, auf Sie zu.",
	"2026-11-25 23:59:59"},
    {"Ich teile Ihnen das Ergebnis bis zum Ende des Monats mit.",
	"2026-11-30 23:59:59"},
    {"Wir sehen uns am Freitag.", NULL},
    {"Ich bin ab Montag wieder da.", NULL},
    {"Sie haben bis Freitag Zeit.", NULL},
    {"Wir haben Ihnen am Montag geschrieben.", NULL},
    {"Meine Frau hat am Freitag Geburtstag.", NULL},
};

static const Row french[] = {
    {"Je vous rappelle demain avant 17 h.", "2026-11-19 17:00:00"},
    {"Nous vous répondrons sous 48 heures.", "2026-11-20 16:00:00"},
    {"Vous aurez notre réponse d'ici vendredi.", "2026-11-20 23:59:59"},
    {"D'ici vendredi, vous aurez notre réponse.", "2026-11-20 23:59:59"},
    {"Vous recevrez le remboursement avant le 3 décembre.",
	"2026-12-02 23:59:59"},
    {"Je reviens vers vous avant vendredi.", "2026-11-19 23:59:59"},
    {"Nous reviendrons vers vous d'ici demain midi.", "2026-11-19 12:00:00"},
    {"Notre équipe vous contactera demain.", "2026-11-19 23:59:59"},
    {"Un collègue vous rappellera demain matin.", "2026-11-19 12:00:00"},
    {"On vous rappelle demain à 9h30.", "2026-11-19 09:30:00"},
    {"Je vais vous appeler demain à quinze heures.", "2026-11-19 15:00:00"},
    {"Nous allons vous envoyer le contrat avant la fin de la semaine.",
	"2026-11-20 23:59:59"},
    {"Je vous appellerai lundi.", "2026-11-23 23:59:59"},
    {"Je vous enverrai les documents demain.", "2026-11-19 23:59:59"},
    {"Je vous tiens au courant d'ici jeudi.", "2026-11-19 23:59:59"},
    {"Je m'en occupe demain.", "2026-11-19 23:59:59"},
    {"Vous aurez de nos nouvelles vendredi au plus tard.",
	"2026-11-20 23:59:59"},
    {"Demain, je vous envoie la facture.", "2026-11-19 23:59:59"},
    {"Nous vous remboursons sous huit jours.", "2026-11-26 23:59:59"},
    {"Je vous confirme cela ce soir.", "2026-11-18 23:59:59"},
    {"Nous vous livrerons mardi prochain.", "2026-11-24 23:59:59"},
    {"Vous serez contacté demain.", "2026-11-19 23:59:59"},
    {"J'envoie la lettre demain.", "2026-11-19 23:59:59"},
    {"Notre service client vous répondra sous 24 à 48 heures.",
	"2026-11-20 16:00:00"},
    {"Je ne vous rappelle pas demain.", NULL},
    {"Je vous ai rappelé hier soir.", NULL},
    {"Je vous ai appelé ce matin.", NULL},
    {"Merci de nous rappeler demain.", NULL},
    {"Veuillez nous répondre avant vendredi.", NULL},
    {"Pouvez-vous nous rappeler demain ?", NULL},
    {"Puis-je vous rappeler demain ?", NULL},
    {"Si vous payez avant vendredi, nous enverrons le colis.", NULL},
    {"Dès que nous aurons la pièce, nous vous appellerons sous 48 heures.",
	NULL},
    {"Je serai absent jusqu'à lundi.", NULL},
    {"Je suis en congé jusqu'au 3 décembre.", NULL},
    {"Je vous rappelle que la réunion est demain.", NULL},
    {"Nous vous rappelons votre rendez-vous de demain.", NULL},
    {"Vous devez payer avant vendredi.", NULL},
    {"Vous aurez jusqu'à vendredi.", NULL},
    {"Il vous rappellera demain.", NULL},
    {"Rappelez-nous demain.", NULL},
    {"J'espère vous voir demain.", NULL},
    {"Je vous appellerais demain.", NULL},
    {"Nous attendons votre réponse avant vendredi.", NULL},
    {"Nous ne pourrons répondre avant vendredi.", NULL},
    {"Vous avez dit que nous rappelons demain.", NULL},
    {"La date limite est vendredi.", NULL},
    {"Merci de votre message de ce matin.", NULL},
    {"Le magasin ouvre demain.", NULL},
    {"Je vous transmets le dossier d'ici la fin du mois.",
	"2026-11-30 23:59:59"},
    {"Nos techniciens interviendront demain.", NULL},
    {"Je vous recontacte la semaine prochaine.", "2026-11-29 23:59:59"},
    {"Je pars en vacances demain.", NULL},
    {"Nous nous verrons vendredi.", NULL},
};

static const Row spanish[] = {
    {"Le llamaremos mañana.", "2026-11-19 23:59:59"},
    {"Le llamo mañana antes de las cinco.", "2026-11-19 17:00:00"},
    {"Le responderemos en 48 horas.", "2026-11-20 16:00:00"},
    {"Recibirá nuestra respuesta antes del viernes.", "2026-11-19 23:59:59"},
    {"Tendrá noticias nuestras el lunes.", "2026-11-23 23:59:59"},
    {"Nos pondremos en contacto con usted mañana.", "2026-11-19 23:59:59"},
    {"Me pondré en contacto con usted antes de mañana al mediodía.",
	"2026-11-19 12:00:00"},
    {"Voy a llamarle mañana a las cinco.", "2026-11-19 17:00:00"},
    {"Vamos a enviarle el contrato hoy mismo.", "2026-11-18 23:59:59"},
    {"Nuestro equipo le contactará en un plazo de 24 horas.",
	"2026-11-19 16:00:00"},
    {"Un compañero le llamará mañana por la mañana.", "2026-11-19 12:00:00"},
    {"Se lo envío mañana.", "2026-11-19 23:59:59"},
    {"Le mando los datos esta tarde.", "2026-11-18 18:00:00"},
    {"Mañana le llamaré.", "2026-11-19 23:59:59"},
    {"Antes del viernes recibirá el reembolso.", "2026-11-19 23:59:59"},
    {"Lo revisaremos y le daremos una respuesta el martes.",
	"2026-11-24 23:59:59"},
    {"Le confirmaré la fecha a más tardar el lunes.", "2026-11-23 23:59:59"},
    {"Le mantendremos informado y le escribiremos el viernes.",
	"2026-11-20 23:59:59"},
    {"Sí, le llamaré mañana.", "2026-11-19 23:59:59"},
    {"Le enviaré el informe dentro de dos días.", "2026-11-20 23:59:59"},
    {"Le doy una respuesta para el viernes.", "2026-11-20 23:59:59"},
    {"Tendrá nuestra respuesta a finales de mes.", "2026-11-30 23:59:59"},
    {"No le llamaré mañana.", NULL},
    {"Le llamé ayer.", NULL},
    {"Le llamamos ayer por la tarde.", NULL},
    {"Por favor, llámenos mañana.", NULL},
    {"¿Le llamo mañana?", NULL},
    {"¿Puede llamarnos mañana?", NULL},
    {"Si usted paga antes del viernes, le enviaremos el paquete.", NULL},
    {"En cuanto lo tengamos, le llamaremos en 24 horas.", NULL},
    {"Estaré de vacaciones hasta el lunes.", NULL},
    {"La oficina estará cerrada mañana.", NULL},
    {"Espero verle mañana.", NULL},
    {"Tendrá que pagar antes del viernes.", NULL},
    {"Usted dijo que llamaría mañana.", NULL},
    {"Él vendrá mañana.", NULL},
    {"El plazo termina el viernes.", NULL},
    {"Necesitamos su respuesta antes del viernes.", NULL},
    {"Intentaré llamarle mañana.", NULL},
    {"Quizás le llame mañana.", NULL},
    {"Gracias por su mensaje de hoy.", NULL},
    {"La reunión es mañana a las cinco.", NULL},
    {"Resolveremos el problema antes del 1 de diciembre.",
	"2026-11-30 23:59:59"},
    {"Le devolveremos el dinero en un plazo de 5 días hábiles.",
	"2026-11-25 23:59:59"},
    {"Nos vemos el viernes.", NULL},
    {"Estoy en la oficina mañana.", NULL},
};

static gint64 local_of(const char *local, const char *zone)
{
	g_autoptr(GTimeZone) where = g_time_zone_new_identifier(zone);
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(local, where);
	assert_non_null(at);
	return g_date_time_to_unix(at);
}

static guint check_row(const Row *row, const char *zone)
{
	g_autoptr(GPtrArray) found =
	    promises_find(row->text, strlen(row->text), WRITTEN_S, zone);
	if (found->len != (row->until != NULL)) {
		print_error("%u promises: %s\n", found->len, row->text);
		return 1;
	}
	if (found->len == 0) {
		return 0;
	}
	const Promise *promise = g_ptr_array_index(found, 0);
	if (promise->at_s != local_of(row->until, zone)) {
		g_autofree char *at = times_rfc3339(promise->at_s);
		print_error("%s: %s\n", at, row->text);
		return 1;
	}
	return 0;
}

static void check_rows(const Row *rows, gsize n, const char *zone)
{
	guint wrong = 0;
	for (gsize i = 0; i < n; i++) {
		wrong += check_row(&rows[i], zone);
	}
	assert_int_equal(wrong, 0);
}

static void test_english(void **state)
{
	(void)state;
	check_rows(english, G_N_ELEMENTS(english), "America/New_York");
}

static void test_german(void **state)
{
	(void)state;
	check_rows(german, G_N_ELEMENTS(german), "Europe/Berlin");
}

static void test_french(void **state)
{
	(void)state;
	check_rows(french, G_N_ELEMENTS(french), "Europe/Paris");
}

static void test_spanish(void **state)
{
	(void)state;
	check_rows(spanish, G_N_ELEMENTS(spanish), "Europe/Madrid");
}

/* Of a whole letter: each promise once, in order, with its sentence. */
static void test_letter(void **state)
{
	const char *text =
	    "Dear Ms Doe,\n\nthank you for your letter of 3 March. I am sorry "
	    "that you\nhad to wait. I will call you tomorrow\nbefore five, and "
	    "we will send the refund by Friday.\n\nPlease send us the receipt "
	    "by Thursday.\n- Our lawyer will write to you by 30 November.\n\n"
	    "Regards";
	(void)state;
	g_autoptr(GPtrArray) found =
	    promises_find(text, strlen(text), WRITTEN_S, NULL);
	assert_int_equal(found->len, 3);
	const Promise *call = g_ptr_array_index(found, 0);
	assert_int_equal(call->at_s, WRITTEN_S + 26 * 3600);
	assert_string_equal(call->words,
	    "I will call you tomorrow before five, and we will send the refund "
	    "by Friday.");
	assert_memory_equal(text + call->from, "I will call", 11);
	const Promise *write = g_ptr_array_index(found, 2);
	assert_non_null(strstr(write->words, "30 November"));
}

/* No more than the limit, and quickly, whatever the text. */
static void test_hostile(void **state)
{
	static const char *const units[] = {"I will call you tomorrow. ",
	    "I will call you tomorrow ", "we will ", "you by Friday and ",
	    "\xff", "je vous me le la les lui ", "tomorrow, ", ".",
	    "our a b c d e "};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		while (text->len < LIMIT_WHEN_BYTES + 100) {
			g_string_append(text, units[i]);
		}
		g_autoptr(GPtrArray) found =
		    promises_find(text->str, text->len, WRITTEN_S, "UTC");
		assert_true(found->len <= LIMIT_PROMISES);
		assert_int_equal(found->len, i == 0 ? LIMIT_PROMISES : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_english),
	    cmocka_unit_test(test_german),
	    cmocka_unit_test(test_french),
	    cmocka_unit_test(test_spanish),
	    cmocka_unit_test(test_letter),
	    cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
