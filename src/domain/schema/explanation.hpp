#pragma once
// The trace of the explaining pass: notes every failure with its places and message. Runs only on
// documents that the fast pass refused.

#include <optional>
#include <string>
#include <vector>

#include "domain/schema/closest.hpp"
#include "domain/schema/evaluator.hpp"
#include "domain/schema/messages.hpp"
#include "domain/schema/report.hpp"

namespace hotswap::schema {

class Explanation {
 public:
  static constexpr bool kExplain = true;
  static constexpr bool kSecrets = true;

  struct InstanceStep {
    const InstanceStep* up;
    Token token;
  };
  struct KeywordStep {
    const KeywordStep* up;
    Keyword keyword;
    Token token;
    NodeId node;  ///< whose keyword it is
  };
  /// A place of the evaluation: the ways there through the document and through the schema.
  struct Where {
    const InstanceStep* instance = nullptr;
    const KeywordStep* keyword = nullptr;
    NodeId node = kNone;
    std::uint32_t depth = 0;  ///< of the value in the document
    bool referred = false;    ///< a $ref was followed
    void enter(NodeId id) { node = id; }
  };
  class Below {
   public:
    explicit Below(const Where& around, Keyword keyword, Token token = {}, Token instance = {});
    [[nodiscard]] const Where& where() const { return where_; }

   private:
    KeywordStep keyword_;
    InstanceStep instance_;
    Where where_;
  };

  /// The alternatives of an anyOf or oneOf; keeps the failures of the one that came closest.
  class Branches {
   public:
    Branches(Explanation& trace, const Where& where) : trace_(trace), depth_(where.depth) {}
    void begin(std::size_t branch);
    void end(bool valid);
    bool refuse(const Step& step, const Subject& subject, const Where& where);

   private:
    friend class Explanation;
    Explanation& trace_;
    std::uint32_t depth_;
    std::size_t branch_ = 0;
    std::size_t closest_branch_ = 0;
    Attempt attempt_;
    std::optional<Attempt> closest_;
    Attempt* outer_ = nullptr;
  };
  /// While it lives, failures are the expected outcome of a test and are not noted.
  class Silence {
   public:
    explicit Silence(Explanation& trace) : trace_(trace) { ++trace_.silence_; }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() { --trace_.silence_; }

   private:
    Explanation& trace_;
  };

  /// `hidden`: whose secrets the messages do not show; may be null.
  Explanation(const Program& program, const CheckOptions& options, const PlainView* hidden);

  [[nodiscard]] bool stops() const { return silence_ > 0 || (nested_ == 0 && truncated_); }
  [[nodiscard]] const PlainView* secrets() const { return options_.secrets; }
  [[nodiscard]] bool demands_secrets() const {
    return options_.demand_secrets || options_.secrets != nullptr;
  }
  void refuse(const Step& step, Keyword keyword, const Subject& subject, const Where& where,
              const Detail& detail);
  /// A const or enum was met.
  void chosen(const Where& where);
  void give_up(Abort why, const Subject& subject, const Where& where, std::string_view name);

  /// After the evaluation.
  [[nodiscard]] Report report(bool aborted) &&;
  /// Likewise: values that should have been secrets, and stand in the open.
  [[nodiscard]] const std::vector<const json::Value*>& exposed() const { return exposed_; }

 private:
  /// Notes one more failure; makes its text only if it will be shown.
  template <class MakeFailure>
  void add(const Where& where, Keyword keyword, MakeFailure make);
  [[nodiscard]] Failure refused_by_false(const Where& where) const;
  [[nodiscard]] Failure located(const Where& where, Keyword keyword, bool own_keyword) const;
  [[nodiscard]] std::size_t most() const;

  const Program& program_;
  const CheckOptions& options_;
  Messages messages_;
  int silence_ = 0;
  int nested_ = 0;  ///< branches around
  bool truncated_ = false;
  Attempt whole_;
  Attempt* current_ = &whole_;
  std::optional<Failure> abort_;
  std::vector<const json::Value*> exposed_;
};

}  // namespace hotswap::schema
