/* Charts as pictures, for mail: what shows HTML there seldom shows SVG. */
#ifndef ANTEROOM_PICTURE_H
#define ANTEROOM_PICTURE_H

#include <glib.h>

/* The PNG of SVG, WIDTH pixels wide, on white. Only what we draw ourselves is
 * given to it: nothing is fetched. NULL when it can't be drawn. Transfer full.
 * Any thread. */
GBytes *picture_png(const char *svg, guint width);

#endif
