#include "domain/json/reader.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"

namespace hotswap::json {
namespace {

constexpr std::size_t kNearEnough = 2;

std::string shown(double number) { return Value(number).as_number()->text; }

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

ObjectReader::ObjectReader(const Value& value, std::string path)
    : object_(value.as_object()), path_(std::move(path)) {
  if (object_ != nullptr) return;
  mistakes_.push_back(
      {path_, "type", "must be an object, but is " + std::string(value.type_name())});
}

const Value* ObjectReader::take(std::string_view name) {
  known_.emplace_back(name);
  return object_ == nullptr ? nullptr : object_->find(name);
}

const Value* ObjectReader::optional_value(std::string_view name) { return take(name); }

const Value* ObjectReader::required_value(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr && object_ != nullptr) mistake(name, "required", "is required");
  return value;
}

std::string ObjectReader::required_string(std::string_view name) {
  const auto* value = required_value(name);
  if (value == nullptr) return {};
  if (const auto* text = value->as_string()) return *text;
  mistake(name, "type", "must be a string, but is " + std::string(value->type_name()));
  return {};
}

std::optional<std::string> ObjectReader::optional_string(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->as_string()) return *text;
  mistake(name, "type", "must be a string, but is " + std::string(value->type_name()));
  return std::nullopt;
}

std::optional<bool> ObjectReader::optional_bool(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* flag = value->as_bool()) return *flag;
  mistake(name, "type", "must be true or false, but is " + std::string(value->type_name()));
  return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::optional_int(std::string_view name, std::int64_t min,
                                                       std::int64_t max) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->as_int();
  if (number && *number >= min && *number <= max) return number;
  const auto range = std::to_string(min) + " to " + std::to_string(max);
  if (value->as_number() == nullptr) {
    mistake(name, "type", "must be an integer, but is " + std::string(value->type_name()));
  } else {
    const auto* keyword = !number ? "type" : *number < min ? "minimum" : "maximum";
    mistake(name, keyword, "must be an integer from " + range);
  }
  return std::nullopt;
}

std::optional<double> ObjectReader::optional_double(std::string_view name, double min, double max) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->as_double();
  if (number && *number >= min && *number <= max) return number;
  if (!number) {
    mistake(name, "type", "must be a number, but is " + std::string(value->type_name()));
  } else {
    mistake(name, *number < min ? "minimum" : "maximum",
            "must be from " + shown(min) + " to " + shown(max));
  }
  return std::nullopt;
}

std::optional<Duration> ObjectReader::optional_duration(std::string_view name) {
  const auto text = optional_string(name);
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (duration) return *duration;
  mistake(name, "format", duration.error().detail);
  return std::nullopt;
}

std::optional<WallTime> ObjectReader::optional_time(std::string_view name) {
  const auto text = optional_string(name);
  if (!text) return std::nullopt;
  const auto time = parse_time(*text);
  if (time) return *time;
  mistake(name, "format", time.error().detail);
  return std::nullopt;
}

const Array* ObjectReader::optional_array(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return nullptr;
  const auto* items = value->as_array();
  if (items == nullptr) {
    mistake(name, "type", "must be an array, but is " + std::string(value->type_name()));
  }
  return items;
}

const Object* ObjectReader::optional_object(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return nullptr;
  const auto* object = value->as_object();
  if (object == nullptr) {
    mistake(name, "type", "must be an object, but is " + std::string(value->type_name()));
  }
  return object;
}

std::vector<std::string> ObjectReader::optional_strings(std::string_view name) {
  std::vector<std::string> texts;
  const auto* items = optional_array(name);
  if (items == nullptr) return texts;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto& item = (*items)[i];
    if (const auto* text = item.as_string()) {
      texts.push_back(*text);
    } else {
      mistakes_.push_back({path_item(path_of(name), i), "type",
                           "must be a string, but is " + std::string(item.type_name())});
    }
  }
  return texts;
}

bool ObjectReader::has(std::string_view name) const {
  return object_ != nullptr && object_->find(name) != nullptr;
}

std::string ObjectReader::path_of(std::string_view name) const { return path_member(path_, name); }

void ObjectReader::mistake(std::string_view name, std::string keyword, std::string message) {
  mistakes_.push_back({path_of(name), std::move(keyword), std::move(message)});
}

void ObjectReader::absorb(const Error& error) {
  if (error.fields.empty()) {
    mistakes_.push_back({path_, "invalid", error.detail});
  } else {
    mistakes_.insert(mistakes_.end(), error.fields.begin(), error.fields.end());
  }
}

std::optional<Error> ObjectReader::finish(std::string reason) {
  if (object_ != nullptr) add_unknown();
  if (mistakes_.empty()) return std::nullopt;
  const auto& first = mistakes_.front();
  auto detail = first.path + ": " + first.message;
  const auto more = mistakes_.size() - 1;
  if (more > 0) {
    detail += " (and " + std::to_string(more) + " more mistake" + (more > 1 ? "s)" : ")");
  }
  if (mistakes_.size() > limits::kErrorsReported) mistakes_.resize(limits::kErrorsReported);
  return Error{ErrorCode::Invalid, std::move(reason), std::move(detail), mistakes_, {}};
}

void ObjectReader::add_unknown() {
  for (const auto& member : *object_) {
    if (mistakes_.size() >= limits::kErrorsReported) return;
    if (std::ranges::find(known_, member.name) != known_.end()) continue;
    const auto guess = nearest(member.name, known_);
    mistake(member.name, "unknown",
            guess ? "is unknown; did you mean `" + *guess + "`?" : "is unknown; remove it");
  }
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  auto best_distance = std::min(kNearEnough + 1, word.size());
  for (const auto& candidate : candidates) {
    const auto longer = std::max(candidate.size(), word.size());
    const auto shorter = std::min(candidate.size(), word.size());
    if (longer - shorter >= best_distance) continue;
    const auto distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

}  // namespace hotswap::json
