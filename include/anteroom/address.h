/*
 * Mail addresses as the envelope has them (RFC 5321 section 4.1.2), taken as
 * bytes and compared by one rule everywhere: case folded (ASCII), angle
 * brackets and surrounding space gone.
 */
#ifndef ANTEROOM_ADDRESS_H
#define ANTEROOM_ADDRESS_H

#include <glib.h>
#include <stdbool.h>

/* The comparable form of ADDRESS ("<CEO@Example.Com>" -> "ceo@example.com").
 * Invalid UTF-8 is replaced. NULL gives "". Transfer full. */
char *address_fold(const char *address);

/* The same without "+extension" in the local part. Transfer full. */
char *address_fold_base(const char *address);

/* May ADDRESS be handed to a mail server as a recipient: exactly one address,
 * local part and domain, no space, control character, quote or comma. */
bool address_valid(const char *address);

/* Does folded ADDRESS match PATTERN: an address, or "*@domain". PATTERN is
 * folded here. */
bool address_matches(const char *pattern, const char *address);

#endif
