#ifndef INPUT_CURL_OPTIONS_H
#define INPUT_CURL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* The options of curl's command line: which have a value, and what haul makes of them. */

enum curl_effect {
    EFFECT_NOTE,  /* haul does not do that: the user is told */
    EFFECT_QUIET, /* nothing to say: haul does so anyway, or it is about curl's own output */
    EFFECT_SET,   /* haul has the same: ->to */
    EFFECT_TRY,   /* the same, if haul understands the value */
    EFFECT_FLAG,  /* the same, a flag */
    EFFECT_HEADER,
    EFFECT_COOKIE,
    EFFECT_REFERER,
    EFFECT_DATA,     /* body, with @FILE */
    EFFECT_DATA_RAW, /* body, as it is */
    EFFECT_DATA_URL, /* body, to be encoded */
    EFFECT_JSON,
    EFFECT_FORM,
    EFFECT_FORM_RAW, /* without @FILE */
    EFFECT_GET,
    EFFECT_NO_GLOB,
    EFFECT_OUT,
    EFFECT_OUT_OF_LINK, /* the name of the link's last segment */
    EFFECT_URL,
    EFFECT_NEXT,
    EFFECT_BODY_FILE /* the request can't be made */
};

struct curl_option {
    char letter; /* 0: none */
    const char *name;
    bool takes_value;
    enum curl_effect effect;
    const char *to; /* the option of haul's, NULL: there is none */
};

/* By its whole name, or as curl does by the beginning of one that no other has; NULL: none. */
const struct curl_option *curl_option_find(const char *name, size_t len);
const struct curl_option *curl_option_find_letter(char letter);

#endif
