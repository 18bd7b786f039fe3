#include "server/http/validation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace bot::http {
namespace {

using nlohmann::json;

constexpr std::string_view not_an_integer = "value is not a valid integer";

json to_json(const Mistake& mistake) {
  json loc = json::array();
  for (const auto& step : mistake.loc) {
    std::visit([&loc](const auto& value) { loc.push_back(value); }, step);
  }
  json entry = {{"loc", std::move(loc)}, {"msg", mistake.msg}, {"type", mistake.type}};
  if (!mistake.ctx_json.empty()) entry["ctx"] = json::parse(mistake.ctx_json);
  return entry;
}

std::string sentence_of(const Mistake& mistake) {
  std::vector<std::string> steps;
  for (const auto& step : mistake.loc) {
    const auto* name = std::get_if<std::string>(&step);
    steps.push_back(name != nullptr ? *name : std::to_string(std::get<std::int64_t>(step)));
  }
  return join(steps, ".") + ": " + mistake.msg;
}

struct Refusal {
  std::string msg;
  std::string type;
  std::string ctx_json = {};
};

std::optional<Refusal> out_of(IntRange range, std::int64_t value) {
  const auto refusal = [](std::string_view how, std::string_view type, std::int64_t limit) {
    return Refusal{
        "ensure this value is " + std::string(how) + " than or equal to " + std::to_string(limit),
        "value_error.number." + std::string(type),
        json{{"limit_value", limit}}.dump()};
  };
  if (value < range.least) return refusal("greater", "not_ge", range.least);
  if (value > range.most) return refusal("less", "not_le", range.most);
  return std::nullopt;
}

Refusal not_permitted(std::initializer_list<std::string_view> permitted) {
  std::vector<std::string> quoted;
  for (const auto word : permitted)
    quoted.push_back("'" + std::string(word) + "'");
  const json ctx = {{"enum_values", std::vector<std::string_view>(permitted)}};
  return {"value is not a valid enumeration member; permitted: " + join(quoted, ", "),
          "type_error.enum",
          ctx.dump()};
}

bool is_one_of(std::initializer_list<std::string_view> permitted, std::string_view word) {
  return std::find(permitted.begin(), permitted.end(), word) != permitted.end();
}

Error refused_at(std::string_view where, std::string_view name, const Refusal& refusal) {
  return invalid({{.loc = {std::string(where), std::string(name)},
                   .msg = refusal.msg,
                   .type = refusal.type,
                   .ctx_json = refusal.ctx_json}});
}

Result<std::int64_t> read_number(std::string_view where,
                                 std::string_view name,
                                 std::string_view text,
                                 IntRange range) {
  const auto number = parse_int(text);
  if (!number) return invalid_field(where, name, not_an_integer, "type_error.integer");
  if (const auto refusal = out_of(range, *number)) return refused_at(where, name, *refusal);
  return *number;
}

}  // namespace

Error invalid(const std::vector<Mistake>& mistakes) {
  json list = json::array();
  for (const auto& mistake : mistakes)
    list.push_back(to_json(mistake));
  return {.code = Errc::invalid_argument,
          .message = sentence_of(mistakes.front()),
          .detail_json = list.dump(-1, ' ', false, json::error_handler_t::replace)};
}

Error invalid_field(std::string_view where,
                    std::string_view name,
                    std::string_view msg,
                    std::string_view type) {
  return refused_at(where, name, {std::string(msg), std::string(type)});
}

Result<std::int64_t> path_int(const Request& request, std::string_view name) {
  return read_number("path", name, request.param(name), {.least = 0});
}

Result<std::optional<std::int64_t>> query_optional_int(const Request& request,
                                                       std::string_view name,
                                                       IntRange range) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<std::int64_t>{};
  auto number = read_number("query", name, *text, range);
  if (!number) return std::move(number).error();
  return std::optional{*number};
}

Result<std::int64_t> query_int(const Request& request,
                               std::string_view name,
                               std::int64_t fallback,
                               IntRange range) {
  auto number = query_optional_int(request, name, range);
  if (!number) return std::move(number).error();
  return number->value_or(fallback);
}

Result<std::optional<std::string>> query_enum(const Request& request,
                                              std::string_view name,
                                              std::initializer_list<std::string_view> permitted) {
  auto word = request.query_value(name);
  if (word && !is_one_of(permitted, *word)) {
    return refused_at("query", name, not_permitted(permitted));
  }
  return word;
}

BodyReader::BodyReader(const json& object, std::vector<std::string> at)
    : object_(object), at_(std::move(at)) {}

bool BodyReader::has(std::string_view name) const {
  return object_.contains(name);
}

bool BodyReader::is_null(std::string_view name) const {
  const auto found = object_.find(name);
  return found != object_.end() && found->is_null();
}

