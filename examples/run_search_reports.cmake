# Indexes corpus/ into WORK/index with INDEXER, runs EXAMPLE on it and compares what it prints with search_reports.expected.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${INDEXER} add --quiet --index ${WORK}/index corpus
                WORKING_DIRECTORY ${CORPUS_PARENT} COMMAND_ERROR_IS_FATAL ANY)
# A phrase that stands in one passage only: the answer does not depend on the ranking.
execute_process(COMMAND ${EXAMPLE} ${WORK}/index "\"sekretarki i sekretarze\""
                OUTPUT_FILE ${WORK}/output COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${WORK}/output ${CMAKE_CURRENT_LIST_DIR}/search_reports.expected
                RESULT_VARIABLE differs)
if(differs)
  file(READ ${WORK}/output output)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/search_reports.expected expected)
  message(FATAL_ERROR "printed:\n${output}\nexpected (${CMAKE_CURRENT_LIST_DIR}/search_reports.expected):\n${expected}")
endif()
# Nothing found is 1, an error is 2.
execute_process(COMMAND ${EXAMPLE} ${WORK}/index "\"najlepsze latarnie morskie\"" RESULT_VARIABLE nothing OUTPUT_QUIET)
execute_process(COMMAND ${EXAMPLE} ${WORK}/nowhere schron RESULT_VARIABLE failed ERROR_VARIABLE message)
if(NOT nothing EQUAL 1 OR NOT failed EQUAL 2 OR NOT message MATCHES "nowhere")
  message(FATAL_ERROR "exit codes ${nothing} and ${failed}, message: ${message}")
endif()
