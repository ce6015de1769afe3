// The API server's audit events, as `aws logs filter-log-events` prints them from a control plane's log
// group: an object with "events", each with a "timestamp" (milliseconds) and a "message" that is an audit
// event in JSON (audit.k8s.io/v1 Event). Only writes are kept.
#ifndef D5_PARSE_AUDIT_H
#define D5_PARSE_AUDIT_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/model/place.h"

struct audit_event {
    usec_t time;
    const char *verb;                         // "create", "update", "patch", "delete", "deletecollection"
    const char *resource, *namespace_, *name; // objectRef; NULL where it has none
    const char *user;
    bool allowed;       // the answer was below 400
    struct place place; // of the message
};

struct audit {
    struct audit_event *items; // in the order of the file
    size_t n;
    bool whole; // read to its end
    uint32_t file;
};

// False with "line N: …" when the text is broken off or not JSON; the events before that were added.
bool audit_parse(struct arena *arena, struct text text, struct audit *ret, struct error *err);

#endif
