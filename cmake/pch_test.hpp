// What nearly every test includes, compiled once (see hotswap.cmake).
#include <gtest/gtest.h>

#include "pch.hpp"

// After pch.hpp, whose headers these need.
#include "domain/base/error.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
