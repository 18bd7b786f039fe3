# Reads the table of allowed arrows and fails on any other #include between folders of ours.
# cmake -DROOT=<repository> [-DONLY=<file>] -P layering.cmake
cmake_minimum_required(VERSION 3.25)
set(allowed
    "base -> "
    "client/types -> base"
    "client -> client/types base"
    "suites -> client client/types base"
    "suites/probe -> drivers base"
    "cli -> suites client client/types base"
    "drivers -> base"
    "server/domain -> client/types base"
    "server/store -> drivers server/domain client/types base"
    "server/http -> base client/types"
    "server/events -> drivers server/domain client/types base"
    "server/queue -> drivers server/store server/domain client/types base"
    "server/commands -> drivers server/queue server/store server/events server/domain client/types base"
    "server/webhooks -> drivers server/queue server/store server/events server/domain client client/types base"
    "server/jobs -> drivers server/queue server/store server/events server/domain client/types base"
    "server/bots -> drivers server/commands server/queue server/store server/events server/domain client client/types base"
    "server/routes -> drivers server/http server/commands server/webhooks server/jobs server/bots server/queue server/store server/events server/domain client/types base"
    "server -> server/app"
    "server/app -> server/routes drivers server/http server/commands server/webhooks server/jobs server/bots server/queue server/store server/events server/domain client client/types base")

# The longest folder of the table that holds this path.
function(folder_of path result)
  set(best "")
  foreach(line IN LISTS allowed)
    string(REGEX REPLACE " ->.*" "" folder "${line}")
    string(LENGTH "${folder}" length)
    string(LENGTH "${best}" best_length)
    string(FIND "${path}" "${folder}/" at)
    if(at EQUAL 0 AND length GREATER best_length)
      set(best "${folder}")
    endif()
  endforeach()
  set(${result} "${best}" PARENT_SCOPE)
endfunction()

if(ONLY)
  set(files "${ONLY}")
else()
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/base/*.[ch]pp" "${ROOT}/client/*.[ch]pp" "${ROOT}/cli/*.[ch]pp"
       "${ROOT}/suites/*.[ch]pp" "${ROOT}/drivers/*.[ch]pp" "${ROOT}/server/*.[ch]pp")
endif()

set(wrong 0)
foreach(file IN LISTS files)
  folder_of("${file}" from)
  if(from STREQUAL "")
    message("${file}: in no folder of the table")
    math(EXPR wrong "${wrong} + 1")
    continue()
  endif()
  foreach(line IN LISTS allowed)
    if(line MATCHES "^${from} ->(.*)$")
      string(REPLACE " " ";" targets "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  file(STRINGS "${ROOT}/${file}" includes REGEX "^#include \"")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" included "${include}")
    folder_of("${included}" to)
    if(NOT to STREQUAL from AND NOT to IN_LIST targets)
      message("${file}: ${from} must not include ${included}")
      math(EXPR wrong "${wrong} + 1")
    endif()
  endforeach()
endforeach()
if(wrong GREATER 0)
  message(FATAL_ERROR "${wrong} includes against the arrows (see ARCHITECTURE.md)")
endif()
