/*
 * The parts of a letter: text first, then HTML, of which a reader shows the
 * last that he can (RFC 2046 section 5.1.4); pictures stand beside the HTML.
 * "=_" begins the boundaries: neither encoding that is used can write that.
 */
#include "letter/internal.h"

static void put_boundary(
    GString *out, const char *kind, const char *mark, const char *end)
{
	g_string_append_printf(out, "--=_%s_%s%s\r\n", kind, mark, end);
}

static void put_multipart(GString *out, const char *kind, const char *mark)
{
	g_string_append_printf(out,
	    "Content-Type: multipart/%s;%s\r\n boundary=\"=_%s_%s\"\r\n\r\n",
	    kind, g_str_equal(kind, "related") ? " type=\"text/html\";" : "",
	    kind, mark);
}

static void put_text(GString *out, const char *subtype, const char *text)
{
	g_string_append_printf(out,
	    "Content-Type: text/%s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    subtype);
	encode_text(out, text);
}

static void put_picture(GString *out, const MimePicture *picture)
{
	g_string_append_printf(out,
	    "Content-Type: image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-ID: <%s>\r\n"
	    "Content-Disposition: inline; filename=\"%s.png\"\r\n\r\n",
	    picture->id, picture->id);
	encode_bytes(out, picture->png);
}

static void put_related(
    GString *out, const char *mark, const char *html, const GArray *pictures)
{
	put_multipart(out, "related", mark);
	put_boundary(out, "related", mark, "");
	put_text(out, "html", html);
	for (guint i = 0; i < pictures->len; i++) {
		put_boundary(out, "related", mark, "");
		put_picture(out, &g_array_index(pictures, MimePicture, i));
	}
	put_boundary(out, "related", mark, "--");
}

void mime_body(GString *out, const char *mark, const char *text,
    const char *html, const GArray *pictures)
{
	put_multipart(out, "alternative", mark);
	put_boundary(out, "alternative", mark, "");
	put_text(out, "plain", text);
	put_boundary(out, "alternative", mark, "");
	if (pictures->len > 0) {
		put_related(out, mark, html, pictures);
	} else {
		put_text(out, "html", html);
	}
	put_boundary(out, "alternative", mark, "--");
}
