#include "domain/archive/tar.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace hotswap::archive {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kName = 100;
constexpr std::size_t kPrefix = 155;

struct SplitName {
  std::string_view prefix, name;
};

/// A long name is cut at a slash: what is before it has a field of its own.
std::optional<SplitName> split(std::string_view name) {
  if (name.size() <= kName) return SplitName{{}, name};
  for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1))
    if (slash <= kPrefix && name.size() - slash - 1 <= kName && slash + 1 < name.size())
      return SplitName{name.substr(0, slash), name.substr(slash + 1)};
  return std::nullopt;
}

bool is_safe(std::string_view name) {
  if (name.empty() || name.starts_with('/') || name.ends_with('/') || name.contains('\0'))
    return false;
  for (std::size_t at = 0; at <= name.size();) {
    const auto end = std::min(name.find('/', at), name.size());
    const auto part = name.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = end + 1;
  }
  return true;
}

class Header {
 public:
  Header() { bytes_.fill('\0'); }
  void text(std::size_t at, std::string_view text) {
    std::ranges::copy(text, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  /// `digits` octal digits and a NUL.
  void octal(std::size_t at, std::size_t digits, std::uint64_t number) {
    for (std::size_t i = digits; i-- > 0; number /= 8)
      bytes_[at + i] = static_cast<char>('0' + number % 8);
  }
  /// The sum is taken with blanks in its own place.
  void seal() {
    text(148, "        ");
    std::uint64_t sum = 0;
    for (const char c : bytes_) sum += static_cast<unsigned char>(c);
    octal(148, 6, sum);
    bytes_[154] = '\0';
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, kBlock> bytes_;
};

}  // namespace

Result<void> Tar::add(std::string_view name, std::string_view content) {
  const auto place = is_safe(name) ? split(name) : std::nullopt;
  if (!place)
    return fail(ErrorCode::Invalid, "archive.name",
                "'" + std::string(name) + "' is no name for a file of an archive.");
  Header header;
  header.text(0, place->name);
  header.octal(100, 7, 0600);
  header.octal(108, 7, 0);
  header.octal(116, 7, 0);
  header.octal(124, 11, content.size());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at_).time_since_epoch().count();
  header.octal(136, 11, static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)));
  header.text(156, "0");
  header.text(257, std::string_view("ustar\00000", 8));
  header.octal(329, 7, 0);
  header.octal(337, 7, 0);
  header.text(345, place->prefix);
  header.seal();
  bytes_ += header.view();
  bytes_ += content;
  bytes_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
  return {};
}

std::string Tar::finish() {
  bytes_.append(2 * kBlock, '\0');
  return std::move(bytes_);
}

}  // namespace hotswap::archive
