# Installs the client, builds the example against what was installed, and runs it.
# cmake -DBUILD=… -DEXAMPLE=… -DSCRATCH=… -DCOMPILER=… -P package_test.cmake
function(run expected)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL expected)
    message(FATAL_ERROR "expected ${expected}, got ${result}: ${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_output part)
  string(FIND "${output}" "${part}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "'${part}' is not in: ${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
run(0 ${CMAKE_COMMAND} --install ${BUILD} --component client --prefix ${SCRATCH}/prefix)
file(GLOB_RECURSE installed RELATIVE ${SCRATCH}/prefix ${SCRATCH}/prefix/*.hpp)
foreach(header IN LISTS installed)
  file(READ ${SCRATCH}/prefix/${header} text)
  if(text MATCHES "#include <(boost|curl)/")
    message(FATAL_ERROR "${header} asks its users for Boost or libcurl")
  endif()
endforeach()
run(0
    ${CMAKE_COMMAND}
    -S
    ${EXAMPLE}
    -B
    ${SCRATCH}/build
    -G
    Ninja
    -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix)
run(0 ${CMAKE_COMMAND} --build ${SCRATCH}/build)

set(example ${SCRATCH}/build/list_bots)
run(2 ${CMAKE_COMMAND} -E env --unset=BOTCTL_SERVER ${example})
expect_output("usage: BOTCTL_SERVER=")
run(1 ${CMAKE_COMMAND} -E env BOTCTL_SERVER=http://127.0.0.1:1 --unset=BOTCTL_API_KEY ${example})
expect_output("this needs a user's API key and none is set")
run(1 ${CMAKE_COMMAND} -E env BOTCTL_SERVER=http://127.0.0.1:1 BOTCTL_API_KEY=key ${example})
expect_output("no connection to 127.0.0.1:1: Connection refused")
file(REMOVE_RECURSE ${SCRATCH})
