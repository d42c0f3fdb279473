# Compiler flags as an interface target, so that nothing leaks into the dependencies' targets.
add_library(kwerenda_flags INTERFACE)
target_include_directories(kwerenda_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(kwerenda_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(KWERENDA_WERROR)
  target_compile_options(kwerenda_flags INTERFACE -Werror)
endif()
if(KWERENDA_SANITIZE)
  target_compile_options(kwerenda_flags INTERFACE -fsanitize=${KWERENDA_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(kwerenda_flags INTERFACE -fsanitize=${KWERENDA_SANITIZE})
endif()
