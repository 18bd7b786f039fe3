// Breaks the arrows on purpose: base may include nothing of ours.
#pragma once

#include "server/domain/meeting_state.hpp"
