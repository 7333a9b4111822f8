/* The form of a configuration file: lines in order, nothing that is no text, each refusal with its
 * line. */

#include "config/ini.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct haul_error err = {0};
    struct ini ini = {0};
    enum haul_err code = ini_parse("file", (const char *)data, size, &ini, &err);

    CHECK(code == HAUL_OK || ini.count == 0);
    CHECK(code == HAUL_OK || code == HAUL_E_TOO_BIG || strncmp(err.text, "file, line ", 11) == 0);
    for (size_t i = 0; i < ini.count; i++) {
        CHECK(i == 0 || ini.entries[i].line > ini.entries[i - 1].line);
        CHECK(!ini.entries[i].key || ini.entries[i].key[0] != '\0');
        CHECK(!ini.entries[i].key == !ini.entries[i].value);
        CHECK(ini.entries[i].key || ini.entries[i].section[0] != '\0');
    }
    ini_fini(&ini);
    return 0;
}
