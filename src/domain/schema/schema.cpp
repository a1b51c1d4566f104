#include "domain/schema/schema.hpp"

#include "domain/schema/checker.hpp"
#include "domain/schema/compiler.hpp"
#include "domain/schema/meta_check.hpp"

namespace hotswap::schema {

Result<std::shared_ptr<const Schema>> Schema::compile(const json::Value& document,
                                                      CompileOptions options) {
  auto resources = Resources::of(document, options);
  if (!resources) return std::unexpected(resources.error());
  if (auto bad = check_against_meta(*resources, options)) return std::unexpected(std::move(*bad));
  const auto known = resources->all().size();
  auto program = Compiler(*resources, options).run();
  // References may have led to further documents.
  if (auto bad = check_against_meta(*resources, options, known)) {
    return std::unexpected(std::move(*bad));
  }
  if (!program) return std::unexpected(program.error());
  return std::make_shared<const Schema>(std::move(*program));
}

Schema::Schema(std::unique_ptr<const Program> program) : program_(std::move(program)) {}

Schema::~Schema() = default;

bool Schema::accepts(const json::Value& value) const { return schema::accepts(*program_, value); }

Report Schema::check(const json::Value& value, const CheckOptions& options) const {
  return schema::check(*program_, value, options);
}

Draft Schema::draft() const { return program_->draft; }

const std::vector<std::string>& Schema::references() const { return program_->references; }

}  // namespace hotswap::schema
