#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

auto no_log() {
  return fail(ErrorCode::NotFound, "log.none", "This server has no log that could be asked.");
}

json::Object words_of(const LogLevels& levels) {
  json::Object modules;
  for (const auto name : kLogModules)
    modules.append(std::string(name), std::string(to_string(levels.of(*LogModule::named(name)))));
  return modules;
}

json::Value shown(const LogService::View& view) {
  return json::Object{{"node", view.node},
                      {"levels", view.levels.text()},
                      {"atStart", view.at_start.text()},
                      {"until", view.until ? json::Value(format_time(*view.until)) : json::Value()},
                      {"modules", words_of(view.levels)}};
}

struct Wish {
  std::string levels;
  std::optional<Duration> lasting;
};

Result<Wish> wish_in(const json::Value& body) {
  json::ObjectReader in(body, "$");
  Wish wish;
  wish.levels = in.required_string("levels");
  if (const auto text = in.optional_string("for")) {
    auto lasting = read_duration(*text);
    if (lasting)
      wish.lasting = *lasting;
    else
      in.mistake("for", "format", lasting.error().detail);
  }
  if (auto bad = in.finish("log.levels")) return std::unexpected(*bad);
  return wish;
}

}  // namespace

Result<Reply> get_log_levels(Services& services, Call& call) {
  if (services.logs == nullptr) return no_log();
  const auto view = services.logs->view(call.caller);
  if (!view) return std::unexpected(view.error());
  return json_answer(200, shown(*view));
}

Result<Reply> put_log_levels(Services& services, Call& call) {
  if (services.logs == nullptr) return no_log();
  const auto wish = wish_in(call.body);
  if (!wish) return std::unexpected(wish.error());
  const auto view = services.logs->set(call.caller, wish->levels, wish->lasting);
  if (!view) return std::unexpected(view.error());
  return json_answer(200, shown(*view));
}

Result<Reply> get_log_lines(Services& services, Call& call) {
  if (services.logs == nullptr) return no_log();
  const auto count = call.query.number("lines", 1, RecentLines::kLines, RecentLines::kLines);
  if (!count) return std::unexpected(count.error());
  const auto lines = services.logs->recent(call.caller, *count);
  if (!lines) return std::unexpected(lines.error());
  json::Array items;
  for (const auto& line : *lines)
    if (auto item = json::parse(line)) items.push_back(std::move(*item));
  const auto view = services.logs->view(call.caller);
  if (!view) return std::unexpected(view.error());
  return json_answer(200, json::Object{{"node", view->node}, {"lines", std::move(items)}});
}

Result<Reply> get_diagnostics(Services& services, Call& call) {
  if (auto ok = authorize(call.caller.principal, Action::DebugRead); !ok)
    return std::unexpected(ok.error());
  json::Object out{{"version", services.version}, {"at", format_time(services.clock.wall())}};
  if (services.facts)
    for (auto& [name, value] : services.facts()) out.append(name.view(), std::move(value));
  const auto statistics = services.store.statistics();
  if (!statistics) {
    out.append("store", json::Object{{"reason", statistics.error().reason},
                                     {"detail", statistics.error().detail}});
    return json_answer(200, out);
  }
  json::Object rows;
  for (const auto& [table, count] : statistics->rows) rows.append(table, count);
  out.append("store", json::Object{{"engine", statistics->engine},
                                   {"schemaVersion", statistics->schema},
                                   {"bytes", statistics->bytes},
                                   {"rows", std::move(rows)}});
  return json_answer(200, out);
}

}  // namespace hotswap::api
