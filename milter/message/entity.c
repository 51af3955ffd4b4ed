/*
 * Named characters of HTML: those of HTML 4, and the ones of HTML 5 with which
 * ordinary letters, signs and nothing at all can be written. The script,
 * Fraktur and double-struck alphabets come out as the letters they look like.
 */
#include "message/internal.h"

#include <string.h>

typedef struct {
	const char *name;
	gunichar character;
} Entity;

/* Sorted by bytes. */
/* clang-format off */
static const Entity entities[] = {
    {"AElig", 0xc6}, {"Aacute", 0xc1}, {"Abreve", 0x102}, {"Acirc", 0xc2},
    {"Agrave", 0xc0}, {"Alpha", 0x391}, {"Aogon", 0x104},
    {"ApplyFunction", 0x2061}, {"Aring", 0xc5}, {"Atilde", 0xc3},
    {"Auml", 0xc4}, {"Beta", 0x392}, {"Cacute", 0x106}, {"Ccaron", 0x10c},
    {"Ccedil", 0xc7}, {"Chi", 0x3a7}, {"DD", 0x44}, {"Dagger", 0x2021},
    {"Dcaron", 0x10e}, {"Delta", 0x394}, {"DifferentialD", 0x64},
    {"ETH", 0xd0}, {"Eacute", 0xc9}, {"Ecaron", 0x11a}, {"Ecirc", 0xca},
    {"Egrave", 0xc8}, {"Eogon", 0x118}, {"Epsilon", 0x395}, {"Eta", 0x397},
    {"Euml", 0xcb}, {"ExponentialE", 0x65}, {"Gamma", 0x393},
    {"Gbreve", 0x11e}, {"Hat", 0x5e}, {"Iacute", 0xcd}, {"Icirc", 0xce},
    {"Idot", 0x130}, {"Igrave", 0xcc}, {"ImaginaryI", 0x69},
    {"InvisibleComma", 0x2063}, {"InvisibleTimes", 0x2062}, {"Iota", 0x399},
    {"Iuml", 0xcf}, {"Kappa", 0x39a}, {"Lambda", 0x39b}, {"Lstrok", 0x141},
    {"MediumSpace", 0x205f}, {"Mu", 0x39c}, {"Nacute", 0x143},
    {"Ncaron", 0x147}, {"NewLine", 0xa}, {"NoBreak", 0x2060},
    {"NonBreakingSpace", 0xa0}, {"Ntilde", 0xd1}, {"Nu", 0x39d},
    {"OElig", 0x152}, {"Oacute", 0xd3}, {"Ocirc", 0xd4}, {"Odblac", 0x150},
    {"Ograve", 0xd2}, {"Omega", 0x3a9}, {"Omicron", 0x39f}, {"Oslash", 0xd8},
    {"Otilde", 0xd5}, {"Ouml", 0xd6}, {"Phi", 0x3a6}, {"Pi", 0x3a0},
    {"Prime", 0x2033}, {"Psi", 0x3a8}, {"Racute", 0x154}, {"Rcaron", 0x158},
    {"Rho", 0x3a1}, {"Sacute", 0x15a}, {"Scaron", 0x160}, {"Scedil", 0x15e},
    {"Sigma", 0x3a3}, {"THORN", 0xde}, {"Tab", 0x9}, {"Tau", 0x3a4},
    {"Tcedil", 0x162}, {"Theta", 0x398}, {"ThinSpace", 0x2009},
    {"Uacute", 0xda}, {"Ucirc", 0xdb}, {"Udblac", 0x170}, {"Ugrave", 0xd9},
    {"UnderBar", 0x5f}, {"Upsilon", 0x3a5}, {"Uring", 0x16e}, {"Uuml", 0xdc},
    {"VerticalLine", 0x7c}, {"VeryThinSpace", 0x200a}, {"Xi", 0x39e},
    {"Yacute", 0xdd}, {"Yuml", 0x178}, {"Zacute", 0x179}, {"Zcaron", 0x17d},
    {"Zdot", 0x17b}, {"ZeroWidthSpace", 0x200b}, {"Zeta", 0x396},
    {"aacute", 0xe1}, {"abreve", 0x103}, {"acirc", 0xe2}, {"acute", 0xb4},
    {"aelig", 0xe6}, {"af", 0x2061}, {"agrave", 0xe0}, {"alefsym", 0x2135},
    {"alpha", 0x3b1}, {"amp", 0x26}, {"and", 0x2227}, {"ang", 0x2220},
    {"aogon", 0x105}, {"apos", 0x27}, {"aring", 0xe5}, {"ast", 0x2a},
    {"asymp", 0x2248}, {"atilde", 0xe3}, {"auml", 0xe4}, {"bdquo", 0x201e},
    {"beta", 0x3b2}, {"brvbar", 0xa6}, {"bsol", 0x5c}, {"bull", 0x2022},
    {"cacute", 0x107}, {"cap", 0x2229}, {"ccaron", 0x10d}, {"ccedil", 0xe7},
    {"cedil", 0xb8}, {"cent", 0xa2}, {"check", 0x2713}, {"chi", 0x3c7},
    {"circ", 0x2c6}, {"clubs", 0x2663}, {"colon", 0x3a}, {"comma", 0x2c},
    {"commat", 0x40}, {"cong", 0x2245}, {"copy", 0xa9}, {"crarr", 0x21b5},
    {"cross", 0x2717}, {"cup", 0x222a}, {"curren", 0xa4}, {"dArr", 0x21d3},
    {"dagger", 0x2020}, {"darr", 0x2193}, {"dash", 0x2010}, {"dcaron", 0x10f},
    {"dd", 0x64}, {"deg", 0xb0}, {"delta", 0x3b4}, {"diams", 0x2666},
    {"divide", 0xf7}, {"dollar", 0x24}, {"eacute", 0xe9}, {"ecaron", 0x11b},
    {"ecirc", 0xea}, {"ee", 0x65}, {"egrave", 0xe8}, {"empty", 0x2205},
    {"emsp", 0x2003}, {"emsp13", 0x2004}, {"emsp14", 0x2005},
    {"ensp", 0x2002}, {"eogon", 0x119}, {"epsilon", 0x3b5}, {"equals", 0x3d},
    {"equiv", 0x2261}, {"escr", 0x65}, {"eta", 0x3b7}, {"eth", 0xf0},
    {"euml", 0xeb}, {"euro", 0x20ac}, {"excl", 0x21}, {"exist", 0x2203},
    {"female", 0x2640}, {"fnof", 0x192}, {"forall", 0x2200}, {"frac12", 0xbd},
    {"frac13", 0x2153}, {"frac14", 0xbc}, {"frac15", 0x2155},
    {"frac18", 0x215b}, {"frac23", 0x2154}, {"frac34", 0xbe},
    {"frasl", 0x2044}, {"gamma", 0x3b3}, {"gbreve", 0x11f}, {"ge", 0x2265},
    {"grave", 0x60}, {"gscr", 0x67}, {"gt", 0x3e}, {"hArr", 0x21d4},
    {"hairsp", 0x200a}, {"half", 0xbd}, {"harr", 0x2194}, {"hearts", 0x2665},
    {"hellip", 0x2026}, {"horbar", 0x2015}, {"hyphen", 0x2010},
    {"iacute", 0xed}, {"ic", 0x2063}, {"icirc", 0xee}, {"iexcl", 0xa1},
    {"igrave", 0xec}, {"ii", 0x69}, {"image", 0x2111}, {"imath", 0x131},
    {"infin", 0x221e}, {"inodot", 0x131}, {"int", 0x222b}, {"iota", 0x3b9},
    {"iquest", 0xbf}, {"isin", 0x2208}, {"it", 0x2062}, {"iuml", 0xef},
    {"jmath", 0x237}, {"kappa", 0x3ba}, {"lArr", 0x21d0}, {"lambda", 0x3bb},
    {"lang", 0x2329}, {"laquo", 0xab}, {"larr", 0x2190}, {"lbrace", 0x7b},
    {"lbrack", 0x5b}, {"lceil", 0x2308}, {"lcub", 0x7b}, {"ldquo", 0x201c},
    {"ldquor", 0x201e}, {"le", 0x2264}, {"lfloor", 0x230a},
    {"lowast", 0x2217}, {"lowbar", 0x5f}, {"loz", 0x25ca}, {"lpar", 0x28},
    {"lrm", 0x200e}, {"lsaquo", 0x2039}, {"lsqb", 0x5b}, {"lsquo", 0x2018},
    {"lsquor", 0x201a}, {"lstrok", 0x142}, {"lt", 0x3c}, {"macr", 0xaf},
    {"male", 0x2642}, {"mdash", 0x2014}, {"micro", 0xb5}, {"middot", 0xb7},
    {"minus", 0x2212}, {"mldr", 0x2026}, {"mu", 0x3bc}, {"nabla", 0x2207},
    {"nacute", 0x144}, {"nbsp", 0xa0}, {"ncaron", 0x148}, {"ndash", 0x2013},
    {"ne", 0x2260}, {"ni", 0x220b}, {"nldr", 0x2025}, {"not", 0xac},
    {"notin", 0x2209}, {"nsub", 0x2284}, {"ntilde", 0xf1}, {"nu", 0x3bd},
    {"num", 0x23}, {"numsp", 0x2007}, {"oacute", 0xf3}, {"ocirc", 0xf4},
    {"odblac", 0x151}, {"oelig", 0x153}, {"ograve", 0xf2}, {"oline", 0x203e},
    {"omega", 0x3c9}, {"omicron", 0x3bf}, {"oplus", 0x2295}, {"or", 0x2228},
    {"ordf", 0xaa}, {"ordm", 0xba}, {"oscr", 0x6f}, {"oslash", 0xf8},
    {"otilde", 0xf5}, {"otimes", 0x2297}, {"ouml", 0xf6}, {"para", 0xb6},
    {"part", 0x2202}, {"percnt", 0x25}, {"period", 0x2e}, {"permil", 0x2030},
    {"perp", 0x22a5}, {"phi", 0x3c6}, {"phone", 0x260e}, {"pi", 0x3c0},
    {"piv", 0x3d6}, {"plus", 0x2b}, {"plusmn", 0xb1}, {"pound", 0xa3},
    {"prime", 0x2032}, {"prod", 0x220f}, {"prop", 0x221d}, {"psi", 0x3c8},
    {"puncsp", 0x2008}, {"quest", 0x3f}, {"quot", 0x22}, {"rArr", 0x21d2},
    {"racute", 0x155}, {"radic", 0x221a}, {"rang", 0x232a}, {"raquo", 0xbb},
    {"rarr", 0x2192}, {"rbrace", 0x7d}, {"rbrack", 0x5d}, {"rcaron", 0x159},
    {"rceil", 0x2309}, {"rcub", 0x7d}, {"rdquo", 0x201d}, {"rdquor", 0x201d},
    {"real", 0x211c}, {"reg", 0xae}, {"rfloor", 0x230b}, {"rho", 0x3c1},
    {"rlm", 0x200f}, {"rpar", 0x29}, {"rsaquo", 0x203a}, {"rsqb", 0x5d},
    {"rsquo", 0x2019}, {"rsquor", 0x2019}, {"sacute", 0x15b},
    {"sbquo", 0x201a}, {"scaron", 0x161}, {"scedil", 0x15f}, {"sdot", 0x22c5},
    {"sect", 0xa7}, {"semi", 0x3b}, {"shy", 0xad}, {"sigma", 0x3c3},
    {"sigmaf", 0x3c2}, {"sim", 0x223c}, {"sol", 0x2f}, {"spades", 0x2660},
    {"star", 0x2606}, {"starf", 0x2605}, {"sub", 0x2282}, {"sube", 0x2286},
    {"sum", 0x2211}, {"sup", 0x2283}, {"sup1", 0xb9}, {"sup2", 0xb2},
    {"sup3", 0xb3}, {"supe", 0x2287}, {"szlig", 0xdf}, {"tau", 0x3c4},
    {"tcedil", 0x163}, {"there4", 0x2234}, {"theta", 0x3b8},
    {"thetasym", 0x3d1}, {"thinsp", 0x2009}, {"thorn", 0xfe},
    {"tilde", 0x2dc}, {"times", 0xd7}, {"trade", 0x2122}, {"uArr", 0x21d1},
    {"uacute", 0xfa}, {"uarr", 0x2191}, {"ucirc", 0xfb}, {"udblac", 0x171},
    {"ugrave", 0xf9}, {"uml", 0xa8}, {"upsih", 0x3d2}, {"upsilon", 0x3c5},
    {"uring", 0x16f}, {"uuml", 0xfc}, {"verbar", 0x7c}, {"vert", 0x7c},
    {"weierp", 0x2118}, {"xi", 0x3be}, {"yacute", 0xfd}, {"yen", 0xa5},
    {"yuml", 0xff}, {"zacute", 0x17a}, {"zcaron", 0x17e}, {"zdot", 0x17c},
    {"zeta", 0x3b6}, {"zwj", 0x200d}, {"zwnj", 0x200c}
};
/* clang-format on */