const json* BodyReader::present(std::string_view name) {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const json* BodyReader::needed(std::string_view name) {
  const auto* value = present(name);
  if (value != nullptr) return value;
  if (has(name)) {
    refuse(name, "none is not an allowed value", "type_error.none.not_allowed");
  } else {
    refuse(name, "field required", "value_error.missing");
  }
  return nullptr;
}

std::optional<std::string> BodyReader::read_string(std::string_view name, const json& value) {
  if (value.is_string()) {
    auto text = value.get<std::string>();
    if (text.find('\0') == text.npos) return text;
    refuse(name, "must not hold a NUL character");
    return std::nullopt;
  }
  refuse(name, "str type expected", "type_error.str");
  return std::nullopt;
}

std::optional<std::int64_t> BodyReader::read_int(std::string_view name,
                                                 const json& value,
                                                 IntRange range) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <=
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!fits) {
    refuse(name, not_an_integer, "type_error.integer");
    return std::nullopt;
  }
  const auto number = value.get<std::int64_t>();
  if (const auto refusal = out_of(range, number)) {
    refuse(name, refusal->msg, refusal->type, refusal->ctx_json);
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> BodyReader::read_enum(
    std::string_view name, const json& value, std::initializer_list<std::string_view> permitted) {
  if (value.is_string() && is_one_of(permitted, value.get_ref<const std::string&>())) {
    return value.get<std::string>();
  }
  const auto refusal = not_permitted(permitted);
  refuse(name, refusal.msg, refusal.type, refusal.ctx_json);
  return std::nullopt;
}

std::string BodyReader::required_string(std::string_view name) {
  const auto* value = needed(name);
  return value == nullptr ? "" : read_string(name, *value).value_or("");
}

std::optional<std::string> BodyReader::optional_string(std::string_view name) {
  const auto* value = present(name);
  return value == nullptr ? std::nullopt : read_string(name, *value);
}

std::int64_t BodyReader::required_int(std::string_view name, IntRange range) {
  const auto* value = needed(name);
  return value == nullptr ? 0 : read_int(name, *value, range).value_or(0);
}

std::optional<std::int64_t> BodyReader::optional_int(std::string_view name, IntRange range) {
  const auto* value = present(name);
  return value == nullptr ? std::nullopt : read_int(name, *value, range);
}

std::optional<double> BodyReader::optional_number(std::string_view name) {
  const auto* value = present(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  refuse(name, "value is not a valid float", "type_error.float");
  return std::nullopt;
}

std::optional<bool> BodyReader::optional_bool(std::string_view name) {
  const auto* value = present(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  refuse(name, "value could not be parsed to a boolean", "type_error.bool");
  return std::nullopt;
}

std::string BodyReader::required_enum(std::string_view name,
                                      std::initializer_list<std::string_view> permitted) {
  const auto* value = needed(name);
  return value == nullptr ? "" : read_enum(name, *value, permitted).value_or("");
}

std::optional<std::string> BodyReader::optional_enum(
    std::string_view name, std::initializer_list<std::string_view> permitted) {
  const auto* value = present(name);
  return value == nullptr ? std::nullopt : read_enum(name, *value, permitted);
}

const json* BodyReader::required_object(std::string_view name) {
  const auto* value = needed(name);
  return value == nullptr ? nullptr : optional_object(name);
}

const json* BodyReader::optional_object(std::string_view name) {
  const auto* value = present(name);
  if (value == nullptr || value->is_object()) return value;
  refuse(name, "value is not a valid dict", "type_error.dict");
  return nullptr;
}

const json* BodyReader::optional_list(std::string_view name) {
  const auto* value = present(name);
  if (value == nullptr || value->is_array()) return value;
  refuse(name, "value is not a valid list", "type_error.list");
  return nullptr;
}

std::optional<std::vector<std::string>> BodyReader::optional_string_list(std::string_view name) {
  const auto* list = optional_list(name);
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& word = (*list)[i];
    if (word.is_string()) {
      words.push_back(word.get<std::string>());
      continue;
    }
    refuse(name, "str type expected", "type_error.str");
    mistakes_.back().loc.emplace_back(static_cast<std::int64_t>(i));
  }
  if (words.size() != list->size()) return std::nullopt;
  return words;
}

void BodyReader::refuse(std::string_view name,
                        std::string_view msg,
                        std::string_view type,
                        std::string_view ctx_json) {
  Mistake mistake{.loc = {},
                  .msg = std::string(msg),
                  .type = std::string(type),
                  .ctx_json = std::string(ctx_json)};
  for (const auto& step : at_)
    mistake.loc.emplace_back(step);
  mistake.loc.emplace_back(std::string(name));
  mistakes_.push_back(std::move(mistake));
}

void BodyReader::limit_length(std::string_view name,
                              const std::optional<std::string>& text,
                              std::size_t most) {
  if (!text) return;
  const auto characters = std::count_if(text->begin(), text->end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  });
  if (static_cast<std::size_t>(characters) <= most) return;
  refuse(name,
         "ensure this value has at most " + std::to_string(most) + " characters",
         "value_error.any_str.max_length",
         json{{"limit_value", most}}.dump());
}

bool BodyReader::refused(std::string_view name) const {
  return std::any_of(mistakes_.begin(), mistakes_.end(), [&](const Mistake& mistake) {
    return mistake.loc.size() > at_.size() &&
           mistake.loc[at_.size()] == std::variant<std::string, std::int64_t>(std::string(name));
  });
}

Status BodyReader::status() const {
  if (mistakes_.empty()) return Unit{};
  return invalid(mistakes_);
}

}  // namespace bot::http
