// UTF-8: decoding, widths on the screen, and text made safe for a terminal.
#ifndef D5_BASE_UTF8_H
#define D5_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"
#include "core/base/str.h"

// The character at the front of s, which must not be empty. Returns its length in bytes (1–4); an invalid
// byte gives length 1 and *ret = UTF8_BAD | byte. Overlong forms, surrogates and values above U+10FFFF are
// invalid (RFC 3629).
#define UTF8_BAD 0x80000000u
unsigned utf8_decode(struct span s, uint32_t *ret);

// Writes up to 4 bytes, returns how many.
unsigned utf8_encode(uint32_t c, char ret[static 4]);

// Columns on a terminal: 0 (combining), 1 or 2. Control characters and those that utf8_is_unsafe names count
// as 1.
int utf8_width(uint32_t c);

// Whether a character may not reach a terminal as it is: C0, DEL, C1, bidi controls, zero-width and other
// format characters, line and paragraph separators, unassigned specials, invalid bytes. Tab and newline are
// unsafe, too.
bool utf8_is_unsafe(uint32_t c);

// s with every unsafe character as a visible escape: \t \n \r \e, \x07, \x{200b} (lower-case hex). What is
// written is valid UTF-8 and holds nothing that a terminal would obey.
void utf8_make_safe(struct span s, struct str *ret);

// The longest front of s that is at most n bytes and does not cut a character.
struct span utf8_first(struct span s, size_t n);

// Whether all of s is valid UTF-8.
bool utf8_is_valid(struct span s);

#endif
