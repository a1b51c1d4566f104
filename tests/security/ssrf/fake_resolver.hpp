#pragma once
// The name server of an attacker: what a name leads to may be another address at every question.
// This program's getaddrinfo asks it, for names that it knows; libcurl calls that one, too.

#include <string>
#include <vector>

namespace hotswap::testing {

/// At the nth question, the nth list of numeric addresses; at further ones the last.
void resolves(const std::string& name, std::vector<std::vector<std::string>> answers);
/// Questions so far.
[[nodiscard]] std::size_t asked(const std::string& name);

}  // namespace hotswap::testing
