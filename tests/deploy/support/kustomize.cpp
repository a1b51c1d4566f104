#include "deploy/support/kustomize.hpp"

#include <set>
#include <stdexcept>

namespace hotswap::deploy {
namespace {

namespace fs = std::filesystem;
using Objects = std::vector<json::Value>;

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) {
  throw std::runtime_error((folder / "kustomization.yaml").string() + ": " + why);
}

void build(const fs::path& folder, Objects& objects);

void add_resource(const fs::path& folder, const std::string& name, Objects& objects) {
  const auto path = fs::weakly_canonical(folder / name);
  if (fs::is_directory(path)) return build(path, objects);
  if (!fs::is_regular_file(path)) refuse(folder, "no such resource: " + name);
  auto object = yaml_file(path);
  for (const auto& other : objects)
    if (label_of(other) == label_of(object)) refuse(folder, label_of(object) + " is there twice");
  objects.push_back(std::move(object));
}

json::Value patched(json::Value object, const json::Value& operations) {
  for (const auto& operation : *operations.as_array()) {
    const auto* value = at(operation, "/value");
    object = changed(std::move(object), text_at(operation, "/op"), text_at(operation, "/path"),
                     value == nullptr ? json::Value() : *value);
  }
  return object;
}

void apply_patch(const fs::path& folder, const json::Value& patch, Objects& objects) {
  const auto kind = text_at(patch, "/target/kind"), name = text_at(patch, "/target/name");
  if (kind.empty() || name.empty()) refuse(folder, "a patch needs a target of kind and name");
  const auto operations = yaml(text_at(patch, "/patch"));
  if (operations.as_array() == nullptr) refuse(folder, "a patch must be a list of operations");
  for (auto& object : objects) {
    if (label_of(object) != kind + '/' + name) continue;
    try {
      object = patched(std::move(object), operations);
    } catch (const std::runtime_error& error) {
      refuse(folder, error.what());
    }
    return;
  }
  refuse(folder, "no " + kind + '/' + name + " that the patch could change");
}

void set_namespace(const std::string& name, Objects& objects) {
  for (auto& object : objects)
    object = text_at(object, "/kind") == "Namespace"
                 ? changed(std::move(object), "add", "/metadata/name", name)
                 : changed(std::move(object), "add", "/metadata/namespace", name);
}

void set_tags(const json::Value& image, Objects& objects) {
  const std::string name = text_at(image, "/name");
  for (auto& object : objects)
    for (const std::string list : {"initContainers", "containers"}) {
      const std::string at_list = "/spec/template/spec/" + list;
      for (std::size_t i = 0; i < items_at(object, at_list).size(); ++i) {
        const auto place = at_list + '/' + std::to_string(i) + "/image";
        if (text_at(object, place).starts_with(name + ':'))
          object =
              changed(std::move(object), "replace", place, name + ':' + text_at(image, "/newTag"));
      }
    }
}

void check_members(const fs::path& folder, const json::Value& kustomization) {
  static const std::set<std::string> kKnown{"apiVersion", "kind",    "namespace", "resources",
                                            "components", "patches", "images"};
  for (const auto& member : *kustomization.as_object())
    if (!kKnown.contains(member.name.str())) refuse(folder, "unknown: " + member.name.str());
  for (const auto& image : items_at(kustomization, "/images"))
    if (image.as_object()->size() != 2 || text_at(image, "/newTag").empty())
      refuse(folder, "images must have a name and a newTag");
}

void build(const fs::path& folder, Objects& objects) {
  const auto kustomization = yaml_file(folder / "kustomization.yaml");
  check_members(folder, kustomization);
  for (const auto& name : items_at(kustomization, "/resources"))
    add_resource(folder, name.as_string()->str(), objects);
  for (const auto& name : items_at(kustomization, "/components")) {
    const auto path = fs::weakly_canonical(folder / name.as_string()->str());
    if (text_at(yaml_file(path / "kustomization.yaml"), "/kind") != "Component")
      refuse(folder, name.as_string()->str() + " is no component");
    build(path, objects);
  }
  for (const auto& patch : items_at(kustomization, "/patches")) apply_patch(folder, patch, objects);
  if (const auto name = text_at(kustomization, "/namespace"); !name.empty())
    set_namespace(name, objects);
  for (const auto& image : items_at(kustomization, "/images")) set_tags(image, objects);
}

}  // namespace

std::vector<json::Value> rendered(const fs::path& folder) {
  Objects objects;
  build(fs::weakly_canonical(folder), objects);
  return objects;
}

}  // namespace hotswap::deploy
