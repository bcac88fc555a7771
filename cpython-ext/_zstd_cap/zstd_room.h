/* Large arguments and results, for which both sides must have room before a call. */

#ifndef ZSTD_ROOM_H
#define ZSTD_ROOM_H

#include "cap_run.h"
#include "zstd_import.h"

/* Sees to it that the component can take arguments of this many bytes in all. */
static int
check_room(size_t size)
{
    if (size > 1024 * 1024 && !zstd_component_stream_has_room((uint32_t)size)) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

#endif
