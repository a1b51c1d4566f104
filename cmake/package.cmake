# Debian packages by CPack: hotswap (component runtime) and libhotswap-dev (component dev). What
# Debian wants beyond the files that are installed stands in deploy/debian.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hotswap)
set(CPACK_PACKAGE_VENDOR HotSwap)
set(CPACK_PACKAGE_CONTACT "HotSwap maintainers <maintainers@hotswap.example>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/packages)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/deploy/debian/finish.cmake)
set(CPACK_HOTSWAP_DEBIAN ${PROJECT_SOURCE_DIR}/deploy/debian)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME hotswap)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS bash-completion)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
    "${PROJECT_SOURCE_DIR}/deploy/debian/conffiles;${PROJECT_SOURCE_DIR}/deploy/debian/postinst;${PROJECT_SOURCE_DIR}/deploy/debian/prerm;${PROJECT_SOURCE_DIR}/deploy/debian/postrm")
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION
"distributed configuration manager with automatic rollback
HotSwap brings a new version of a configuration to the running instances of a
service, step by step and without a restart. It watches the instances' health
against their own past and against the instances that do not have the new
version yet; when health degrades, it brings the old version back by itself and
writes a report.
.
This package holds the one program for everything: the server, the agent for
services in any language, and the command line. Nothing is started or enabled
when it is installed.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libhotswap-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libcurl4-openssl-dev, libssl-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS hotswap)
set(CPACK_DEBIAN_DEV_DESCRIPTION
"distributed configuration manager, SDK for C++
A program that is built with libhotswap takes its configuration from a HotSwap
server while it runs: typed reads of immutable snapshots without locks, changes
as they come, a last-known-good copy on disk, and health reported back.
.
This package holds the headers, the static library, and what CMake and
pkg-config need to find them.")
include(CPack)

# All that the packages hold, and nothing else.
add_custom_target(packaged)
add_dependencies(packaged hotswap hotswap_texts hs_sdk_archive)
