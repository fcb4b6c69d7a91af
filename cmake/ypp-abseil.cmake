# Finds Abseil and links it statically where the static archives are there.
#
# Debian ships both kinds of library but its CMake package names the shared ones only, which would make
# every program depend on some thirty of them. A parent project's or a consumer's own Abseil is left as it is.
if(NOT TARGET absl::base)
  find_package(absl REQUIRED)
  get_property(ypp_imported_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(ypp_target IN LISTS ypp_imported_targets)
    if(NOT ypp_target MATCHES "^absl::")
      continue()
    endif()
    get_target_property(ypp_configs ${ypp_target} IMPORTED_CONFIGURATIONS)
    if(NOT ypp_configs)
      continue()
    endif()
    foreach(ypp_config IN LISTS ypp_configs)
      get_target_property(ypp_location ${ypp_target} IMPORTED_LOCATION_${ypp_config})
      string(REGEX REPLACE "\\.so[.0-9]*$" ".a" ypp_archive "${ypp_location}")
      if(NOT ypp_archive STREQUAL ypp_location AND EXISTS "${ypp_archive}")
        set_target_properties(${ypp_target} PROPERTIES
          IMPORTED_LOCATION_${ypp_config} "${ypp_archive}"
          IMPORTED_SONAME_${ypp_config} "")
      endif()
    endforeach()
  endforeach()
endif()
