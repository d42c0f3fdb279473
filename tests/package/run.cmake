# Installs the build tree BUILD into WORK/prefix, builds the example against it as a stranger would, and runs it.
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build -G ${GENERATOR}
                        -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${WORK}/prefix
                        -DEXAMPLE_SOURCE=${SOURCE}/examples/search_reports.cc
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build OUTPUT_FILE ${WORK}/build.log RESULT_VARIABLE failed)
if(failed)
  file(READ ${WORK}/build.log log)
  message(FATAL_ERROR "${log}")
endif()
# The installed programs find their data beside themselves; a program from elsewhere is told where it is.
set(ENV{KWERENDA_DATA})
set(INDEXER ${WORK}/prefix/bin/kwerenda-index)
execute_process(COMMAND ${WORK}/prefix/bin/kwerenda-search --version COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WORK}/prefix/bin/kwerenda-search --list-topics OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
set(ENV{KWERENDA_DATA} ${WORK}/prefix/share/kwerenda)
set(EXAMPLE ${WORK}/build/search_reports)
set(CORPUS_PARENT ${SOURCE})
set(WORK ${WORK}/run)
include(${SOURCE}/examples/run_search_reports.cmake)
