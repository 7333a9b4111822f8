/* `haul bridge`: what --host runs on the other machine. Standard output is the protocol's alone. */
#include "control/bridge.h"

#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"

int bridge_run(const struct args *args)
{
    struct haul_error err;

    return bridge_run_session(args->run.session, &err) == HAUL_OK ? 0 : report_error(&err);
}
