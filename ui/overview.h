#ifndef UI_OVERVIEW_H
#define UI_OVERVIEW_H

#include "ui/cells.h"
#include "ui/model.h"

/* The session at a glance, below the list where the screen is high: how its rate went in the last
 * minutes, and the hosts. */

/* The lines it takes of a list that is so large, its rule among them; 0: there is no room. Depends
 * on the size alone, so nothing jumps. */
int overview_height(int width, int height);

/* Asks the daemon for the hosts it has room for. */
void overview_paint(struct model *model, const struct cells *cells, struct cells_area area);

#endif
