/* Promises in Spanish: the ending of the verb says who. */
#include "replies/promise.h"

#define TO "((le|les|te|os|se|lo|la|los|las|nos|me) ){0,3}"
#define STEM                                                               \
	"(llamar|devolver|responder|contestar|escribir|enviar|mandar|"     \
	"contactar|informar|confirmar|dar|avisar|comunicar|reembolsar|"    \
	"solucionar|resolver|entregar|volver|comprobar|revisar|facilitar|" \
	"remitir|pondr|har|tramitar|abonar|arreglar|reparar|cambiar|"      \
	"mantendr|atender|encargar|ocupar|averiguar|aclarar|decidir|"      \
	"telefonear|pagar|tendr)"

const PromiseWords promise_spanish = {
    .promises =
	"\\b" TO STEM "(e|emos)\\b"
	"|\\b(le|les|te|os|se lo|se la|se los) (llamo|envio|mando|contesto|"
	"respondo|escribo|confirmo|aviso|informo|doy|digo|devuelvo|llamamos|"
	"enviamos|mandamos|contestamos|respondemos|damos|avisamos|informamos|"
	"contactamos|confirmamos|devolvemos|prometo|prometemos)\\b"
	"|\\b(voy|vamos) a (\\w+ )?(llamar|enviar|mandar|responder|contestar|"
	"escribir|contactar|informar|dar|resolver|solucionar|devolver|poner|"
	"confirmar|revisar)\\w*"
	"|\\b(me pongo|nos ponemos|me pondre|nos pondremos) en contacto\\b"
	"|\\b(nuestr[oa]s? \\w+|mi companer\\w+|una? (companer|coleg|tecnic|"
	"asesor|responsable|agente)\\w*( de \\w+)?|alguien( de nuestro "
	"\\w+)?) " TO
	"(llamar|contactar|responder|enviar|pondr|escribir|atender|"
	"contestar|mandar)an?\\b"
	"|\\b(recibira[ns]?|tendra[ns]?|obtendra[ns]?)\\b(?! (que|hasta)\\b)",
    .spoils =
	"\\b(no|nunca|jamas|tampoco|quizas?|tal vez|intentar\\w*|espero|"
	"esperamos|tratare\\w*|podria\\w*|queria\\w*|gustaria)\\b"
	"|\\b(si (usted|no|me|lo|nos|nos|tiene|quiere|es|el|la|le|recibimos|"
	"envia|paga|todo|puede|desea|hay)|en cuanto|en caso|una vez que|"
	"siempre que|cuando (tengamos|recib\\w+|tenga|sepa\\w*))\\b"
	"|\\b(dijo|dijiste|dijeron|escribio|prometio|prometieron|prometido)\\b",
};
