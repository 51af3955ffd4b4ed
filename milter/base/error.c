/* The error domain of everything that is ours. */
#include "anteroom/error.h"

G_DEFINE_QUARK(anteroom - error - quark, anteroom_error)
