# Which compilers may build HotSwap. Also runs as a script (cmake -D… -P), which is how its test
# tries a compiler that is not installed.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "HotSwap refuses g++ ${CMAKE_CXX_COMPILER_VERSION}: g++ 12 miscompiles coroutines "
    "(of 18 tried patterns it rejects 2 and destroys objects twice, or once too often, in 5). "
    "Use clang 19, as the presets do: cmake --preset release")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "HotSwap refuses clang ${CMAKE_CXX_COMPILER_VERSION}: before 19, std::expected of libstdc++ 12 "
    "is not available to it. Use clang 19, as the presets do: cmake --preset release")
endif()
