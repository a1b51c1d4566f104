# The project's few CMake words. A folder under a layer is one target, made by hs_library; a driver
# (sqlite3, OpenSSL, curl, …) is linked PRIVATE by the folder that owns it.
include(GNUInstallDirs)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

find_program(HS_CCACHE ccache)
if(HS_CCACHE)
  # pch_defines, time_macros: precompiled headers are cacheable only with these.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${HS_CCACHE})
endif()
find_program(HS_MOLD mold)

add_library(hs_flags INTERFACE)
target_compile_options(hs_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wthread-safety -Werror)
target_include_directories(hs_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(hs_flags INTERFACE Threads::Threads)
if(HS_MOLD)
  target_link_options(hs_flags INTERFACE -fuse-ld=mold)
endif()
if(HOTSWAP_COVERAGE)
  target_compile_options(hs_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(hs_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
endif()
if(HOTSWAP_SANITIZE)
  target_compile_options(hs_flags INTERFACE -fsanitize=${HOTSWAP_SANITIZE} -fno-omit-frame-pointer
                                            -fno-sanitize-recover=all)
  target_link_options(hs_flags INTERFACE -fsanitize=${HOTSWAP_SANITIZE})
endif()

# Without it ccache never hits: the precompiled header would carry its own time.
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")

# One precompiled header of the standard library, shared by every target.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(hs_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(hs_pch PRIVATE hs_flags)
target_precompile_headers(hs_pch PRIVATE
  <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <expected> <functional>
  <map> <memory> <mutex> <optional> <set> <span> <stop_token> <string> <string_view> <thread>
  <unordered_map> <utility> <variant> <vector>)

function(hs_setup target)
  target_link_libraries(${target} PRIVATE hs_flags)
  target_precompile_headers(${target} REUSE_FROM hs_pch)
endfunction()

# hs_library(NAME [DEPS hs targets seen by users] [PRIVATE drivers]): every .cpp of this folder.
function(hs_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(hs_${name} STATIC ${sources})
    hs_setup(hs_${name})
    target_include_directories(hs_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(hs_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(hs_${name} INTERFACE)
    target_include_directories(hs_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(hs_${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# hs_test(NAME DEPS …): one GoogleTest program of every *_test.cpp at and below this folder.
function(hs_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  hs_setup(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE HS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             HS_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# Every folder directly below each PARENT (and PARENT itself) that has a CMakeLists.txt.
function(hs_add_subdirectories)
  foreach(parent ${ARGN})
    file(GLOB children RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS
         ${CMAKE_CURRENT_SOURCE_DIR}/${parent}/*/CMakeLists.txt)
    foreach(child ${children})
      get_filename_component(folder ${child} DIRECTORY)
      add_subdirectory(${folder})
    endforeach()
  endforeach()
endfunction()
