/* Promises in German: mostly in the present, and the verb may come first. */
#include "replies/promise.h"

#define I_DO                                                                 \
	"(rufe|melde|schicke|sende|gebe|informiere|antworte|kontaktiere|"    \
	"schreibe|klare|klaere|prufe|pruefe|kummere|kuemmere|liefere|"       \
	"uberweise|ueberweise|erstatte|komme|leite|teile|bringe|erledige|"   \
	"maile|faxe|bestatige|bestaetige|reiche|lasse|ubersende|uebersende|" \
	"sage|veranlasse|beantworte|versende|ersetze|repariere|verspreche)"
#define WE_DO                                                              \
	"(rufen|melden|schicken|senden|geben|informieren|antworten|"       \
	"kontaktieren|schreiben|klaren|klaeren|prufen|pruefen|kummern|"    \
	"kuemmern|liefern|uberweisen|ueberweisen|erstatten|kommen|leiten|" \
	"teilen|bringen|erledigen|mailen|faxen|bestatigen|bestaetigen|"    \
	"reichen|lassen|ubersenden|uebersenden|sagen|veranlassen|"         \
	"beantworten|versenden|ersetzen|reparieren|versprechen)"
#define IT_DOES                                                              \
	"(ruft|meldet|schickt|sendet|gibt|informiert|antwortet|kontaktiert|" \
	"schreibt|klart|klaert|pruft|prueft|kummert|kuemmert|liefert|kommt|" \
	"teilt|bringt|wird|setzt)"
#define ONE                                                            \
	"(unsere? \\w+|meine? \\w+|eine? (unserer \\w+|kolleg\\w+|"    \
	"mitarbeiter\\w*|techniker\\w*)|jemand( von uns| aus unserem " \
	"\\w+)?)"
#define DONE                                                                 \
	"(anrufen|zuruckrufen|zurueckrufen|melden|schicken|senden|zusenden|" \
	"geben|informieren|antworten|kontaktieren|schreiben|klaren|"         \
	"klaeren|prufen|pruefen|kummern|kuemmern|liefern|uberweisen|"        \
	"ueberweisen|erstatten|zukommen|zuruckkommen|weiterleiten|"          \
	"mitteilen|bringen|erledigen|bestatigen|nachreichen|zuschicken|"     \
	"ubersenden|beantworten|versenden|ersetzen|reparieren|losen|"        \
	"loesen|abschliessen|abschliesen|setzen|erreichen)"
#define GIFT                                                               \
	"(antwort|ruckmeldung|rueckmeldung|bescheid|ruckruf|rueckruf|"     \
	"erstattung|geld|nachricht|lieferung|ersatz|information\\w*|"      \
	"losung|loesung|angebot|unterlagen|gutschrift|entscheidung|anruf|" \
	"auskunft|ware|vertrag|rechnung|post|mail|termin)"
#define FAR "(\\w+ ,? ?){0,8}"

const PromiseWords promise_german = {
    .promises =
	"\\b(ich " I_DO "|wir " WE_DO ")\\b"
	"|\\b(" I_DO " ich|" WE_DO " wir)\\b"
	"|\\b(ich werde|werde ich|wir werden|werden wir) " FAR DONE "\\b"
	"|\\b" ONE " (\\w+ )?" IT_DOES "\\b"
	"|\\b" IT_DOES " (sich |sie |ihnen )?(" ONE ")\\b"
	"|\\b(sie|du) (horen|hort|horst|hoeren) " FAR "von (uns|mir)\\b"
	"|\\b(horen|horst|hoeren) (sie|du) " FAR "von (uns|mir)\\b"
	"|\\b(sie|du) (erhalten|erhaltst|bekommen|bekommst|haben|kriegen) " FAR
	    GIFT "\\b"
	"|\\b(erhalten|bekommen|haben|bekommst|hast) (sie|du) " FAR GIFT "\\b"
	"|\\b" GIFT " (erhalten|bekommen|haben) sie\\b",
    .spoils =
	"\\b(nicht|nie|niemals|keine?\\w?|leider kein\\w*|konnte\\w*|"
	"wollte\\w*|sollte\\w*|wurde|wurden|wuerde\\w*|vielleicht|eventuell|"
	"versuche\\w*|hoffe\\w*|mochte\\w*|moechte\\w*|bemuhe\\w*)\\b"
	"|\\b(wenn|falls|sofern|sobald|vorausgesetzt)\\b"
	"|\\b(sagten|sagte|gesagt|schrieben sie|behauptet\\w*|versprachen|"
	"versprochen|laut ihr\\w+)\\b",
};
