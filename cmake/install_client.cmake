# The client library for other programs: find_package(botclient), botclient::botclient.
include(CMakePackageConfigHelpers)

set(botclient_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/botclient)
set(botclient_include_dir ${CMAKE_INSTALL_INCLUDEDIR}/botclient)

set_target_properties(bot_options PROPERTIES EXPORT_NAME options)
set_target_properties(bot_base PROPERTIES EXPORT_NAME base)
set_target_properties(bot_types PROPERTIES EXPORT_NAME types)
set_target_properties(bot_client PROPERTIES EXPORT_NAME botclient)

install(
  TARGETS bot_options bot_base bot_types bot_client
  EXPORT botclientTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client
  INCLUDES
  DESTINATION ${botclient_include_dir})

# Headers that show libcurl, OpenSSL or Boost stay here: the library does not ask its users for them.
install(
  DIRECTORY ${CMAKE_SOURCE_DIR}/base ${CMAKE_SOURCE_DIR}/client
  DESTINATION ${botclient_include_dir}
  COMPONENT client
  FILES_MATCHING
  PATTERN "*.hpp"
  PATTERN "curl_api.hpp" EXCLUDE
  PATTERN "curl_failure.hpp" EXCLUDE
  PATTERN "openssl_api.hpp" EXCLUDE
  PATTERN "wire.hpp" EXCLUDE)

install(
  EXPORT botclientTargets
  NAMESPACE botclient::
  DESTINATION ${botclient_cmake_dir}
  COMPONENT client)

configure_package_config_file(
  ${CMAKE_SOURCE_DIR}/cmake/botclientConfig.cmake.in ${CMAKE_BINARY_DIR}/botclientConfig.cmake
  INSTALL_DESTINATION ${botclient_cmake_dir})
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/botclientConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(
  FILES ${CMAKE_BINARY_DIR}/botclientConfig.cmake ${CMAKE_BINARY_DIR}/botclientConfigVersion.cmake
  DESTINATION ${botclient_cmake_dir}
  COMPONENT client)
