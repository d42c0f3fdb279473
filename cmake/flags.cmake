# Compiler flags as an interface target, so that nothing leaks into the dependencies' targets.
add_library(kwerenda_flags INTERFACE)
target_include_directories(kwerenda_flags INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
if(PROJECT_IS_TOP_LEVEL)  # warnings are for Kwerenda's own build, not for a project that links it
  target_compile_options(kwerenda_flags INTERFACE $<BUILD_INTERFACE:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow>)
endif()
# GCC 12 warns of overlapping copies inside its own std::string (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(kwerenda_flags INTERFACE -Wno-restrict)
endif()
# Nor is what it says of std::regex under a sanitizer (GCC bug 105562).
if(KWERENDA_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kwerenda_flags INTERFACE -Wno-maybe-uninitialized)
endif()
if(KWERENDA_WERROR)
  target_compile_options(kwerenda_flags INTERFACE $<BUILD_INTERFACE:-Werror>)
endif()
if(KWERENDA_SANITIZE)
  target_compile_options(kwerenda_flags INTERFACE -fsanitize=${KWERENDA_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(kwerenda_flags INTERFACE -fsanitize=${KWERENDA_SANITIZE})
endif()
