# Where shells and man look for what botctl brings along.
install(FILES ${CMAKE_SOURCE_DIR}/completions/botctl.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME botctl)
install(FILES ${CMAKE_SOURCE_DIR}/completions/_botctl
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${CMAKE_SOURCE_DIR}/completions/botctl.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
file(GLOB botctl_pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/botctl*.1)
install(FILES ${botctl_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/man/botctl-config.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
