// Pieces of JSON Schema that the OpenAPI document is put together from.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "client/types/json.hpp"

namespace bot::routes::schema {

using types::Json;

inline const Json string = {{"type", "string"}};
inline const Json integer = {{"type", "integer"}};
inline const Json number = {{"type", "number"}};
inline const Json boolean = {{"type", "boolean"}};
inline const Json object = {{"type", "object"}};
inline const Json any = Json::object();
inline const Json time_text = {{"type", "string"}, {"format", "date-time"}};

inline Json nullable(Json schema) {
  schema["type"] = Json::array({schema["type"], "null"});
  return schema;
}

// One of these words.
inline Json one_of(std::initializer_list<const char*> words) {
  return {{"type", "string"}, {"enum", words}};
}

inline Json list_of(const std::string& name) {
  return {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/" + name}}}};
}

using Properties = std::initializer_list<std::pair<const char*, Json>>;

// An answer: every property is always there.
inline Json answer(Properties properties) {
  Json schema{{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
  for (const auto& [name, property] : properties) {
    schema["properties"][name] = property;
    schema["required"].push_back(name);
  }
  return schema;
}

// The same with properties that are there only now and then.
inline Json with_optional(Json schema, Properties properties) {
  for (const auto& [name, property] : properties)
    schema["properties"][name] = property;
  return schema;
}

// A request: only the listed ones have to be there.
inline Json request(std::initializer_list<const char*> required, Properties properties) {
  Json schema{{"type", "object"}, {"properties", Json::object()}};
  for (const auto& [name, property] : properties)
    schema["properties"][name] = property;
  if (required.size() > 0) schema["required"] = required;
  return schema;
}

}  // namespace bot::routes::schema
