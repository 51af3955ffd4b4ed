/*
 * The HTML printer: the one place that escapes. Pages, charts and the HTML part
 * of notices are printed by it, so nothing that came from outside reaches a
 * browser but as text, as the value of an attribute, or as an address of ours.
 *
 * Names of elements and attributes are the program's own words, never data;
 * what runs (script with content, on*, style) can't be printed at all.
 * Characters that don't show or that turn the direction of the text are shown
 * by their number, "[U+202E]"; a heap of combining marks is cut. Output is
 * bounded: past MAX_BYTES content is left out, every element still ends.
 *
 * Pure; one thread at a time.
 */
#ifndef ANTEROOM_HTML_H
#define ANTEROOM_HTML_H

#include <glib.h>
#include <stdbool.h>

typedef struct Html Html;

/* Prints an element's worth of HTML (or XML: SVG is both), at most about
 * MAX_BYTES bytes. Transfer full. */
Html *html_new(gsize max_bytes);
void html_free(Html *html);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Html, html_free)

/* "<!doctype html>", first of all. */
void html_doctype(Html *html);

/* Begins TAG; its attributes must follow at once. html_close ends the
 * innermost. Elements without content (input, meta ...) are closed as well. */
void html_open(Html *html, const char *tag);
void html_close(Html *html);

/* NAME="VALUE" of the element just begun; a VALUE of NULL prints nothing. Not
 * for addresses: href, src, action and formaction are html_url's. */
void html_attr(Html *html, const char *name, const char *value);
void html_attrf(Html *html, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* NAME without a value when ON. */
void html_flag(Html *html, const char *name, bool on);
/* An address: of ours ("/...", "?...", "#..."), https:, http: or mailto:, or
 * within a mail a part of it ("cid:..."). Anything else (javascript:, data:,
 * "//host") becomes "#". */
void html_url(Html *html, const char *name, const char *url);
/* style="TEXT" of a mail, which knows no stylesheet. TEXT is a constant of the
 * program, never data; pages forbid it (their policy refuses it, too). */
void html_style(Html *html, const char *text);

/* Text content; NULL is "". Line feeds and tabs stay what they are. */
void html_text(Html *html, const char *text);
void html_textf(Html *html, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* At most MAX_CHARS characters of it, then "…". */
void html_text_cut(Html *html, const char *text, guint max_chars);

/* <TAG class="CLASS">TEXT</TAG>; CLASS may be NULL. */
void html_element(
    Html *html, const char *tag, const char *class_name, const char *text);

/* Was something left out because it was too much? */
bool html_full(const Html *html);

/* Ends what is open and gives the text. Transfer full; LENGTH may be NULL. HTML
 * can't be used further but for html_free. */
char *html_end(Html *html, gsize *length);

/* PATH and a query of the pairs (name, value) that follow, ended by NULL;
 * pairs with a NULL value are left out. Names and values are percent-encoded.
 * Transfer full. */
char *html_href(const char *path, ...) G_GNUC_NULL_TERMINATED;

#endif
