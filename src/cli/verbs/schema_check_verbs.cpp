#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/schema/advice.hpp"
#include "cli/schema/local.hpp"
#include "cli/schema/text.hpp"
#include "cli/verbs/schema_common.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/infer/infer.hpp"

namespace hotswap::cli {
namespace {

struct LocalFlags {
  std::vector<std::string> others;
  std::string formats = "assert";
};

void add_local_flags(CLI::App& command, LocalFlags& flags) {
  command.add_option("--with", flags.others,
                     "a schema that it refers to: FILE (by its $id) or URI=FILE; may be repeated");
  command.add_option("--formats", flags.formats, "assert: format decides; annotate: it only tells")
      ->check(CLI::IsMember({"assert", "annotate"}))
      ->default_val("assert");
}

struct LintFlags {
  std::vector<std::string> files;
  LocalFlags local;
  bool strict = false;
};

/// What lint found in one file, as JSON.
struct Linted {
  json::Object result;
  std::optional<Error> error;
  std::size_t advice = 0;
};

Linted lint_file(const std::string& file, const LocalFlags& flags, const Others& others,
                 const TextForms& forms) {
  Linted out{.result = {{"file", file}}, .error = {}};
  const auto document = read_document(file, forms);
  if (!document) {
    out.error = document.error();
    return out;
  }
  const auto compiled =
      compile_local(file, *document, local_options(others, flags.formats == "assert"));
  if (!compiled) {
    out.error = compiled.error();
    return out;
  }
  out.result.set("draft", to_string((*compiled)->draft()));
  json::Array advice;
  for (const auto& item : advice_on(*document, (*compiled)->draft())) {
    advice.emplace_back(
        json::Object{{"path", item.path}, {"keyword", item.keyword}, {"message", item.message}});
  }
  out.advice = advice.size();
  out.result.set("advice", std::move(advice));
  return out;
}

void print_lint(Session& session, const Linted& linted) {
  const auto& terminal = session.terminal();
  const json::Value result(linted.result);
  const auto file = text_at(result, "file");
  if (linted.error) {
    session.print_error(*linted.error);
    return;
  }
  const auto mark =
      linted.advice == 0 ? terminal.paint(Paint::Green, "✓") : terminal.paint(Paint::Yellow, "!");
  session.print(fmt::format("{} {}  {}\n{}", mark, file,
                            terminal.paint(Paint::Dim, text_at(result, "draft")),
                            failures_text(items_at(result, "advice"), terminal)));
}

json::Value lint_json(const Linted& linted) {
  auto out = linted.result;
  out.set("valid", !linted.error.has_value());
  if (!linted.error) return out;
  out.set("reason", linted.error->reason);
  out.set("detail", linted.error->detail);
  json::Array errors;
  for (const auto& field : linted.error->fields) {
    errors.emplace_back(
        json::Object{{"path", field.path}, {"keyword", field.keyword}, {"message", field.message}});
  }
  out.set("errors", std::move(errors));
  return out;
}

Outcome lint(Session& session, const LintFlags& flags, const TextForms& forms) {
  const auto others = read_others(flags.local.others, forms);
  if (!others) return std::unexpected(others.error());
  json::Array all;
  auto code = ExitCode::Ok;
  for (const auto& file : flags.files) {
    const auto linted = lint_file(file, flags.local, *others, forms);
    if (session.structured()) {
      all.push_back(lint_json(linted));
    } else {
      print_lint(session, linted);
    }
    if (linted.error) {
      code = exit_code(linted.error->code);
    } else if (linted.advice > 0 && flags.strict && code == ExitCode::Ok) {
      code = ExitCode::Objection;
    }
  }
  if (session.structured()) session.print_value(std::move(all));
  return code;
}

struct ValidateFlags {
  std::string schema, units;
  std::vector<std::string> documents;
  LocalFlags local;
};

/// Answers one document as the HTTP API does.
using Validator = std::function<Result<json::Value>(const json::Value&)>;

schema::Output output_of(const std::string& units) {
  if (units == "flag") return schema::Output::Flag;
  return units == "basic" ? schema::Output::Basic : schema::Output::Detailed;
}

Result<Validator> local_validator(const ValidateFlags& flags, const TextForms& forms) {
  const auto others = read_others(flags.local.others, forms);
  if (!others) return std::unexpected(others.error());
  const auto document = read_document(flags.schema, forms);
  if (!document) return std::unexpected(document.error());
  auto compiled = compile_local(flags.schema, *document,
                                local_options(*others, flags.local.formats == "assert"));
  if (!compiled) return std::unexpected(compiled.error());
  return [schema = std::move(*compiled), units = flags.units](const json::Value& data) {
    const auto report = check_document(*schema, data);
    return units.empty() ? json::Value(validation_json(report)) : to_json(report, output_of(units));
  };
}

Result<Validator> remote_validator(Session& session, const ValidateFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  return [api = *api, wanted = schema_word(flags.schema),
          units = flags.units](const json::Value& data) {
    json::Object body{{"data", data}};
    if (!wanted.version.empty()) body.set("version", wanted.version);
    if (!units.empty()) body.set("output", units);
    return api->post(schema_path(wanted.name, {"validate"}), std::move(body));
  };
}

Outcome validate(Session& session, const ValidateFlags& flags, const TextForms& forms) {
  auto validator =
      names_file(flags.schema) ? local_validator(flags, forms) : remote_validator(session, flags);
  if (!validator) return std::unexpected(validator.error());
  const bool as_json = session.structured() || !flags.units.empty();
  json::Array all;
  bool valid = true;
  for (const auto& file : flags.documents) {
    const auto document = read_document(file, forms);
    if (!document) return std::unexpected(document.error());
    auto answer = (*validator)(*document);
    if (!answer) return std::unexpected(answer.error());
    valid = valid && bool_at(*answer, "valid");
    if (as_json) {
      all.push_back(std::move(*answer));
    } else {
      session.print(validation_text(file, *answer, session.terminal()));
    }
  }
  if (as_json) session.print_value(all.size() == 1 ? all.front() : json::Value(std::move(all)));
  return valid ? ExitCode::Ok : ExitCode::Invalid;
}

Result<std::vector<json::Value>> stored_versions(Session& session, const std::string& profile,
                                                 std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto items = (*api)->list(config_path(profile, {"versions"}), limit);
  if (!items) return std::unexpected(items.error());
  std::vector<json::Value> out;
  for (const auto& item : *items) {
    auto version = (*api)->get(config_path(profile, {"versions", text_at(item, "version")}));
    if (!version) return std::unexpected(version.error());
    if (auto* data = version->as_object()->find("data")) out.push_back(std::move(*data));
  }
  if (out.empty()) {
    return fail(ErrorCode::NotFound, "version.not_found",
                profile + " has no versions to learn from yet");
  }
  return out;
}

Outcome infer(Session& session, const std::vector<std::string>& words, std::size_t limit,
              const TextForms& forms) {
  std::vector<json::Value> documents;
  if (words.size() == 1 && !names_file(words.front())) {
    auto stored = stored_versions(session, words.front(), limit);
    if (!stored) return std::unexpected(stored.error());
    documents = std::move(*stored);
  } else {
    for (const auto& file : words) {
      auto document = read_document(file, forms);
      if (!document) return std::unexpected(document.error());
      documents.push_back(std::move(*document));
    }
  }
  session.print_value(schema::infer(documents));
  return ExitCode::Ok;
}

void add_infer(Verbs& verbs, CLI::App& group, const TextForms& forms) {
  auto words = std::make_shared<std::vector<std::string>>();
  auto limit = std::make_shared<std::size_t>(200);
  auto* command = group.add_subcommand(
      "infer", "propose a schema that accepts what a profile, or files, have held so far");
  command->add_option("from", *words, "a profile, or files")->required();
  command->add_option("--limit", *limit, "of a profile's versions, the newest")->default_val(200);
  verbs.on(command, [words, limit, forms](Session& session) {
    return infer(session, *words, *limit, forms);
  });
}

}  // namespace

void add_check_verbs(Verbs& verbs, CLI::App& group, const TextForms& forms) {
  auto lint_flags = std::make_shared<LintFlags>();
  auto* check = group.add_subcommand("lint", "whether schemas in files are right, and advice");
  check->add_option("files", lint_flags->files, "schemas: JSON, YAML or TOML")
      ->type_name(kind::kFile)
      ->required();
  check->add_flag("--strict", lint_flags->strict, "exit 9 if there is advice");
  add_local_flags(*check, lint_flags->local);
  verbs.on(check,
           [lint_flags, forms](Session& session) { return lint(session, *lint_flags, forms); });

  auto flags = std::make_shared<ValidateFlags>();
  auto* command = group.add_subcommand("validate", "check documents; exit 5 if one is invalid");
  command->add_option("schema", flags->schema, "a file, or a registered NAME or NAME@VERSION")
      ->required();
  command->add_option("documents", flags->documents, "JSON, YAML or TOML; - is standard input")
      ->required();
  command->add_option("--units", flags->units, "JSON Schema's output units: flag, basic, detailed")
      ->check(CLI::IsMember({"flag", "basic", "detailed"}));
  add_local_flags(*command, flags->local);
  verbs.on(command, [flags, forms](Session& session) { return validate(session, *flags, forms); });

  add_infer(verbs, group, forms);
}

}  // namespace hotswap::cli
