/* Promises in French. */
#include "replies/promise.h"

#define TO "((vous|te|t|m|me|m en|le|la|les|lui|leur|y|en) ){0,3}"
#define STEM                                                               \
	"(rappel|appel|telephon|repond|revien|reven|reviend|contact|"      \
	"recontact|envo|enverr|transmet|ecri|tien|ten|tiend|inform|"       \
	"communiqu|donn|confirm|rembours|occup|livr|expedi|regl|trait|"    \
	"verifi|fai|fer|joind|adress|renvo|renverr|recherch|resoud|resol|" \
	"repar|remplac|virer|engag|promet)"
#define ONE                                                               \
	"(notre \\w+( \\w+)?|nos \\w+|mon collegue|ma collegue|une? (de " \
	"nos )?(collegue|conseiller|conseillere|technicien|responsable|"  \
	"personne)s?( de \\w+)?|quelqu un( de chez nous)?)"

const PromiseWords promise_french = {
    .promises =
	"\\b(je|j) " TO STEM "\\w*"
	"|\\bnous " TO STEM "\\w*ons\\b"
	"|\\bon vous " STEM "\\w*"
	"|\\b(je vais|nous allons|on va) " TO STEM "\\w*"
	"|\\b" ONE " (va )?" TO STEM "\\w*"
	"|\\bvous (aurez|recevrez|obtiendrez)\\b(?! ((a|jusqu|besoin)\\b|"
	"when\\d ?$))"
	"|\\bvous serez (contacte|rappele|informe|rembourse|livre|recontacte)",
    .spoils =
	"\\b(ne|n|pas|jamais|peut etre|essa\\w+|esper\\w+|tent\\w+|voudr\\w+|"
	"aimer\\w+|souhait\\w+|deja)\\b"
	"|\\b\\w{3,}(rais|rait|rions|raient)\\b"
	"|\\b(s il|s ils|si (vous|je|nous|on|le|la|les|cela|votre|tout)|des "
	"que|au cas ou|en cas|lorsque|a condition)\\b"
	"|\\brappel\\w* (que|qu|votre|la|les|de|d)\\b"
	"|\\b(vous (avez|aviez) (dit|ecrit|promis)|disiez|aviez|avait)\\b",
};
