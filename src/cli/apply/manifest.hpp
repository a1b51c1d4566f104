#pragma once
// What files want: schemas, profiles and versions, as `hotswap apply` reads them.

#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/config/profile.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

struct WantedSchema {
  std::string name, file;
  json::Value schema;
  std::string version;    ///< empty: the server chooses it
  json::Object settings;  ///< compatibility, policy, formats, description, message as given
};
struct WantedProfile {
  std::string name, file;
  ProfileDraft draft;
};
struct WantedVersion {
  std::string profile, file;
  json::Value data;
  std::string version;        ///< an exact number; empty: the next one when the content changed
  std::string bump, message;  ///< may be empty
};
struct Wanted {
  std::vector<WantedSchema> schemas;
  std::vector<WantedProfile> profiles;
  std::vector<WantedVersion> versions;

  [[nodiscard]] bool empty() const {
    return schemas.empty() && profiles.empty() && versions.empty();
  }
};

/// A document and where it lies below the folder: `profiles/shop.yaml`, or just `shop.yaml`.
struct ManifestFile {
  std::string path;  ///< shown to people
  std::string place;
  json::Value value;
};

/// Sorts the files by their places: `schemas/NAME.…` is a schema itself (or `{schema,
/// compatibility, …}`), `profiles/NAME.…` a description, `versions/PROFILE.…` a content,
/// `versions/PROFILE/1.2.0.…` the content of that number. Anywhere else `kind` says what it is,
/// alone or in a list. Invalid `apply.invalid` with every mistake of every file, and of two files
/// that want one thing. Schemas come out in an order in which each stands behind those that it
/// refers to.
[[nodiscard]] Result<Wanted> wanted_from(std::vector<ManifestFile> files);

}  // namespace hotswap::cli