/* Names that were once allowed without ";" are those of Latin-1. */
static bool entity_is_old(gunichar c)
{
	return c < 0x100 && c != '\t' && c != '\n';
}

static gunichar entity_find(const char *name, gsize length)
{
	gsize low = 0, high = G_N_ELEMENTS(entities);
	while (low < high) {
		gsize middle = low + (high - low) / 2;
		const char *other = entities[middle].name;
		int order = strncmp(name, other, length);
		if (order == 0 && other[length] != '\0') {
			order = -1;
		}
		if (order == 0) {
			return entities[middle].character;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return 0;
}

/* "afr", "Aopf", "ascr": an alphabet in another hand. */
static gunichar entity_letter(const char *name, gsize length)
{
	static const char *const hands[] = {"fr", "opf", "scr"};
	for (gsize i = 0; i < G_N_ELEMENTS(hands); i++) {
		if (length == strlen(hands[i]) + 1 &&
		    g_ascii_isalpha(name[0]) &&
		    memcmp(name + 1, hands[i], length - 1) == 0) {
			return (guchar)name[0];
		}
	}
	return 0;
}

gunichar entity_lookup(const char *name, gsize length, bool closed, gsize *used)
{
	gunichar c = entity_find(name, length);
	if (c == 0 && closed) {
		c = entity_letter(name, length);
	}
	if (c != 0 && (closed || entity_is_old(c))) {
		*used = length;
		return c;
	}
	/* "&nbspfoo": the longest name that may stand open. */
	for (gsize n = MIN(length, 6); n >= 2; n--) {
		c = entity_find(name, n);
		if (c != 0 && entity_is_old(c)) {
			*used = n;
			return c;
		}
	}
	return 0;
}
