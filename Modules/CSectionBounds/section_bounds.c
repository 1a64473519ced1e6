// The header holds all there is; a C target needs one source file.
#include "section_bounds.h"
