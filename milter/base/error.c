/* The error domain of everything that is ours. */
#include "anteroom/error.h"

/* GLib's macro for this leaves a race between the first threads that ask. */
GQuark anteroom_error_quark(void)
{
	static gsize quark;

	if (g_once_init_enter(&quark)) {
		g_once_init_leave(
		    &quark, g_quark_from_static_string("anteroom-error-quark"));
	}
	return (GQuark)quark;
}
