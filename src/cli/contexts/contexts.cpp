#include "cli/contexts/contexts.hpp"

#include <fmt/format.h>

#include <array>

#include "cli/answer.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::cli {
namespace {

constexpr std::array<std::string_view, 2> kMembers = {"current", "contexts"};
constexpr std::array<std::string_view, 4> kKeys = {"server", "token", "tokenFile", "caFile"};

std::string* field(Context& context, std::string_view key) {
  if (key == "server") return &context.server;
  if (key == "token") return &context.token;
  if (key == "tokenFile") return &context.token_file;
  return key == "caFile" ? &context.ca_file : nullptr;
}

template <std::size_t N>
FieldError unknown(std::string path, std::string_view name,
                   const std::array<std::string_view, N>& known) {
  const auto near = json::nearest(name, {known.begin(), known.end()});
  return {std::move(path), "unknown",
          "no such key" + (near ? "; did you mean " + *near + "?" : std::string())};
}

class Reader {
 public:
  void read(const json::Value& value) {
    if (value.as_object() == nullptr) {
      errors_.push_back({"$", "type", "write `contexts:` with a name for each server"});
      return;
    }
    for (const auto& [name, member] : *value.as_object()) {
      if (name.view() == "current") {
        text(member, "$.current", out_.current);
      } else if (name.view() == "contexts") {
        read_all(member);
      } else {
        errors_.push_back(unknown("$." + std::string(name), name, kMembers));
      }
    }
    if (!out_.current.empty() && !out_.all.contains(out_.current)) {
      errors_.push_back({"$.current", "reference", "there is no context " + out_.current});
    }
  }

  [[nodiscard]] Result<Contexts> take() {
    if (errors_.empty()) return std::move(out_);
    auto detail = errors_.front().path + ": " + errors_.front().message;
    return fail(ErrorCode::Invalid, "contexts.invalid", std::move(detail), std::move(errors_));
  }

 private:
  void read_all(const json::Value& value) {
    if (value.is_null()) return;
    if (value.as_object() == nullptr) {
      errors_.push_back({"$.contexts", "type", "write a name for each server"});
      return;
    }
    for (const auto& [name, member] : *value.as_object()) read_one(std::string(name), member);
  }

  void read_one(const std::string& name, const json::Value& value) {
    const auto path = "$.contexts." + name;
    if (value.as_object() == nullptr) {
      errors_.push_back({path, "type", "write server: below it"});
      return;
    }
    Context context;
    for (const auto& [key, member] : *value.as_object()) {
      if (auto* target = field(context, key)) {
        text(member, path + "." + std::string(key), *target);
      } else {
        errors_.push_back(unknown(path + "." + std::string(key), key, kKeys));
      }
    }
    if (context.server.empty()) errors_.push_back({path + ".server", "required", "is missing"});
    out_.all[name] = std::move(context);
  }

  void text(const json::Value& value, const std::string& path, std::string& out) {
    if (const auto* words = value.as_string()) {
      out = std::string(*words);
    } else {
      errors_.push_back({path, "type", "must be text"});
    }
  }

  Contexts out_;
  std::vector<FieldError> errors_;
};

/// The first that says something.
Sourced first_of(std::initializer_list<Sourced> items) {
  for (const auto& item : items) {
    if (!item.value.empty()) return item;
  }
  return {};
}

}  // namespace

bool Contexts::holds_tokens() const {
  return std::ranges::any_of(all, [](const auto& item) { return !item.second.token.empty(); });
}

Result<Contexts> contexts_from(const json::Value& value) {
  if (value.is_null()) return Contexts{};  // an empty file
  Reader reader;
  reader.read(value);
  return reader.take();
}

json::Value contexts_json(const Contexts& contexts) {
  json::Object all;
  for (const auto& [name, context] : contexts.all) {
    json::Object one{{"server", context.server}};
    if (!context.token.empty()) one.set("token", context.token);
    if (!context.token_file.empty()) one.set("tokenFile", context.token_file);
    if (!context.ca_file.empty()) one.set("caFile", context.ca_file);
    all.set(name, std::move(one));
  }
  json::Object out;
  if (!contexts.current.empty()) out.set("current", contexts.current);
  out.set("contexts", std::move(all));
  return out;
}

std::string masked_token(const std::string& token) {
  if (token.empty()) return token;
  return fmt::format("{}… ({} characters)",
                     token.substr(0, std::min<std::size_t>(4, token.size() / 4)), token.size());
}

Result<Connection> connection_of(const Given& flags, const Given& environment,
                                 const Contexts& contexts) {
  Connection out;
  out.context = first_of({{flags.context, "--context"},
                          {environment.context, "HOTSWAP_CONTEXT"},
                          {contexts.current, "current"}});
  Context chosen;
  if (!out.context.value.empty()) {
    const auto found = contexts.all.find(out.context.value);
    if (found == contexts.all.end()) {
      std::string names;
      for (const auto& [name, context] : contexts.all) names += (names.empty() ? "" : ", ") + name;
      return fail(
          ErrorCode::NotFound, "context.not_found",
          fmt::format("there is no context {} ({}); {}", out.context.value, out.context.source,
                      names.empty() ? "make one: hotswap context set NAME --server URL"
                                    : "there are: " + names));
    }
    chosen = found->second;
  }
  const auto from = "context " + out.context.value;
  out.server = first_of({{flags.server, "--server"},
                         {environment.server, "HOTSWAP_SERVER"},
                         {chosen.server, from},
                         {kDefaultServer, "default"}});
  if (out.server.value != chosen.server) chosen = {};
  out.ca_file = first_of({{flags.ca_file, "--ca-file"},
                          {environment.ca_file, "HOTSWAP_CA_FILE"},
                          {chosen.ca_file, from}});
  // Of a token and a file that holds one, the nearer word counts, and on one level the token.
  const auto token = first_of({{flags.token, "--token"},
                               {flags.token_file, "--token-file"},
                               {environment.token, "HOTSWAP_TOKEN"},
                               {environment.token_file, "HOTSWAP_TOKEN_FILE"},
                               {chosen.token, from},
                               {chosen.token_file, from}});
  const bool in_file = token.source == "--token-file" || token.source == "HOTSWAP_TOKEN_FILE" ||
                       (token.source == from && chosen.token.empty());
  (in_file ? out.token_file : out.token) = token;
  return out;
}

}  // namespace hotswap::cli
