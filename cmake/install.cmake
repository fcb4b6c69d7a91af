# The installed package: find_package(ypp) and pkg-config (ypp-crdt.pc: the engine alone; ypp.pc: everything).
include(CMakePackageConfigHelpers)
set(YPP_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/ypp")

foreach(name codec crdt transport plugin)
  install(TARGETS ypp_${name} EXPORT ypp-targets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ypp")
endforeach()
if(YPP_BUILD_PROGRAMS)
  install(TARGETS ypp ypp-relay ypp-session RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(EXPORT ypp-targets NAMESPACE ypp:: DESTINATION "${YPP_INSTALL_CMAKEDIR}")
configure_package_config_file(cmake/ypp-config.cmake.in "${PROJECT_BINARY_DIR}/ypp-config.cmake"
  INSTALL_DESTINATION "${YPP_INSTALL_CMAKEDIR}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ypp-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
    "${PROJECT_BINARY_DIR}/ypp-config.cmake"
    "${PROJECT_BINARY_DIR}/ypp-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/ypp-abseil.cmake"
  DESTINATION "${YPP_INSTALL_CMAKEDIR}")

# ypp_pkg_config_requires(variable target...): the pkg-config names of the Abseil libraries those targets link.
function(ypp_pkg_config_requires variable)
  set(names)
  foreach(target IN LISTS ARGN)
    get_target_property(libraries ${target} LINK_LIBRARIES)
    foreach(library IN LISTS libraries)
      if(library MATCHES "^absl::(.+)$")
        list(APPEND names "absl_${CMAKE_MATCH_1}")
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES names)
  list(SORT names)
  list(JOIN names " " names)
  set(${variable} "${names}" PARENT_SCOPE)
endfunction()

# The prefix is said relative to the .pc file, so that an installed tree may be moved.
file(RELATIVE_PATH YPP_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" YPP_PC_PREFIX "${YPP_PC_PREFIX}")

set(YPP_PC_NAME "ypp-crdt")
set(YPP_PC_DESCRIPTION "Documents that merge with any Yjs peer")
set(YPP_PC_LIBS "-lypp_crdt -lypp_codec")
ypp_pkg_config_requires(YPP_PC_REQUIRES ypp_codec ypp_crdt)
configure_file(cmake/ypp.pc.in "${PROJECT_BINARY_DIR}/ypp-crdt.pc" @ONLY)

set(YPP_PC_NAME "ypp")
set(YPP_PC_DESCRIPTION "${PROJECT_DESCRIPTION}")
set(YPP_PC_LIBS "-lypp_plugin -lypp_transport -lypp_crdt -lypp_codec -lleveldb -pthread")  # Debian's LevelDB has no .pc file
ypp_pkg_config_requires(YPP_PC_REQUIRES ypp_codec ypp_crdt ypp_transport ypp_plugin)
string(APPEND YPP_PC_REQUIRES " libssl libcrypto sqlite3 prometheus-cpp-core")
configure_file(cmake/ypp.pc.in "${PROJECT_BINARY_DIR}/ypp.pc" @ONLY)

install(FILES "${PROJECT_BINARY_DIR}/ypp.pc" "${PROJECT_BINARY_DIR}/ypp-crdt.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
