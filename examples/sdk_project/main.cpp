// thumbnailer: scales pictures to the sizes that its configuration names, for ever.
//   thumbnailer SERVER TOKEN_FILE [STATE_DIR]

#include <csignal>
#include <cstdio>
#include <hotswap/bound.hpp>
#include <hotswap/validate.hpp>
#include <thread>

using namespace std::chrono_literals;

enum class Filter { Nearest, Box };

struct Size {
  std::string name;
  std::size_t width = 0;
  std::size_t height = 0;
};

struct Settings {
  std::vector<Size> sizes;
  Filter filter = Filter::Box;
  std::chrono::milliseconds pause{100};
  std::optional<std::string> watermark;
};

template <>
inline constexpr auto hotswap::sdk::kNames<Filter> =
    std::array{name("nearest", Filter::Nearest), name("box", Filter::Box)};
template <>
inline constexpr auto hotswap::sdk::kFields<Size> = std::tuple{
    field("name", &Size::name),
    field("width", &Size::width).between(1, 4096),
    field("height", &Size::height).between(1, 4096),
};
template <>
inline constexpr auto hotswap::sdk::kFields<Settings> = std::tuple{
    field("sizes", &Settings::sizes),
    field("filter", &Settings::filter, Filter::Nearest),  // if it is missing: nearest
    maybe("pause", &Settings::pause).between(1ms, 1min),  // if it is missing: as above, 100 ms
    field("watermark", &Settings::watermark),             // optional, so it may be missing
};

namespace {

constexpr std::size_t kSide = 512;  // of the picture, which is one row: all rows are alike

/// The row scaled to `width` pixels.
std::vector<int> scale(const std::vector<int>& row, std::size_t width, Filter filter) {
  std::vector<int> scaled(width);
  for (std::size_t x = 0; x < width; ++x) {
    const auto from = x * row.size() / width;
    const auto to = std::max(from + 1, (x + 1) * row.size() / width);
    if (filter == Filter::Nearest) {
      scaled[x] = row[from];
    } else {
      int sum = 0;
      for (auto i = from; i < to; ++i) sum += row[i];
      scaled[x] = sum / static_cast<int>(to - from);
    }
  }
  return scaled;
}

bool make_thumbnails(const std::vector<int>& row, const Settings& settings) {
  for (const auto& size : settings.sizes) {
    if (scale(row, size.width, settings.filter).size() != size.width) return false;
  }
  return true;
}

volatile std::sig_atomic_t stopping = 0;

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: thumbnailer SERVER TOKEN_FILE [STATE_DIR]\n", stderr), 2;
  std::signal(SIGTERM, [](int) { stopping = 1; });
  std::signal(SIGINT, [](int) { stopping = 1; });

  hotswap::sdk::ClientOptions options;
  options.servers = {argv[1]};
  options.token_file = argv[2];
  options.service = "thumbnailer";
  options.environment = "Production";
  options.log = [](hotswap::sdk::LogLevel level, std::string_view line) {
    if (level == hotswap::sdk::LogLevel::Info) return;
    std::fprintf(stderr, "thumbnailer: %.*s\n", static_cast<int>(line.size()), line.data());
  };
  if (argc > 3) options.state_dir = argv[3];  // starts from its last copy when no server answers
  options.validator = hotswap::sdk::validate_as<Settings>("", [](const Settings& next) {
    return next.sizes.empty() ? std::optional("without a size there is nothing to do")
                              : std::nullopt;
  });

  hotswap::sdk::Client client(options);
  const hotswap::sdk::Bound<Settings> settings(client.config());
  client.config().on_change("sizes", [settings](const hotswap::sdk::Snapshot& now) {
    std::printf("%s: %zu sizes\n", now.identity().version.c_str(), settings->sizes.size());
    std::fflush(stdout);
  });
  if (auto started = client.start(); !started) {
    return std::fprintf(stderr, "thumbnailer: %s\n", started.error().c_str()), 1;
  }

  auto made = client.gauge("thumbnails");  // a metric of its own, beside requests and latencies
  double count = 0;
  std::vector<int> row(kSide);
  while (stopping == 0) {
    for (auto& pixel : row) pixel = (pixel + 1) % 256;
    const auto start = std::chrono::steady_clock::now();
    const bool ok = make_thumbnails(row, *settings.read());  // one version, whatever arrives
    client.record(std::chrono::steady_clock::now() - start, ok);
    made.set(++count);
    std::this_thread::sleep_for(settings->pause);
  }
  client.leave();
}
