/* The only place with librsvg and cairo: from an SVG of ours to a PNG. */
#include "anteroom/picture.h"

#include <librsvg/rsvg.h>
#include <stdbool.h>
#include <string.h>

#define MOST_PIXELS 4000 /* a side */

static cairo_status_t keep(void *data, const unsigned char *bytes, unsigned n)
{
	g_byte_array_append(data, bytes, n);
	return CAIRO_STATUS_SUCCESS;
}

/* Pixels of WIDTH by as many as the drawing's shape asks for; 0: no shape. */
static double height_of(RsvgHandle *handle, double width)
{
	gboolean has_box = FALSE;
	RsvgRectangle box = {0};
	gboolean unused;
	RsvgLength w, h;

	rsvg_handle_get_intrinsic_dimensions(
	    handle, &unused, &w, &unused, &h, &has_box, &box);
	return has_box && box.width > 0 ? width * box.height / box.width : 0;
}

static GBytes *render(RsvgHandle *handle, double width, double height)
{
	cairo_surface_t *surface = cairo_image_surface_create(
	    CAIRO_FORMAT_RGB24, (int)width, (int)height);
	cairo_t *cairo = cairo_create(surface);
	RsvgRectangle all = {0, 0, width, height};
	GByteArray *png = g_byte_array_new();
	bool drawn;

	cairo_set_source_rgb(cairo, 1, 1, 1);
	cairo_paint(cairo);
	drawn = rsvg_handle_render_document(handle, cairo, &all, NULL) &&
		cairo_surface_write_to_png_stream(surface, keep, png) ==
		    CAIRO_STATUS_SUCCESS;
	cairo_destroy(cairo);
	cairo_surface_destroy(surface);
	if (!drawn) {
		g_byte_array_unref(png);
		return NULL;
	}
	return g_byte_array_free_to_bytes(png);
}

GBytes *picture_png(const char *svg, guint width)
{
	RsvgHandle *handle =
	    rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), NULL);
	double height = handle != NULL ? height_of(handle, width) : 0;
	GBytes *png = NULL;

	if (width > 0 && width <= MOST_PIXELS && height >= 1 &&
	    height <= MOST_PIXELS) {
		png = render(handle, width, height);
	}
	g_clear_object(&handle);
	return png;
}
