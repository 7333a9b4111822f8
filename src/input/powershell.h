#ifndef INPUT_POWERSHELL_H
#define INPUT_POWERSHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "input/copied.h"

/* Reads one Invoke-WebRequest, as browsers copy it ("Copy as PowerShell"), with the lines before it
 * that make its session: agent and cookies. As curl_command_read(). */
size_t powershell_read(const char *text, size_t len, struct copied_list *list, bool *ret_is_command,
                       bool *ret_unclosed);

/* True when such a request begins with the LEN bytes at TEXT: "Invoke-WebRequest", "iwr" or one of
 * their kin, or "$NAME = New-Object ….WebRequestSession". */
bool powershell_begins(const char *text, size_t len);

#endif
