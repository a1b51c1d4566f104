#pragma once
#include "domain/ports/archive.hpp"

namespace hotswap {

/// The archive as files below a folder. A file appears whole or not at all: it is written beside
/// its place, synchronised, and renamed.
class FolderArchive : public Archive {
 public:
  /// A folder that is not there: what a share looks like that is not mounted, or one to be made.
  enum class Missing { Make, Refuse };
  FolderArchive(std::string folder, Missing missing)
      : folder_(std::move(folder)), missing_(missing) {}

  Result<void> put(const std::string& key, std::string_view bytes) override;
  Result<std::string> get(const std::string& key) override;
  Result<void> remove(const std::string& key) override;
  Result<void> check() override;
  [[nodiscard]] std::string where() const override { return folder_; }

 private:
  [[nodiscard]] Result<std::string> path_of(const std::string& key) const;

  /// Makes the folder, or says that it is missing.
  [[nodiscard]] Result<void> be_there() const;

  const std::string folder_;
  const Missing missing_;
};

}  // namespace hotswap
