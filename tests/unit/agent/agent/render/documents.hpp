#pragma once
// Random documents full of what formats trip over.

#include <random>
#include <string>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::agent {

class Documents {
 public:
  explicit Documents(unsigned seed, bool nulls) : random_(seed), nulls_(nulls) {}

  json::Value object(int depth) {
    json::Object out;
    for (int i = pick(5); i >= 0; --i) {
      const auto name = text();
      if (out.find(name) == nullptr) out.append(name, value(depth));
    }
    return out;
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  std::string text() {
    static const std::vector<std::string> kTexts = {"",
                                                    "a",
                                                    "pool",
                                                    "yes",
                                                    "No",
                                                    "null",
                                                    "~",
                                                    "true",
                                                    "0x1F",
                                                    "1_000",
                                                    "1e5",
                                                    "12:30",
                                                    "a: b",
                                                    "# c",
                                                    "- x",
                                                    "a #b",
                                                    "'",
                                                    "\"",
                                                    "\\",
                                                    "\\n",
                                                    "a\nb\n",
                                                    "\r\n",
                                                    "\t",
                                                    " lead",
                                                    "trail ",
                                                    "\x01",
                                                    "\x7f",
                                                    "\xc2\x85",
                                                    "\xe2\x80\xa8",
                                                    "\xef\xbb\xbf",
                                                    "ümläut",
                                                    "日本",
                                                    "😀",
                                                    "{",
                                                    "}",
                                                    "[x]",
                                                    "=",
                                                    "<<",
                                                    "a.b",
                                                    ".",
                                                    "...",
                                                    "---",
                                                    "? x",
                                                    "! x",
                                                    "&a",
                                                    "*a",
                                                    "|",
                                                    ">",
                                                    "%",
                                                    "@",
                                                    "`",
                                                    "2024-01-01",
                                                    "inf",
                                                    "nan",
                                                    ".5",
                                                    "5.",
                                                    "a/b-c_d.e",
                                                    std::string(1500, 'k'),
                                                    "$HOME `id`"};
    return kTexts[static_cast<std::size_t>(pick(static_cast<int>(kTexts.size())))];
  }

  json::Value value(int depth) {
    static const std::vector<std::string> kNumbers = {"0",
                                                      "-0",
                                                      "1",
                                                      "-7",
                                                      "1.0",
                                                      "1.50",
                                                      "0.1",
                                                      "9223372036854775807",
                                                      "-9223372036854775808",
                                                      "1e5",
                                                      "1E-7",
                                                      "-2.5e+10",
                                                      "123456789.123456789",
                                                      "1e300"};
    switch (pick(depth > 0 ? 8 : 5)) {
      case 0:
        return text();
      case 1:
        return json::Number(kNumbers[static_cast<std::size_t>(pick(14))]);
      case 2:
        return pick(2) == 0;
      case 3:
        return nulls_ ? json::Value() : json::Value(text());
      case 4:
        return text();
      case 5:
        return items(depth - 1);
      default:
        return object(depth - 1);
    }
  }

  json::Value items(int depth) {
    json::Array out;
    const bool tables = pick(2) == 0;
    for (int i = pick(4); i > 0; --i) out.push_back(tables ? object(depth) : value(depth));
    return out;
  }

  std::mt19937 random_;
  bool nulls_;
};

}  // namespace hotswap::agent
