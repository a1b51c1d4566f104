# cmake --install, component runtime: the program and all that belongs to it on a machine that runs
# it. The component dev is the SDK's (sdk/cpp).
set(HS_TEXTS ${CMAKE_BINARY_DIR}/texts)
add_custom_command(
  OUTPUT ${HS_TEXTS}/made
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${HS_TEXTS}
  COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:hotswap> -DOUT=${HS_TEXTS}
          -P ${PROJECT_SOURCE_DIR}/cmake/make_texts.cmake
  COMMAND ${CMAKE_COMMAND} -E touch ${HS_TEXTS}/made
  DEPENDS hotswap ${PROJECT_SOURCE_DIR}/cmake/make_texts.cmake
  COMMENT "Manual pages and shell completion, as the program tells them" VERBATIM)
add_custom_target(hotswap_texts ALL DEPENDS ${HS_TEXTS}/made)

install(TARGETS hotswap RUNTIME COMPONENT runtime)
install(DIRECTORY ${HS_TEXTS}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
install(FILES ${HS_TEXTS}/hotswap.bash RENAME hotswap
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
install(FILES ${HS_TEXTS}/hotswap.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR}
        COMPONENT runtime)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT runtime)
install(FILES deploy/systemd/cluster.conf deploy/haproxy/haproxy.cfg deploy/prometheus/rules.yaml
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT runtime)

# Folders outside the prefix, and files that name the prefix, are known when it is installed.
install(CODE "
  set(HS_SOURCE_DIR \"${PROJECT_SOURCE_DIR}\")
  set(HS_TEXTS \"${HS_TEXTS}\")
  set(HS_BINDIR \"${CMAKE_INSTALL_BINDIR}\")" COMPONENT runtime)
install(SCRIPT cmake/install_system.cmake COMPONENT runtime)
