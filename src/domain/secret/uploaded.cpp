#include "domain/secret/uploaded.hpp"

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"
#include "domain/secret/marker.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kForms =
    "a secret is {\"type\":\"secret\",\"value\":…} or {\"type\":\"secret\",\"ref\":\"store:path\"}";

/// Says that it is a secret, and has what secrets have, but is no marker.
bool is_near_miss(const json::Object& object) {
  const auto* type = object.find("type");
  const auto* word = type ? type->as_string() : nullptr;
  if (!word || *word != "secret") return false;
  return object.find("value") || object.find("ref") || object.find("sealed");
}

class Looking {
 public:
  /// Paths are put together only where something is wrong: most documents have no secrets.
  void at(const json::Value& value) {
    const auto* object = value.as_object();
    const auto form = secret_form(value);
    if (form != SecretForm::None) return marker(form);
    if (const auto* items = value.as_array()) {
      for (std::size_t i = 0; i < items->size(); ++i) step({std::nullopt, i}, (*items)[i]);
      return;
    }
    if (object == nullptr) return;
    if (is_near_miss(*object))
      mistake("secret", "this would be stored in plain sight: " + std::string(kForms) +
                            " and nothing beside it");
    for (const auto& [name, member] : *object) step({std::string_view(name), 0}, member);
  }

  [[nodiscard]] bool holds() const { return holds_; }
  [[nodiscard]] std::vector<FieldError>& mistakes() { return mistakes_; }

 private:
  struct Step {
    std::optional<std::string_view> name;
    std::size_t index;
  };

  void step(Step where, const json::Value& value) {
    if (!value.as_object() && !value.as_array()) return;
    steps_.push_back(where);
    at(value);
    steps_.pop_back();
  }

  void marker(SecretForm form) {
    holds_ = true;
    if (form == SecretForm::Value && !steps_.empty()) return;
    if (steps_.empty())
      return mistake("secret", "a configuration is no secret as a whole: give the secret a name");
    if (form == SecretForm::Reference) return;  // whether it leads somewhere is seen at delivery
    mistake("secret",
            (form == SecretForm::Masked ? "this is how a secret is shown, its value is not in it; "
                                        : "nobody but the server seals secrets; ") +
                std::string(kForms));
  }

  void mistake(std::string keyword, std::string message) {
    if (mistakes_.size() == limits::kErrorsReported) return;
    std::string path = "$";
    for (const Step& one : steps_)
      path = one.name ? json::path_member(path, *one.name) : json::path_item(path, one.index);
    mistakes_.push_back({std::move(path), std::move(keyword), std::move(message)});
  }

  bool holds_ = false;
  std::vector<Step> steps_;
  std::vector<FieldError> mistakes_;
};

}  // namespace

Result<bool> uploaded_secrets(const json::Value& document) {
  Looking looking;
  looking.at(document);
  auto& mistakes = looking.mistakes();
  if (mistakes.empty()) return looking.holds();
  auto detail = mistakes.front().path + ": " + mistakes.front().message;
  return fail(ErrorCode::Invalid, "secret.invalid", std::move(detail), std::move(mistakes));
}

}  // namespace hotswap
