#include "domain/schema/explanation.hpp"

#include <algorithm>

#include "domain/json/path.hpp"
#include "domain/schema/location.hpp"
#include "domain/schema/quote.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kBranchFailures = 10;  ///< noted of one branch; more would not be shown
constexpr int kNestedMessages = 4;           ///< branches within branches that get messages

std::vector<const Explanation::InstanceStep*> from_root(const Explanation::InstanceStep* at) {
  std::vector<const Explanation::InstanceStep*> steps;
  for (; at != nullptr; at = at->up) steps.push_back(at);
  std::ranges::reverse(steps);
  return steps;
}

std::string keyword_pointer(const Explanation::KeywordStep* at) {
  std::vector<const Explanation::KeywordStep*> steps;
  for (; at != nullptr; at = at->up) steps.push_back(at);
  std::string pointer;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    pointer = json::pointer_member(pointer, to_string((*step)->keyword));
    const auto& token = (*step)->token;
    if (token.kind == Token::Kind::Name) pointer = json::pointer_member(pointer, token.name);
    if (token.kind == Token::Kind::Index) pointer = json::pointer_item(pointer, token.index);
  }
  return pointer;
}

/// Keywords below which the schema `false` means: no further members or items.
bool closes(Keyword keyword) {
  return keyword == Keyword::AdditionalProperties || keyword == Keyword::UnevaluatedProperties ||
         keyword == Keyword::AdditionalItems || keyword == Keyword::UnevaluatedItems ||
         keyword == Keyword::Items;
}

std::string abort_message(Abort why, std::string_view name, const std::string& value) {
  switch (why) {
    case Abort::Pattern:
      return "the pattern " + clipped(std::string(name), 160) + " takes too long on " + value +
             "; simplify the pattern";
    case Abort::Depth:
      return "the schema nests or refers to itself more than " +
             std::to_string(limits::kEvaluationDepth) + " levels deep here";
    case Abort::Division:
      return "the number is too long to be divided exactly";
    case Abort::Steps:
    case Abort::None:
      break;
  }
  return "checking this document takes more steps than are allowed";
}

}  // namespace

Explanation::Below::Below(const Where& around, Keyword keyword, Token token, Token instance)
    : keyword_{around.keyword, keyword, token, around.node},
      instance_{around.instance, instance},
      where_(around) {
  where_.keyword = &keyword_;
  if (keyword == Keyword::Ref || keyword == Keyword::DynamicRef ||
      keyword == Keyword::RecursiveRef) {
    where_.referred = true;
  }
  if (instance.kind == Token::Kind::None) return;
  where_.instance = &instance_;
  ++where_.depth;
}

template <class MakeFailure>
void Explanation::add(const Where& where, Keyword keyword, MakeFailure make) {
  current_->note(keyword, where.depth);
  if (current_->failures.size() < most()) {
    current_->failures.push_back(make());
  } else if (nested_ == 0) {
    truncated_ = true;
  }
}

void Explanation::Branches::begin(std::size_t branch) {
  branch_ = branch;
  attempt_ = Attempt{};
  attempt_.depth = depth_;
  outer_ = std::exchange(trace_.current_, &attempt_);
  ++trace_.nested_;
}

void Explanation::Branches::end(bool valid) {
  --trace_.nested_;
  trace_.current_ = outer_;
  if (valid || trace_.silence_ > 0 || (closest_ && !closer(attempt_, *closest_))) return;
  closest_ = std::move(attempt_);
  closest_branch_ = branch_;
}

bool Explanation::Branches::refuse(const Step& step, const Subject& subject, const Where& where) {
  if (trace_.silence_ > 0) return false;
  trace_.add(where, step.keyword, [&] {
    auto failure = trace_.located(where, step.keyword, true);
    failure.message = trace_.messages_.refused(step, step.keyword, subject, where.node, {});
    if (closest_ && step.b > 1) {
      failure.message += "; " + std::string(to_string(step.keyword)) + "[" +
                         std::to_string(closest_branch_) + "] comes closest";
    }
    if (closest_) failure.causes = std::move(closest_->failures);
    return failure;
  });
  // How well the value fits the closest branch says how well it fits this keyword's schema.
  if (closest_) trace_.current_->take_over(*closest_);
  return false;
}

