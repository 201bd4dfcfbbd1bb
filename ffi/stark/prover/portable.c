/* Rows one by one, as any CPU does. */
#define VARIANT(name) name##_portable
#include "variant.h"
