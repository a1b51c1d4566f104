# Between CPack's staging and its archive: what Debian's policy wants of files that other systems
# take as they are.
find_program(GZIP gzip REQUIRED)
find_program(STRIP strip REQUIRED)
execute_process(COMMAND dpkg-architecture -q DEB_HOST_MULTIARCH OUTPUT_VARIABLE MULTIARCH
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

# Without name and time inside, so that equal input gives an equal package.
function(compress)
  if(ARGN)
    execute_process(COMMAND ${GZIP} -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endfunction()

foreach(component ${CPACK_COMPONENTS_ALL})
  set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(doc ${root}/usr/share/doc/${package})

  # The licence stands in the copyright file, and in Debian's common licences.
  file(REMOVE ${doc}/LICENSE)
  file(COPY ${CPACK_HOTSWAP_DEBIAN}/copyright ${CPACK_HOTSWAP_DEBIAN}/changelog DESTINATION ${doc}
       NO_SOURCE_PERMISSIONS)
  file(GLOB manuals ${root}/usr/share/man/*/*.[0-9])
  compress(${doc}/changelog ${manuals})

  set(overrides ${CPACK_HOTSWAP_DEBIAN}/${package}.lintian-overrides)
  if(EXISTS ${overrides})
    file(INSTALL ${overrides} RENAME ${package} DESTINATION ${root}/usr/share/lintian/overrides)
  endif()

  # Where a pkg-config for another machine does not look.
  if(EXISTS ${root}/usr/lib/pkgconfig)
    file(GLOB descriptions RELATIVE ${root}/usr/lib/pkgconfig ${root}/usr/lib/pkgconfig/*.pc)
    foreach(description ${descriptions})
      file(READ ${root}/usr/lib/pkgconfig/${description} text)
      string(REGEX REPLACE "(^|\n)prefix=[^\n]*" "\\1prefix=/usr" text "${text}")
      file(WRITE ${root}/usr/lib/${MULTIARCH}/pkgconfig/${description} "${text}")
    endforeach()
    file(REMOVE_RECURSE ${root}/usr/lib/pkgconfig)
  endif()

  file(GLOB_RECURSE archives ${root}/usr/lib/*.a)
  foreach(archive ${archives})
    execute_process(COMMAND ${STRIP} --strip-debug --enable-deterministic-archives
                            --remove-section=.comment --remove-section=.note ${archive}
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()

  # Whatever the umask of the one who packs.
  execute_process(COMMAND chmod -R u=rwX,go=rX ${root} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
