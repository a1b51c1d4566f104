# What a stranger gets (component dev): the headers, one archive that holds our domain code as well,
# and how CMake and pkg-config find them. The tree itself links hs_sdk.
include(CMakePackageConfigHelpers)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

add_library(hs_sdk_archive STATIC $<TARGET_OBJECTS:hs_sdk> $<TARGET_OBJECTS:hs_domain_json>
                                  $<TARGET_OBJECTS:hs_domain_trace> $<TARGET_OBJECTS:hs_domain_base>)
set_target_properties(hs_sdk_archive PROPERTIES
  OUTPUT_NAME hotswap EXPORT_NAME hotswap LINKER_LANGUAGE CXX)
target_compile_features(hs_sdk_archive INTERFACE cxx_std_23)
target_include_directories(hs_sdk_archive INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(hs_sdk_archive INTERFACE CURL::libcurl OpenSSL::Crypto Threads::Threads)
if(HOTSWAP_SANITIZE)  # the objects call its runtime, whoever links them
  target_link_options(hs_sdk_archive INTERFACE -fsanitize=${HOTSWAP_SANITIZE})
endif()
if(HOTSWAP_COVERAGE)
  target_link_options(hs_sdk_archive INTERFACE -fprofile-instr-generate)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hotswap)
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH HS_PC_PREFIX /${pc_dir} /)
string(REGEX REPLACE "/$" "" HS_PC_PREFIX "${HS_PC_PREFIX}")
get_target_property(link_options hs_sdk_archive INTERFACE_LINK_OPTIONS)
if(link_options)
  string(PREPEND HS_PC_LINK " ${link_options}")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/hotswap.pc.in hotswap.pc @ONLY)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/hotswap-config.cmake.in hotswap-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(hotswap-config-version.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS hs_sdk_archive EXPORT hotswap-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY include/hotswap DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT hotswap-targets NAMESPACE hotswap:: DESTINATION ${package_dir} COMPONENT dev)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hotswap-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/hotswap-config-version.cmake
        DESTINATION ${package_dir} COMPONENT dev)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hotswap.pc DESTINATION ${pc_dir} COMPONENT dev)
