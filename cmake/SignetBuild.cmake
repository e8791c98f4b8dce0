# One place for compiler settings and for the two kinds of target the tree has: a floor's library and a folder's tests.

option(SIGNET_TESTS "build the tests" ON)
option(SIGNET_FUZZ "build the fuzz targets with libFuzzer" OFF)
option(SIGNET_BENCH "build the load generator" OFF)
option(SIGNET_WERROR "treat warnings as errors" ON)
option(SIGNET_UNITY "compile the files of a target some at a time: an empty build folder is filled sooner" OFF)
set(SIGNET_SANITIZE "" CACHE STRING "sanitizers, for example address,undefined")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(SIGNET_CCACHE ccache)
if(SIGNET_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${SIGNET_CCACHE})
endif()

add_library(signet_flags INTERFACE)
target_include_directories(signet_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(signet_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
  -fstack-protector-strong "SHELL:-Xclang -fno-pch-timestamp")
target_compile_definitions(signet_flags INTERFACE BOOST_ERROR_CODE_HEADER_ONLY BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_VISIBILITY)
if(SIGNET_WERROR)
  target_compile_options(signet_flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(signet_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(SIGNET_SANITIZE)
  target_compile_options(signet_flags INTERFACE -fsanitize=${SIGNET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(signet_flags INTERFACE -fsanitize=${SIGNET_SANITIZE})
endif()
if(SIGNET_FUZZ)
  target_compile_options(signet_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_options(signet_flags INTERFACE -fuse-ld=lld -Wl,-z,relro,-z,now -Wl,--gc-sections)

find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)

# Headers that nearly every file needs are parsed once.
add_library(signet_pch STATIC "${CMAKE_SOURCE_DIR}/cmake/pch.cc")
target_link_libraries(signet_pch PUBLIC signet_flags Boost::json Boost::url fmt::fmt)
target_precompile_headers(signet_pch PRIVATE <algorithm> <array> <chrono> <coroutine> <cstdint> <expected> <functional>
  <map> <memory> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <boost/json.hpp>
  <fmt/format.h>)

# signet_precompile(<target> <other target> [header...]): uses the precompiled headers of the other target. With SIGNET_UNITY
# headers of the project may be named that nearly every file of the target includes; they are then parsed once, too.
function(signet_precompile target other)
  if(NOT SIGNET_UNITY OR NOT ARGN)
    target_precompile_headers(${target} REUSE_FROM ${other})
    return()
  endif()
  get_target_property(headers ${other} PRECOMPILE_HEADERS)
  foreach(header IN LISTS ARGN)
    list(APPEND headers "${CMAKE_SOURCE_DIR}/${header}")
  endforeach()
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# signet_unity(<target> [ALONE path...]): with SIGNET_UNITY the files of a target are compiled some at a time, apart from those
# whose private names other files have too: files or whole folders, as paths from the current folder (docs/decisions/0015).
function(signet_unity target)
  cmake_parse_arguments(arg "" "" "ALONE" ${ARGN})
  if(NOT SIGNET_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  foreach(path IN LISTS arg_ALONE)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${path}")
      message(FATAL_ERROR "${target}: there is no ${path} to be compiled alone")
    endif()
    set(files "${path}")
    if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/${path}")
      file(GLOB_RECURSE files "${CMAKE_CURRENT_SOURCE_DIR}/${path}/*.cc")
    endif()
    set_source_files_properties(${files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
endfunction()

# signet_library(<folder> [DEPS floor...] [LINK external...] [WITHOUT folder] [PRECOMPILE header...] [ALONE path...]): every .cc
# below the current folder is one floor's library, apart from those in the subfolder WITHOUT, which has a target of its own.
function(signet_library name)
  cmake_parse_arguments(arg "" "WITHOUT" "DEPS;LINK;PRECOMPILE;ALONE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  if(arg_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${arg_WITHOUT}/")
  endif()
  if(NOT sources)
    add_library(signet_${name} INTERFACE)
    return()
  endif()
  add_library(signet_${name} STATIC ${sources})
  target_link_libraries(signet_${name} PUBLIC signet_flags Boost::json Boost::url fmt::fmt)
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(signet_${name} PUBLIC signet_${dep})
  endforeach()
  target_link_libraries(signet_${name} PUBLIC ${arg_LINK})
  signet_precompile(signet_${name} signet_pch ${arg_PRECOMPILE})
  signet_unity(signet_${name} ALONE ${arg_ALONE})
  add_dependencies(signet_${name} check_layers)
endfunction()

# The floors are checked before anything is compiled.
add_custom_command(OUTPUT "${CMAKE_BINARY_DIR}/layers.ok"
  COMMAND python3 "${CMAKE_SOURCE_DIR}/tools/check_layers.py" --root "${CMAKE_SOURCE_DIR}" --stamp "${CMAKE_BINARY_DIR}/layers.ok"
  DEPENDS "${CMAKE_SOURCE_DIR}/layers.toml" "${CMAKE_SOURCE_DIR}/tools/check_layers.py"
  COMMENT "checking the floors of layers.toml" VERBATIM)
add_custom_target(check_layers DEPENDS "${CMAKE_BINARY_DIR}/layers.ok")
