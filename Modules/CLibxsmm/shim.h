// libxsmm: just-in-time code for small matrix products (Debian's libxsmm-dev).
#ifndef CLIBXSMM_SHIM_H
#define CLIBXSMM_SHIM_H
#include <libxsmm.h>
#endif
