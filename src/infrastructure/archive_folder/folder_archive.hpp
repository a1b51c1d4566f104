#pragma once
#include "domain/ports/archive.hpp"

namespace hotswap {

/// The archive as files below a folder, which is made when it is first needed. A file appears whole
/// or not at all: it is written beside its place, synchronised, and renamed.
class FolderArchive : public Archive {
 public:
  explicit FolderArchive(std::string folder) : folder_(std::move(folder)) {}

  Result<void> put(const std::string& key, std::string_view bytes) override;
  Result<std::string> get(const std::string& key) override;
  Result<void> remove(const std::string& key) override;
  Result<void> check() override;
  [[nodiscard]] std::string where() const override { return folder_; }

 private:
  [[nodiscard]] Result<std::string> path_of(const std::string& key) const;

  const std::string folder_;
};

}  // namespace hotswap