Explanation::Explanation(const Program& program, const CheckOptions& options,
                         const PlainView* hidden)
    : program_(program), options_(options), messages_(program, hidden) {}

std::size_t Explanation::most() const {
  if (nested_ > kNestedMessages) return 0;
  return nested_ > 0 ? kBranchFailures : options_.max_failures;
}

Failure Explanation::located(const Where& where, Keyword keyword, bool own_keyword) const {
  Failure failure;
  failure.path = "$";
  for (const auto* step : from_root(where.instance)) {
    const auto& token = step->token;
    const bool named = token.kind == Token::Kind::Name;
    failure.path = named ? json::path_member(failure.path, token.name)
                         : json::path_item(failure.path, token.index);
    failure.instance_location = named ? json::pointer_member(failure.instance_location, token.name)
                                      : json::pointer_item(failure.instance_location, token.index);
  }
  failure.keyword = to_string(keyword);
  failure.keyword_location = keyword_pointer(where.keyword);
  if (own_keyword) {
    failure.keyword_location = json::pointer_member(failure.keyword_location, to_string(keyword));
  }
  if (where.referred) {
    const auto resource = program_.nodes[where.node].resource;
    auto pointer = program_.pointers[where.node];
    if (own_keyword) pointer = json::pointer_member(pointer, to_string(keyword));
    failure.absolute_location = program_.resource_uris[resource] + "#" + as_fragment(pointer);
  }
  return failure;
}

void Explanation::refuse(const Step& step, Keyword keyword, const Subject& subject,
                         const Where& where, const Detail& detail) {
  if (keyword == Keyword::WriteOnly || keyword == Keyword::XSecret)
    exposed_.push_back(subject.value);
  if (silence_ > 0) return;
  add(where, keyword, [&] {
    if (keyword == Keyword::False) return refused_by_false(where);
    auto failure = located(where, keyword, true);
    failure.message = messages_.refused(step, keyword, subject, where.node, detail);
    return failure;
  });
}

Failure Explanation::refused_by_false(const Where& where) const {
  const auto* above = where.keyword;
  const bool closed =
      above != nullptr && closes(above->keyword) && above->token.kind == Token::Kind::None;
  if (!closed || where.instance == nullptr) {
    auto failure = located(where, Keyword::False, false);
    failure.message = "is not allowed";
    return failure;
  }
  auto failure = located(where, above->keyword, false);
  const auto& token = where.instance->token;
  failure.message =
      token.kind == Token::Kind::Name
          ? messages_.unknown_member(above->keyword, token.name, above->node)
          : "the item is one too many (" + std::string(to_string(above->keyword)) + " is false)";
  return failure;
}

void Explanation::chosen(const Where& where) { current_->note_chosen(where.depth); }

void Explanation::give_up(Abort why, const Subject& subject, const Where& where,
                          std::string_view name) {
  const auto keyword = why == Abort::Pattern    ? Keyword::Pattern
                       : why == Abort::Division ? Keyword::MultipleOf
                                                : Keyword::False;
  auto failure = located(where, keyword, keyword != Keyword::False);
  if (keyword == Keyword::False) failure.keyword = "limit";
  failure.message = abort_message(why, name, messages_.quoted(subject));
  abort_ = std::move(failure);
}

Report Explanation::report(bool aborted) && {
  Report report;
  report.valid = false;
  report.truncated = truncated_;
  report.aborted = aborted;
  if (aborted && abort_) {
    report.failures.push_back(std::move(*abort_));
    return report;
  }
  report.failures = std::move(whole_.failures);
  if (abort_) report.truncated = true;  // the explanation took longer than the answer
  if (report.failures.empty() && options_.max_failures > 0) {
    Failure failure;
    failure.path = "$";
    failure.keyword = "limit";
    failure.message = aborted ? abort_message(Abort::Steps, {}, {})
                              : "does not match the schema, which is too large to say where";
    report.failures.push_back(std::move(failure));
  }
  return report;
}

}  // namespace hotswap::schema
