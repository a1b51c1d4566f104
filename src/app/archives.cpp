#include "app/archives.hpp"

#include <fstream>
#include <sstream>

#include "infrastructure/archive_folder/folder_archive.hpp"
#include "infrastructure/s3/s3_archive.hpp"

namespace hotswap {
namespace {

Result<s3::Credentials> from_file(const std::string& path) {
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return fail(ErrorCode::Unavailable, "archive.forbidden",
                "The archive's credentials cannot be read from " + path + ".");
  auto credentials = s3::read_credentials(std::move(text).str());
  if (!credentials)
    return fail(
        ErrorCode::Unavailable, "archive.forbidden",
        "The file of the archive's credentials, " + path + ", " + credentials.error().detail + '.');
  return credentials;
}

s3::Credentials from_environment() {
  const auto variable = [](const char* name) {
    return environment_variable(name).value_or(std::string());
  };
  return {variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
          variable("AWS_SESSION_TOKEN")};
}

Result<std::function<Result<s3::Credentials>()>> credentials_of(const RetentionSettings& settings) {
  const auto& path = settings.archive_credentials_file;
  if (!path.empty()) {
    if (auto readable = from_file(path); !readable)
      return fail_field("settings.invalid", "--archive-credentials-file", "file",
                        readable.error().detail);
    return [path] { return from_file(path); };
  }
  auto found = from_environment();
  if (found.access_key.empty() || found.secret_key.empty())
    return fail_field("settings.invalid", "--archive-credentials-file", "required",
                      "a bucket needs credentials: give this file, or AWS_ACCESS_KEY_ID and "
                      "AWS_SECRET_ACCESS_KEY in the environment");
  return [found = std::move(found)] { return Result<s3::Credentials>(found); };
}

std::string endpoint_of(const RetentionSettings& settings) {
  if (!settings.archive_endpoint.empty()) return settings.archive_endpoint;
  return "https://s3." + settings.archive_region + ".amazonaws.com";
}

}  // namespace

Result<std::unique_ptr<Archive>> make_archive(const Settings& settings, const Clock& clock,
                                              Random& random) {
  const RetentionSettings& retention = settings.retention;
  if (retention.archive.starts_with("s3://")) {
    auto place = s3::read_place(retention.archive);
    if (!place) return std::unexpected(place.error());
    auto credentials = credentials_of(retention);
    if (!credentials) return std::unexpected(credentials.error());
    return std::make_unique<s3::S3Archive>(s3::Options{.endpoint = endpoint_of(retention),
                                                       .place = std::move(*place),
                                                       .region = retention.archive_region,
                                                       .credentials = std::move(*credentials),
                                                       .ca_file = retention.archive_ca_file},
                                           clock, random);
  }
  if (!retention.archive.empty())
    return std::make_unique<FolderArchive>(retention.archive, FolderArchive::Missing::Refuse);
  if (!settings.store.database.empty()) return nullptr;
  return std::make_unique<FolderArchive>(settings.store.data_dir + "/archive",
                                         FolderArchive::Missing::Make);
}

}  // namespace hotswap
