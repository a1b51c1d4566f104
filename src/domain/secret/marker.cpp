#include "domain/secret/marker.hpp"

#include <algorithm>

#include "domain/json/path.hpp"

namespace hotswap {
namespace {

bool is_text(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->as_string() != nullptr;
}

/// What a read shows in a secret's place.
bool is_masked(const json::Object& object) {
  const json::Value* masked = object.find("masked");
  const bool* flag = masked ? masked->as_bool() : nullptr;
  if (!flag || !*flag) return false;
  const bool has_fingerprint = object.find("fingerprint") != nullptr;
  return object.size() == (has_fingerprint ? 3U : 2U) &&
         (!has_fingerprint || is_text(object, "fingerprint"));
}

template <class Fits>
bool any_inside(const json::Value& value, const Fits& fits) {
  const auto holds = [&](const json::Value& child) {
    const auto form = secret_form(child);
    return form == SecretForm::None ? any_inside(child, fits) : fits(form);
  };
  if (const auto* items = value.as_array()) return std::ranges::any_of(*items, holds);
  const auto* object = value.as_object();
  return object && std::ranges::any_of(*object, holds, &json::Member::value);
}

/// One walk over a document; the pointer is grown and cut as it goes.
class Replacing {
 public:
  explicit Replacing(const ReplaceSecret& replace) : replace_(replace) {}

  Result<json::Value> inside(const json::Value& value, const std::string& pointer) {
    if (const auto* items = value.as_array()) {
      json::Array out;
      out.reserve(items->size());
      for (std::size_t i = 0; i < items->size(); ++i) {
        auto item = at((*items)[i], json::pointer_item(pointer, i));
        if (!item) return item;
        out.push_back(std::move(*item));
      }
      return json::Value(std::move(out));
    }
    const auto* members = value.as_object();
    if (members == nullptr) return value;
    json::Object out;
    out.reserve(members->size());
    for (const auto& [name, member] : *members) {
      auto item = at(member, json::pointer_member(pointer, name));
      if (!item) return item;
      out.append(name, std::move(*item));
    }
    return json::Value(std::move(out));
  }

 private:
  Result<json::Value> at(const json::Value& value, const std::string& pointer) {
    return secret_form(value) == SecretForm::None ? inside(value, pointer)
                                                  : replace_(pointer, value);
  }

  const ReplaceSecret& replace_;
};

}  // namespace

SecretForm secret_form(const json::Value& value) {
  const auto* object = value.as_object();
  if (!object || object->size() < 2 || object->size() > 3) return SecretForm::None;
  const json::Value* type = object->find("type");
  const auto* word = type ? type->as_string() : nullptr;
  if (!word || *word != "secret") return SecretForm::None;
  if (is_masked(*object)) return SecretForm::Masked;
  if (object->size() == 3)
    return is_text(*object, "sealed") && is_text(*object, "fingerprint") ? SecretForm::Sealed
                                                                         : SecretForm::None;
  if (object->find("value")) return SecretForm::Value;
  return is_text(*object, "ref") ? SecretForm::Reference : SecretForm::None;
}

bool holds_secret(const json::Value& document, SecretForm form) {
  return any_inside(document, [form](SecretForm found) { return found == form; });
}

bool holds_secret(const json::Value& document) {
  return any_inside(document, [](SecretForm) { return true; });
}

Result<json::Value> replace_secrets(const json::Value& document, const ReplaceSecret& replace) {
  return Replacing(replace).inside(document, "");
}

std::string secret_member(const json::Value& marker, std::string_view name) {
  const json::Value* member = marker.find(name);
  const auto* text = member ? member->as_string() : nullptr;
  return text ? text->str() : std::string();
}

}  // namespace hotswap
