// SPDX-License-Identifier: GPL-3.0-or-later
// Never compiled: what the layers test must refuse.
#include "high/above.hpp"
#include <fstream>
