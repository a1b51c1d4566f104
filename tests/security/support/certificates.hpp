#pragma once
// Certificates and keys by the openssl command, as an operator makes them.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "e2e/support/command.hpp"

namespace hotswap::security {

struct Pair {
  std::string certificate, key;
};

inline void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const auto done = e2e::run_program(arguments);
  ASSERT_EQ(done.code, 0) << done.err;
}

/// A self-signed certificate of 127.0.0.1 in FOLDER/NAME.pem, its key in FOLDER/NAME.key. `days`
/// may be negative: it has expired then.
inline Pair make_pair(const std::filesystem::path& folder, const std::string& name, int days = 60,
                      const std::string& kind = "ec") {
  Pair pair{(folder / (name + ".pem")).string(), (folder / (name + ".key")).string()};
  std::vector<std::string> key{"req", "-x509", "-nodes", "-newkey"};
  if (kind == "ec") {
    key.insert(key.end(), {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"});
  } else {
    key.push_back(kind);  // rsa:2048
  }
  key.insert(key.end(),
             {"-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1", "-days",
              std::to_string(std::max(days, 1)), "-keyout", pair.key, "-out", pair.certificate});
  openssl(key);
  if (days < 1)  // `req` makes none that has expired; signing one again does
    openssl({"x509", "-in", pair.certificate, "-signkey", pair.key, "-days", std::to_string(days),
             "-out", pair.certificate});
  return pair;
}

}  // namespace hotswap::security
