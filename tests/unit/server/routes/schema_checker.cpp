#include "tests/unit/server/routes/schema_checker.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/time_format.hpp"

namespace bot::routes {
namespace {

using types::Json;

bool is_of_type(const std::string& type, const Json& value) {
  if (type == "null") return value.is_null();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return false;
}

class Checker {
 public:
  explicit Checker(const Json& document) : document_(document) {}

  void check(const Json& schema, const Json& value, const std::string& at) {
    if (const auto reference = schema.find("$ref"); reference != schema.end()) {
      const auto pointer = reference->get<std::string>().substr(1);
      return check(document_.at(Json::json_pointer(pointer)), value, at);
    }
    for (const auto& [keyword, rule] : schema.items()) {
      if (!known(keyword)) report(at, "nothing checks the keyword " + keyword);
    }
    check_type(schema, value, at);
    check_choice(schema, value, at);
    if (value.is_number()) check_number(schema, value, at);
    if (value.is_string()) check_string(schema, value.get<std::string>(), at);
    if (value.is_array()) check_items(schema, value, at);
    if (value.is_object()) check_members(schema, value, at);
  }

  std::vector<std::string> found;

 private:
  static bool known(const std::string& keyword) {
    static const std::set<std::string> all = {"type",
                                              "enum",
                                              "anyOf",
                                              "items",
                                              "properties",
                                              "required",
                                              "minimum",
                                              "minLength",
                                              "maxLength",
                                              "format",
                                              "description"};
    return all.contains(keyword);
  }

  void report(const std::string& at, const std::string& what) {
    found.push_back((at.empty() ? "the body" : at) + ": " + what);
  }

  void check_type(const Json& schema, const Json& value, const std::string& at) {
    const auto type = schema.find("type");
    if (type == schema.end()) return;
    const auto types = type->is_array() ? *type : Json::array({*type});
    const bool fits = std::any_of(types.begin(), types.end(), [&](const Json& each) {
      return is_of_type(each.get<std::string>(), value);
    });
    if (!fits) report(at, value.dump() + " is not of type " + type->dump());
  }

  void check_choice(const Json& schema, const Json& value, const std::string& at) {
    if (const auto words = schema.find("enum"); words != schema.end()) {
      if (std::find(words->begin(), words->end(), value) == words->end()) {
        report(at, value.dump() + " is none of " + words->dump());
      }
    }
    const auto options = schema.find("anyOf");
    if (options == schema.end()) return;
    std::vector<std::string> reasons;
    for (const auto& option : *options) {
      Checker attempt(document_);
      attempt.check(option, value, at);
      if (attempt.found.empty()) return;
      reasons.push_back(attempt.found.front());
    }
    report(at, "fits no option: " + join(reasons, "; "));
  }

  void check_number(const Json& schema, const Json& value, const std::string& at) {
    const auto least = schema.find("minimum");
    if (least != schema.end() && value < *least) report(at, value.dump() + " is too small");
  }

  void check_string(const Json& schema, const std::string& text, const std::string& at) {
    if (schema.contains("minLength") && text.size() < schema["minLength"].get<std::size_t>()) {
      report(at, "is too short");
    }
    if (schema.contains("maxLength") && text.size() > schema["maxLength"].get<std::size_t>()) {
      report(at, "is too long");
    }
    if (!schema.contains("format")) return;
    if (schema["format"] != "date-time") return report(at, "nothing checks this format");
    if (!parse_time(text) || !text.ends_with('Z')) report(at, text + " is no RFC 3339 time in UTC");
  }

  void check_items(const Json& schema, const Json& value, const std::string& at) {
    if (!schema.contains("items")) return;
    for (std::size_t i = 0; i < value.size(); ++i)
      check(schema["items"], value[i], at + "[" + std::to_string(i) + "]");
  }

  void check_members(const Json& schema, const Json& value, const std::string& at) {
    if (schema.contains("required")) {
      for (const auto& name : schema["required"]) {
        if (!value.contains(name.get<std::string>())) report(at, "has no " + name.dump());
      }
    }
    if (!schema.contains("properties")) return;
    for (const auto& [name, member] : value.items()) {
      const auto rule = schema["properties"].find(name);
      if (rule == schema["properties"].end()) {
        report(at, "holds " + name + ", which is not documented");
      } else {
        check(*rule, member, at + "." + name);
      }
    }
  }

  const Json& document_;
};

}  // namespace

std::vector<std::string> mismatches(const Json& document, const Json& schema, const Json& value) {
  Checker checker(document);
  checker.check(schema, value, "");
  return checker.found;
}

}  // namespace bot::routes
