# The project's few CMake words. A folder under a layer is one target, made by hs_library; a driver
# (sqlite3, OpenSSL, curl, …) is linked PRIVATE by the folder that owns it.
include(GNUInstallDirs)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

find_program(HS_CCACHE ccache)
find_program(HS_MOLD mold)

add_library(hs_flags INTERFACE)
set(HS_COMPILE_OPTIONS
    -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wthread-safety -Werror)
if(HOTSWAP_COVERAGE)
  list(APPEND HS_COMPILE_OPTIONS -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(hs_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
endif()
if(HOTSWAP_SANITIZE)
  list(APPEND HS_COMPILE_OPTIONS -fsanitize=${HOTSWAP_SANITIZE} -fno-omit-frame-pointer
                                 -fno-sanitize-recover=all)
  target_link_options(hs_flags INTERFACE -fsanitize=${HOTSWAP_SANITIZE})
endif()
if(HOTSWAP_FUZZ)
  list(APPEND HS_COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
endif()
# The tables that the loader fills are read-only from the first instruction on.
target_link_options(hs_flags INTERFACE LINKER:-z,relro,-z,now)
if(HS_MOLD)
  target_link_options(hs_flags INTERFACE -fuse-ld=mold)
endif()

if(HS_CCACHE)
  # The first two make precompiled headers cacheable; for the third see hs_precompile below.
  set(ccache_settings
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_PCH_EXTSUM=1)
  if(NOT HOTSWAP_COVERAGE)
    # Checkouts and build folders share hits, because paths are taken relative to the build folder
    # (and written into objects as from the root). Not for coverage, whose reports need them whole.
    list(APPEND ccache_settings CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1)
    list(APPEND HS_COMPILE_OPTIONS -fdebug-compilation-dir=. -ffile-prefix-map=../..=.)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${ccache_settings} ${HS_CCACHE})
endif()

target_compile_options(hs_flags INTERFACE ${HS_COMPILE_OPTIONS})
target_include_directories(hs_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(hs_flags INTERFACE Threads::Threads)

# Precompiled headers, each shared by every target of its kind: hs.pch of the standard library, and
# hs_test.pch with what every test includes as well. CMake's own target_precompile_headers names a
# header by its whole path, which no other build folder's compilation would hit in ccache. For the same
# reason ccache gets a checksum of what the header says (….pch.sum) instead of the file, which holds its
# own path.
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
separate_arguments(pch_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
function(hs_precompile name header)
  set(command ${CMAKE_CXX_COMPILER} ${pch_flags} ${HS_COMPILE_OPTIONS} -std=c++23 ${ARGN}
              -I${PROJECT_SOURCE_DIR}/src -x c++-header ${PROJECT_SOURCE_DIR}/cmake/${header})
  add_custom_command(
    OUTPUT ${CMAKE_BINARY_DIR}/${name} ${CMAKE_BINARY_DIR}/${name}.sum
    COMMAND ${command} -Xclang -fno-pch-timestamp -MD -MT ${name} -MF ${name}.d -o ${name}
    COMMAND ${command} -E -P -o ${name}.txt
    COMMAND ${CMAKE_COMMAND} -E sha256sum ${name}.txt > ${name}.sum
    COMMAND ${CMAKE_COMMAND} -E rm ${name}.txt
    DEPENDS ${PROJECT_SOURCE_DIR}/cmake/${header}
    DEPFILE ${CMAKE_BINARY_DIR}/${name}.d
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    COMMENT "Precompiling ${header}" VERBATIM)
  add_custom_target(${name}_made DEPENDS ${CMAKE_BINARY_DIR}/${name})
endfunction()
hs_precompile(hs.pch pch.hpp)
# A test runs once: it is not worth optimizing, and compiles in a third of the time. The definition is
# that of GTest::gtest, which the precompiled header must share.
set(HS_TEST_OPTIONS -O0 -DGTEST_HAS_PTHREAD=1)
hs_precompile(hs_test.pch pch_test.hpp ${HS_TEST_OPTIONS})

function(hs_use_pch target name)
  target_link_libraries(${target} PRIVATE hs_flags)
  if(CMAKE_POSITION_INDEPENDENT_CODE)  # libraries and programs differ in it, and one PCH suits one
    target_compile_options(${target} PRIVATE "SHELL:-include ${PROJECT_SOURCE_DIR}/cmake/pch.hpp")
    return()
  endif()
  target_compile_options(${target} PRIVATE "SHELL:-include-pch ${name}")
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${CMAKE_BINARY_DIR}/${name})
  add_dependencies(${target} ${name}_made)
endfunction()

# hs_setup(TARGET): the project's flags and its precompiled header, after the target has its sources.
function(hs_setup target)
  hs_use_pch(${target} hs.pch)
endfunction()

# The same for a program of tests.
function(hs_setup_test target)
  hs_use_pch(${target} hs_test.pch)
  target_compile_options(${target} PRIVATE ${HS_TEST_OPTIONS})
endfunction()

# Every script of migrations/DATABASE, in order, becomes a part of the program: migrations_data.inc.
function(hs_embed_migrations database)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/${database}/*.sql)
  list(SORT scripts)
  set(entries "")
  foreach(script ${scripts})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    get_filename_component(name ${script} NAME_WE)
    string(REGEX MATCH "^[0-9]+" digits ${name})
    math(EXPR version "1${digits} - 10000")
    file(READ ${script} text)
    set(compatible 0)
    if(text MATCHES "^-- compatible: ([0-9]+)\n")
      set(compatible ${CMAKE_MATCH_1})
    endif()
    string(APPEND entries
           "    {${version}, \"${name}\", R\"hotswap-sql(${text})hotswap-sql\", ${compatible}},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/migrations_data.inc CONTENT "${entries}" @ONLY)
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

# HS_SOURCE_DIR and HS_BINARY_DIR for those SOURCES that name them, or whose folder has a header that
# does: a path on every command line would keep ccache from hitting in another folder. Seen when CMake
# runs: after a file's first mention, `cmake build/release` once.
function(hs_define_paths)
  file(GLOB_RECURSE headers ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  set(users ${ARGN})
  foreach(file ${headers} ${ARGN})
    file(STRINGS ${file} mentions REGEX "HS_(SOURCE|BINARY)_DIR" LIMIT_COUNT 1)
    if(mentions AND file IN_LIST headers)
      set(users ${ARGN})
      break()
    elseif(NOT mentions)
      list(REMOVE_ITEM users ${file})
    endif()
  endforeach()
  set_property(SOURCE ${users} APPEND PROPERTY COMPILE_DEFINITIONS
    HS_SOURCE_DIR="${PROJECT_SOURCE_DIR}" HS_BINARY_DIR="${CMAKE_BINARY_DIR}")
endfunction()

# hs_test(NAME DEPS … [FIXTURES …]): one GoogleTest program of every *_test.cpp at and below this
# folder, but for those whose path matches EXCLUDE. FIXTURES are CTest's: tests that make something
# for these. LABEL is the suite that it belongs to (ctest -L).
function(hs_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;TOGETHER;EXCLUDE;LABEL" "DEPS;FIXTURES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${ARG_EXCLUDE})
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  hs_setup_test(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  hs_define_paths(${sources})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  set(filter "*")
  if(ARG_TOGETHER)
    set(filter "-${ARG_TOGETHER}")
    add_test(NAME ${name}.together COMMAND ${name} --gtest_filter=${ARG_TOGETHER})
    set_tests_properties(${name}.together PROPERTIES TIMEOUT 300)
  endif()
  set(properties "")  # an empty value would take the next name for its own
  if(ARG_FIXTURES)
    list(APPEND properties FIXTURES_REQUIRED "${ARG_FIXTURES}")
  endif()
  if(ARG_LABEL)
    list(APPEND properties LABELS "${ARG_LABEL}")
  endif()
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 TEST_FILTER ${filter}
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} ${properties})
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
