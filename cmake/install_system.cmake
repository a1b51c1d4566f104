# Runs inside cmake --install: units, users and settings, which name the prefix or stand outside it.
# /usr is a distribution's: there, /etc and the folders of Debian hold.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(etc /etc)
  set(units /lib/systemd/system)
  set(zsh /usr/share/zsh/vendor-completions)
else()
  set(etc ${CMAKE_INSTALL_PREFIX}/etc)
  set(units ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
  set(zsh ${CMAKE_INSTALL_PREFIX}/share/zsh/site-functions)
endif()

file(INSTALL DESTINATION ${units} TYPE DIRECTORY FILES "")
foreach(unit hotswap-server.service hotswap-agent@.service)
  file(READ ${HS_SOURCE_DIR}/deploy/systemd/${unit} text)
  string(REPLACE "/etc/hotswap" "${etc}/hotswap" text "${text}")
  string(REPLACE "/usr/bin/" "${CMAKE_INSTALL_PREFIX}/${HS_BINDIR}/" text "${text}")
  string(REPLACE "/usr/share/" "${CMAKE_INSTALL_PREFIX}/share/" text "${text}")
  message(STATUS "Installing: $ENV{DESTDIR}${units}/${unit}")
  file(WRITE $ENV{DESTDIR}${units}/${unit} "${text}")
  file(CHMOD $ENV{DESTDIR}${units}/${unit}
       PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${units}/${unit})
endforeach()
file(INSTALL ${HS_SOURCE_DIR}/deploy/systemd/hotswap.sysusers RENAME hotswap.conf
     DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d)
file(INSTALL ${HS_TEXTS}/hotswap.zsh RENAME _hotswap DESTINATION ${zsh})

# Settings that somebody changed stay.
if(NOT EXISTS "$ENV{DESTDIR}${etc}/hotswap/server.json")
  file(INSTALL ${HS_SOURCE_DIR}/deploy/config/server.json DESTINATION ${etc}/hotswap)
endif()
file(INSTALL DESTINATION ${etc}/hotswap/agent TYPE DIRECTORY FILES "")
