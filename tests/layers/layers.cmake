# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DROOT=lib -DLAYERS=layers.txt -P layers.cmake
# Each line "module:pure|io:allowed;allowed". Refuses an include of a module that is not named, and below the purity line
# every header of Asio, netlink, files, clocks and the environment.
cmake_minimum_required(VERSION 3.25)
set(impure "boost/asio|linux/|libmnl|libnftnl|pcap|systemd/|sys/socket|sys/stat|fcntl|unistd|fstream|filesystem|iostream|cstdlib")
# owning a descriptor is not opening one
set(excused "base/unique_fd.hpp")

file(STRINGS ${LAYERS} lines)
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([a-z_0-9/]+):([a-z]+):(.*)$" _ "${line}")
  set(module ${CMAKE_MATCH_1})
  set(kind ${CMAKE_MATCH_2})
  set(allowed ${CMAKE_MATCH_3} ${module})
  file(GLOB files RELATIVE ${ROOT} ${ROOT}/${module}/*.hpp ${ROOT}/${module}/*.cpp)
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} includes REGEX "^#include ")
    foreach(include IN LISTS includes)
      if(include MATCHES "^#include \"([a-z_0-9/]+)/[^/]+\"" AND NOT CMAKE_MATCH_1 IN_LIST allowed)
        message(SEND_ERROR "${file}: module '${module}' may not use '${CMAKE_MATCH_1}'")
      endif()
      if(kind STREQUAL pure AND include MATCHES "<(${impure})" AND NOT file IN_LIST excused)
        message(SEND_ERROR "${file}: a pure module may not have ${include}")
      endif()
    endforeach()
  endforeach()
endforeach()
