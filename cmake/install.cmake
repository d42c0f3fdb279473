# cmake --install: the programs with their data and man pages, and the searcher as a library for other projects:
#
#   find_package(kwerenda)
#   target_link_libraries(program PRIVATE kwerenda::searcher)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS kwerenda-index kwerenda-search DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_BINARY_DIR}/share/kwerenda/pl.lex DESTINATION share/kwerenda)  # where data_files.cc looks
install(FILES LICENSE THIRD-PARTY.md README.md NEWS.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The guides, beside the README that links to them.
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md PATTERN man EXCLUDE)

install(FILES searcher/searcher.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kwerenda/searcher)
install(FILES analysis/error.h analysis/language.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kwerenda/analysis)
target_include_directories(kwerenda_searcher INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/kwerenda>)
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/kwerenda)
foreach(part flags analysis query searcher)
  set_target_properties(kwerenda_${part} PROPERTIES EXPORT_NAME ${part})
  install(TARGETS kwerenda_${part} EXPORT kwerenda ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endforeach()
install(EXPORT kwerenda NAMESPACE kwerenda:: FILE kwerenda-targets.cmake DESTINATION ${package_directory})
configure_package_config_file(cmake/kwerenda-config.cmake.in ${PROJECT_BINARY_DIR}/cmake/kwerenda-config.cmake
  INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/kwerenda-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/kwerenda-config.cmake ${PROJECT_BINARY_DIR}/cmake/kwerenda-config-version.cmake
  DESTINATION ${package_directory})

# Man pages, where scdoc is there to make them.
find_program(KWERENDA_SCDOC scdoc)
mark_as_advanced(KWERENDA_SCDOC)
if(KWERENDA_SCDOC)
  foreach(page kwerenda-index.1 kwerenda-search.1)
    set(made ${PROJECT_BINARY_DIR}/man/${page})
    add_custom_command(OUTPUT ${made}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/man
      # scdoc switches hyphenation off before .TH, which switches it on again, and English rules part Polish words.
      COMMAND ${KWERENDA_SCDOC} < ${PROJECT_SOURCE_DIR}/docs/man/${page}.scd | sed -e "1i .nr HY 0" -e "/^\\.TH /a .nh" > ${made}
      DEPENDS docs/man/${page}.scd VERBATIM)
    list(APPEND man_pages ${made})
  endforeach()
  add_custom_target(man ALL DEPENDS ${man_pages})
  install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
else()
  message(STATUS "Man pages: left out, since there is no scdoc (Debian: apt-get install scdoc, then cmake again)")
endif()
