/* New, quoted, signature: the ways of the mail programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message/internal.h"
#include "message_fixture.h"

typedef struct {
	const char *what;
	const char *in;
	const char *now, *quoted, *signature;
} Row;

static void check(const Row *row)
{
	g_autoptr(GString) now = g_string_new(NULL);
	g_autoptr(GString) quoted = g_string_new(NULL);
	g_autoptr(GString) signature = g_string_new(NULL);
	Split split = {now, quoted, signature};
	split_text(row->in, strlen(row->in), &split);
	if (strcmp(now->str, row->now) != 0 ||
	    strcmp(quoted->str, row->quoted) != 0 ||
	    strcmp(signature->str, row->signature) != 0) {
		print_message("row: %s\n", row->what);
	}
	assert_string_equal(now->str, row->now);
	assert_string_equal(quoted->str, row->quoted);
	assert_string_equal(signature->str, row->signature);
}

static void test_marks(void **state)
{
	static const Row rows[] = {
	    {"empty", "", "", "", ""},
	    {"plain", "Hello,\n\nall well.\n", "Hello,\n\nall well.", "", ""},
	    {"interleaved", "> one?\nYes.\n>> two?\n> three?\nNo.\n",
		"Yes.\nNo.", "one?\ntwo?\nthree?", ""},
	    {"all quoted", "> a\n> b\n", "", "a\nb", ""},
	    {"mbox From", "a\n>From here on\nb\n", "a\n>From here on\nb", "",
		""},
	    {"indented mark", "a\n  > b\n", "a", "b", ""},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		check(&rows[i]);
	}
}

static void test_attributions(void **state)
{
	static const Row rows[] = {
	    {"Gmail",
		"Thanks!\n\nOn Mon, Feb 2, 2026 at 10:00 AM Max Muster "
		"<max@example.org>\nwrote:\n\n> old\n> more\n",
		"Thanks!",
		"On Mon, Feb 2, 2026 at 10:00 AM Max Muster "
		"<max@example.org>\nwrote:\n\nold\nmore",
		""},
	    {"Apple Mail",
		"New.\n\n> On 2 Feb 2026, at 10:00, Max Muster "
		"<max@example.org> wrote:\n> \n> old\n",
		"New.",
		"On 2 Feb 2026, at 10:00, Max Muster <max@example.org> "
		"wrote:\n\nold",
		""},
	    {"Thunderbird",
		"On 02.02.2026 10:00, Max Muster wrote:\n> old\n"
		"answer\n",
		"answer", "On 02.02.2026 10:00, Max Muster wrote:\nold", ""},
	    {"Thunderbird, German",
		"neu\nAm 02.02.26 um 10:00 schrieb Max Muster:\n> alt\n", "neu",
		"Am 02.02.26 um 10:00 schrieb Max Muster:\nalt", ""},
	    {"Gmail, German",
		"neu\n\nAm Mo., 2. Feb. 2026 um 10:00 Uhr schrieb Max Muster "
		"<\nmax@example.org>:\n\n> alt\n",
		"neu",
		"Am Mo., 2. Feb. 2026 um 10:00 Uhr schrieb Max Muster "
		"<\nmax@example.org>:\n\nalt",
		""},
	    {"Gmail, French",
		"neuf\n\nLe lun. 2 f\xc3\xa9vr. 2026 \xc3\xa0 10:00, Max "
		"<max@example.org> a\n\xc3\xa9"
		"crit :\n\n> vieux\n",
		"neuf",
		"Le lun. 2 f\xc3\xa9vr. 2026 \xc3\xa0 10:00, Max "
		"<max@example.org> a\n\xc3\xa9"
		"crit :\n\nvieux",
		""},
	    {"Gmail, Spanish",
		"nuevo\nEl lun, 2 feb 2026 a las 10:00, Max "
		"(<max@example.org>) escribi\xc3\xb3:\n> viejo\n",
		"nuevo",
		"El lun, 2 feb 2026 a las 10:00, Max (<max@example.org>) "
		"escribi\xc3\xb3:\nviejo",
		""},
	    {"without marks, sure",
		"new\n\nOn Monday, February 2, 2026, 10:00:00 AM GMT+1, Max "
		"<max@example.org> wrote:\n\nold\nmore\n",
		"new",
		"On Monday, February 2, 2026, 10:00:00 AM GMT+1, Max "
		"<max@example.org> wrote:\n\nold\nmore",
		""},
	    {"a story is no attribution",
		"On 5 May my husband wrote:\nI will kill you.\n",
		"On 5 May my husband wrote:\nI will kill you.", "", ""},
	    {"other language before marks",
		"uusi\nMax <max@example.org> kirjoitti 2.2.2026 10:00:\n> v\n",
		"uusi", "Max <max@example.org> kirjoitti 2.2.2026 10:00:\nv",
		""},
	    {"Zoho",
		"new\n---- On Mon, 02 Feb 2026 10:00:00 +0100 Max "
		"<max@example.org> wrote ----\nold\n",
		"new",
		"---- On Mon, 02 Feb 2026 10:00:00 +0100 Max "
		"<max@example.org> wrote ----\nold",
		""},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		check(&rows[i]);
	}
}

static void test_blocks(void **state)
{
	static const Row rows[] = {
	    {"Outlook, old",
		"new\n\n-----Original Message-----\nFrom: Max\nSent: Monday\n"
		"To: Me\nSubject: x\n\nold\n",
		"new",
		"-----Original Message-----\nFrom: Max\nSent: Monday\nTo: Me\n"
		"Subject: x\n\nold",
		""},
	    {"Outlook, rule",
		"new\n________________________________\nFrom: Max "
		"<max@example.org>\nSent: Monday, February 2, 2026 10:00\n"
		"To: Me\nSubject: x\n\nold\n",
		"new",
		"________________________________\nFrom: Max "
		"<max@example.org>\nSent: Monday, February 2, 2026 10:00\n"
		"To: Me\nSubject: x\n\nold",
		""},
	    {"Outlook, German",
		"neu\n\nVon: Max\nGesendet: Montag\nAn: Ich\nBetreff: x\n\n"
		"alt\n",
		"neu", "Von: Max\nGesendet: Montag\nAn: Ich\nBetreff: x\n\nalt",
		""},
	    {"Outlook, French, bold",
		"neuf\n\n*De :* Max\n*Envoy\xc3\xa9 :* lundi\n*\xc3\x80 :* Moi"
		"\n*Objet :* x\n\nvieux\n",
		"neuf",
		"*De :* Max\n*Envoy\xc3\xa9 :* lundi\n*\xc3\x80 :* Moi\n"
		"*Objet :* x\n\nvieux",
		""},
	    {"Outlook, Spanish",
		"nuevo\nDe: Max\nEnviado el: lunes\nPara: Yo\nAsunto: x\n\n"
		"viejo\n",
		"nuevo",
		"De: Max\nEnviado el: lunes\nPara: Yo\nAsunto: x\n\nviejo", ""},
	    {"German divider",
		"neu\n-------- Urspr\xc3\xbcngliche Nachricht "
		"--------\nalt\n",
		"neu", "-------- Urspr\xc3\xbcngliche Nachricht --------\nalt",
		""},
	    {"divider before marks",
		"-----Original Message-----\n> old\nanswer\n", "answer",
		"-----Original Message-----\nold", ""},
	    {"Gmail forward",
		"FYI\n\n---------- Forwarded message ---------\nFrom: Max "
		"<max@example.org>\nDate: Mon\nSubject: x\nTo: Me\n\nold\n",
		"FYI",
		"---------- Forwarded message ---------\nFrom: Max "
		"<max@example.org>\nDate: Mon\nSubject: x\nTo: Me\n\nold",
		""},
	    {"Apple forward", "Begin forwarded message:\n\nFrom: Max\n\nold\n",
		"", "Begin forwarded message:\n\nFrom: Max\n\nold", ""},
	    {"Notes forward, wrapped",
		"see\n---------------------- Forwarded by Max Muster on "
		"02/02/2026\n10:00 AM ---------------------------\nold\n",
		"see",
		"---------------------- Forwarded by Max Muster on 02/02/2026\n"
		"10:00 AM ---------------------------\nold",
		""},
	    {"a web form is new",
		"From: Max\nSubject: help\nMessage: he hit me\n",
		"From: Max\nSubject: help\nMessage: he hit me", "", ""},
	    {"one label is new", "From: here to there\nis far.\n",
		"From: here to there\nis far.", "", ""},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		check(&rows[i]);
	}
}

static void test_signatures(void **state)
{
	static const Row rows[] = {
	    {"delimiter", "text\n-- \nMax\nBoss\n", "text", "",
		"--\nMax\nBoss"},
	    {"above a quote", "text\n-- \nMax\n\n> old\n", "text", "old",
		"--\nMax"},
	    {"phone", "Help!\n\nSent from my iPhone\n", "Help!", "",
		"Sent from my iPhone"},
	    {"phone, German", "Hilfe!\n\nVon meinem iPhone gesendet\n",
		"Hilfe!", "", "Von meinem iPhone gesendet"},
	    {"text after the phone", "a\nSent from my iPad\nb\n", "a\nb", "",
		"Sent from my iPad"},
	    {"disclaimer",
		"Please call.\n\nThis e-mail is confidential and may be "
		"privileged. It is\nintended for the named recipient only. If "
		"you got it in error,\nplease delete it.\n",
		"Please call.", "",
		"This e-mail is confidential and may be privileged. It is\n"
		"intended for the named recipient only. If you got it in "
		"error,\nplease delete it."},
	    {"disclaimer, German",
		"Bitte um Anruf.\n\nDiese E-Mail enth\xc3\xa4lt vertrauliche "
		"oder rechtlich gesch\xc3\xbctzte Informationen.\nWenn Sie "
		"nicht der richtige Adressat sind, bitte vernichten.\n",
		"Bitte um Anruf.", "",
		"Diese E-Mail enth\xc3\xa4lt vertrauliche oder rechtlich "
		"gesch\xc3\xbctzte Informationen.\nWenn Sie nicht der "
		"richtige Adressat sind, bitte vernichten."},
	    {"confidential, but a message",
		"This message is confidential. My manager has threatened me "
		"and I am afraid of him every day.\n",
		"This message is confidential. My manager has threatened me "
		"and I am afraid of him every day.",
		"", ""},
	    {"delimiter at the end", "text\n--\n", "text\n--", "", ""},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		check(&rows[i]);
	}
}

/* Too long to be a signature: text after all. */
static void test_long_signature(void **state)
{
	(void)state;
	g_autoptr(GString) in = g_string_new("hi\n-- \n");
	for (int i = 0; i < 30; i++) {
		g_string_append(in, "I will find you.\n");
	}
	g_autoptr(GString) now = g_string_new(NULL);
	g_autoptr(GString) quoted = g_string_new(NULL);
	g_autoptr(GString) signature = g_string_new(NULL);
	Split split = {now, quoted, signature};
	split_text(in->str, in->len, &split);
	assert_non_null(strstr(now->str, "find you"));
	assert_int_equal(signature->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_attributions),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_signatures),
	    cmocka_unit_test(test_long_signature),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
