#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "haul/loop.h"

struct uv_loop_s;

/* The libuv loop inside, for the rooms that hang handles on it. */
struct uv_loop_s *loop_uv(struct haul_loop *loop);

#endif
