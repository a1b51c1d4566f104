#pragma once
// What a failing keyword says to people: the value, and what is allowed.

#include <string>
#include <vector>

#include "domain/schema/program.hpp"
#include "domain/schema/subject.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {

class Messages {
 public:
  Messages(const Program& program, const PlainView* secrets)
      : program_(program), secrets_(secrets) {}

  [[nodiscard]] std::string refused(const Step& step, Keyword keyword, const Subject& subject,
                                    NodeId node, const Detail& detail) const;
  /// A member that `keyword` of `node` forbids.
  [[nodiscard]] std::string unknown_member(Keyword keyword, std::string_view name,
                                           NodeId node) const;
  [[nodiscard]] std::string type(const Subject& subject, NodeId node) const;
  [[nodiscard]] std::string quoted(const Subject& subject) const;

 private:
  [[nodiscard]] std::string choice(const Subject& subject, const Choice& choice) const;
  [[nodiscard]] std::string bound(Keyword keyword, const Subject& subject,
                                  const Detail& detail) const;
  [[nodiscard]] std::string size(Keyword keyword, const Subject& subject,
                                 const Detail& detail) const;
  [[nodiscard]] std::string contained(Keyword keyword, const Detail& detail) const;
  [[nodiscard]] std::string text(Keyword keyword, const Subject& subject,
                                 const Detail& detail) const;
  [[nodiscard]] std::string logic(const Step& step, Keyword keyword, const Subject& subject,
                                  const Detail& detail) const;
  /// Names that the node and what it applies to the same value describe.
  void add_declared(NodeId node, std::vector<std::string_view>& names, std::size_t& budget) const;

  const Program& program_;
  const PlainView* secrets_;
};

}  // namespace hotswap::schema
