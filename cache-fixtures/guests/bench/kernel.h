/* What each kernel file defines: work that grows with scale, and a checksum that is the same on every platform. */
#pragma once

unsigned kernel(unsigned scale);

/* The scale at which a native run takes about half a second. */
extern const unsigned kernel_default_scale;
