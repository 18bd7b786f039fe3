// Writing a type of the wire straight as JSON text. Answers with many objects are made this way,
// because most of the time that a Json value of them takes goes into its allocations.
//
// A type is described by for_each_field(value, take), which calls take(name, field) for each of its
// fields in the order of the wire. That one statement makes both the text here and, through
// object_of, the Json value.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "client/types/json.hpp"

namespace bot::types {

// JSON that is text already. REQUIRES: it is one valid value.
struct RawJson {
  std::string text;

  static RawJson object() { return {"{}"}; }
  bool operator==(const RawJson&) const = default;
};

template <typename T>
concept Described = requires(const T& value) {
  for_each_field(value, [](const char* /*name*/, const auto& /*field*/) {});
};

// How many bytes at the beginning are ASCII that stands in a JSON string as it is.
std::size_t plain_length(std::string_view text);

// As dump would write it: quoted, escaped, invalid UTF-8 replaced.
void append_string(std::string& out, std::string_view text);

namespace detail {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

void append_integer(std::string& out, std::int64_t value);

}  // namespace detail

template <typename T>
void append_text(std::string& out, const T& value);

template <Described T>
void append_object(std::string& out, const T& value) {
  char separator = '{';
  for_each_field(value, [&](const char* name, const auto& field) {
    out += separator;
    out += '"';
    out += name;
    out += "\":";
    append_text(out, field);
    separator = ',';
  });
  out += '}';
}

template <typename T>
void append_list(std::string& out, const T& values) {
  const auto begun = out.size();
  char separator = '[';
  for (const auto& value : values) {
    out += separator;
    append_text(out, value);
    // What follows is likely as long as the first.
    if (separator == '[') out.reserve(begun + (out.size() - begun + 32) * values.size());
    separator = ',';
  }
  out += separator == '[' ? "[]" : "]";
}

// The same text as dump(Json(value)).
template <typename T>
void append_text(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, Json>) {
    out += dump(value);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    out += value.text;
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::integral<T>) {
    detail::append_integer(out, static_cast<std::int64_t>(value));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    append_string(out, value);
  } else if constexpr (detail::IsOptional<T>::value) {
    if (value) {
      append_text(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (Described<T>) {
    append_object(out, value);
  } else {
    append_list(out, value);
  }
}

template <Described T>
std::string text_of(const T& value) {
  std::string text;
  append_object(text, value);
  return text;
}

template <Described T>
Json object_of(const T& value) {
  Json json = Json::object();
  for_each_field(value, [&json](const char* name, const auto& field) {
    if constexpr (detail::IsOptional<std::decay_t<decltype(field)>>::value) {
      json[name] = nullable(field);
    } else {
      json[name] = field;
    }
  });
  return json;
}

}  // namespace bot::types
