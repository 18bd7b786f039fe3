# What every target of ours is built with, and the one way to declare a library or a test binary.
include(CheckCXXCompilerFlag)

add_library(bot_options INTERFACE)
target_compile_features(bot_options INTERFACE cxx_std_20)
target_include_directories(bot_options INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
# Our warnings are ours: who builds against the installed client chooses their own.
set(bot_warnings
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    -Wnon-virtual-dtor
    -Wold-style-cast
    -Woverloaded-virtual)
if(BOTCTL_WERROR)
  list(APPEND bot_warnings -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Both are false alarms of g++ 12: on std::string's operator+ with optimisation, and on Asio's
  # fences under ThreadSanitizer.
  list(APPEND bot_warnings -Wno-restrict -Wno-tsan)
endif()
target_compile_options(bot_options INTERFACE "$<BUILD_INTERFACE:${bot_warnings}>")
if(BOTCTL_FUZZ AND NOT BOTCTL_SANITIZE)
  set(BOTCTL_SANITIZE fuzzer-no-link,address,undefined)
endif()
if(BOTCTL_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 takes a moved std::string for out of its bounds then.
  target_compile_options(bot_options INTERFACE -Wno-array-bounds)
endif()
if(BOTCTL_SANITIZE)
  target_compile_options(bot_options INTERFACE -fsanitize=${BOTCTL_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all)
  target_link_options(bot_options INTERFACE -fsanitize=${BOTCTL_SANITIZE})
endif()
if(BOTCTL_COVERAGE)
  target_compile_options(bot_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(bot_options INTERFACE --coverage)
endif()
find_package(Threads REQUIRED)
target_link_libraries(bot_options INTERFACE Threads::Threads)

# One precompiled header for everything that speaks JSON: parsing nlohmann/json costs 3 s a file.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch.cpp CONTENT "// Only here to carry the precompiled header.\n")
add_library(bot_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(bot_pch PUBLIC bot_options)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(bot_pch PUBLIC -fpch-preprocess)
endif()
target_precompile_headers(
  bot_pch
  PUBLIC
  <algorithm>
  <chrono>
  <functional>
  <memory>
  <mutex>
  <optional>
  <string>
  <string_view>
  <thread>
  <unordered_map>
  <vector>
  <nlohmann/json.hpp>)

function(bot_use_pch target)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  target_precompile_headers(${target} REUSE_FROM bot_pch)
endfunction()

# bot_library(NAME SOURCES … [DEPENDS ours…] [PRIVATE_DEPENDS foreign…] [JSON])
# One static library per folder. DEPENDS are libraries of ours (public); foreign libraries stay
# private so that their headers do not travel. JSON: uses the shared precompiled header.
function(bot_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "JSON" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC bot_options ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  if(arg_JSON)
    bot_use_pch(${name})
  endif()
endfunction()

# bot_test(NAME SOURCES … DEPENDS … [JSON] [LABELS …] [TIMEOUT s]): one gtest binary; its cases become ctest entries of the
# same names.
function(bot_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "JSON" "TIMEOUT" "SOURCES;DEPENDS;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(BOTCTL_SANITIZE OR BOTCTL_COVERAGE)
    math(EXPR arg_TIMEOUT "5 * ${arg_TIMEOUT}")
  endif()
  list(LENGTH arg_LABELS labels)
  if(labels GREATER 1)
    message(FATAL_ERROR "${name}: gtest_discover_tests keeps the first label only")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE bot_options ${arg_DEPENDS} GTest::gmock GTest::gtest_main)
  if(arg_JSON)
    bot_use_pch(${name})
  endif()
  gtest_discover_tests(
    ${name}
    DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
