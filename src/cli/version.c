/* `haul version`: what a bug report needs to name. */
#include <stdio.h>
#include <uv.h>

#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"
#include "haul/engine.h"
#include "haul/version.h"

int version_run(const struct args *args)
{
    (void)args;
    printf("haul " HAUL_VERSION "\n%s\nlibuv/%s\n", haul_engine_libraries(), uv_version_string());
    return report_written(0);
}
